package remotion

import (
	"bytes"
	"io/fs"
	"os"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// ignoreLines keep out of git what greenroom makes again.
var ignoreLines = []string{"node_modules/", ".greenroom/", "public/greenroom/", "out/", ".*.tmp-*"}

type ignoreEdit struct {
	file string
	text []byte
	perm fs.FileMode
}

// ignoreFile works out the new .gitignore without writing it: the old text, byte
// for byte, and the lines it lacks.
func ignoreFile(file string) (e ignoreEdit, changed bool, err error) {
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
	for _, line := range ignoreLines {
		if present[strings.Trim(line, "/")] {
			continue
		}
		if len(e.text) > 0 && e.text[len(e.text)-1] != '\n' {
			e.text = append(e.text, '\n')
		}
		e.text = append(e.text, line+"\n"...)
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
