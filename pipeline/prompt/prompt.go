// Package prompt reads and checks prompts for HeyGen's Video Agent: scenes with words,
// pictures and times, in Markdown that people write.
//
// It promises that no text, however hostile, makes it panic; that every finding points
// at a line; and that what Compose writes, Parse reads back as the same prompt. It
// opens no file and knows no network.
package prompt

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits. MaxText is ours: HeyGen publishes none for the agent.
const (
	MaxText    = 10000 // characters
	MinSeconds = 5     // of the film, from HeyGen's v1 reference
	MaxSeconds = 300
	Pace       = 150.0 // words a minute, a common narration pace
	PaceError  = 0.25  // speech engines lie between 130 and 180
	maxOnText  = 8     // words on screen that are read at a glance
)

// Severity of a finding.
type Severity string

// Severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is something to mend or to think about.
type Finding struct {
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint"`
}

// Scene is one part of the film. Times are seconds; To is 0 when the prompt says none.
type Scene struct {
	Title    string  `json:"title"`
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Words    string  `json:"words"` // what is said
	Visual   string  `json:"visual"`
	Media    string  `json:"media"` // one of MediaTypes
	OnScreen string  `json:"onScreen"`
	Line     int     `json:"line"`
}

// Spoken is how long a scene's words take, seconds, right to PaceError.
func (s Scene) Spoken() float64 { return float64(len(strings.Fields(s.Words))) / Pace * 60 }

// MediaTypes are what a scene can be made of.
var MediaTypes = []string{"avatar", "stock", "motion graphics", "screen recording", "image", "generated"}

// Prompt is a prompt taken apart.
type Prompt struct {
	Seconds     int       `json:"seconds,omitempty"` // of the whole film; 0: not said
	Orientation string    `json:"orientation,omitempty"`
	Avatar      string    `json:"avatar,omitempty"`
	Voice       string    `json:"voice,omitempty"`
	Style       string    `json:"style,omitempty"`
	Files       []string  `json:"files,omitempty"`
	Intro       string    `json:"intro,omitempty"` // what stands before the first scene
	Scenes      []Scene   `json:"scenes"`
	Findings    []Finding `json:"findings"`
}

// Spoken is how long all words take, seconds.
func (p *Prompt) Spoken() (s float64) {
	for _, sc := range p.Scenes {
		s += sc.Spoken()
	}
	return s
}

// Bad reports an error among the findings.
func (p *Prompt) Bad() bool {
	for _, f := range p.Findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

func (p *Prompt) find(line int, sev Severity, rule, hint, format string, args ...any) {
	p.Findings = append(p.Findings, Finding{max(1, line), 1, rule, sev, fmt.Sprintf(format, args...), hint})
}

// Compose writes the prompt as it is sent: scenes in order with their times, then the
// style. Parse of it gives the same prompt.
func (p *Prompt) Compose() string {
	var b strings.Builder
	if p.Intro != "" {
		b.WriteString(p.Intro + "\n\n")
	}
	for i, s := range p.Scenes {
		title := s.Title
		if title != "" {
			title = ": " + title
		}
		when := ""
		if s.To > 0 {
			when = fmt.Sprintf(" (%ss-%ss)", short(s.From), short(s.To))
		}
		fmt.Fprintf(&b, "## Scene %d%s%s\n", i+1, title, when)
		for _, l := range [][2]string{{"Visual", s.Visual}, {"Media", s.Media}, {"VO", s.Words}, {"Text", s.OnScreen}} {
			if l[1] != "" {
				fmt.Fprintf(&b, "%s: %s\n", l[0], l[1])
			}
		}
		b.WriteString("\n")
	}
	if p.Style != "" {
		fmt.Fprintf(&b, "Style: %s\n", p.Style)
	}
	return strings.TrimSpace(b.String())
}

// Head is the front matter that says what Compose leaves out.
func (p *Prompt) Head() string {
	var b strings.Builder
	add := func(k, v string) {
		if v != "" {
			fmt.Fprintf(&b, "%s: %s\n", k, v)
		}
	}
	if p.Seconds > 0 {
		add("duration", fmt.Sprintf("%ds", p.Seconds))
	}
	add("orientation", p.Orientation)
	add("avatar", p.Avatar)
	add("voice", p.Voice)
	add("files", strings.Join(p.Files, ", "))
	if b.Len() == 0 {
		return ""
	}
	return "---\n" + b.String() + "---\n\n"
}

func short(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

func characters(s string) int { return utf8.RuneCountInString(s) }
