package markup

import (
	"strings"

	"greenroom/internal/lazyregexp"
)

var (
	anyBreak   = lazyregexp.New(`(?i)<\s*break[^>]*>`)
	goodBreak  = lazyregexp.New(`^<break time="(\d+(\.\d+)?)s" ?/>$`)
	tightBreak = lazyregexp.New(`(?i)[^ ]<break[^>]*>|<break[^>]*>[^ <.,;:!?]`)
	anyNumber  = lazyregexp.New(`(\d+(\.\d+)?)`)
	breakMs    = lazyregexp.New(`"(\d+)\s*ms"`)
)

// BadBreaks returns the break tags of a text that are not in the form that HeyGen reads, each with the tag in that
// form.
func BadBreaks(text string) (bad []Mark) {
	for _, tag := range anyBreak.FindAllString(text, -1) {
		if !goodBreak.MatchString(tag) {
			bad = append(bad, Mark{"break", tag, fixBreak(tag)})
		}
	}
	return bad
}

// TightBreak returns the first break tag that touches a word, with the word's letter, or "".
func TightBreak(text string) string { return tightBreak.FindString(text) }

// WithoutBreaks returns a text without its break tags.
func WithoutBreaks(text string) string { return anyBreak.ReplaceAllString(text, "") }

// fixBreak returns a break tag in the form that HeyGen reads.
func fixBreak(tag string) string {
	if m := breakMs.FindStringSubmatch(tag); m != nil {
		return breakTag(secondsOf(m[1]))
	}
	if seconds := anyNumber.FindString(tag); seconds != "" {
		return breakTag(seconds)
	}
	return breakTag("0.5")
}

func breakTag(seconds string) string { return `<break time="` + seconds + `s"/>` }

// secondsOf returns milliseconds, in digits, as seconds: 1500 is 1.5.
func secondsOf(milliseconds string) string {
	ms := strings.TrimLeft(milliseconds, "0")
	ms = strings.Repeat("0", max(0, 4-len(ms))) + ms
	return strings.TrimSuffix(strings.TrimRight(ms[:len(ms)-3]+"."+ms[len(ms)-3:], "0"), ".")
}
