package resolve

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"greenroom/compose/timeline"
	"greenroom/pipeline/films/paging"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

// Words splits captions into words. The times inside of a block go by letters; no word leaves the time
// of its block.
func Words(captions []Caption) (out []paging.Word) {
	for _, c := range captions {
		text := typeset.Clean(c.Text)
		pieces := paging.Split(text)
		letters, at := 0, 0
		for _, p := range pieces {
			letters += utf8.RuneCountInString(p.Text)
		}
		for i, p := range pieces {
			n := utf8.RuneCountInString(p.Text)
			p.From = c.From + (c.To-c.From)*float64(at)/float64(letters)
			at += n
			p.To = c.From + (c.To-c.From)*float64(at)/float64(letters)
			if i == 0 {
				p.Glued = len(out) > 0 && !strings.HasPrefix(c.Text, " ") && len(pieces) == 1
			}
			out = append(out, p)
		}
	}
	return paging.Attach(out)
}

// spread returns the words of a script with times in proportion to their letters, for a stand-in, which has no
// captions.
func spread(script string, seconds float64) []Caption {
	script = typeset.Clean(breakTag.ReplaceAllString(script, " "))
	if script == "" {
		return nil
	}
	return []Caption{{Text: strings.ReplaceAll(script, "\n", " "), To: seconds}}
}

// page is what is shown at one time.
type page struct {
	words    []paging.Word
	breaks   []int // words that begin a further line
	from, to float64
}

// text returns the page's words with line ends, and where each word begins in characters.
func (p page) text() (s string, starts []int) {
	n := 0
	for i, w := range p.words {
		sign := " "
		if slices.Contains(p.breaks, i) {
			sign = "\n"
		}
		if i > 0 && (!w.Glued || sign == "\n") {
			s += sign
			n++
		}
		starts = append(starts, n)
		s += w.Text
		n += utf8.RuneCountInString(w.Text)
	}
	return s, starts
}

// pages groups words by sentences and clauses, as they fit into the layer's box.
func (t *setting) pages(all []paging.Word, l manifest.Layer) ([]page, error) {
	room := t.width(l.Box, l.Safe)
	if room < t.size {
		return nil, errNarrow
	}
	widths := make([]float64, len(all)+1) // of the words before each, without blanks
	known := map[string]float64{}
	measure := func(text string) (float64, error) {
		w, ok := known[text]
		if !ok {
			lines, err := t.setter.Lines(text, t.size, math.MaxInt32)
			if err != nil {
				return 0, err
			}
			for _, line := range lines {
				w = max(w, line.Width)
			}
			known[text] = w
		}
		return w, nil
	}
	for i, w := range all {
		wide, err := measure(w.Text)
		if err != nil {
			return nil, err
		}
		widths[i+1] = widths[i] + wide
	}
	blank, err := t.blank()
	if err != nil {
		return nil, err
	}
	width := func(first, end int) float64 {
		w := widths[end] - widths[first]
		for _, x := range all[first+1 : end] {
			if !x.Glued {
				w += blank
			}
		}
		return w
	}
	fits := func(first, end int) bool { return width(first, end) <= room }
	var out []page
	for _, g := range paging.Pages(all, paging.Box{Lines: t.style.Lines, Fits: fits, Width: width}) {
		p := page{words: all[g.First:g.End], from: g.From, to: g.To}
		for _, b := range g.Breaks {
			p.breaks = append(p.breaks, b-g.First)
		}
		out = append(out, p)
	}
	return out, nil
}

// blank is the width of a blank between words, pixels.
func (t *setting) blank() (float64, error) {
	one, err := t.setter.Lines("0", t.size, math.MaxInt32)
	if err != nil {
		return 0, err
	}
	two, err := t.setter.Lines("0 0", t.size, math.MaxInt32)
	if err != nil {
		return 0, err
	}
	return two[0].Width - 2*one[0].Width, nil
}

// broken returns the lines of a page with the page's own line ends. If the shaper finds words wider together
// than each by itself, it breaks the page again.
func (t *setting) broken(p page, l manifest.Layer) (lines []typeset.Line, starts []int, err error) {
	text, starts := p.text()
	lines, err = t.setter.Broken(text, t.size, t.width(l.Box, l.Safe))
	if err != nil || len(lines) <= t.style.Lines {
		return lines, starts, err
	}
	p.breaks = nil
	text, starts = p.text()
	lines, err = t.lines(text, l.Box, l.Safe)
	return lines, starts, err
}

// captions resolves the words of a clip, wherever the composition shows it.
func (r *resolver) captions(p *part, l manifest.Layer) {
	clip := r.facts.Clips[l.Of]
	said := clip.Captions
	if len(said) == 0 && clip.StandIn {
		said = spread(clip.Script, clip.Media.Seconds)
	}
	if len(said) == 0 {
		r.fault(l.Place, "set captions: true in the clip and build it, or leave the layer out",
			"%s: clip %q has no captions", p.name(l), l.Of)
		return
	}
	t, err := r.setting(l.Style, p.w, p.h)
	if err != nil {
		r.fault(l.Place, "", "%s: %v", p.name(l), err)
		return
	}
	all := Words(said)
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

// page adds one page of captions while its clip is seen.
func (r *resolver) page(p *part, l manifest.Layer, t *setting, pg page, clip span, skip float64) bool {
	shift := clip.from - skip
	frame := func(at float64) int {
		return min(max(p.start+r.rate.FrameAt(at+shift), clip.first), clip.first+clip.frames)
	}
	when := span{first: frame(pg.from), ok: true}
	when.frames = frame(pg.to) - when.first
	if when.frames <= 0 {
		return true // before the part of the clip that is shown, or after it
	}
	lines, starts, err := t.broken(pg, l)
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
			if i > 0 && !pg.words[i].Glued {
				at-- // the blank belongs to the word after it
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
				on, off := frame(pg.words[k].From), frame(pg.words[k].To)
				if k+1 < len(pg.words) && pg.words[k+1].From-pg.words[k].To < paging.Hold {
					off = frame(pg.words[k+1].From)
				}
				if on < off {
					out.Lines[i].Runs[j].On, out.Lines[i].Runs[j].Off = on, off
				}
			}
		}
	}
	t.faces(out, r.film.Media)
	r.add(p, l, timeline.Layer{Kind: timeline.KindText, Box: box, Text: out}, when)
	return true
}

func almost(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
