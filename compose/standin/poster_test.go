package standin

import (
	"testing"

	"greenroom/compose/media/poster"
)

// TestPosterOfAPresenter: whoever speaks whatever, the poster has open eyes, also where they are often shut.
func TestPosterOfAPresenter(t *testing.T) {
	t.Parallel()
	for drawing, name := range namesOf(t) {
		s := Spec{Width: 480, Height: 270, Presenter: name}
		a := actorOf(t, s, speaking(2))
		for i := range a.eyes { // a quarter of all
			if i >= 12 && i < 36 && i%8 < 4 {
				a.eyes[i] = "eyes-shut"
			}
		}
		var chooser poster.Chooser
		luma, alpha := make([]byte, s.Width*s.Height), make([]byte, s.Width*s.Height)
		for i := range a.mouth {
			rgba := a.frame(i)
			for n := range luma {
				p := rgba[4*n:]
				luma[n] = byte(16 + (47*int(p[0])+157*int(p[1])+16*int(p[2]))/256)
				alpha[n] = p[3]
			}
			chooser.Add(s.Width, s.Height, luma, alpha)
		}
		if at := chooser.Best(25); a.eyes[at] != "eyes-open" {
			t.Errorf("%s: picture %d has %s", drawing, at, a.eyes[at])
		}
	}
}
