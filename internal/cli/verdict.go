package cli

import (
	"fmt"
	"strings"

	"greenroom/compose/media"
	"greenroom/pipeline/films/render"
)

// sayVerdict prints the verdict on a film in one line, and what is not ok below it; with --verbose all findings.
func (e *env) sayVerdict(name string, r render.Result) {
	switch {
	case len(r.Findings) > 0:
	case r.Reused > 0 && e.verbose:
		e.say("%s: not checked: a part of it was encoded before; --check checks it", name)
		return
	default:
		return
	}
	counts := map[media.Verdict]int{}
	for _, f := range r.Findings {
		counts[f.Verdict]++
	}
	lines := []string{fmt.Sprintf("%s: %s: %s", name, r.Verdict, count(len(r.Findings), "check"))}
	for _, v := range []media.Verdict{media.Fail, media.Warn} {
		if n := counts[v]; n > 0 {
			lines[0] += fmt.Sprintf(", %d %s", n, v)
		}
	}
	for _, f := range r.Findings {
		if f.Verdict == media.OK && !e.verbose {
			continue
		}
		lines = append(lines, findingLine(f))
		if f.Advice != "" {
			lines = append(lines, "     "+f.Advice)
		}
	}
	e.say("%s", strings.Join(lines, "\n"))
}

// findingLine is a finding in one line.
func findingLine(f media.Finding) string {
	return fmt.Sprintf("%-4s %-16s %s%s (limit %s)", f.Verdict, f.Name, oneLine(f.Value), place(f), f.Limit)
}

// place returns where a finding is; "" for one that is about the complete file.
func place(f media.Finding) string {
	if f.Where.To <= f.Where.From {
		return ""
	}
	return fmt.Sprintf(", %.4g to %.4g s", f.Where.From, f.Where.To)
}
