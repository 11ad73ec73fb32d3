package cli

import (
	"greenroom/compose/media"
	"greenroom/internal/fault"
)

// checkedFile is an element of `check --json`. docs/guide/checks.md documents its members.
type checkedFile struct {
	Name    string        `json:"name"` // the clip, or the file as the user named it
	File    string        `json:"file"` // the same for a file; the file's name for a clip
	Verdict media.Verdict `json:"verdict"`

	// Error and Hint are set when the file could not be read; there is no report then.
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`

	*media.Report
}

func checkJSON(list []checked) []checkedFile {
	out := make([]checkedFile, 0, len(list))
	for _, c := range list {
		f := checkedFile{Name: c.file.name, File: c.file.publicName(), Verdict: media.Fail, Report: c.report}
		if c.report != nil {
			f.Verdict = c.report.Verdict()
		}
		for _, one := range fault.All(c.err) {
			f.Error, f.Hint = one.Error(), one.Hint
		}
		out = append(out, f)
	}
	return out
}
