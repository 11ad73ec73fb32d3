package lockfile

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Inputs are named short hashes of what a take was made from. They are one string and not a
// map, because a plan holds those of every clip: the maps were a fifth of the memory of ten
// thousand clips, and most of the garbage collector's work.
type Inputs string // name, end, value, end, and so on

const inputEnd = "\x00"

// MakeInputs takes names and values in any order; a later value of a name is dropped.
func MakeInputs(all ...[2]string) Inputs {
	slices.SortStableFunc(all, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	size := 0
	for _, p := range all {
		size += len(p[0]) + len(p[1]) + 2*len(inputEnd)
	}
	var b strings.Builder
	b.Grow(size)
	for i, p := range all {
		if i == 0 || p[0] != all[i-1][0] {
			b.WriteString(p[0] + inputEnd + p[1] + inputEnd)
		}
	}
	return Inputs(b.String())
}

// All yields names and values, sorted by name.
func (in Inputs) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := string(in); rest != ""; {
			name, after, _ := strings.Cut(rest, inputEnd)
			value, more, _ := strings.Cut(after, inputEnd)
			rest = more
			if !yield(name, value) {
				return
			}
		}
	}
}

// Get returns a value; empty when there is none of that name.
func (in Inputs) Get(name string) string {
	for n, v := range in.All() {
		if n == name {
			return v
		}
	}
	return ""
}

// inputsText builds Inputs.
type inputsText struct {
	text []byte
	last string
}

// add appends an input whose name sorts after all others. It returns false when it does not.
func (t inputsText) add(name, value string) (inputsText, bool) {
	if len(t.text) > 0 && name <= t.last || strings.Contains(name, inputEnd) || strings.Contains(value, inputEnd) {
		return t, false
	}
	if t.text == nil {
		t.text = make([]byte, 0, 512)
	}
	t.text = append(append(append(append(t.text, name...), inputEnd...), value...), inputEnd...)
	t.last = name
	return t, true
}

// MarshalYAML returns a map.
func (in Inputs) MarshalYAML() (any, error) { return maps.Collect(in.All()), nil }

// UnmarshalYAML reads a map.
func (in *Inputs) UnmarshalYAML(decode func(any) error) error {
	var m map[string]string
	if err := decode(&m); err != nil {
		return err
	}
	var all [][2]string
	for n, v := range m {
		if strings.Contains(n+v, inputEnd) {
			return errors.New("an input holds a NUL")
		}
		all = append(all, [2]string{n, v})
	}
	*in = MakeInputs(all...)
	return nil
}
