package poster

import (
	"slices"
	"testing"
)

const w, h = 48, 40

// face draws a striped figure in the middle of a picture; change may alter it.
func face(change func(luma, alpha []byte)) (luma, alpha []byte) {
	luma, alpha = make([]byte, w*h), make([]byte, w*h)
	for y := 4; y < h; y++ {
		for x := 8; x < 40; x++ {
			luma[y*w+x], alpha[y*w+x] = byte(60+x%4*30), 255
		}
	}
	fill(luma, 14, 10, 6, 4, 220) // eyes
	fill(luma, 28, 10, 6, 4, 220)
	if change != nil {
		change(luma, alpha)
	}
	return luma, alpha
}

func fill(luma []byte, x0, y0, dx, dy int, v byte) {
	for y := y0; y < y0+dy; y++ {
		for x := x0; x < x0+dx; x++ {
			luma[y*w+x] = v
		}
	}
}

func shut(luma, _ []byte) {
	fill(luma, 14, 10, 6, 4, 70)
	fill(luma, 28, 10, 6, 4, 70)
}

// talk changes the mouth, in another way in each picture.
func talk(i int) func(luma, alpha []byte) {
	return func(luma, _ []byte) { fill(luma, 20, 17, 10, 4, byte(40+i*37%200)) }
}

func blur(luma, _ []byte) {
	from := slices.Clone(luma)
	for i := w + 1; i < w*h-w-1; i++ {
		luma[i] = byte((int(from[i-1]) + int(from[i]) + int(from[i+1])) / 3)
	}
}

// TestTheChoice: pictures of which only those that a case names may be chosen.
func TestTheChoice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pictures int
		change   func(i int) func(luma, alpha []byte)
		may      func(i int) bool
	}{
		"eyes are shut, and the mouth moves": {100, func(i int) func(luma, alpha []byte) {
			if i%25 > 10 && i%25 < 18 {
				return shut
			}
			return talk(i)
		}, func(i int) bool { return i%25 <= 10 || i%25 >= 18 }},
		"some are blurred": {60, func(i int) func(luma, alpha []byte) {
			return func(luma, alpha []byte) {
				talk(i)(luma, alpha)
				if i%10 < 4 {
					blur(luma, alpha)
				}
			}
		}, func(i int) bool { return i%10 >= 4 }},
		"the ends": {100, func(i int) func(luma, alpha []byte) {
			if i < 10 || i >= 90 {
				return func(luma, _ []byte) { fill(luma, 8, 30, 32, 8, 255) } // below the face, and sharper
			}
			return nil
		}, func(i int) bool { return i >= 10 && i < 90 }},
		"nothing is visible": {9, func(int) func(luma, alpha []byte) {
			return func(luma, alpha []byte) { clear(luma); clear(alpha) }
		}, func(i int) bool { return i >= 0 && i < 9 }},
		"one picture":  {1, talk, func(i int) bool { return i == 0 }},
		"two pictures": {2, talk, func(i int) bool { return i == 0 || i == 1 }},
		"no picture":   {0, talk, func(i int) bool { return i == -1 }},
	} {
		for _, opaque := range []bool{false, true} {
			var chooser, again Chooser
			for i := range c.pictures {
				luma, alpha := face(c.change(i))
				if opaque {
					alpha = nil
				}
				chooser.Add(w, h, luma, alpha)
				again.Add(w, h, luma, alpha)
			}
			got := chooser.Best(25)
			if !c.may(got) {
				t.Errorf("%s: picture %d is chosen", name, got)
			}
			if other := again.Best(25); other != got || chooser.Best(25) != got {
				t.Errorf("%s: picture %d, then %d", name, got, other)
			}
		}
	}
}

// TestCandidatesAreSpreadEvenly: they are few in a long clip, and fewer of large pictures.
func TestCandidatesAreSpreadEvenly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, pictures, most int }{
		{8, 8, 10, 10}, {8, 8, 64, 64}, {8, 8, 65, 64}, {8, 8, 5000, 64}, {1000, 1200, 100, 16},
	} {
		var chooser Chooser
		luma := make([]byte, c.w*c.h)
		for range c.pictures {
			chooser.Add(c.w, c.h, luma, nil)
		}
		kept := chooser.kept
		if len(kept) > c.most || 2*len(kept) < c.most {
			t.Errorf("%+v: %d candidates", c, len(kept))
		}
		for i, k := range kept {
			if k.index != i*chooser.step {
				t.Errorf("%+v: candidate %d is picture %d", c, i, k.index)
			}
		}
		if last := kept[len(kept)-1].index; last+chooser.step < c.pictures {
			t.Errorf("%+v: the last candidate is %d", c, last)
		}
	}
}
