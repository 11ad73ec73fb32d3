package film

import (
	"errors"
	"fmt"
	"math"

	"greenroom/compose/timeline"
	"greenroom/pipeline/film/typeset"
	"greenroom/pipeline/manifest"
)

// setting is a text style with its faces at hand, on one canvas.
type setting struct {
	style  manifest.Style
	w, h   int
	size   float64 // px
	pad    float64
	fonts  []Font
	setter *typeset.Setter
}

func (r *resolver) setting(s manifest.Style, w, h int) (*setting, error) {
	short := float64(min(w, h))
	t := &setting{style: s, w: w, h: h, size: milli(s.Size.Of(short))}
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

var errNarrow = errors.New("its box is narrower than a letter")

// overflowError says that a text is higher than the room it has.
type overflowError struct{ lines, fit int }

func (e *overflowError) Error() string {
	if e.fit == 0 {
		return "no line of it fits into its box"
	}
	return fmt.Sprintf("it takes %d lines, %d fit into its box", e.lines, e.fit)
}

// place puts lines into their box: the area of the block, the plate, each baseline.
func (t *setting) place(lines []typeset.Line, l manifest.Layer) (box timeline.Rect, text *timeline.Text, err error) {
	in := safeArea(t.w, t.h, l.Safe)
	h, v := axes(l.Box, in)
	lead := t.style.LineHeight * t.size
	wide := 0.0
	for _, line := range lines {
		wide = max(wide, line.Width)
	}
	block := area{w: wide + 2*t.pad, h: float64(len(lines))*lead + 2*t.pad}
	room := v.room()
	if v.size != nil {
		room = *v.size
	}
	// A line may stand a hair over its box: sizes are shares of a canvas, boxes too.
	if block.h > room+1 {
		return box, nil, &overflowError{len(lines), max(0, int((room-2*t.pad+1)/lead))}
	}
	across := t.width(l.Box, l.Safe) + 2*t.pad
	block.x = h.at(across, 0.5) + (across-block.w)*t.share(lines[0].RTL)
	stand := map[string]float64{"top": 0, "bottom": 1}
	share, ok := stand[or(l.Anchor, t.style.Anchor)]
	if !ok {
		share = 0.5
	}
	if v.size != nil {
		block.y = v.at(*v.size, 0.5) + (*v.size-block.h)*share
	} else {
		block.y = v.at(block.h, share)
	}
	text = &timeline.Text{Size: t.size, Color: t.style.Color}
	if w := t.style.StrokeWidth; w.Set && w.V > 0 {
		text.Stroke = &timeline.Stroke{Color: t.style.StrokeColor, Width: milli(w.Of(float64(min(t.w, t.h))))}
	}
	if p := t.style.Plate; p != nil {
		r := block.rect()
		text.Plate = &timeline.Plate{Box: r, Radius: min(milli(p.Radius.Of(float64(min(t.w, t.h)))), float64(min(r.W, r.H))/2), Color: p.Color}
	}
	f := t.fonts[0].Face
	down := (lead-(f.Above+f.Below)*t.size)/2 + f.Above*t.size
	for i, line := range lines {
		x := block.x + t.pad + (wide-line.Width)*t.share(line.RTL)
		out := timeline.Line{X: milli(x), Baseline: milli(block.y + t.pad + float64(i)*lead + down), Width: milli(line.Width), RTL: line.RTL}
		for _, run := range line.Runs {
			out.Runs = append(out.Runs, timeline.Run{Text: run.Text, Font: run.Face})
		}
		if len(out.Runs) > 0 {
			text.Lines = append(text.Lines, out)
		}
	}
	return block.rect(), text, nil
}

// share of what a line leaves free that stands before it.
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

// faces gives the text the faces it uses and no others, and the film their files.
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
				text.Fonts = append(text.Fonts, timeline.Font{Family: f.Face.Family, Media: f.Media.Public, Weight: f.Face.Weight, Italic: f.Face.Italic, Ascent: round6(f.Face.Ascent), Descent: round6(f.Face.Descent)})
				media[f.Media.Public] = f.Media
			}
			run.Font = n
		}
	}
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// text resolves a text layer.
func (r *resolver) text(p *part, l manifest.Layer, when span) {
	t, err := r.setting(l.Style, p.w, p.h)
	if err != nil {
		r.fault(l.Place, "", "%s: %v", p.name(l), err)
		return
	}
	lines, err := t.lines(typeset.Clean(l.Of), l.Box, l.Safe)
	if err != nil {
		r.textFault(p, l, err)
		return
	}
	box, text, err := t.place(lines, l)
	if err != nil {
		r.textFault(p, l, err)
		return
	}
	t.faces(text, r.film.Media)
	r.draw(p, l, timeline.Layer{Kind: timeline.KindText, Box: box, Text: text}, when)
}

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
	}
	r.fault(l.Place, hint, "%s: %v", p.name(l), err)
}
