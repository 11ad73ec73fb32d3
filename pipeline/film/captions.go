package film

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"greenroom/compose/timeline"
	"greenroom/pipeline/film/typeset"
	"greenroom/pipeline/manifest"
)

// word is a piece of what is said, with its time in seconds of the clip.
type word struct {
	text     string
	glued    bool // no blank before it
	from, to float64
	opens    bool // a block of the captions begins here
}

const (
	pageGap  = 0.8 // seconds of silence that end a page
	pageHold = 0.4 // a page stays that much longer when nothing follows
)

// words splits captions into words. The times inside of a block go by letters.
func words(captions []Caption) (out []word) {
	for _, c := range captions {
		text := typeset.Clean(c.Text)
		pieces := split(text)
		letters, at := 0, 0
		for _, p := range pieces {
			letters += len([]rune(p.text))
		}
		for i, p := range pieces {
			n := len([]rune(p.text))
			p.from = c.From + (c.To-c.From)*float64(at)/float64(letters)
			at += n
			p.to = c.From + (c.To-c.From)*float64(at)/float64(letters)
			if i == 0 {
				p.glued = len(out) > 0 && !strings.HasPrefix(c.Text, " ") && len(pieces) == 1
				p.opens = len(pieces) > 1
			}
			out = append(out, p)
		}
	}
	return out
}

// split finds the words of a text: between blanks, and in Chinese and Japanese each sign.
func split(text string) (out []word) {
	for _, f := range strings.Fields(text) {
		start := 0
		runes := []rune(f)
		for i := 1; i <= len(runes); i++ {
			if i == len(runes) || ideograph(runes[i]) || ideograph(runes[i-1]) && !unicode.IsPunct(runes[i]) {
				out = append(out, word{text: string(runes[start:i]), glued: start > 0})
				start = i
			}
		}
	}
	return out
}

func ideograph(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

// spread gives a script's words times by their letters, over a stand-in that has none.
func spread(script string, seconds float64) []Caption {
	script = typeset.Clean(breakTag.ReplaceAllString(script, " "))
	if script == "" {
		return nil
	}
	return []Caption{{Text: strings.ReplaceAll(script, "\n", " "), To: seconds}}
}

// page is what is seen at a time.
type page struct {
	words    []word
	from, to float64
}

func (p page) text() (s string, starts []int) {
	n := 0
	for i, w := range p.words {
		if i > 0 && !w.glued {
			s += " "
			n++
		}
		starts = append(starts, n)
		s += w.text
		n += len([]rune(w.text))
	}
	return s, starts
}

// pages groups words as they fit: a block, a silence or a full box begins a new page.
func (t *setting) pages(all []word, l manifest.Layer) ([]page, error) {
	var out []page
	var now page
	flush := func() {
		if len(now.words) > 0 {
			now.from, now.to = now.words[0].from, now.words[len(now.words)-1].to
			out = append(out, now)
		}
		now = page{}
	}
	for _, w := range all {
		if n := len(now.words); n > 0 {
			last := now.words[n-1]
			if w.opens || last.opensNext(w) || w.from-last.to > pageGap {
				flush()
			}
		}
		next := page{words: append(slices.Clone(now.words), w)}
		text, _ := next.text()
		lines, err := t.lines(text, l.Box, l.Safe)
		if err != nil {
			return nil, err
		}
		if len(lines) > t.style.Lines && len(now.words) > 0 {
			flush()
			next = page{words: []word{w}}
		}
		now = next
	}
	flush()
	for i := range out { // no flicker between pages
		hold := out[i].to + pageHold
		if i+1 < len(out) && out[i+1].from <= hold {
			hold = out[i+1].from
		}
		out[i].to = max(out[i].to, hold)
		if i+1 < len(out) {
			out[i].to = min(out[i].to, out[i+1].from)
		}
	}
	return out, nil
}

// opensNext ends a page behind a sentence, when it is a page of single words.
func (w word) opensNext(next word) bool {
	return !next.glued && strings.ContainsAny(w.text[len(w.text)-1:], ".!?") && next.from-w.to > 0.25
}

// captions resolves the words of a clip, wherever the composition shows it.
func (r *resolver) captions(p *part, l manifest.Layer) {
	clip := r.facts.Clips[l.Of]
	said := clip.Captions
	if len(said) == 0 && clip.StandIn {
		said = spread(clip.Script, clip.Media.Seconds)
	}
	if len(said) == 0 {
		r.fault(l.Place, "set captions: true in the clip and build it, or leave the layer out", "%s: clip %q has no captions", p.name(l), l.Of)
		return
	}
	t, err := r.setting(l.Style, p.w, p.h)
	if err != nil {
		r.fault(l.Place, "", "%s: %v", p.name(l), err)
		return
	}
	all := words(said)
	pages, err := t.pages(all, l)
	if err != nil {
		r.textFault(p, l, err)
		return
	}
	for i, other := range p.c.Layers {
		if other.Kind != manifest.LayerClip || other.Of != l.Of || !p.spans[i].ok {
			continue
		}
		for _, pg := range pages {
			if !r.page(p, l, t, pg, p.spans[i], other.Skip.Seconds()) {
				return
			}
		}
	}
}

// page draws one page of captions while its clip is seen.
func (r *resolver) page(p *part, l manifest.Layer, t *setting, pg page, clip span, skip float64) bool {
	shift := clip.from - skip
	frame := func(at float64) int {
		return min(max(p.start+framesAt(at+shift, r.rate), clip.first), clip.first+clip.frames)
	}
	when := span{first: frame(pg.from), ok: true}
	if when.frames = frame(pg.to) - when.first; when.frames <= 0 {
		return true // before the clip's part that is shown, or behind it
	}
	text, starts := pg.text()
	lines, err := t.lines(text, l.Box, l.Safe)
	if err == nil && len(lines) > t.style.Lines {
		lines, err = lines[:0], &overflowError{len(lines), t.style.Lines}
	}
	if err != nil {
		r.textFault(p, l, err)
		return false
	}
	cuts := []int{}
	if l.Mode == "word" {
		for i, at := range starts {
			if i > 0 && !pg.words[i].glued {
				at-- // the blank goes with the word behind it
			}
			cuts = append(cuts, at)
		}
		for i := range lines {
			lines[i].Runs = lines[i].Cut(cuts)
		}
	}
	box, out, err := t.place(lines, l)
	if err != nil {
		r.textFault(p, l, err)
		return false
	}
	if l.Mode == "word" {
		out.Highlight = t.style.Highlight
		k := 0
		for i, line := range lines {
			for j, run := range line.Runs {
				for k+1 < len(starts) && cuts[k+1] <= run.Start {
					k++
				}
				on, off := frame(pg.words[k].from), frame(pg.words[k].to)
				if k+1 < len(pg.words) && pg.words[k+1].from-pg.words[k].to < pageHold {
					off = frame(pg.words[k+1].from)
				}
				if on < off {
					out.Lines[i].Runs[j].On, out.Lines[i].Runs[j].Off = on, off
				}
			}
		}
	}
	t.faces(out, r.film.Media)
	r.draw(p, l, timeline.Layer{Kind: timeline.KindText, Box: box, Text: out}, when)
	return true
}

func almost(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
