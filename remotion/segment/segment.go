// Package segment reads the segments that a composition of the user's project exports: ranges of frames that greenroom
// renders, keeps and reuses one by one.
package segment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"greenroom/internal/fault"
)

// Segment is a range of frames of a composition: From is its first frame, To the first one after it.
type Segment struct {
	From, To int
	// Inputs is a JSON value with all of the composition's input that the segment shows; nil if it may show all.
	Inputs json.RawMessage
	// Files are files and folders of the project that no other segment uses, unless it names them too. Ignore are those
	// that the segment depends on by its inputs alone. Both are slashed paths relative to the project's folder.
	Files, Ignore []string
}

// Uses reports whether the segment depends on the content of a file, given all segments of its composition.
func (s Segment) Uses(list []Segment, name string) bool {
	if covers(s.Ignore, name) {
		return false
	}
	return covers(s.Files, name) || !slices.ContainsFunc(list, func(o Segment) bool { return covers(o.Files, name) })
}

// covers reports whether a file is in a list of files and folders.
func covers(list []string, name string) bool {
	return slices.ContainsFunc(list, func(f string) bool { return name == f || strings.HasPrefix(name, f+"/") })
}

// Frames returns how many frames the segment has.
func (s Segment) Frames() int { return s.To - s.From }

// hint shows what the export looks like.
const hint = "export all frames in order, such as [{from: 0, to: 75}, {from: 75, to: 150}]; to is the first frame after the segment"

// exported is a segment as a composition exports it.
type exported struct {
	From   *int            `json:"from"`
	To     *int            `json:"to"`
	Inputs json.RawMessage `json:"inputs"`
	Files  []string        `json:"files"`
	Ignore []string        `json:"ignore"`
}

// Parse reads the segments of a composition of some frames. It returns none for a composition that exports none, and
// fails unless the segments are in order and have each frame once.
func Parse(composition string, raw json.RawMessage, frames int) ([]Segment, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	list, err := read(raw)
	if err == nil {
		err = inOrder(list, frames)
	}
	if err != nil {
		return nil, fault.New(fault.Usage, hint, "segments of composition %q: %v", composition, err)
	}
	return list, nil
}

// read reads segments without comparing them.
func read(raw json.RawMessage) ([]Segment, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, errors.New("not an array")
	}
	if len(list) == 0 {
		return nil, errors.New("the array is empty; export nothing to render the film in one run")
	}
	out := make([]Segment, 0, len(list))
	for i, raw := range list {
		var e exported
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil || e.From == nil || e.To == nil {
			return nil, fmt.Errorf("segment %d: want {from, to, inputs?, files?, ignore?} with whole frames", i+1)
		}
		s := Segment{From: *e.From, To: *e.To, Inputs: e.Inputs}
		if string(s.Inputs) == "null" {
			s.Inputs = nil
		}
		var err error
		s.Files, err = inProject(e.Files)
		if err == nil {
			s.Ignore, err = inProject(e.Ignore)
		}
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// inProject returns clean names of files. It fails for one that is not below the project's folder.
func inProject(names []string) (out []string, err error) {
	for _, name := range names {
		clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
		if clean == "." || path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return nil, fmt.Errorf("%q is not a file of the project", name)
		}
		out = append(out, clean)
	}
	return out, nil
}

// inOrder fails unless segments have each of a film's frames once, in order.
func inOrder(list []Segment, frames int) error {
	for i, s := range list {
		if i > 0 && s.From < list[i-1].From {
			const format = "segment %d starts at frame %d, before segment %d: they are not sorted"
			return fmt.Errorf(format, i+1, s.From, i)
		}
	}
	at := 0
	for i, s := range list {
		switch {
		case s.To <= s.From:
			return fmt.Errorf("segment %d has no frames: from %d to %d", i+1, s.From, s.To)
		case s.From < 0:
			return fmt.Errorf("segment %d starts at frame %d", i+1, s.From)
		case s.From < at:
			return fmt.Errorf("segment %d starts at frame %d, but the one before ends at %d: they overlap", i+1, s.From, at)
		case s.From > at:
			return fmt.Errorf("no segment has the frames %d to %d", at, s.From-1)
		case s.To > frames:
			return fmt.Errorf("segment %d ends at frame %d, but the composition has %d frames", i+1, s.To, frames)
		}
		at = s.To
	}
	if at < frames {
		return fmt.Errorf("no segment has the frames %d to %d", at, frames-1)
	}
	return nil
}
