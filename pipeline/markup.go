package pipeline

import (
	"context"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest"
)

// markup is what scripts are written with elsewhere. HeyGen knows one tag, the break, and
// speaks the rest or drops it; captions show it.
var markup = []lazyregexp.Regexp{
	lazyregexp.New(`</?[A-Za-z][\w:-]*(\s[^<>]{0,200})?/?>`),                     // <speak>, <prosody rate="slow">, </b>
	lazyregexp.New(`<[%?!][^<>]{0,200}>`),                                        // <%= name %>, <!-- note -->
	lazyregexp.New(`\{\{[^{}]{0,100}\}\}|\$\{[^{}]{0,100}\}|\{%[^{}]{0,100}%\}`), // {{name}} in a clip of no table
	lazyregexp.New(`\[[^\[\]]{1,60}\](\([^()\s]{1,300}\))?`),                     // [pause 1s], [laughs], [text](link)
	lazyregexp.New(`&(#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,10});`),             // &nbsp;
	lazyregexp.New("\\*\\*[^*]{1,200}\\*\\*|__[^_]{1,200}__|`[^`]{1,200}`"),      // **bold** outside of a .md file
	lazyregexp.New(`(^|\s)#{1,6}\s`),                                             // # a heading
}

// goodTag is the one tag that HeyGen understands; the manifest checks how it is written.
var goodTag = lazyregexp.New(`(?i)<break[^<>]*>`)

// maxMarkup is how many different marks are named.
const maxMarkup = 3

// markupOf returns the marks in a text that would be spoken or lost, in order, each once.
func markupOf(text string) (found []string) {
	text = goodTag.ReplaceAllString(text, " ")
	for _, re := range markup {
		for _, m := range re.FindAllString(text, maxMarkup) {
			if m = strings.TrimSpace(m); !slices.Contains(found, m) {
				found = append(found, m)
			}
		}
		text = re.ReplaceAllString(text, " ") // a mark of one kind is none of another
	}
	return found
}

// clipMarkup says what of a clip's words is markup; empty for nothing.
func clipMarkup(c manifest.Clip) string {
	texts := []string{spoken(c.Script, c.Pronunciation)}
	for _, s := range c.Scenes {
		texts = append(texts, spoken(s.Script, c.Pronunciation))
	}
	if c.Template != nil {
		for _, v := range c.Template.Variables {
			if v.File == "" {
				texts = append(texts, v.Value)
			}
		}
	}
	var found []string
	for _, t := range texts {
		for _, m := range markupOf(t) {
			if !slices.Contains(found, m) {
				found = append(found, m)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	more := ""
	if len(found) > maxMarkup {
		found, more = found[:maxMarkup], " and more"
	}
	return strings.Join(found, ", ") + more + " is spoken as it is written, or dropped: HeyGen knows break tags only"
}

// withMarkup adds to a purchase what of its words is markup.
func withMarkup(s Step) Step {
	if s.Action == Buy {
		if s.Markup = clipMarkup(*s.clip); s.Markup != "" {
			s.Reason += "; " + s.Markup
		}
	}
	return s
}

// warnOfMarkup tells before money is spent.
func (b *build) warnOfMarkup(ctx context.Context, plan *Plan) {
	for _, s := range plan.Steps {
		if s.Markup != "" {
			b.send(ctx, Event{Clip: s.Clip, Stage: "submit", State: Warned, Message: s.Markup})
		}
	}
}
