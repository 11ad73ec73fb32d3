package resolve

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"greenroom/compose/look"
	"greenroom/compose/timeline"
	"greenroom/pipeline/films/paging"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

// setting is a text style with its faces at hand, on one canvas.
type setting struct {
	style  manifest.Style
	align  string // of the style; empty: by the place
	w, h   int
	size   float64 // px
	pad    float64
	fonts  []Font
	setter *typeset.Setter
}

func (r *resolver) setting(s manifest.Style, w, h int) (*setting, error) {
	short := float64(min(w, h))
	if !s.Size.Set {
		s.Size = manifest.Dim{V: look.Scales[look.ShapeOf(w, h)].Size(s.Role), Percent: true, Set: true}
	}
	align := s.Align
	if align == "" {
		s.Align = "center"
	}
	t := &setting{style: s, align: align, w: w, h: h, size: milli(s.Size.Of(short))}
	if s.Plate != nil {
		t.pad = s.Plate.Padding.Of(short)
	}
	var faces []*typeset.Face
	for _, f := range s.Fonts {
		font, ok := r.facts.Fonts[f.Path]
		if !ok {
			return nil, fmt.Errorf("font %s was not read", f.Path)
		}
		t.fonts = append(t.fonts, font)
	}
	builtin, ok := r.facts.Fonts[BuiltinFont(s.Weight)]
	if !ok && len(t.fonts) == 0 {
		return nil, fmt.Errorf("the built-in font of weight %d was not read", s.Weight)
	}
	if ok {
		t.fonts = append(t.fonts, builtin)
	}
	for _, f := range t.fonts {
		faces = append(faces, f.Face)
	}
	t.setter = typeset.NewSetter(faces)
	return t, nil
}

// width is how much a line may have.
func (t *setting) width(box manifest.Box, safe float64) float64 {
	h, _ := axes(box, safeArea(t.w, t.h, safe))
	w := h.room()
	if h.size != nil {
		w = *h.size
	}
	return w - 2*t.pad
}

func (t *setting) lines(text string, box manifest.Box, safe float64) ([]typeset.Line, error) {
	w := t.width(box, safe)
	if w < t.size {
		return nil, errNarrow
	}
	return t.setter.Lines(text, t.size, w)
}

// balanced sets lines of a title or a callout so that they are about equally wide, and as few as the width allows. It
// fails where a word is wider.
func (t *setting) balanced(text string, width float64) ([]typeset.Line, error) {
	widest := 0.0
	for _, word := range paging.Split(text) {
		lines, err := t.setter.Lines(word.Text, t.size, math.MaxInt32)
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			widest = max(widest, line.Width)
		}
	}
	if width < max(t.size, widest) {
		return nil, errNarrow
	}
	lines, err := t.setter.Lines(text, t.size, width)
	if err != nil || t.style.Role == "lower-third" || len(lines) == strings.Count(text, "\n")+1 {
		return lines, err
	}
	narrow := widest
	for range 8 {
		middle := (narrow + width) / 2
		fewer, err := t.setter.Lines(text, t.size, middle)
		if err != nil {
			return nil, err
		}
		if len(fewer) > len(lines) {
			narrow = middle
		} else {
			lines, width = fewer, middle
		}
	}
	return lines, nil
}

var (
	errNarrow = errors.New("its box is narrower than a letter")
	errBeyond = errors.New("it reaches beyond the canvas")
)

// overflowError reports a text that has more lines than fit.
type overflowError struct{ lines, fit int }

func (e *overflowError) Error() string {
	if e.fit == 0 {
		return "no line of it fits into its box"
	}
	return fmt.Sprintf("it takes %d lines, %d fit into its box", e.lines, e.fit)
}

// place puts lines into their layer's box: the area of the block, the plate, each baseline.
func (t *setting) place(lines []typeset.Line, l manifest.Layer) (box timeline.Rect, text *timeline.Text, err error) {
	h, v := axes(l.Box, safeArea(t.w, t.h, l.Safe))
	block := t.block(lines)
	room := v.room()
	if v.size != nil {
		room = *v.size
	}
	// A line may be a little higher than its box: sizes are shares of a canvas, boxes too.
	if block.h > room+1 {
		return box, nil, &overflowError{len(lines), t.fitting(room)}
	}
	across := t.width(l.Box, l.Safe) + 2*t.pad
	block.x = h.at(across, 0.5) + (across-block.w)*t.share(lines[0].RTL)
	known := map[string]float64{"top": 0, "bottom": 1}
	share, ok := known[or(l.Anchor, t.style.Anchor)]
	if !ok {
		share = 0.5
	}
	if v.size != nil {
		block.y = v.at(*v.size, 0.5) + (*v.size-block.h)*share
	} else {
		block.y = v.at(block.h, share)
	}
	return block.rect(), t.set(lines, block), nil
}

