package excerpt

import (
	"strings"
	"testing"
)

func TestAnExcerptHoldsNoLinkNoKeyAndNoControlCharacter(t *testing.T) {
	for body, want := range map[string]string{
		"Access denied. Link expired.":                     `"Access denied. Link expired."`,
		"key sk_live_0123456789abcdefghij is bad":          `"key […] is bad"`,
		"see https://files2.heygen.ai/x?Signature=abc now": `"see [link] now"`,
		"red \x1b[31m\r\ngreenroom: published ok":          `"red \x1b[31m greenroom: published ok"`,
		"\x00\x01\x02":             "",
		"\xff\xfe":                 "",
		"":                         "",
		strings.Repeat("ab ", 200): `"` + strings.Repeat("ab ", 26) + `a…"`,
		strings.Repeat("ä", 170) + strings.Repeat(" b", 400) + "\xff" + "never": `"` + strings.Repeat("ä", 79) + `…"`,
	} {
		if got := Of([]byte(body)); got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}
