package paging

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	closing   = `"'”’»)]」』）】› `
	sentence  = ".!?…。！？؟۔।॥։።។။"
	clause    = ",;:–—،؛、，；：·"
	noLineOf  = "々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ" // begin no line, as JIS X 4051 has it
	leadVowel = "เแโใไເແໂໃໄ"           // Thai and Lao signs that begin a syllable
)

// abbreviations end with a full stop that ends no sentence, although a capital may follow.
var abbreviations = set(`mr mrs ms dr prof st sr jr vs no nr fig abs art hr fr sra srta dott sig mme mlle approx ca bzw ggf
	evtl inkl vgl str tel gen col capt sgt rev hon gov sen rep mt ft ave blvd jan feb mar apr jun jul aug sep sept oct nov dec pp vol
	ing mgr dhr mevr op kap bd geb tzv tzn гл ул стр тел проф др рис им`)

// joined are words that belong to the next one: articles, prepositions and the like of seven languages.
var joined = set(`a an the of to in on at by for with from my your our his her their its this that these those very
	der die das den dem des ein eine einen einem einer im am zum zur von mit für auf an bei nach aus
	le la les un une des du de à au aux en dans sur pour par avec mon ma mes ton ta son sa ses notre votre
	el los las una unos unas del al con por para su sus mi tu il lo gli i uno di da nel della
	o os as um uma do dos das no na em com het een van te op и в на с к о у за по от до из не
	في من إلى على عن مع את של על עם`)

// joining are words that a line rather begins with: conjunctions and relatives.
var joining = set(`and but or so because which who when while where if than then und aber oder weil dass denn wenn während
	et mais ou donc car qui que quand y pero o porque cuando e ma perché che mas porque quando en maar of omdat и но или что потому और लेकिन क्योंकि कि و لكن أو אבל או כי`)

// beginners are words with a capital that begin a sentence after an abbreviation.
var beginners = set(`the a an this that these those in on at by for with from my your our his her and but so because when
	while where if then i you he she it we they there what who how why der die das ein eine im am und aber dann er sie es wir ihr
	le la les un une et mais il elle nous vous el los las y pero`)

// set returns the words of a list, split at the first use: splitting costs every start of the program.
func set(words string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		out := map[string]bool{}
		for _, w := range strings.Fields(words) {
			out[w] = true
		}
		return out
	})
}

// EndsSentence reports that a sentence ends with a word, by the word that follows: not after Dr. and e.g.,
// initials, the day of a date (1. Mai), or where a small letter follows.
func EndsSentence(word, next string) bool {
	core := strings.TrimRight(word, closing)
	last, size := utf8.DecodeLastRuneInString(core)
	if size == 0 || !strings.ContainsRune(sentence, last) {
		return false
	}
	follows, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, `"'“‘«(„¿¡[`))
	if unicode.IsLower(follows) && last < 0x3000 {
		return false
	}
	if last != '.' || strings.HasSuffix(core, "..") {
		return true
	}
	core = strings.TrimLeft(strings.TrimSuffix(core, "."), `"'“‘«(„¿¡[`)
	letters := []rune(core)
	switch {
	case len(letters) == 0:
		return true
	case len(letters) == 1 && unicode.IsLetter(letters[0]):
		return false // J. Smith
	case len(letters) <= 2 && digits(core):
		return false // 1. Mai
	case strings.ContainsRune(core, '.') && !strings.ContainsFunc(core, unicode.IsDigit) && parts(core):
		return beginners()[strings.ToLower(next)] // e.g. Smith, the U.S. Army; at 5 p.m. The
	}
	return !abbreviations()[strings.ToLower(core)]
}

// parts reports letters with full stops: each part has at most three.
func parts(core string) bool {
	for _, p := range strings.Split(core, ".") {
		if utf8.RuneCountInString(p) > 3 {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsDigit(c) })
}

// Costs of breaks, from the best place to inside of what belongs together.
const (
	afterClause = 1.0
	afterPause  = 2.0
	beforeJoin  = 3.0 // before a conjunction
	anywhere    = 6.0
	afterJoined = 12.0 // after an article or a preposition
	inside      = 16.0 // Dr. Smith, 3.5 million, San Francisco
)

