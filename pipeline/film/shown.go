package film

import (
	"math"
	"slices"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// shownSteps is how finely a scale is told: a box that is dragged by a few pixels must not make a clip anew.
const shownSteps = 20

// Sizes are the places at which compositions show clips, each once: the films of ten thousand rows show theirs at a few.
type Sizes struct {
	of     map[string][]int // of a clip, into places
	places []spot
	known  map[spot]int
}

// spot is what decides how large a clip is drawn, besides its own shape.
type spot struct {
	box        manifest.Box
	boxOf, fit string
	anchor     string
	safe       float64
	circle     bool
	w, h       int     // of the canvas
	factor     float64 // at which that canvas is drawn in others
}

// ReadSizes looks through all compositions, those of rows one row at a time.
func ReadSizes(m *manifest.Manifest) (*Sizes, error) {
	s := &Sizes{of: map[string][]int{}, known: map[spot]int{}}
	for _, c := range m.Compositions {
		s.add(m, c, 1, 0)
	}
	err := m.Rows(nil, func(r manifest.RowFilms) error {
		for _, c := range r.Films {
			s.add(r.View, c, 1, 0)
		}
		return nil
	})
	return s, err
}

// Shown is the largest size at which any composition shows a clip, as a share of its full frame, rounded up to a
// twentieth and at most 1. It is 1 for a clip that no composition shows. box is the part of the frame, of width x
// height pixels, that the clip's file has.
//
// It needs no times and no files: a clip is placed by its own shape alone.
func (s *Sizes) Shown(clip string, box timeline.Rect, width, height int) float64 {
	if box.W <= 0 || box.H <= 0 || width <= 0 || height <= 0 {
		return 1
	}
	c := Clip{Media: timeline.Media{Width: box.W, Height: box.H}, Box: box, Width: width, Height: height}
	largest := 0.0
	for _, i := range s.of[clip] {
		k := s.places[i]
		l := manifest.Layer{Box: k.box, Safe: k.safe, Fit: k.fit, Anchor: k.anchor, Mask: manifest.Mask{Circle: k.circle}}
		if at, ok := put(l, presenter(c, k.boxOf), k.w, k.h); ok {
			largest = max(largest, k.factor*float64(at.box.W)/float64(at.crop.W), k.factor*float64(at.box.H)/float64(at.crop.H))
		}
	}
	if largest == 0 {
		return 1
	}
	return min(math.Ceil(largest*shownSteps-1e-9)/shownSteps, 1)
}

// deepest bounds nesting; the manifest refuses cycles already.
const deepest = 64

// add takes down what a composition shows when it is drawn at a factor of its own size.
func (s *Sizes) add(m *manifest.Manifest, film manifest.Composition, factor float64, depth int) {
	if depth > deepest {
		return
	}
	inner := func(name string, box manifest.Box, safe float64) {
		n, ok := m.Nested(name, film.Format)
		if !ok {
			return
		}
		in := nestedBox(box, safe, "", film.Width, film.Height, n.Width, n.Height)
		s.add(m, n, factor*in.w/float64(n.Width), depth+1)
	}
	for _, ref := range []*manifest.Reference{film.Intro, film.Outro} {
		if ref != nil {
			inner(ref.Name, manifest.Box{}, 0)
		}
	}
	for _, l := range film.Layers {
		switch l.Kind {
		case manifest.LayerClip:
			s.place(l.Of, spot{l.Box, l.BoxOf, l.Fit, l.Anchor, l.Safe, l.Mask.Circle, film.Width, film.Height, factor})
		case manifest.LayerComposition:
			inner(l.Of, l.Box, l.Safe)
		}
	}
}

func (s *Sizes) place(clip string, k spot) {
	i, ok := s.known[k]
	if !ok {
		i = len(s.places)
		s.places, s.known[k] = append(s.places, k), i
	}
	if !slices.Contains(s.of[clip], i) {
		s.of[clip] = append(s.of[clip], i)
	}
}

// nestedBox is where a composition lies in another; it keeps its aspect.
func nestedBox(b manifest.Box, safe float64, anchor string, w, h, innerW, innerH int) area {
	aspect := float64(innerW) / float64(innerH)
	box, fixed := frameOf(b, safeArea(w, h, safe), aspect, 0.5)
	if fixed {
		box = contain(box, aspect, anchor)
	}
	return box
}
