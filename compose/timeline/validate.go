package timeline

import (
	"errors"
	"fmt"
	"math"

	"greenroom/internal/lazyregexp"
)

var colorForm = lazyregexp.New(`^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$`)

// maxSide bounds the canvas, in pixels; a layer may be twice as large, for close-ups.
const maxSide = 1 << 14

// Validate reports everything that keeps the film from being drawn, naming the layer or sound. A film from
// pipeline/films/resolve passes; one that a user typed may not.
func (f *Film) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if f.Width <= 0 || f.Height <= 0 || f.Width%2 != 0 || f.Height%2 != 0 {
		bad("the canvas is %d x %d; both sides must be even and above 0", f.Width, f.Height)
	}
	if f.Width > maxSide || f.Height > maxSide {
		bad("the canvas is %d x %d; %d is the most", f.Width, f.Height, maxSide)
	}
	if f.FPS.Num <= 0 || f.FPS.Den <= 0 {
		bad("the frame rate is %s", f.FPS)
	}
	if f.Frames <= 0 {
		bad("the film has %d frames", f.Frames)
	}
	ids := map[string]bool{}
	for i := range f.Layers {
		l := &f.Layers[i]
		if ids[l.ID] {
			bad("layer %q is there twice", l.ID)
		}
		ids[l.ID] = true
		for _, err := range f.layerFaults(l) {
			bad("layer %q: %w", l.ID, err)
		}
	}
	for i := range f.Sounds {
		s := &f.Sounds[i]
		if _, ok := f.Media[s.Media]; !ok {
			bad("sound %q: no media %q", s.ID, s.Media)
		}
		if s.From < 0 || s.Frames <= 0 || s.From+s.Frames > f.Frames {
			bad("sound %q: frames %d to %d of a film of %d", s.ID, s.From, s.From+s.Frames, f.Frames)
		}
		for j, p := range s.Gain {
			if !(p.Gain >= 0) || math.IsInf(p.Gain, 0) || math.IsNaN(p.At) || j > 0 && p.At < s.Gain[j-1].At {
				bad("sound %q: gain point %d is %v at %v s", s.ID, j+1, p.Gain, p.At)
			}
		}
		if len(s.Gain) == 0 {
			bad("sound %q: no gain", s.ID)
		}
		if !(s.Skip >= 0) || math.IsInf(s.Skip, 0) {
			bad("sound %q: it skips %v s", s.ID, s.Skip)
		}
	}
	return errors.Join(errs...)
}

