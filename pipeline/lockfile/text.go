package lockfile

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

const indent = "    " // of an entry's lines, below its clip's name

func newFile() *File { return sized(0) }

func sized(n int) *File {
	return &File{clips: make(map[string]Entry, n), texts: make(map[string]string, n)}
}

// start is how every file of ours begins.
func start() string { return fmt.Sprintf("%sversion: %d\nclips:\n", header, version) }

// Encode gives the text. Entries that did not change are not written anew: of ten
// thousand, few do between two writes.
func (f *File) Encode() ([]byte, error) {
	names := make([]string, 0, len(f.clips))
	for n := range f.clips {
		names = append(names, n)
	}
	sort.Strings(names)
	var out bytes.Buffer
	out.Grow(f.size + 64<<10)
	out.WriteString(start())
	for _, n := range names {
		text, ok := f.texts[n]
		if !ok {
			var err error
			if text, err = write(f.clips[n]); err != nil {
				return nil, err
			}
			f.texts[n] = text
		}
		fmt.Fprintf(&out, "  %s:\n%s", n, text)
	}
	f.size = out.Len()
	return out.Bytes(), nil
}

// write gives an entry's block.
func write(e Entry) (string, error) {
	if text, ok := e.text(); ok {
		return text, nil
	}
	b, err := yaml.Marshal(e)
	if err != nil {
		return "", err
	}
	var block strings.Builder // of the exact size: the text is kept
	block.Grow(len(b) + len(indent)*bytes.Count(b, []byte("\n")))
	for l := range strings.Lines(string(b)) {
		block.WriteString(indent + l)
	}
	return block.String(), nil
}

// read is its inverse.
func read(clip, block string) (Entry, error) {
	if e, ok := readText(clip, block); ok {
		return e, nil
	}
	var plain strings.Builder
	for l := range strings.Lines(block) {
		plain.WriteString(l[len(indent):])
	}
	e := Entry{Clip: clip}
	err := yaml.NewDecoder(strings.NewReader(plain.String()), yaml.Strict()).Decode(&e)
	return e, err
}

// blocks reads a text that is laid out as Encode does, an entry at a time: the YAML
// package takes a hundred times a text's size to read it in one piece. It gives nil for
// any other text, and for a faulty one, whose place the whole reading finds. An entry
// that stands in known with the same text is taken from there.
func blocks(text string, known *File) *File {
	rest, ours := strings.CutPrefix(text, start())
	if !ours {
		return nil
	}
	f := sized(len(known.clips))
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		name, ok := strings.CutSuffix(strings.TrimPrefix(line, "  "), ":")
		if _, twice := f.clips[name]; !ok || twice || !strings.HasPrefix(line, "  ") {
			return nil
		}
		end := 0
		for strings.HasPrefix(after[end:], indent) {
			next := strings.IndexByte(after[end:], '\n') + 1
			if next == 0 {
				return nil // cut off
			}
			end += next
		}
		block := after[:end]
		rest = after[end:]
		if t, ok := known.texts[name]; ok && t == block {
			f.clips[name], f.texts[name] = known.clips[name], t
			continue
		}
		e, err := read(name, block)
		if err != nil || e.validate() != nil {
			return nil
		}
		f.clips[name], f.texts[name] = e, block
	}
	return f
}
