package pace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// syllable is the length of one in a number, seconds.
const syllable = 0.25

// digits is how many bytes of f are one number: digits, and separators between them.
func digits(f string) int {
	end := 0
	for i, c := range f {
		switch {
		case unicode.IsDigit(c):
			end = i + utf8.RuneLen(c)
		case strings.ContainsRune(".,:'’-/", c) && i == end: // one separator at a time
		default:
			return end
		}
	}
	return end
}

// spacedNumber is how many fields one number takes whose thousands are set apart by
// spaces, as in 80 000; 1 for anything else.
func spacedNumber(fields []string) int {
	if !plainDigits(fields[0]) || len(fields[0]) > 3 {
		return 1
	}
	n := 1
	for n < len(fields) {
		next := strings.TrimRight(fields[n], ".,;:!?)%")
		if len(next) != 3 || !plainDigits(next) {
			break
		}
		n++
		if next != fields[n-1] {
			break // the sentence goes on after it
		}
	}
	return n
}

func plainDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' }) < 0
}

// number adds a number, a date, a time or a row of digits.
func (r *reader) number(s string) {
	of := r.main
	total := 0.0
	groups := strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsDigit(c) })
	switch {
	case thousands(s, groups):
		total = inWords(strings.Join(groups, ""))
	case len(groups) > 3, strings.Contains(s, "-") && len(groups) > 1 && len(groups[0]) != 4:
		for _, g := range groups { // a telephone number, an address, a version
			total += oneByOne(g)
		}
		total += float64(len(groups)-1) * 2
	case len(groups) == 2 && strings.ContainsAny(s, ".,"):
		total = inWords(groups[0]) + 2 + oneByOne(groups[1]) // three point one four
	default:
		for _, g := range groups {
			total += inWords(g)
		}
		total += float64(len(groups) - 1)
	}
	r.add(0.08+total*syllable*of.number, of)
}

// thousands reports 1,234,567 and its like: groups of three after the first.
func thousands(s string, groups []string) bool {
	if len(groups) < 2 || strings.ContainsAny(s, ":-/") || len(groups[0]) > 3 || groups[0] == "0" {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return len(groups) > 2 || strings.ContainsAny(s, ",'’") || groups[1] == "000"
}

// oneByOne is the syllables of digits that are read each by itself.
func oneByOne(g string) float64 {
	n := 0.0
	for _, c := range g {
		n += ones(value(c))
	}
	return n
}

// inWords is the syllables of a number in English words; what is longer than twelve
// digits or begins with 0 is read digit by digit.
func inWords(g string) float64 {
	n := utf8.RuneCountInString(g)
	if n == 0 {
		return 0
	}
	if first, _ := utf8.DecodeRuneInString(g); n > 12 || n > 1 && value(first) == 0 {
		return oneByOne(g)
	}
	total, at := 0.0, n
	three := [3]int{}
	any := false
	for _, c := range g {
		at--
		three[at%3] = value(c)
		any = any || value(c) != 0
		if at%3 != 0 {
			continue
		}
		if any {
			total += below1000(three)
			if at > 0 {
				total += 2 // thousand, million, billion
			}
		}
		three, any = [3]int{}, false
	}
	return max(total, 2) // zero
}

// below1000 is the syllables of hundreds, tens and ones.
func below1000(d [3]int) float64 {
	n := 0.0
	if d[2] > 0 {
		n += ones(d[2]) + 2
	}
	switch {
	case d[1] == 1:
		return n + 2 // ten to nineteen
	case d[1] > 1:
		n += 2
	}
	if d[0] > 0 {
		n += ones(d[0])
	}
	return n
}

func ones(v int) float64 {
	if v == 0 || v == 7 {
		return 2
	}
	return 1
}

// value of a digit of any script: their blocks of ten begin with zero.
func value(c rune) int {
	if c < 0x80 {
		return int(c - '0')
	}
	v := 0
	for v < 9 && unicode.IsDigit(c-rune(v)-1) {
		v++
	}
	return v
}
