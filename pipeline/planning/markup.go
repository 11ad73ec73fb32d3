package planning

import (
	"fmt"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/markup"
	"greenroom/pipeline/prompt"
	"greenroom/pipeline/request"
)

// Mark is markup in the words of a clip, with its place.
type Mark struct {
	markup.Mark
	Place  string `json:"place"`            // greenroom.yaml:4:20, scripts/a.md:3:5, people.csv:7:1
	Column string `json:"column,omitempty"` // of the table, for a mark in a cell
}

// maxMarkup is how many marks of a clip are named in one line.
const maxMarkup = 3

// maxMarkText bounds a mark in a message, characters.
const maxMarkText = 60

// spokenText is one text of a clip that is spoken, or given to a model that writes what is spoken.
type spokenText struct {
	text, file string // the file it is from; empty for the manifest
	is         func(markup.Mark) bool
}

// spokenTexts returns the texts of a clip.
func spokenTexts(c manifest.Clip) []spokenText {
	out := []spokenText{{request.Spoken(c.Script, c.Pronunciation), c.ScriptFile, nil}}
	for _, s := range c.Scenes {
		out = append(out, spokenText{request.Spoken(s.Script, c.Pronunciation), s.ScriptFile, nil})
	}
	if c.Template != nil {
		for _, v := range c.Template.Variables {
			if v.File == "" {
				out = append(out, spokenText{v.Value, "", ofVariable(v.Value)})
			}
		}
	}
	if c.Agent != nil {
		p := prompt.Parse(c.Agent.Prompt)
		for _, s := range p.Scenes {
			out = append(out, spokenText{s.Words, c.Agent.PromptFile, nil})
		}
		out = append(out, spokenText{c.Agent.Prompt, c.Agent.PromptFile, unfilled})
	}
	return out
}

// ofVariable excludes a variable that is an address or an id: a template may show a picture or open a page.
func ofVariable(value string) func(markup.Mark) bool {
	return func(m markup.Mark) bool { return m.Kind == "placeholder" || m.Text != strings.TrimSpace(value) }
}

// unfilled are placeholders that no prompt means as they are; a prompt may well show [a logo] or <b>.
func unfilled(m markup.Mark) bool {
	return m.Kind == "placeholder" && slices.ContainsFunc([]string{"{{", "${", "{%", "<%", "<<", "%"},
		func(begin string) bool { return strings.HasPrefix(m.Text, begin) })
}

// marksOf returns the markup in a clip's words, in order, each once.
func marksOf(c manifest.Clip, places *markPlaces) (out []Mark) {
	for _, s := range spokenTexts(c) {
		for _, m := range markup.Find(s.text) {
			twice := func(o Mark) bool { return o.Text == m.Text }
			if s.is != nil && !s.is(m) || slices.ContainsFunc(out, twice) {
				continue
			}
			at, column := places.find(c, s.file, m.Text)
			out = append(out, Mark{m, at.String(), column})
		}
	}
	return out
}

// withMarkup adds to a purchase what of its words is markup.
func withMarkup(s Step, places *markPlaces) Step {
	if s.Action != Buy {
		return s
	}
	if s.Marks = marksOf(*s.Work.Clip, places); len(s.Marks) == 0 {
		return s
	}
	first := s.Marks[0]
	s.Markup = fmt.Sprintf("%s: %s is not speech: %s", first.Place, shortMark(first.Text), first.Instead)
	if rest := markNames(s.Marks[1:]); rest != "" {
		s.Markup += "; also " + rest
	}
	s.Reason += "; not speech: " + markNames(s.Marks)
	return s
}

// markNames lists the first of the marks.
func markNames(marks []Mark) string {
	var names []string
	for _, m := range marks[:min(len(marks), maxMarkup)] {
		names = append(names, shortMark(m.Text))
	}
	if more := len(marks) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

func shortMark(text string) string {
	if r := []rune(text); len(r) > maxMarkText {
		return string(r[:maxMarkText-1]) + "…"
	}
	return text
}

// placeIn returns the place of a mark in lines, from a line on; the first word of it counts if it is
// written over several lines.
func placeIn(lines []string, from int, mark string) (fault.Place, bool) {
	words := strings.Fields(mark)
	for _, text := range []string{mark, append(words, mark)[0]} {
		for i := max(0, from-1); i < len(lines); i++ {
			if at := strings.Index(lines[i], text); at >= 0 {
				return fault.Place{Line: i + 1, Column: len([]rune(lines[i][:at])) + 1}, true
			}
		}
	}
	return fault.Place{}, false
}
