package rows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Column returns a column's name in the form in which names are compared: in normal form C, with one blank for any
// number of blanks, line ends and no-break blanks, and without characters of no width. Programs differ in these, and
// the difference is not visible.
func Column(name string) string {
	if plainColumn(name) {
		return name
	}
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case c == '\u200b', c == '\u200e', c == '\u200f', c == '\u2060', c == '\ufeff', c == '\u00ad':
			return -1
		}
		return c
	}, norm.NFC.String(name))
	return strings.Join(strings.Fields(name), " ")
}

// plainColumn reports whether a name is ASCII with single blanks inside.
func plainColumn(name string) bool {
	blank := true
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf || c < ' ' || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank || name == ""
}

// blank reports whether a cell has no visible character.
func blank(cell string) bool { return Column(cell) == "" }

// lost is the character that a conversion writes for a letter that it cannot convert.
const lost = "\ufffd"

// spreadsheetErrors are what Excel, LibreOffice, Numbers and Google Sheets save for a formula without a value.
var spreadsheetErrors = map[string]bool{
	"#N/A": true, "#REF!": true, "#NAME?": true, "#VALUE!": true, "#DIV/0!": true, "#NUM!": true, "#NULL!": true,
	"#SPILL!": true, "#CALC!": true, "#ERROR!": true, "#N/V": true, "#NV": true, "#BEZUG!": true, "#WERT!": true,
	"Err:502": true, "Err:504": true, "Err:508": true, "Err:522": true, "Err:523": true,
}
