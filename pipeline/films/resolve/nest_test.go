package resolve

import (
	"testing"

	"greenroom/compose/timeline"
)

func TestNestedFilms(t *testing.T) {
	film := one(t, `compositions:
  a:
    intro: card
    outro: card
    layers:
      - {clip: hello}
      - {composition: card, at: 1s, for: 1s, skip: 0.5s, box: {left: 0, top: 0, width: 50%}}
      - {audio: bed.mp3, duck: true}
  card:
    size: 1280x720
    length: 2s
    background: "#102030"
    layers: [{clip: loose, for: 1s, box: {left: 0, top: 0, width: 640px}}]
`)
	if film.Frames != 50+155+50 {
		t.Fatalf("%d frames", film.Frames)
	}
	by := map[string]timeline.Layer{}
	for _, l := range film.Layers {
		by[l.ID] = l
	}
	for id, want := range map[string]struct {
		from, frames int
		box          timeline.Rect
	}{
		"card / background colour":   {0, 50, timeline.Rect{W: 1920, H: 1080}},
		"card / clip loose":          {0, 25, timeline.Rect{W: 960, H: 1067}},
		"clip hello":                 {50, 155, timeline.Rect{X: 587, Y: 86, W: 746, H: 994}},
		"card / background colour 2": {75, 25, timeline.Rect{W: 960, H: 540}},
		"card / clip loose 2":        {75, 12, timeline.Rect{W: 480, H: 533}},
		"card / background colour 3": {205, 50, timeline.Rect{W: 1920, H: 1080}},
	} {
		if l := by[id]; l.From != want.from || l.Frames != want.frames || l.Box != want.box {
			t.Errorf("%s: %d + %d %v, want %+v", id, l.From, l.Frames, l.Box, want)
		}
	}
	if v := by["card / clip loose 2"].Video; v == nil || v.Skip != 0.52 { // 13 frames: 0.5 s is half a frame more than 12
		t.Errorf("%+v", v)
	}
	bed := film.Sounds[len(film.Sounds)-2]
	if bed.ID != "audio bed.mp3" || bed.From != 50 || bed.Frames != 155 {
		t.Errorf("the bed plays in the composition's own part alone: %+v", bed)
	}
}

func TestAnIntroOfAnotherShapeIsContained(t *testing.T) {
	film := one(t, "compositions:\n  a: {intro: b, layers: [{clip: hello}]}\n  b: {size: 1080x1080, length: 1s, background: \"#102030\"}\n")
	if got := film.Layers[0].Box; got != (timeline.Rect{X: 420, W: 1080, H: 1080}) {
		t.Errorf("%v", got)
	}
}

func TestANestedFilmTakesTheFilmsRate(t *testing.T) {
	film := one(t, "compositions:\n  a: {fps: 59.94, layers: [{composition: b}]}\n  b: {fps: 25, layers: [{clip: hello}]}\n")
	if film.Frames != 372 || film.Layers[0].Frames != 372 { // 6.2 s * 60000/1001 = 371.6
		t.Errorf("%d frames", film.Frames)
	}
}
