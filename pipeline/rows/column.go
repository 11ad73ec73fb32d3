package rows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Column is a column's name as it is compared: in normal form C, with one blank for blanks, line ends
// and no-break blanks of any number, and without signs of no width. Programs differ in these, and
// it is not visible.
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

// plainColumn reports that a name is ASCII with single blanks inside.
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

// blank reports that a cell shows nothing.
func blank(cell string) bool { return Column(cell) == "" }

// lost is the sign that an earlier conversion wrote where it lost a letter.
const lost = "\ufffd"

// spreadsheetErrors are what Excel, LibreOffice, Numbers and Google Sheets save for a formula without a value.
var spreadsheetErrors = map[string]bool{
	"#N/A": true, "#REF!": true, "#NAME?": true, "#VALUE!": true, "#DIV/0!": true, "#NUM!": true, "#NULL!": true,
	"#SPILL!": true, "#CALC!": true, "#ERROR!": true, "#N/V": true, "#NV": true, "#BEZUG!": true, "#WERT!": true,
	"Err:502": true, "Err:504": true, "Err:508": true, "Err:522": true, "Err:523": true,
}
