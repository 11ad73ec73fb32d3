package captions

import (
	"strings"
	"unicode/utf8"
)

// Limits of a cue: the usual ones of subtitling (two lines of 42 characters, at most 7 s).
const (
	lineLength = 42
	cueLines   = 2
	cueLength  = 7000 // ms
	cuePause   = 700  // ms without a word end a cue
)

// Cue is what is on screen at once.
type Cue struct {
	From, To int64 // ms
	Lines    []string
}

// Cues collects captions, which may be single words, into cues of at most two lines. A cue ends at a pause and at the
// end of a sentence. Times are those of the captions; a cue never lasts longer than up to the next one.
func Cues(list []Caption) (out []Cue) {
	var words []string
	var from, to int64
	flush := func() {
		if len(words) > 0 {
			out = append(out, Cue{from, to, balance(strings.Join(words, " "))})
			words = nil
		}
	}
	for _, c := range list {
		text := strings.TrimSpace(c.Text)
		if text == "" {
			continue
		}
		if len(words) > 0 && (c.StartMs-to > cuePause || c.EndMs-from > cueLength || !fits(strings.Join(append(words, text), " "))) {
			flush()
		}
		if len(words) == 0 {
			from = c.StartMs
		}
		words, to = append(words, text), c.EndMs
		if endsSentence(text) {
			flush()
		}
	}
	flush()
	for i := range out[:max(0, len(out)-1)] {
		out[i].To = min(out[i].To, max(out[i].From+1, out[i+1].From))
	}
	return out
}

// endsSentence reports a mark that ends a sentence, also of Chinese, Japanese, Hindi and Arabic.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, `"'”’»)]`)
	for _, mark := range []string{".", "!", "?", "…", "。", "！", "？", "।", "؟"} {
		if strings.HasSuffix(text, mark) {
			return true
		}
	}
	return false
}

// fits reports that a text has room in one cue.
func fits(text string) bool { return len(wrap(text, lineLength)) <= cueLines }

// balance breaks a text into lines of similar length: the narrowest ones that need no further line.
func balance(text string) []string {
	best := wrap(text, lineLength)
	for width := lineLength - 1; width > 0; width-- {
		lines := wrap(text, width)
		if len(lines) > len(best) {
			break
		}
		best = lines
	}
	return best
}

// wrap breaks a text between words into lines of at most width characters; a longer word has a line of its own. A text
// without spaces, as Chinese has, is broken anywhere.
func wrap(text string, width int) (lines []string) {
	line, length := "", 0
	for _, word := range split(text, width) {
		n, bare := utf8.RuneCountInString(word), strings.TrimSpace(word)
		if line != "" && length+n > width {
			lines, line, length = append(lines, line), "", 0
		}
		if line == "" {
			line, length = bare, utf8.RuneCountInString(bare)
			continue
		}
		line, length = line+word, length+n
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// split returns the pieces between which a text may be broken; all but the first begin with their space.
func split(text string, width int) (out []string) {
	for i, word := range strings.Fields(text) {
		space := " "
		if i == 0 {
			space = ""
		}
		if utf8.RuneCountInString(word) <= width || isASCII(word) {
			out = append(out, space+word)
			continue
		}
		for _, r := range word {
			out = append(out, space+string(r))
			space = ""
		}
	}
	return out
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
