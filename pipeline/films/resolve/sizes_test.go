package resolve

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"greenroom/compose/timeline"
)

func TestShownIsTheLargestSize(t *testing.T) {
	dir, _ := world(t)
	box := timeline.Rect{X: 600, Y: 120, W: 720, H: 960}
	for text, want := range map[string][2]int{
		"a: {layers: [{clip: pricing}]}":                                                                          {0, 0}, // no layer shows it
		"a: {layers: [{clip: hello, box: {width: 360px}}]}":                                                       {360, 480},
		"a: {layers: [{clip: hello, box: {width: 361px}}]}":                                                       {361, 481}, // odd
		"a: {layers: [{clip: hello, box: {right: 4%, bottom: 0, width: 36%}}]}":                                   {691, 922},
		"a: {layers: [{clip: hello, box: {width: 2000px}}]}":                                                      {0, 0}, // larger than it is
		"a: {layers: [{clip: hello, box: {width: 720px}}]}":                                                       {0, 0},
		"a: {layers: [{clip: hello, box: {width: 719px}}]}":                                                       {719, 959},
		"a: {layers: [{clip: hello, box: {width: 50%}, box-of: frame}]}":                                          {360, 480},
		"a: {layers: [{clip: hello, box: {width: 72px}}, {clip: hello, box: {width: 288px}}]}":                    {288, 384},
		"a: {layers: [{clip: hello, mask: circle, box: {width: 181px}}]}":                                         {227, 302}, // 181x163 of it
		"a: {layers: [{clip: hello, fit: cover, box: {width: 361px, height: 201px}}]}":                            {361, 481},
		"b: {layers: [{clip: hello, box: {width: 360px}}]}\n  a: {layers: [{composition: b, box: {width: 50%}}]}": {360, 480}, // b alone is a film, too
		"a: {size: 960x540, formats: [16:9, 9:16], layers: [{clip: hello, box: {left: 0, width: 30%}}]}":          {288, 384}, // 162 in 9:16
	} {
		m := load(t, dir, "compositions:\n  "+text+"\n")
		sizes, err := ReadSizes(m)
		if err != nil {
			t.Fatal(err)
		}
		w, h := sizes.Shown("hello", box, 1920, 1080)
		if got := [2]int{w, h}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestTheLargestPlaceShowsAPreparedClipUnscaled resolves random films with a clip whose file has the size that Shown
// returns: where it is drawn largest, a pixel of the file is a pixel of the film.
func TestTheLargestPlaceShowsAPreparedClipUnscaled(t *testing.T) {
	dir, facts := world(t)
	unscaled := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		pick := func(s ...string) string { return s[r.IntN(len(s))] }
		layer := func() string {
			return "{clip: hello, box: {" + pick("left: 3%, ", "right: 4%, ", "") + pick("bottom: 0, ", "top: 7px, ", "") +
				pick(fmt.Sprintf("width: %d%%", 5+r.IntN(40)), fmt.Sprintf("width: %dpx", 40+r.IntN(600)), fmt.Sprintf("height: %d%%", 5+r.IntN(80)),
					fmt.Sprintf("width: %dpx, height: %dpx", 40+r.IntN(600), 40+r.IntN(600))) + "}" +
				pick("", ", fit: cover", ", fit: cover, anchor: bottom", ", mask: circle", ", box-of: frame", ", safe: 6%") + pick("", ", enter: slide up") + "}"
		}
		size := fmt.Sprintf("%dx%d", 2*(300+r.IntN(700)), 2*(300+r.IntN(700)))
		text := "compositions:\n  a: {size: " + size + ", layers: [" + layer() + "]}\n"
		if r.IntN(2) == 0 {
			text = "compositions:\n  b: {size: 1280x720, layers: [" + layer() + "]}\n  a: {size: " + size + ", layers: [" + layer() + ", {composition: b" + pick("", ", box: {right: 3%, bottom: 5%, width: 41%}") + "}]}\n"
		}
		m := load(t, dir, text)
		sizes, err := ReadSizes(m)
		if err != nil {
			t.Fatal(err)
		}
		c := facts.Clips["hello"]
		w, h := sizes.Shown("hello", c.Box, c.Width, c.Height)
		if w == 0 {
			continue
		}
		c.Media.Width, c.Media.Height = w, h
		prepared := facts
		prepared.Clips = map[string]Clip{"hello": c}
		exact := false
		for _, comp := range m.Compositions {
			film, err := Film(m, comp.Name, prepared)
			if err != nil {
				continue // it has something else wrong, such as a layer that lies outside
			}
			for _, l := range film.Layers {
				if l.Video == nil {
					continue // the disc behind it
				}
				crop := l.Video.Crop
				exact = exact || crop.W == l.Box.W && crop.H == l.Box.H
				if l.Box.W > crop.W+1 || l.Box.H > crop.H+1 {
					t.Errorf("seed %d: %s is enlarged from %v to %v in %s\n%s", seed, l.ID, crop, l.Box, comp.Name, text)
				}
			}
		}
		if exact {
			unscaled++
		} else {
			t.Errorf("seed %d: no place shows the file of %dx%d as it is\n%s", seed, w, h, text)
		}
	}
	if unscaled < 150 {
		t.Errorf("only %d films showed a scaled clip: the generator is lopsided", unscaled)
	}
}
