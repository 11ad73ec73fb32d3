// Package paging groups the words of captions into pages of a few lines: at the ends of sentences and
// clauses, of a length that is read in the time it is shown.
//
// The figures are those of public guides for subtitles: two lines of at most 42 characters (16 for
// Chinese, Japanese and Korean), 20 characters a second (9), pages of 5/6 to 7 seconds, as in Netflix's
// Timed Text Style Guides; a break at the end of a clause rather than between an article and its noun, as
// in the BBC's Subtitle Guidelines. It promises that no word is lost or moved, that pages come in the
// order of time and within the time of their words, and that a page never begins inside of one sentence
// and ends inside of another.
//
// remotion/companion/src/greenroom/captionPages.ts is the same in TypeScript; a test compares them.
package paging

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Word is a word that is spoken, with its time in seconds.
type Word struct {
	Text     string
	Glued    bool // no blank before it
	From, To float64
}

// Page is what is shown at a time: words First to End-1. Breaks are the words that begin a further line.
type Page struct {
	First, End int
	Breaks     []int
	From, To   float64 // seconds
}

// Limits. Lengths are in characters; a sign of Chinese, Japanese or Korean counts wide characters.
const (
	LineLength    = 42
	wide          = 42.0 / 16
	Speed         = 20.0 // characters a second
	wideSpeed     = 9.0
	MaxSeconds    = 7.0
	minSeconds    = 5.0 / 6
	Gap           = 0.8 // seconds of silence that end a page
	Hold          = 0.4 // a page stays that much longer when nothing follows
	shortSentence = 24  // characters; a shorter one shares its page with the next if both fit

	shortLine  = 0.5 // of an even line; two lines of a quarter and three
	shortCost  = 2.0
	orphanOf   = 4    // words of a page from which none has a line for itself
	orphanLong = 12.0 // characters
	orphanCost = 3.0
	topHeavy   = 0.2 // of two equally good breaks the longer line is below, as Netflix's guide has it

	poor = 6.0 // the cost of lines from which two pages are better
)

// Box is the room of a page.
type Box struct {
	Lines int
	// Fits reports that words are narrow enough for one line; nil: all are. Length is checked without it.
	Fits func(first, end int) bool
	// Width is the measured width of words as one line, in any unit: lines are balanced by it. Nil: by length.
	Width func(first, end int) float64
}

// Pages groups words, which are in order of time.
func Pages(words []Word, box Box) []Page {
	p := &pager{words: words, box: box, length: make([]float64, len(words)+1), cost: make([]float64, len(words))}
	for i, w := range words {
		n := Length(w.Text)
		if i > 0 && !w.Glued {
			n++
		}
		p.length[i+1] = p.length[i] + n
		if i > 0 {
			p.cost[i] = breakCost(words[i-1], w)
		}
	}
	var out []Page
	for first := 0; first < len(words); {
		end := first + 1
		for end < len(words) && !p.afterSilence(end) && p.cost[end] > 0 {
			end++
		}
		if n := len(out) - 1; n >= 0 && p.joins(out[n]) {
			if both, cost := p.page(out[n].First, end); cost < poor {
				out[n], first = both, end
				continue
			}
		}
		if one, cost := p.page(first, end); cost < poor {
			out = append(out, one)
		} else {
			out = append(out, p.split(first, end)...)
		}
		first = end
	}
	return p.held(out)
}

// Text is what a page shows, with a sign for each line end.
func Text(words []Word, g Page, lineEnd string) string {
	var s strings.Builder
	for i := g.First; i < g.End; i++ {
		switch {
		case slices.Contains(g.Breaks, i):
			s.WriteString(lineEnd)
		case i > g.First && !words[i].Glued:
			s.WriteByte(' ')
		}
		s.WriteString(words[i].Text)
	}
	return s.String()
}

// Length is how many characters a text counts.
func Length(text string) (n float64) {
	for _, c := range text {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case isWide(c):
			n += wide
		default:
			n++
		}
	}
	return n
}

func isWide(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		c >= 0x3000 && c <= 0x30ff ||
		c >= 0xff00 && c <= 0xff60
}

// ReadingTime is how long words take to read, seconds.
func ReadingTime(text string) (seconds float64) {
	for _, c := range text {
		if isWide(c) {
			seconds += 1 / wideSpeed
		} else {
			seconds += Length(string(c)) / Speed
		}
	}
	return seconds
}

type pager struct {
	words  []Word
	box    Box
	length []float64 // of the words before each, with the blanks before them
	cost   []float64 // of a break before each; 0 where a sentence ends
}

// afterSilence reports a silence before a word.
func (p *pager) afterSilence(i int) bool { return p.words[i].From-p.words[i-1].To > Gap }

// joins reports that a page is a short sentence or several, to which the next may be added.
func (p *pager) joins(last Page) bool {
	begins := last.First == 0 || p.cost[last.First] == 0 || p.afterSilence(last.First)
	return begins && !p.afterSilence(last.End) && p.between(last.First, last.End) < shortSentence
}

// between is the length of words as one line.
func (p *pager) between(first, end int) float64 {
	n := p.length[end] - p.length[first]
	if first > 0 && !p.words[first].Glued {
		n--
	}
	return n
}

