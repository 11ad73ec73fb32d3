// Package excerpt quotes the beginning of an unexpected body for an error message.
package excerpt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"greenroom/internal/lazyregexp"
)

// longest is how many characters of a body are quoted.
const longest = 80

var (
	link  = lazyregexp.New(`[A-Za-z][A-Za-z0-9+.-]*://\S*`)
	token = lazyregexp.New(`[A-Za-z0-9+/_=.~%-]{20,}`)
)

// Of returns a short quotation of a text body, without links and without words that are long
// enough to be a key or a signature. It returns "" for a body that is not text.
func Of(body []byte) string {
	if len(body) > 4*longest {
		body = body[:4*longest]
		for len(body) > 0 && !utf8.RuneStart(body[len(body)-1]) {
			body = body[:len(body)-1]
		}
		body = body[:max(0, len(body)-1)] // the last character may be cut
	}
	if len(body) == 0 || !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return ""
	}
	text := strings.Join(strings.Fields(string(body)), " ")
	text = link.ReplaceAllString(text, "[link]")
	text = token.ReplaceAllString(text, "[…]")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest-1]) + "…"
	}
	return strconv.Quote(text)
}

// Size returns a number of bytes in a unit that fits it.
func Size(n int64) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
