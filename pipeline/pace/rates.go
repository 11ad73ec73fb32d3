package pace

import (
	"strings"
	"unicode"
)

// rate is the pace of one language or script at 150 English words a minute. Seconds are
// what a unit adds, pauses between words included.
type rate struct {
	word, letter float64 // seconds per word, and per letter or sign that counts
	number       float64 // how long numbers are, English 1
	low, high    float64 // the range, as factors of the likely length
}

// The range of a language whose pace is in the table: a voice at 180 words a minute is
// at 0.83 of the likely length, one at 130 at 1.15; the rest is the error of the count.
// It is wider where the language is not known, or the writing omits sounds.
const (
	low, high         = 0.70, 1.40
	unsureLow, unsure = 0.60, 1.60
)

// Rates of 2026-11-28. Sources: IReST (Trauzettel-Klosinski and Dietz, IOVS 2012: 17
// languages read aloud, 184 words and 863 characters a minute on average; characters a
// minute differ by 6 % between alphabetic languages, which is why letters are counted
// here and not words), Pellegrino, Coupé and Marsico, Language 2011 (syllables a second:
// Japanese 7.8, Spanish 7.8, French 7.2, Italian 7.0, English 6.2, German 6.0, Mandarin
// 5.2, without pauses). Both are people who read fast; the figures are set to 150 English
// words a minute and were compared with espeak-ng at that pace: docs/benchmarks.md.
var rates = map[string]rate{
	"latin":    {0.10, 0.076, 1.25, unsureLow, unsure}, // where nothing names the language
	"unlisted": {0.10, 0.080, 1.25, 0.65, 1.70},        // a language in Latin letters without a row
	"en":       {0.10, 0.068, 1, low, high},
	"de":       {0.10, 0.068, 1.25, low, high},
	"fr":       {0.09, 0.060, 1.2, 0.65, high},
	"vi":       {0.08, 0.062, 1.1, low, high},
	"alphabet": {0.10, 0.078, 1.25, low, high}, // the other languages of the sources

	"cyrillic": {0.10, 0.068, 1.45, low, high},
	"greek":    {0.10, 0.072, 1.5, low, high},
	"armenian": {0.10, 0.085, 1.5, unsureLow, unsure},
	"georgian": {0.10, 0.085, 1.5, unsureLow, unsure},

	"zh":      {0, 0.25, 0.9, low, high}, // a character is a syllable
	"yue":     {0, 0.28, 0.9, low, high},
	"ja":      {0, 0.165, 1.2, low, high},   // per mora; a kanji has about two
	"han":     {0, 0.26, 1, low, unsure},    // no kana nearby, no locale: Chinese or Japanese
	"ko":      {0.05, 0.215, 1, low, high},  // per block of letters, which is a syllable
	"thai":    {0, 0.155, 1.2, low, unsure}, // per letter; vowel signs above and below are marks
	"lao":     {0, 0.155, 1.2, low, unsure},
	"khmer":   {0, 0.15, 1.2, unsureLow, unsure},
	"myanmar": {0, 0.17, 1.2, unsureLow, unsure},
	"tibetan": {0, 0.15, 1.2, unsureLow, unsure},

	"arabic":     {0.10, 0.122, 1.5, unsureLow, unsure}, // short vowels are not written
	"hebrew":     {0.10, 0.100, 1.5, unsureLow, unsure},
	"devanagari": {0.06, 0.165, 1.2, low, high}, // per consonant or free vowel
	"indic":      {0.06, 0.200, 1.2, 0.65, high},
	"ethiopic":   {0.10, 0.180, 1.3, unsureLow, unsure},
	"other":      {0.10, 0.150, 1.3, unsureLow, unsure},
}

// scripts are tried in this order; a letter belongs to the first that has it.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"latin", unicode.Latin}, {"han", unicode.Han}, {"kana", unicode.Hiragana}, {"kana", unicode.Katakana},
	{"ko", unicode.Hangul}, {"cyrillic", unicode.Cyrillic}, {"arabic", unicode.Arabic},
	{"devanagari", unicode.Devanagari}, {"thai", unicode.Thai}, {"greek", unicode.Greek}, {"hebrew", unicode.Hebrew},
	{"indic", unicode.Bengali}, {"indic", unicode.Tamil}, {"indic", unicode.Telugu}, {"indic", unicode.Kannada},
	{"indic", unicode.Malayalam}, {"indic", unicode.Gujarati}, {"indic", unicode.Gurmukhi}, {"indic", unicode.Oriya},
	{"indic", unicode.Sinhala}, {"lao", unicode.Lao}, {"khmer", unicode.Khmer}, {"myanmar", unicode.Myanmar},
	{"tibetan", unicode.Tibetan}, {"armenian", unicode.Armenian}, {"georgian", unicode.Georgian},
	{"ethiopic", unicode.Ethiopic}, {"han", unicode.Bopomofo}, {"han", unicode.Yi},
}

func scriptOf(r rune) string {
	if r < 0x250 {
		return "latin"
	}
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return s.name
		}
	}
	return "other"
}

// languageOf is the first part of a locale, in the words of the table.
func languageOf(locale string) string {
	l, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	if l == "zh" && (strings.HasSuffix(locale, "HK") || strings.HasSuffix(locale, "MO")) {
		return "yue"
	}
	if l == "cmn" || l == "wuu" {
		return "zh"
	}
	return l
}

// rateOf returns the pace of a script in a text of a language.
func rateOf(script, language string, kana bool) rate {
	switch script {
	case "kana":
		return rates["ja"]
	case "han":
		switch {
		case language == "ja" || language == "" && kana:
			r := rates["ja"]
			r.letter *= kanjiMora
			return r
		case language == "zh" || language == "yue":
			return rates[language]
		}
		return rates["han"]
	case "latin":
		if name, ok := alphabets[language]; ok {
			return rates[name]
		}
		if language != "" && !otherScript[language] {
			return rates["unlisted"]
		}
	}
	return rates[script]
}

// otherScript are languages whose texts hold foreign words in Latin letters.
var otherScript = map[string]bool{
	"zh": true, "yue": true, "ja": true, "ko": true, "th": true, "lo": true, "km": true, "my": true, "ru": true,
	"uk": true, "bg": true, "sr": true, "el": true, "ar": true, "fa": true, "ur": true, "he": true, "hi": true,
	"mr": true,
	"ne": true, "bn": true, "ta": true, "te": true, "kn": true, "ml": true, "gu": true, "pa": true,
	"si": true, "ka": true, "hy": true, "am": true,
}

// kanjiMora is how many mora a kanji of a Japanese text has on average.
const kanjiMora = 1.9

// alphabets are the rows of languages in Latin letters.
var alphabets = map[string]string{
	"en": "en", "de": "de", "fr": "fr", "vi": "vi",
	"es": "alphabet", "it": "alphabet", "pt": "alphabet", "nl": "alphabet", "sv": "alphabet", "da": "alphabet",
	"nb": "alphabet", "no": "alphabet", "fi": "alphabet", "hu": "alphabet", "tr": "alphabet", "pl": "alphabet",
	"cs": "alphabet", "sk": "alphabet", "sl": "alphabet", "hr": "alphabet", "ro": "alphabet", "id": "alphabet",
	"ms": "alphabet", "ca": "alphabet", "et": "alphabet",
}
