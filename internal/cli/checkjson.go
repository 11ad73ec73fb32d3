package cli

import (
	"greenroom/compose/media"
	"greenroom/internal/fault"
)

// checkedFile is an element of `check --json`. docs/checks.md documents its members.
type checkedFile struct {
	Name    string        `json:"name"` // the clip, or the file as the user named it
	File    string        `json:"file"` // the same for a file; the file's name for a clip
	Verdict media.Verdict `json:"verdict"`

	// Error and Hint are set when the file could not be read; there is no report then.
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`

	*media.Report
	Box *checkedBox `json:"box,omitempty"`
}

type checkedBox struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

func checkJSON(list []checked) []checkedFile {
	out := make([]checkedFile, 0, len(list))
	for _, c := range list {
		f := checkedFile{Name: c.file.name, File: c.file.shown(), Verdict: media.Fail, Report: c.report}
		if c.report != nil {
			b := c.report.Box
			f.Verdict, f.Box = c.report.Verdict(), &checkedBox{b.X, b.Y, b.W, b.H}
		}
		for _, one := range fault.All(c.err) {
			f.Error, f.Hint = one.Error(), one.Hint
		}
		out = append(out, f)
	}
	return out
}
