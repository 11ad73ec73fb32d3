package prompt

import (
	"fmt"
	"strings"
)

// Compose returns the prompt as it is sent: its introduction, the scenes in order with
// their times, other sections, then the style. Parse of it returns the same prompt, and
// Compose of that the same text: a prompt whose layout changed is the same request, which is
// not paid for again.
func Compose(p *Prompt) string {
	var b strings.Builder
	if p.Intro != "" {
		b.WriteString(p.Intro + "\n\n")
	}
	for i, s := range p.Scenes {
		s.compose(&b, i+1)
	}
	if p.Notes != "" {
		b.WriteString(p.Notes + "\n\n")
	}
	if p.Style != "" {
		fmt.Fprintf(&b, "Style: %s\n", p.Style)
	}
	return strings.TrimSpace(b.String())
}

func (s Scene) compose(b *strings.Builder, number int) {
	fmt.Fprintf(b, "## Scene %d", number)
	if s.Title != "" {
		b.WriteString(": " + s.Title)
	}
	if s.Timed {
		fmt.Fprintf(b, " (%ss-%ss)", short(s.From), short(s.To))
	}
	b.WriteString("\n")
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(b, "%s: %s\n", label, value)
		}
	}
	line("Visual", s.Visual)
	line("Media", strings.Join(s.Media, ", "))
	line("VO", s.Words)
	for _, t := range s.OnScreen {
		line("Text", t)
	}
	for _, n := range s.Notes {
		b.WriteString(n + "\n")
	}
	b.WriteString("\n")
}

// Head returns the front matter for what Compose omits, or "".
func Head(p *Prompt) string {
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
	add("avatar", quote(p.Avatar))
	add("voice", quote(p.Voice))
	names, plain := make([]string, len(p.Files)), true
	for i, f := range p.Files {
		names[i] = quote(f)
		plain = plain && !strings.ContainsAny(f, `,[]"'#`)
	}
	if plain {
		add("files", strings.Join(names, ", "))
	} else {
		b.WriteString("files:\n  - " + strings.Join(names, "\n  - ") + "\n")
	}
	if b.Len() == 0 {
		return ""
	}
	return "---\n" + b.String() + "---\n\n"
}

// quote returns a value in quotes when it would be read as another value without them.
func quote(s string) string {
	if scalar(s) == s && !strings.ContainsAny(s, "#") {
		return s
	}
	return `"` + s + `"`
}
