package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"greenroom/internal/yamltext"
)

const indent = "    " // of an entry's lines, below its clip's name

func newFile() *File { return sized(0) }

func sized(n int) *File { return &File{clips: make(map[string]Entry, n)} }

// start returns the first lines of every lockfile.
func start() string { return fmt.Sprintf("%sversion: %d\nclips:\n", header, version) }

// Encode returns the text.
func (f *File) Encode() ([]byte, error) {
	names := make([]string, 0, len(f.clips))
	for n := range f.clips {
		names = append(names, n)
	}
	sort.Strings(names)
	out := append(make([]byte, 0, f.size+64<<10), start()...)
	for _, n := range names {
		out = append(append(append(out, "  "...), n...), ":\n"...)
		var err error
		out, err = write(out, f.clips[n])
		if err != nil {
			return nil, err
		}
	}
	f.size = len(out)
	return out, nil
}

// write appends an entry's block.
func write(out []byte, e Entry) ([]byte, error) {
	if longer, ok := e.text(out); ok {
		return longer, nil
	}
	b, err := yaml.Marshal(e)
	if err != nil {
		return nil, err
	}
	for l := range bytes.Lines(b) {
		out = append(append(out, indent...), l...)
	}
	return out, nil
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
	e := Entry{Clip: strings.Clone(clip)}
	if plain.Len() > maxForeign {
		return e, errors.New("the entry is too large")
	}
	err := yamltext.Decode([]byte(plain.String()), &e)
	return e, err
}

// blocks reads a text that is laid out as Encode does, an entry at a time: the YAML
// package takes a hundred times a text's size to read it in one piece. It returns nil for
// any other text, and for a faulty one: the YAML package finds the place of the fault. An
// entry that known has with the same text is taken from there.
func blocks(text string, known *File) *File {
	rest, own := strings.CutPrefix(text, start())
	if !own {
		return nil
	}
	f := sized(len(known.clips))
	var buf []byte
	var err error
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
		if e, ok := known.clips[name]; ok {
			buf, err = write(buf[:0], e)
			if err == nil && string(buf) == block {
				f.clips[e.Clip] = e
				continue
			}
		}
		e, err := read(name, block)
		if err != nil || e.validate() != nil {
			return nil
		}
		f.clips[e.Clip] = e // whose name is its own, and not a piece of the text
	}
	return f
}
