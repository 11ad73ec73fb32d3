package scaffold

import (
	"bytes"
	"io/fs"
	"os"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// ignoreLines keep out of Git what greenroom makes again.
func ignoreLines(l project.Layout) []string {
	return []string{"node_modules/", ".greenroom/", l.Published() + "/", "out/", ".*.tmp-*"}
}

type ignoreEdit struct {
	file string
	text []byte
	perm fs.FileMode
}

// ignoreFile returns the new .gitignore without writing it: the old text, byte for byte, and the lines that are
// missing,
// with CRLF where every line has it.
func ignoreFile(l project.Layout) (e ignoreEdit, changed bool, err error) {
	file := l.Path(".gitignore")
	e = ignoreEdit{file: file, perm: 0o644}
	have, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return e, false, fault.Wrap(fault.Failed, err, "make it a readable file", "read .gitignore")
	}
	if st, err := os.Stat(file); err == nil {
		e.perm = st.Mode().Perm()
	}
	present := map[string]bool{}
	for line := range strings.Lines(string(have)) {
		present[strings.Trim(strings.TrimSpace(line), "/")] = true
	}
	e.text = bytes.Clone(have)
	end := "\n"
	if n := bytes.Count(have, []byte("\n")); n > 0 && n == bytes.Count(have, []byte("\r\n")) {
		end = "\r\n"
	}
	for _, line := range ignoreLines(l) {
		if present[strings.Trim(line, "/")] {
			continue
		}
		if len(e.text) > 0 && e.text[len(e.text)-1] != '\n' {
			e.text = append(e.text, end...)
		}
		e.text = append(e.text, line+end...)
		changed = true
	}
	return e, changed, nil
}

func (e ignoreEdit) write() error {
	if _, err := atomicfile.WriteBytes(e.file, e.perm, e.text); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable, or choose another", "write .gitignore")
	}
	return nil
}
