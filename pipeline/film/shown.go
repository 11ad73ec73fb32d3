package film

import (
	"math"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// shownSteps is how finely a scale is told: a box that is dragged by a few pixels must not make a clip anew.
const shownSteps = 20

// Shown is the largest size at which any composition shows a clip, as a share of its full frame, rounded up to a
// twentieth and at most 1. It is 1 for a clip that no composition shows. box is the part of the frame, of width x
// height pixels, that the clip's file has.
//
// It needs no times and no files: a clip is placed by its own shape alone.
func Shown(m *manifest.Manifest, clip string, box timeline.Rect, width, height int) float64 {
	if box.W <= 0 || box.H <= 0 || width <= 0 || height <= 0 {
		return 1
	}
	c := Clip{Media: timeline.Media{Width: box.W, Height: box.H}, Box: box, Width: width, Height: height}
	largest := 0.0
	for _, film := range m.Compositions {
		largest = max(largest, shownIn(m, film, clip, c, 0))
	}
	if largest == 0 {
		return 1
	}
	return min(math.Ceil(largest*shownSteps-1e-9)/shownSteps, 1)
}

// deepest bounds nesting; the manifest refuses cycles already.
const deepest = 64

func shownIn(m *manifest.Manifest, film manifest.Composition, clip string, c Clip, depth int) (largest float64) {
	if depth > deepest {
		return 0
	}
	inner := func(name string, box manifest.Box, safe float64) float64 {
		n, ok := m.Nested(name, film.Format)
		if !ok {
			return 0
		}
		in := nestedBox(box, safe, "", film.Width, film.Height, n.Width, n.Height)
		return shownIn(m, n, clip, c, depth+1) * in.w / float64(n.Width)
	}
	for _, ref := range []*manifest.Reference{film.Intro, film.Outro} {
		if ref != nil {
			largest = max(largest, inner(ref.Name, manifest.Box{}, 0))
		}
	}
	for _, l := range film.Layers {
		switch {
		case l.Kind == manifest.LayerClip && l.Of == clip:
			if at, ok := put(l, presenter(c, l.BoxOf), film.Width, film.Height); ok {
				largest = max(largest, float64(at.box.W)/float64(at.crop.W), float64(at.box.H)/float64(at.crop.H))
			}
		case l.Kind == manifest.LayerComposition:
			largest = max(largest, inner(l.Of, l.Box, l.Safe))
		}
	}
	return largest
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