// block is the size of the area that lines take, with their plate.
func (t *setting) block(lines []typeset.Line) area {
	wide := 0.0
	for _, line := range lines {
		wide = max(wide, line.Width)
	}
	return area{w: wide + 2*t.pad, h: float64(len(lines))*t.lead() + 2*t.pad}
}

// lead is the distance of two baselines.
func (t *setting) lead() float64 { return t.style.LineHeight * t.size }

// fitting is how many lines fit into a height.
func (t *setting) fitting(high float64) int { return max(0, int((high-2*t.pad+1)/t.lead())) }

// set sets lines in a block: the plate and each baseline.
func (t *setting) set(lines []typeset.Line, block area) *timeline.Text {
	text := &timeline.Text{Size: t.size, Color: t.style.Color}
	short := float64(min(t.w, t.h))
	if w := t.style.StrokeWidth; w.Set && w.V > 0 {
		text.Stroke = &timeline.Stroke{Color: t.style.StrokeColor, Width: milli(w.Of(short))}
	}
	if p := t.style.Plate; p != nil {
		r := block.rect()
		text.Plate = &timeline.Plate{
			Box: r, Radius: min(milli(p.Radius.Of(short)), float64(min(r.W, r.H))/2), Color: p.Color,
		}
	}
	f, lead, wide := t.fonts[0].Face, t.lead(), block.w-2*t.pad
	down := (lead-(f.Above+f.Below)*t.size)/2 + f.Above*t.size
	for i, line := range lines {
		x := block.x + t.pad + (wide-line.Width)*t.share(line.RTL)
		out := timeline.Line{
			X: milli(x), Baseline: milli(block.y + t.pad + float64(i)*lead + down), Width: milli(line.Width),
			RTL: line.RTL,
		}
		for _, run := range line.Runs {
			out.Runs = append(out.Runs, timeline.Run{Text: run.Text, Font: run.Face})
		}
		if len(out.Runs) > 0 {
			text.Lines = append(text.Lines, out)
		}
	}
	return text
}

// share returns the part of a line's free width that is before its text.
func (t *setting) share(rtl bool) float64 {
	switch {
	case t.style.Align == "center":
		return 0.5
	case t.style.Align == "right", t.style.Align == "start" && rtl:
		return 1
	}
	return 0
}

func milli(v float64) float64 { return math.Round(v*1000) / 1000 }

// faces adds the faces that a text uses, and no others, to the text, and their files to the film.
func (t *setting) faces(text *timeline.Text, media map[string]timeline.Media) {
	index := map[int]int{}
	for i := range text.Lines {
		for j := range text.Lines[i].Runs {
			run := &text.Lines[i].Runs[j]
			n, ok := index[run.Font]
			if !ok {
				f := t.fonts[run.Font]
				n = len(text.Fonts)
				index[run.Font] = n
				text.Fonts = append(text.Fonts, timeline.Font{
					Family: f.Face.Family, Media: f.Media.Public, Weight: f.Face.Weight, Italic: f.Face.Italic,
					Ascent: round6(f.Face.Ascent), Descent: round6(f.Face.Descent),
				})
				media[f.Media.Public] = f.Media
			}
			run.Font = n
		}
	}
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func (r *resolver) textFault(p *part, l manifest.Layer, err error) {
	var missing *typeset.MissingError
	var over *overflowError
	hint := ""
	switch {
	case errors.As(err, &missing):
		hint = "name a font file that has them: font: [fonts/NAME.ttf]"
	case errors.As(err, &over):
		hint = "give it fewer words, a smaller size: or a larger box:"
	case errors.Is(err, errNarrow):
		hint = "give its box: more width"
	case errors.Is(err, errBeyond):
		hint = "bring its box: back into the picture"
	}
	r.fault(l.Place, hint, "%s: %v", p.name(l), err)
}
