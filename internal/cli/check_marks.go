package cli

import (
	"strings"

	"greenroom/compose/marks"
	"greenroom/compose/media"
)

// provenance is the name of the finding about the marks of a file. It never fails, and is printed where there is one.
const provenance = "provenance"

// provenanceOf returns what a file states about how it was made, and what the provider's file stated that the prepared
// one does not. ok is false where neither states anything, or the file cannot be read, which the check reports.
func provenanceOf(f checkFile) (out media.Finding, ok bool) {
	has, err := marks.Read(f.path)
	if err != nil {
		return out, false
	}
	var had marks.Found
	if f.master != "" {
		had, _ = marks.Read(f.master) // the take may be gone: only what is published matters then
	}
	out = media.Finding{Name: provenance, Verdict: media.OK, Limit: "none"}
	var parts []string
	if text := described(has); text != "" {
		parts = append(parts, "it has "+text)
	}
	lost := marks.Found{C2PA: had.C2PA && !has.C2PA}
	if had.Source != has.Source {
		lost.Source = had.Source
	}
	if text := described(lost); text != "" {
		parts = append(parts, "the delivered take had "+text+", which encoding it again removed")
	}
	out.Value = strings.Join(parts, "; ")
	return out, out.Value != ""
}

// described names marks.
func described(m marks.Found) string {
	var list []string
	if m.Source != "" {
		list = append(list, "the digital source type "+string(m.Source))
	}
	if m.C2PA {
		list = append(list, "a C2PA manifest")
	}
	return strings.Join(list, " and ")
}
