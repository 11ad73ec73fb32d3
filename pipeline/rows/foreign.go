package rows

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"greenroom/internal/lazyregexp"
)

// encodings are what spreadsheet programs of Western Europe and America save a table in when they do
// not save UTF-8: Excel's "CSV (Comma delimited)", "CSV (MS-DOS)" and "CSV (Macintosh)". The names are
// those of iconv.
var encodings = []struct {
	name string
	is   *charmap.Charmap
}{
	{"WINDOWS-1252", charmap.Windows1252},
	{"IBM850", charmap.CodePage850},
	{"MACINTOSH", charmap.Macintosh},
	{"WINDOWS-1251", charmap.Windows1251},
}

// common are letters with accents as they are in the middle of words of Western Europe; the
// apostrophe that Windows programs write is as common.
const common = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ’"

// notUTF8 returns the error of a cell that is not UTF-8, with the word as other encodings read it. Line and column
// are those of the cell.
func (r *Reader) notUTF8(line, column int, what, cell string) error {
	at := 0
	for at < len(cell) {
		c, size := utf8.DecodeRuneInString(cell[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line += strings.Count(cell[:at], "\n")
	if i := strings.LastIndexByte(cell[:at], '\n'); i >= 0 {
		column = utf8.RuneCountInString(cell[i+1:at]) + 1
	} else {
		column += utf8.RuneCountInString(cell[:at])
	}
	word := wordAt(cell, at)
	best, most := 0, -1
	var reads []string
	for i, e := range encodings {
		if e.is == charmap.Windows1251 && dense(word) < 2 {
			continue
		}
		text, _ := e.is.NewDecoder().String(word)
		reads = append(reads, fmt.Sprintf("%q in %s", text, e.name))
		score := 0
		for _, c := range text {
			if strings.ContainsRune(common, c) || e.is == charmap.Windows1251 && unicode.Is(unicode.Cyrillic, c) {
				score += 2
			}
		}
		if e.is == charmap.Macintosh && r.macintosh {
			score++
		}
		if score > most {
			best, most = i, score
		}
	}
	return r.fault(line, column,
		r.convert(encodings[best].name)+`; or save it in Excel as "CSV UTF-8"`,
		"%s is not UTF-8 text: %q is %s", what, word, strings.Join(reads, ", "))
}

// wordAt returns the word around a byte, at most 40 bytes of it.
func wordAt(text string, at int) string {
	inWord := func(c byte) bool { return c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	from, to := at, at
	for from > 0 && at-from < 20 && inWord(text[from-1]) {
		from--
	}
	for to < len(text) && to-at < 20 && inWord(text[to]) {
		to++
	}
	return text[from:to]
}

// dense returns the length of the longest run of bytes that are not ASCII.
func dense(word string) (most int) {
	n := 0
	for i := range len(word) {
		n++
		if word[i] < 0x80 {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// plainName is a file's name that a shell reads as it is.
var plainName = lazyregexp.New(`^[A-Za-z0-9_./][A-Za-z0-9_./-]*$`)

// convert returns the hint with the command that converts the table to UTF-8.
func (r *Reader) convert(from string) string {
	ext := filepath.Ext(r.name)
	to := strings.TrimSuffix(r.name, ext) + "-utf8" + ext
	return fmt.Sprintf("iconv -f %s -t UTF-8 %s > %s, and write rows: %s in the manifest",
		from, shellWord(r.name), shellWord(to), to)
}

// shellWord returns a file's name as a word of a shell.
func shellWord(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