func (p *pager) line(first, end int) bool {
	return end == first+1 || p.between(first, end) <= LineLength && (p.box.Fits == nil || p.box.Fits(first, end))
}

// page makes one page of words: with as few lines as possible, broken where it reads best. The cost is
// that of the breaks; it is infinite if the words do not fit.
func (p *pager) page(first, end int) (Page, float64) {
	g := Page{First: first, End: end, From: p.words[first].From, To: p.words[end-1].To}
	if end > first+1 && (g.To-g.From > MaxSeconds || p.between(first, end) > p.most()) {
		return g, math.Inf(1)
	}
	for lines := 1; lines <= p.box.Lines; lines++ {
		if breaks, cost := p.lines(first, end, lines); !math.IsInf(cost, 1) {
			g.Breaks = breaks
			return g, cost
		}
	}
	return g, math.Inf(1)
}

// most is how many characters a page has.
func (p *pager) most() float64 { return float64(p.box.Lines * LineLength) }

// lines breaks words into a number of lines at the least cost; the cost is infinite if they do not fit.
func (p *pager) lines(first, end, lines int) (breaks []int, cost float64) {
	n := end - first
	width := p.box.Width
	if width == nil {
		width = p.between
	}
	even := width(first, end) / float64(lines)
	least, next := make([]float64, n+1), make([]int, n+1) // of the words from each on, in one line first
	for i := range n {
		least[i], next[i] = math.Inf(1), n
		if p.line(first+i, end) {
			least[i] = 0
			if lines > 1 {
				least[i] = short(width(first+i, end)/even, p.between(first+i, end), n-i, n)
			}
		}
	}
	trail := [][]int{next}
	for range lines - 1 {
		more, to := make([]float64, n+1), make([]int, n+1)
		more[n] = math.Inf(1)
		for i := range n {
			more[i] = math.Inf(1)
			for j := i + 1; j < n && p.line(first+i, first+j); j++ {
				w := width(first+i, first+j)
				off := (w - even) / even * p.between(first, end) / float64(lines) / LineLength
				c := lineCost(p.cost[first+j]) + 12*off*off +
					short(w/even, p.between(first+i, first+j), j-i, n) + least[j]
				if off > 0.01 {
					c += topHeavy
				}
				if c < more[i] {
					more[i], to[i] = c, j
				}
			}
		}
		least, trail = more, append(trail, to)
	}
	if math.IsInf(least[0], 1) {
		return nil, least[0]
	}
	at := 0
	for k := lines - 1; k > 0; k-- {
		at = trail[k][at]
		breaks = append(breaks, first+at)
	}
	return breaks, least[0]
}

// lineCost is the cost of a line end: half of that of a page's, but twice inside of what belongs together,
// so that two pages are made rather.
func lineCost(cost float64) float64 {
	if cost < inside {
		return cost / 2
	}
	return 2 * cost
}

// short is the cost of a line that is much shorter than an even one: share is its width as a share of that. A short
// word that has a line for itself costs as much as a break inside of a clause.
func short(share, length float64, words, all int) (cost float64) {
	if share < shortLine {
		cost = shortCost
	}
	if words == 1 && all >= orphanOf && length <= orphanLong {
		cost += orphanCost
	}
	return cost
}

// split makes pages of a sentence that is too long for one.
func (p *pager) split(first, end int) []Page {
	n := end - first
	cost, from := make([]float64, n+1), make([]int, n+1)
	even := p.even(first, end)
	for j := 1; j <= n; j++ {
		cost[j] = math.Inf(1)
		for i := j - 1; i >= 0; i-- {
			if i < j-1 && p.between(first+i, first+j) > p.most() {
				break
			}
			_, broken := p.page(first+i, first+j)
			off := (p.between(first+i, first+j) - even) / LineLength
			c := cost[i] + 8 + 6*off*off + broken
			if j < n {
				c += p.cost[first+j]
			}
			if p.words[first+j-1].To-p.words[first+i].From < minSeconds {
				c += 6
			}
			if c < cost[j] {
				cost[j], from[j] = c, i
			}
		}
	}
	var out []Page
	for j := n; j > 0; j = from[j] {
		g, _ := p.page(first+from[j], first+j)
		out = append(out, g)
	}
	slices.Reverse(out)
	return out
}

// even is how long the pages of a sentence are if all are as long.
func (p *pager) even(first, end int) float64 {
	all := p.between(first, end)
	pages := math.Ceil(all / p.most())
	pages = max(pages, math.Ceil((p.words[end-1].To-p.words[first].From)/MaxSeconds))
	return all / max(1, pages)
}

// held lets pages stay until they are read, as long as nothing follows.
func (p *pager) held(pages []Page) []Page {
	for i := range pages {
		g := &pages[i]
		read := 0.0
		for _, w := range p.words[g.First:g.End] {
			read += ReadingTime(w.Text + " ")
		}
		to := max(g.To+Hold, min(g.From+read, g.From+MaxSeconds))
		if i+1 < len(pages) {
			to = min(to, pages[i+1].From)
			g.To = min(g.To, pages[i+1].From)
		}
		g.To = max(g.To, to)
	}
	return pages
}
