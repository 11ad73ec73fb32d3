package resolve

import (
	"math"
	"slices"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// Sizes are the places at which compositions show clips, each once: the films of ten thousand rows show theirs at a
// few.
type Sizes struct {
	of     map[string][]int // of a clip, into places
	places []spot
	known  map[spot]int
	nests  []nesting // from 1 on
	nested map[nesting]int
}

// spot is everything that decides the size of a clip in a film, except its own shape.
type spot struct {
	box        manifest.Box
	boxOf, fit string
	anchor     string
	safe       float64
	mask       manifest.Mask
	scene      scene
	slides     bool
	w, h       int // of the canvas
	in         int // index of the nesting that the canvas is in; 0: it is the film's own
}

// nesting is a composition inside of another.
type nesting struct {
	box    area // in the outer one
	w, h   int  // of its own canvas
	covers bool // it fills the outer canvas
	in     int  // index of the nesting that the outer one is in
}

// ReadSizes looks through all compositions, those of rows one row at a time.
func ReadSizes(m *manifest.Manifest) (*Sizes, error) {
	s := &Sizes{of: map[string][]int{}, known: map[spot]int{}, nests: make([]nesting, 1), nested: map[nesting]int{}}
	for _, c := range m.Compositions {
		s.add(m, c, 0, 0)
	}
	err := m.Rows(nil, func(r manifest.RowFilms) error {
		for _, c := range r.Films {
			s.add(r.View, c, 0, 0)
		}
		return nil
	})
	return s, err
}

// Shown returns the size in pixels that a clip's file needs so that the composition which shows it largest draws it
// pixel by pixel, without scaling. It is 0, 0 for a clip that needs its full size: one that is shown as large or
// larger, or that no composition shows. box is the part of the frame, of width x height pixels, that the clip's file
// has.
//
// It needs no times and no files: a clip is placed by its own shape alone.
func (s *Sizes) Shown(clip string, box timeline.Rect, width, height int) (w, h int) {
	if box.W <= 0 || box.H <= 0 || width <= 0 || height <= 0 {
		return 0, 0
	}
	full := Clip{Media: timeline.Media{Width: box.W, Height: box.H}, Box: box, Width: width, Height: height}
	largest, at := 0.0, spot{}
	for _, i := range s.of[clip] {
		if to, crop, ok := s.position(full, s.places[i]); ok {
			scale := max(float64(to.W)/float64(crop.W), float64(to.H)/float64(crop.H))
			if scale > largest {
				largest, at = scale, s.places[i]
			}
		}
	}
	if largest == 0 || largest >= 1 {
		return 0, 0
	}
	to, crop, _ := s.position(full, at)
	w = fitting(float64(to.W)/float64(crop.W), box.W, func(n int) bool {
		c := full
		c.Media.Width = n
		to, crop, ok := s.position(c, at)
		return ok && to.W == crop.W
	})
	h = fitting(float64(to.H)/float64(crop.H), box.H, func(n int) bool {
		c := full
		c.Media.Height = n
		to, crop, ok := s.position(c, at)
		return ok && to.H == crop.H
	})
	if w == box.W && h == box.H {
		return 0, 0
	}
	return w, h
}

// leastSide is the smallest side of a file, in pixels, that props allow.
const leastSide = 2

// fitting returns the side nearest to a scale of the full one that is shown without scaling: where only a part of the
// file is shown, that part and its place are rounded as well.
func fitting(scale float64, full int, fits func(int) bool) int {
	nearest := int(math.Round(scale * float64(full)))
	for _, off := range []int{0, 1, -1, 2, -2} {
		if n := nearest + off; n >= leastSide && n <= full && fits(n) {
			return n
		}
	}
	return min(max(nearest, leastSide), full)
}

// position returns where a film shows a clip at a place, and which part of its file, both in pixels; ok is false where
// nothing of it is visible. It does what [Film] does.
func (s *Sizes) position(c Clip, k spot) (to, crop timeline.Rect, ok bool) {
	shown := manifest.Layer{Box: k.box, BoxOf: k.boxOf, Safe: k.safe, Fit: k.fit, Anchor: k.anchor, Mask: k.mask}
	content := presenter(c, k.boxOf)
	at, ok := put(withBox(shown, content, k.w, k.h, k.scene), content, k.w, k.h)
	if !ok {
		return to, crop, false
	}
	l := timeline.Layer{Box: at.box, Radius: at.radius, Round: at.round, Video: &timeline.Video{Crop: at.crop}}
	if k.slides {
		l.Enter.DX = 1
	}
	for i := k.in; i > 0; i = s.nests[i].in {
		n := s.nests[i]
		if !n.covers && !clipTo(&l, n.w, n.h) {
			return to, crop, false
		}
		scaled(&l, n.box, n.box.w/float64(n.w))
	}
	return l.Box, l.Video.Crop, l.Video.Crop.W > 0 && l.Video.Crop.H > 0
}

// deepest bounds nesting; the manifest refuses cycles already.
const deepest = 64

// add records what a composition in a nesting shows.
func (s *Sizes) add(m *manifest.Manifest, film manifest.Composition, in, depth int) {
	if depth > deepest {
		return
	}
	inner := func(name string, box manifest.Box, safe float64, anchor string) {
		n, ok := m.Nested(name, film.Format)
		if !ok {
			return
		}
		b := nestedBox(box, safe, anchor, film.Width, film.Height, n.Width, n.Height)
		s.add(m, n, s.nest(nesting{b, n.Width, n.Height, fills(b, film.Width, film.Height), in}), depth+1)
	}
	for _, ref := range []*manifest.Reference{film.Intro, film.Outro} {
		if ref != nil {
			inner(ref.Name, manifest.Box{}, 0, "")
		}
	}
	for _, l := range film.Layers {
		switch l.Kind {
		case manifest.LayerClip:
			slides := l.Enter.Slide != "" || l.Leave.Slide != ""
			s.place(l.Of, spot{
				l.Box, l.BoxOf, l.Fit, l.Anchor, l.Safe, l.Mask, sceneOf(film), slides, film.Width, film.Height, in,
			})
		case manifest.LayerComposition:
			inner(l.Of, l.Box, l.Safe, l.Anchor)
		}
	}
}

// nest returns the index of a nesting.
func (s *Sizes) nest(n nesting) int {
	i, ok := s.nested[n]
	if !ok {
		i = len(s.nests)
		s.nests, s.nested[n] = append(s.nests, n), i
	}
	return i
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