// breakCost is how badly a break between two words reads: 0 where a sentence ends.
func breakCost(before, after Word) float64 {
	core := strings.TrimRight(before.Text, closing)
	last, _ := utf8.DecodeLastRuneInString(core)
	first, _ := utf8.DecodeRuneInString(after.Text)
	final, _ := utf8.DecodeLastRuneInString(before.Text)
	switch {
	case EndsSentence(before.Text, after.Text):
		return 0
	case strings.ContainsRune(clause, last):
		return afterClause
	case after.From-before.To >= Gap/3:
		return afterPause
	case strings.ContainsRune(closing, final):
		return beforeJoin
	case after.Glued:
		return gluedCost(final, first)
	case unicode.In(first, unicode.Thai, unicode.Lao): // a blank is between clauses
		return afterPause
	case joining()[strings.ToLower(after.Text)]:
		return beforeJoin
	case joined()[strings.ToLower(core)]:
		return afterJoined
	case last == '.', unicode.IsDigit(last), unicode.IsUpper(first) && capital(before.Text):
		return inside
	}
	return anywhere
}

// gluedCost is the cost of a break where no blank is. Without a dictionary the kind of signs decides:
// phrases of Japanese begin with kanji or katakana and end with hiragana.
func gluedCost(final, first rune) float64 {
	kana := unicode.Is(unicode.Hiragana, final)
	switch {
	case unicode.In(final, unicode.Katakana) && unicode.In(first, unicode.Katakana):
		return inside
	case kana && !unicode.Is(unicode.Hiragana, first):
		return beforeJoin
	case strings.ContainsRune("的了吗呢", final), strings.ContainsRune("和与但把被并", first): // particles of Chinese
		return beforeJoin
	case kana, unicode.Is(unicode.Hiragana, first), strings.ContainsRune(leadVowel, first):
		return afterJoined
	}
	return anywhere
}

func capital(word string) bool {
	c, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(c)
}

// Split cuts a text into words: between blanks; in Chinese and Japanese each sign is one, with the
// punctuation that follows it; in Thai and Lao syllables whose beginning is certain are. [Attach] follows.
func Split(text string) (out []Word) {
	for _, f := range strings.Fields(text) {
		start := 0
		runes := []rune(f)
		for i := 1; i <= len(runes); i++ {
			if i == len(runes) || cut(runes[i-1], runes[i]) {
				out = append(out, Word{Text: string(runes[start:i]), Glued: start > 0})
				start = i
			}
		}
	}
	return out
}

// Attach adds signs that are alone, as in « Bonjour ! », to the word that they belong to: opening ones
// to the next, all others to the one before.
func Attach(words []Word) []Word {
	out := words[:0]
	ahead := false // the last of out waits for its word
	for _, w := range words {
		alone := !strings.ContainsFunc(w.Text, func(c rune) bool { return !unicode.IsPunct(c) })
		if n := len(out); n > 0 && (ahead || alone && !allOpen(w.Text)) {
			last := &out[n-1]
			if !w.Glued {
				last.Text += " "
			}
			last.Text += w.Text
			last.To = w.To
			ahead = ahead && alone && allOpen(w.Text)
			continue
		}
		ahead = alone && allOpen(w.Text)
		out = append(out, w)
	}
	return out
}

func allOpen(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return !opens(c) && c != '¿' && c != '¡' })
}

func cut(before, c rune) bool {
	switch {
	case strings.ContainsRune(leadVowel, c):
		return !unicode.IsPunct(before)
	case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) || strings.ContainsRune(noLineOf, c):
		return false
	case opens(before):
		return false
	case ideograph(c):
		return true
	case opens(c):
		return ideograph(before) || isWide(before)
	}
	return (ideograph(before) || isWide(before) && unicode.IsPunct(before)) && !unicode.IsPunct(c)
}

// opens reports an opening bracket or quote: nothing is cut after it.
func opens(c rune) bool { return unicode.In(c, unicode.Ps, unicode.Pi) }

func ideograph(c rune) bool { return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana) }
