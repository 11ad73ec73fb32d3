package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/pace"
	"greenroom/pipeline/prompt"
)

// promptFindings prints the warnings and returns the errors, or nil.
func (e *env) promptFindings(name string, p *prompt.Prompt, strict bool) error {
	var bad fault.List
	for _, f := range p.Findings {
		x := fault.New(fault.Manifest, f.Hint, "%s (%s)", f.Message, f.Rule)
		x.Place = &fault.Place{File: name, Line: f.Line, Column: f.Column, Text: p.Source(f.Line)}
		if f.Severity == prompt.Error || strict {
			bad = append(bad, x)
			continue
		}
		e.warnPrompt(x, f)
	}
	return bad.Or()
}

func (e *env) warnPrompt(x *fault.Error, f prompt.Finding) {
	if !e.json {
		e.say("warning: %s: %s; %s", oneLine(x.Place.String()), oneLine(x.Msg), oneLine(x.Hint))
		return
	}
	printLine(e, warningLine{promptWarning{f.Rule, f.Message, f.Hint, x.Place.File, f.Line, f.Column}})
}

// rewrite replaces the file by its structured form and prints the lines that differ. For a link it writes the file
// that the link points to.
func (e *env) rewrite(name string, p *prompt.Prompt) error {
	path, err := filepath.EvalSymlinks(e.path(name))
	if err != nil {
		return unreadable(name, err)
	}
	fi, err := os.Stat(path)
	if err != nil {
		return unreadable(name, err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return unreadable(name, err)
	}
	text := prompt.Head(p) + prompt.Compose(p) + "\n"
	changed, err := atomicfile.WriteBytes(path, fi.Mode().Perm(), []byte(text))
	if err != nil {
		return fault.Wrap(fault.Failed, err, "make room, or make the folder writable", "rewrite %s", name)
	}
	if !changed {
		e.say("%s is in its structured form already", name)
		return nil
	}
	gone, new := lineChanges(string(old), text)
	e.say("%s is rewritten: %s removed, %s added", name, count(len(gone), "line"), count(len(new), "line"))
	for _, l := range gone {
		fmt.Fprintf(e.Stderr, "  - %s\n", oneLine(l))
	}
	for _, l := range new {
		fmt.Fprintf(e.Stderr, "  + %s\n", oneLine(l))
	}
	return nil
}

// lineChanges returns the lines that only the old text has and those that only the new text has, without empty lines
// and differences of line ends.
func lineChanges(old, text string) (gone, new []string) {
	left := map[string]int{}
	for _, l := range strings.Split(text, "\n") {
		left[l]++
	}
	for _, l := range strings.Split(old, "\n") {
		l = strings.TrimSuffix(l, "\r")
		if left[l] > 0 {
			left[l]--
		} else if strings.TrimSpace(l) != "" {
			gone = append(gone, l)
		}
	}
	for _, l := range strings.Split(text, "\n") {
		if left[l] > 0 && l != "" {
			left[l]--
			new = append(new, l)
		}
	}
	return gone, new
}

// showPrompt prints the structure, at 80 columns, and what would be sent.
func (e *env) showPrompt(p *prompt.Prompt) {
	rows := [][]string{{"#", "time", "words", "spoken", "media", "scene", "on screen"}}
	for i, s := range p.Scenes {
		when, media := "-", strings.Join(s.Media, ", ")
		if s.Timed {
			when = fmt.Sprintf("%g-%gs", s.From, s.To)
		}
		if media == "" {
			media = "-"
		}
		title := s.Title
		if title == "" {
			title = "-"
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), when, fmt.Sprint(s.Count()), seconds(s.Spoken()), media, title,
			strings.Join(s.OnScreen, " / ")})
	}
	e.table(rows, 3, 11, 5, 9, 15, 12, 13)
	fmt.Fprintf(e.Stdout, "\n%s\n", outside.Text(prompt.Compose(p)))
	length := "no duration named"
	if p.Seconds > 0 {
		length = fmt.Sprintf("film of %d s", p.Seconds)
	}
	e.say("%s, %s spoken, %s", count(len(p.Scenes), "scene"), seconds(p.Spoken()), length)
}

// seconds prints the range of a length.
func seconds(l pace.Length) string { return fmt.Sprintf("%.0f-%.0f s", l.Low, l.High) }