func (f *Film) layerFaults(l *Layer) (errs []error) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	color := func(c string) {
		if !colorForm.MatchString(c) {
			bad("%q is not a colour", c)
		}
	}
	media := func(key string) {
		if _, ok := f.Media[key]; !ok {
			bad("no media %q", key)
		}
	}
	crop := func(key string, r Rect) {
		m := f.Media[key]
		if r.X < 0 || r.Y < 0 || r.W <= 0 || r.H <= 0 || r.X+r.W > m.Width || r.Y+r.H > m.Height {
			bad("crop %v of media %q of %d x %d", r, key, m.Width, m.Height)
		}
	}
	if l.From < 0 || l.Frames <= 0 || l.End() > f.Frames {
		bad("frames %d to %d of a film of %d", l.From, l.End(), f.Frames)
	}
	if l.Box.W <= 0 || l.Box.H <= 0 {
		bad("box %v is empty", l.Box)
	} else if l.Box.W > 2*maxSide || l.Box.H > 2*maxSide {
		bad("box %v: %d pixels are the most", l.Box, 2*maxSide)
	} else if l.Text == nil && !f.onCanvas(l) {
		bad("box %v is never on the canvas of %d x %d", l.Box, f.Width, f.Height)
	}
	if !(l.Radius >= 0) || math.IsInf(l.Radius, 0) {
		bad("radius %v", l.Radius)
	}
	if r := l.Round; r != nil && (r.W <= 0 || r.H <= 0 || r.W > 2*maxSide || r.H > 2*maxSide) {
		bad("round %v must be 1 to %d pixels wide and high", *r, 2*maxSide)
	}
	if !(l.Opacity >= 0 && l.Opacity <= 1) {
		bad("opacity %v", l.Opacity)
	}
	if l.Enter.Frames < 0 || l.Leave.Frames < 0 || l.Enter.Frames+l.Leave.Frames > l.Frames {
		bad("it comes in %d and goes in %d of its %d frames", l.Enter.Frames, l.Leave.Frames, l.Frames)
	}
	set := 0
	for kind, there := range map[Kind]bool{
		KindFill: l.Fill != nil, KindPicture: l.Picture != nil, KindVideo: l.Video != nil, KindText: l.Text != nil,
	} {
		if there {
			set++
			if kind != l.Kind {
				bad("kind %q with a %s", l.Kind, kind)
			}
		}
	}
	if set != 1 {
		bad("it has %d contents", set)
		return errs
	}
	switch {
	case l.Fill != nil:
		for _, c := range l.Fill.Colors {
			color(c)
		}
		if math.IsNaN(l.Fill.Angle) || math.IsInf(l.Fill.Angle, 0) {
			bad("angle %v", l.Fill.Angle)
		}
		if len(l.Fill.Colors) == 0 {
			bad("no colour")
		}
		if s := l.Fill.Ring; s != nil {
			color(s.Color)
			if !(s.Width >= 0) || math.IsInf(s.Width, 0) {
				bad("ring width %v", s.Width)
			}
		}
	case l.Picture != nil:
		media(l.Picture.Media)
		crop(l.Picture.Media, l.Picture.Crop)
	case l.Video != nil:
		media(l.Video.Media)
		crop(l.Video.Media, l.Video.Crop)
	case l.Text != nil:
		errs = append(errs, f.textFaults(l.Text)...)
	}
	if v := l.Video; v != nil && (!(v.Skip >= 0) || math.IsInf(v.Skip, 0)) {
		bad("it skips %v s", v.Skip)
	}
	return errs
}

// onCanvas reports whether the layer's box touches the canvas at its place or anywhere on its way in or out.
func (f *Film) onCanvas(l *Layer) bool {
	for _, d := range [][2]int{{0, 0}, {l.Enter.DX, l.Enter.DY}, {l.Leave.DX, l.Leave.DY}} {
		// Between the two ends of a slide it is somewhere in the rectangle around both.
		x, y := min(l.Box.X, l.Box.X+d[0]), min(l.Box.Y, l.Box.Y+d[1])
		right, bottom := max(l.Box.X, l.Box.X+d[0])+l.Box.W, max(l.Box.Y, l.Box.Y+d[1])+l.Box.H
		if x < f.Width && right > 0 && y < f.Height && bottom > 0 {
			return true
		}
	}
	return false
}

func (f *Film) textFaults(t *Text) (errs []error) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	color := func(c string) {
		if !colorForm.MatchString(c) {
			bad("%q is not a colour", c)
		}
	}
	number := func(what string, v float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			bad("%s %v", what, v)
		}
	}
	color(t.Color)
	if t.Highlight != "" {
		color(t.Highlight)
	}
	if s := t.Stroke; s != nil {
		color(s.Color)
		if !(s.Width >= 0) || math.IsInf(s.Width, 0) {
			bad("stroke width %v", s.Width)
		}
	}
	if p := t.Plate; p != nil {
		color(p.Color)
		if p.Box.W <= 0 || p.Box.H <= 0 {
			bad("plate %v is empty", p.Box)
		}
		if !(p.Radius >= 0) || math.IsInf(p.Radius, 0) {
			bad("plate radius %v", p.Radius)
		}
	}
	if !(t.Size > 0) || math.IsInf(t.Size, 0) {
		bad("font size %v", t.Size)
	}
	for _, font := range t.Fonts {
		if _, ok := f.Media[font.Media]; !ok {
			bad("no media %q", font.Media)
		}
	}
	for _, line := range t.Lines {
		number("line at x", line.X)
		number("line with baseline", line.Baseline)
		number("line of width", line.Width)
		for _, run := range line.Runs {
			if run.Font < 0 || run.Font >= len(t.Fonts) {
				bad("no font %d", run.Font)
			}
			if run.On < 0 || run.Off < run.On {
				bad("a run lit from frame %d to %d", run.On, run.Off)
			}
		}
	}
	return errs
}
