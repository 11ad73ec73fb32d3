package project

import (
	"strconv"
	"strings"
)

// Older reports that version a is older than b, by their first three numbers. A version without numbers, as of a
// developer's own build, is not older than any.
func Older(a, b string) bool {
	x, y := strings.SplitN(a, ".", 3), strings.SplitN(b, ".", 3)
	if len(x) < 3 || len(y) < 3 {
		return false
	}
	for i := range x {
		m, errA := strconv.Atoi(digits(x[i]))
		n, errB := strconv.Atoi(digits(y[i]))
		if errA != nil || errB != nil {
			return false
		}
		if m != n {
			return m < n
		}
	}
	return false
}

// digits are those at the beginning, after the v of a Go version.
func digits(s string) string {
	s = strings.TrimPrefix(s, "v")
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return s
	}
	return s[:end]
}
