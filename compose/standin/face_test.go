package standin

import (
	"math"
	"testing"

	"greenroom/compose/look"
)

// TestTheFaceRuleHoldsForDrawnPresenters measures the head of every drawn presenter, from the top of the hair to the
// chin, in the box of what is visible: it lies inside of the face that package look assumes.
func TestTheFaceRuleHoldsForDrawnPresenters(t *testing.T) {
	t.Parallel()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	for drawing, name := range namesOf(t) {
		face := all[drawing].ref("url(#face)")
		if face == nil {
			t.Fatalf("%s has no outline of its face", drawing)
		}
		left, right, chin := math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, kid := range face.kids {
			shapes, err := outline(kid)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range shapes {
				for _, p := range s {
					left, right, chin = min(left, p[0]), max(right, p[0]), max(chin, p[1])
				}
			}
		}
		for _, s := range []Spec{{Width: 1280, Height: 720}, {Width: 720, Height: 1280}, {Width: 640, Height: 640}} {
			s.Presenter = name
			a := actorOf(t, s, speaking(4))
			at, box := a.place(), seen(a.frame(0), s.Width, s.Height)
			high := (at.y + at.k*(headDrop+chin) - float64(box.Min.Y)) / float64(box.Dy())
			wide := at.k * (right - left) / float64(box.Dx())
			tall := high * float64(box.Dy()) / float64(box.Dx())
			t.Logf("%s %dx%d: %.2f of the height, which is %.2f of the width; %.2f of the width", drawing, s.Width, s.Height,
				high, tall, wide)
			if high > look.FaceHigh || tall > look.FaceTall || wide > look.FaceWide {
				t.Errorf("%s %dx%d: %.2f of the height, %.2f of the width; the head is %.2f wide", drawing, s.Width, s.Height,
					high, tall, wide)
			}
			if centre := (at.x + at.k*(left+right)/2 - float64(box.Min.X)) / float64(box.Dx()); math.Abs(centre-0.5) > 0.05 {
				t.Errorf("%s %dx%d: the middle of the face is at %.2f of the width", drawing, s.Width, s.Height, centre)
			}
		}
	}
}
