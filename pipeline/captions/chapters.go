package captions

import (
	"math"
	"strings"
	"unicode"
)

// Part is a part of a spoken text.
type Part struct {
	Title string `json:"title"`
	After int    `json:"after"` // how many letters are spoken before it
}

// Chapter is a part that has a time.
type Chapter struct {
	Title   string
	StartMs int64
}

// near is how many letters further away the begin of a sentence is preferred to another word: captions write numbers and
// names in another way than scripts.
const near = 8

// Chapters finds when the parts of a text of so many letters begin: with the word before which the share of letters is
// nearest to the part's, preferably where a sentence begins. Where captions are blocks, the time of a word is estimated from
// its place in the block. The first part begins at 0. Parts that would begin at once are one, with the last one's title; a
// part without words is none, and so are fewer than two chapters.
func Chapters(list []Caption, parts []Part, letters int) []Chapter {
	list = wordsOf(list)
	spoken := make([]int, len(list)) // before each word
	total := 0
	for i, c := range list {
		spoken[i] = total
		total += Letters(c.Text)
	}
	if total == 0 || letters == 0 {
		return nil
	}
	var out []Chapter
	for _, p := range parts {
		if p.After >= letters {
			break
		}
		best, least := 0, math.Inf(1)
		for i := range spoken {
			away := math.Abs(float64(spoken[i]) - float64(p.After)*float64(total)/float64(letters))
			switch {
			case i == 0 && p.After > 0: // something is spoken before it
				continue
			case i > 0 && !endsSentence(list[i-1].Text):
				away += near
			}
			if away < least {
				best, least = i, away
			}
		}
		c := Chapter{Title: p.Title}
		if p.After > 0 && best > 0 {
			c.StartMs = list[best].StartMs
		}
		if n := len(out); n > 0 && out[n-1].StartMs >= c.StartMs {
			out[n-1].Title = c.Title
			continue
		}
		out = append(out, c)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// wordsOf splits captions into words. Each takes its share of the time of its caption, by letters.
func wordsOf(list []Caption) (out []Caption) {
	for _, c := range list {
		length, before := max(1, Letters(c.Text)), 0
		at := func(n int) int64 { return c.StartMs + (c.EndMs-c.StartMs)*int64(n)/int64(length) }
		for _, w := range strings.Fields(c.Text) {
			n := Letters(w)
			out = append(out, Caption{Text: w, StartMs: at(before), EndMs: at(before + n)})
			before += n
		}
	}
	return out
}

// Letters counts the letters and digits of a text.
func Letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

const titleLength = 60

// TitleOf returns the first sentence of a text, cut off after a word where it is long.
func TitleOf(text string) string {
	title := ""
	for _, word := range strings.Fields(text) {
		next := strings.TrimSpace(title + " " + word)
		if title != "" && len([]rune(next)) > titleLength {
			return title + "…"
		}
		title = next
		if endsSentence(word) {
			break
		}
	}
	return title
}
