package standin

import (
	"image"
	"testing"
)

// seen is where anything shows, at the alpha from which checks count a pixel.
func seen(rgba []byte, w, h int) image.Rectangle {
	r := image.Rectangle{}
	for y := range h {
		for x := range w {
			if rgba[(y*w+x)*4+3] > 8 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// A clip's presenter moves inside the rest pose's outline: a stand-in, which holds
// still, takes exactly the same room in a film.
func TestAPresenterMovesInsideItsRestPose(t *testing.T) {
	t.Parallel()
	for drawing, name := range namesOf(t) {
		for _, s := range []Spec{
			{Width: 1280, Height: 720}, {Width: 360, Height: 640, Style: "closeUp"},
			{Width: 640, Height: 360, Scale: 0.8, OffsetX: 0.1, OffsetY: 0.05},
			{Width: 720, Height: 1280, Scale: 1.2, OffsetX: -0.1},
		} {
			s.Presenter = name
			a := actorOf(t, s, speaking(4))
			rest := seen(a.frame(0), s.Width, s.Height)
			var all image.Rectangle
			for i := 0; i < len(a.mouth); i += 7 {
				all = all.Union(seen(a.frame(i), s.Width, s.Height))
			}
			for _, d := range []int{all.Min.X - rest.Min.X, all.Min.Y - rest.Min.Y, all.Max.X - rest.Max.X,
				all.Max.Y - rest.Max.Y} {
				if d < -1 || d > 1 {
					t.Errorf("%s %dx%d %s: at rest %v, moving %v", drawing, s.Width, s.Height, s.Style, rest, all)
					break
				}
			}
		}
	}
}
