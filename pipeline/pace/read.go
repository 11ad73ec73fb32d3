package pace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Seconds of what is not a word.
const (
	sentencePause = 0.30
	commaPause    = 0.12
	spelled       = 0.26 // a letter that is spelled
	symbolName    = 0.48 // per cent, dollars, plus, dot
	emojiName     = 1.0  // some voices read it by name: counts in the upper end only
	shortWord     = 0.55 // an abbreviation without a vowel: Dr., km, etc.
)

// reader walks through one text.
type reader struct {
	text     string
	language string // empty: unknown
	kana     bool   // somewhere in the text
	capitals bool   // the text has no small letters: capitals mean nothing
	main     rate   // of the script that most letters are in
	sum      Length
	pause    float64
}

func newReader(text, locale string) *reader {
	r := &reader{text: text, language: languageOf(locale), capitals: true}
	count := map[string]int{}
	for _, c := range text {
		if !unicode.IsLetter(c) {
			continue
		}
		s := scriptOf(c)
		count[s]++
		r.kana = r.kana || s == "kana"
		r.capitals = r.capitals && !unicode.IsLower(c)
	}
	main, most := "latin", 0
	for s, n := range count {
		if n > most || n == most && s < main {
			main, most = s, n
		}
	}
	if r.language == "" && main == "latin" && english(text) {
		r.language = "en"
	}
	r.main = rateOf(main, r.language, r.kana)
	return r
}

// englishWords are so frequent that one word in six of an English text is among them.
var englishWords = map[string]bool{
	"the": true, "and": true, "to": true, "of": true, "you": true, "your": true, "we": true, "is": true, "for": true,
	"with": true, "it": true, "this": true, "that": true, "are": true, "our": true, "be": true, "how": true,
	"what": true,
}

// english reports whether a text in Latin letters is probably English.
func english(text string) bool {
	known, all := 0, 0
	for _, f := range strings.Fields(text) {
		all++
		if englishWords[strings.ToLower(strings.Trim(f, ".,;:!?\"'()"))] {
			known++
		}
	}
	return known >= 2 && known*6 >= all
}

// add counts seconds with a language's range.
func (r *reader) add(seconds float64, of rate) {
	r.rest()
	r.sum = r.sum.Plus(Length{seconds * of.low, seconds, seconds * of.high})
}

// rest adds the pause before the next sound. The last pause of a text is not counted.
func (r *reader) rest() {
	p := r.pause
	r.pause = 0
	r.sum = r.sum.Plus(Length{p * low, p, p * high})
}

func (r *reader) read() Length {
	fields := strings.Fields(r.text)
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		if n := spacedNumber(fields[i:]); n > 1 {
			f = strings.Join(fields[i:i+n], "")
			i += n - 1
		}
		if isAddress(f) {
			r.address(f)
			continue
		}
		r.field(f)
	}
	return r.sum
}

// field reads what is between two spaces: letters, numbers and signs in turn.
func (r *reader) field(f string) {
	for f != "" {
		c, size := utf8.DecodeRuneInString(f)
		switch {
		case unicode.IsLetter(c):
			n := letters(f)
			r.word(f[:n])
			f = f[n:]
			continue
		case unicode.IsDigit(c):
			n := digits(f)
			r.number(f[:n])
			f = f[n:]
			continue
		}
		r.sign(c)
		f = f[size:]
	}
}

// letters returns how many bytes of one script's letters, marks and apostrophes f begins with.
func letters(f string) int {
	script, end := "", 0
	for i, c := range f {
		switch {
		case unicode.IsLetter(c):
			s := scriptOf(c)
			if script == "" {
				script = s
			}
			if s != script && c != 'ー' {
				return end
			}
		case unicode.IsMark(c), c == '\'', c == '’', c == '\u200d', c == '\u200c', c == 'ー':
		default:
			return end
		}
		end = i + utf8.RuneLen(c)
	}
	return end
}

// word adds a run of letters of one script.
func (r *reader) word(w string) {
	first, _ := utf8.DecodeRuneInString(w)
	script := scriptOf(first)
	of := rateOf(script, r.language, r.kana)
	n, vowels, upper := 0, 0, 0
	virama := false
	for _, c := range w {
		switch {
		case isVirama(c):
			virama = true
			continue
		case !unicode.IsLetter(c), isSmallKana(c):
			virama = false
			continue
		}
		if !virama || script == "latin" {
			n++ // a consonant below another is spoken with it
		}
		virama = false
		if strings.ContainsRune("aeiouyAEIOUYäöüÄÖÜ", c) || c >= 0xC0 {
			vowels++
		}
		if unicode.IsUpper(c) {
			upper++
		}
	}
	switch {
	case script == "latin" && n > 1 && upper == n && !r.capitals && (n <= 3 || vowels == 0):
		r.add(float64(n)*spelled, of)
	case script == "latin" && n > 1 && vowels == 0 && n <= 6:
		r.add(max(shortWord, float64(n)*spelled), of) // https
	case script == "kana" || of.word == 0:
		r.add(float64(n)*of.letter, of)
	default:
		r.add(of.word+float64(n)*of.letter, of)
	}
}

// isVirama reports whether a mark removes a consonant's vowel.
func isVirama(c rune) bool {
	switch c {
	case 0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD4D, 0xDCA, 0x1039, 0x17D2:
		return true
	}
	return false
}

// isSmallKana reports whether a kana is one mora with the one before it.
func isSmallKana(c rune) bool {
	return strings.ContainsRune("ゃゅょャュョぁぃぅぇぉァィゥェォ", c)
}

// sign adds what is neither a letter nor a digit.
func (r *reader) sign(c rune) {
	switch {
	case strings.ContainsRune(".!?…。！？।॥؟።:;：；", c):
		r.pause = max(r.pause, sentencePause)
	case strings.ContainsRune(",、，،–—()", c):
		r.pause = max(r.pause, commaPause)
	case isEmoji(c):
		r.sum.High += emojiName
	case strings.ContainsRune("%‰&+=@#*°§/~^|<>{}[]_\\", c), unicode.Is(unicode.Sc, c), unicode.Is(unicode.Sm, c):
		r.add(symbolName, r.main)
	}
}

func isEmoji(c rune) bool {
	return c >= 0x1F000 && c <= 0x1FAFF && (c < 0x1F3FB || c > 0x1F3FF) || c >= 0x2600 && c <= 0x27BF
}
