package prompt

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Severity of a finding.
type Severity string

// Severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is something to fix or to think about. Line and Column count from 1,
// columns in characters.
type Finding struct {
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint"`
}

// maxOfRule is the largest number of findings of one rule, so that a file that only has faults does not fill the
// memory and the screen.
const maxOfRule = 20

type place struct{ line, col int }

// Source returns a line of the text that was parsed, for messages that show it.
func (p *Prompt) Source(line int) string {
	if line < 1 || line > len(p.lines) {
		return ""
	}
	return strings.TrimRight(p.lines[line-1], "\r")
}

// find adds a finding, at a place inside the text.
func (p *Prompt) find(at place, sev Severity, rule, hint, format string, args ...any) {
	if p.full(rule) {
		return
	}
	line := max(1, min(at.line, len(p.lines)))
	col := max(1, min(at.col, utf8.RuneCountInString(p.Source(line))+1))
	p.Findings = append(p.Findings, Finding{line, col, rule, sev, fmt.Sprintf(format, args...), hint})
}

// full reports whether a rule has maxOfRule findings.
func (p *Prompt) full(rule string) bool {
	n := 0
	for _, f := range p.Findings {
		if f.Rule == rule {
			n++
		}
	}
	return n >= maxOfRule
}

func (p *Prompt) sort() {
	sort.SliceStable(p.Findings, func(i, j int) bool {
		a, b := p.Findings[i], p.Findings[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
}

// column returns where part begins in line, from 1; without it, the column of the line's first character.
func column(line, part string) int {
	i := strings.Index(line, part)
	if i < 0 || part == "" {
		i = len(line) - len(strings.TrimLeft(line, " \t"))
	}
	return utf8.RuneCountInString(line[:i]) + 1
}

// show returns a text in quotes, cut to 40 characters.
func show(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// short returns seconds with at most one decimal.
func short(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }
