// Package captions reads caption files and makes captions in the shape of @remotion/captions.
package captions

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"greenroom/internal/excerpt"
	"greenroom/internal/lazyregexp"
)

var (
	srtTimes = lazyregexp.New(`(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})`)
	assTimes = lazyregexp.New(`^Dialogue:[^,]*,(\d+):(\d\d):(\d\d)\.(\d\d),(\d+):(\d\d):(\d\d)\.(\d\d),`)
	tags     = lazyregexp.New(`<[^>]*>|\{[^}]*\}`)
)

// MaxSidecar bounds a caption file, bytes.
const MaxSidecar = 4 << 20

// Caption is one block on screen, as @remotion/captions has it.
type Caption struct {
	Text        string   `json:"text"`
	StartMs     int64    `json:"startMs"`
	EndMs       int64    `json:"endMs"`
	TimestampMs *int64   `json:"timestampMs"`
	Confidence  *float64 `json:"confidence"`
}

// parseCaptions reads SRT or ASS, whichever it is. Blocks come in order of time; one
// that ends before it begins is omitted.
func Parse(b []byte) ([]Caption, error) {
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("the captions are not UTF-8 text")
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(b), "\ufeff"), "\r\n", "\n")
	if strings.Contains(text, "[Events]") && strings.Contains(text, "[Script Info]") {
		return Ordered(parseASS(text)), nil
	}
	var out []Caption
	for _, block := range strings.Split(text, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for i, l := range lines {
			if m := srtTimes.FindStringSubmatch(l); m != nil {
				out = Add(out, strings.Join(lines[i+1:], " "), millis(m[1:5], 1), millis(m[5:9], 1))
				break
			}
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return nil, fmt.Errorf("the caption file is empty")
	case len(out) == 0:
		return nil, fmt.Errorf("the captions are neither SRT nor ASS but %s", excerpt.Of(b))
	}
	return Ordered(out), nil
}

func parseASS(text string) (out []Caption) {
	for _, l := range strings.Split(text, "\n") {
		m := assTimes.FindStringSubmatch(l)
		parts := strings.SplitN(l, ",", 10)
		if m == nil || len(parts) < 10 {
			continue
		}
		said := strings.NewReplacer(`\N`, " ", `\n`, " ", `\h`, " ").Replace(parts[9])
		out = Add(out, said, millis(m[1:5], 10), millis(m[5:9], 10))
	}
	return out
}

func Add(out []Caption, text string, from, to int64) []Caption {
	text = strings.Join(strings.Fields(tags.ReplaceAllString(text, "")), " ")
	if text == "" || to <= from {
		return out
	}
	middle := (from + to) / 2
	return append(out, Caption{Text: text, StartMs: from, EndMs: to, TimestampMs: &middle})
}

// Ordered sorts blocks by the time they begin, and begins all but the first with a space:
// @remotion/captions wants the space with the word that follows it.
func Ordered(out []Caption) []Caption {
	slices.SortStableFunc(out, func(a, b Caption) int { return cmp.Compare(a.StartMs, b.StartMs) })
	for i := 1; i < len(out); i++ {
		out[i].Text = " " + out[i].Text
	}
	return out
}

// millis of hours, minutes, seconds and a fraction; unit is the fraction's worth.
func millis(parts []string, unit int64) int64 {
	var v [4]int64
	for i, p := range parts {
		if i == 3 && unit == 1 {
			p = (p + "00")[:3] // "5" is half a second
		}
		v[i], _ = strconv.ParseInt(p, 10, 64)
	}
	return ((v[0]*60+v[1])*60+v[2])*1000 + v[3]*unit
}
