package resolve

import (
	"testing"

	"greenroom/compose/timeline"
)

func TestFrameAtEveryRate(t *testing.T) {
	for _, r := range []timeline.Rate{{Num: 24000, Den: 1001}, {Num: 25, Den: 1}, {Num: 30000, Den: 1001}, {Num: 60000, Den: 1001}, {Num: 25, Den: 2}} {
		for n := 0; n < 3_000_000; n += 997 {
			if got := r.FrameAt(r.Seconds(n)); got != n {
				t.Fatalf("%v: frame %d became %d", r, n, got)
			}
			// ffprobe writes microseconds.
			if got := r.FrameAt(micro(r.Seconds(n))); got != n {
				t.Fatalf("%v in microseconds: frame %d became %d", r, n, got)
			}
		}
	}
	if (timeline.Rate{Num: 25, Den: 1}).FrameAt(-1) != -25 || (timeline.Rate{Num: 25, Den: 1}).FrameAt(0.02) != 1 {
		t.Error("halves go up")
	}
}

func TestClipsOneAfterTheOtherLeaveNoGap(t *testing.T) {
	for _, fps := range []string{"23.976", "25", "29.97", "59.94"} {
		film := one(t, `compositions:
  a:
    fps: `+fps+`
    layers:
      - {clip: hello}
      - {clip: pricing, after: hello}
      - {clip: hello, name: again, after: pricing}
`)
		end := 0
		for _, l := range film.Layers {
			if l.From != end {
				t.Errorf("%s: %s begins at %d, not %d", fps, l.ID, l.From, end)
			}
			end = l.End()
		}
		if end != film.Frames || film.Frames != film.FPS.FramesBefore(16.4) {
			t.Errorf("%s: %d frames, the last layer ends at %d", fps, film.Frames, end)
		}
	}
}

func TestBoxes(t *testing.T) {
	for in, want := range map[string]timeline.Rect{
		// The presenter is 720x960: 3 to 4.
		"{right: 4%, bottom: 0, width: 38%}":       {X: 1114, Y: 107, W: 729, H: 973},
		"{left: 100, top: 50px, height: 400px}":    {X: 100, Y: 50, W: 300, H: 400},
		"{left: 0, right: 50%, top: 0, bottom: 0}": {X: 75, Y: 0, W: 810, H: 1080},
		"{}":                                    {X: 587, Y: 86, W: 746, H: 994}, // with head-room
		"{left: -10%, width: 20%}":              {X: -192, Y: 568, W: 384, H: 512},
		"{width: 50%, height: 50%}, fit: cover": {X: 480, Y: 540, W: 960, H: 540},
		"{width: 300px, top: 0}, mask: circle":  {X: 810, Y: 30, W: 300, H: 270}, // the disc begins above the head
		"{width: 300px, top: 0}, mask: circle, fit: cover":        {X: 810, Y: 0, W: 300, H: 300},
		"{right: 0, bottom: 0, height: 50%}, safe: true":          {X: 1460, Y: 540, W: 364, H: 486},
		"{left: 0, top: 0, width: 50%}, safe: 10%, box-of: frame": {X: 432, Y: 156, W: 288, H: 384},
		"{left: 0, top: 0, width: 100%}, box-of: frame":           {X: 600, Y: 120, W: 720, H: 960},
	} {
		film := one(t, "compositions: {a: {layers: [{clip: hello, box: "+in+"}]}}\n")
		if got := film.Layers[len(film.Layers)-1].Box; got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func TestCrops(t *testing.T) {
	// The file is half as large as the presenter: 360x480.
	for in, want := range map[string]timeline.Rect{
		"clip: hello":                           {W: 360, H: 480},
		"clip: hello, mask: circle":             {X: 36, W: 288, H: 259}, // head and shoulders
		"clip: hello, mask: circle, fit: cover": {W: 360, H: 360},        // the head is at the top
		"clip: hello, box: {width: 960px, height: 540px}, fit: cover, anchor: bottom":            {X: 0, Y: 278, W: 360, H: 202},
		"image: bg.png, box: {width: 100%, height: 100%}, fit: cover":                            {X: 0, Y: 150, W: 1600, H: 900},
		"image: bg.png, box: {width: 100%, height: 100%}":                                        {W: 1600, H: 1200},
		"video: loop.mp4, for: 2s, box: {width: 100px, height: 100px}, fit: cover, anchor: left": {W: 720, H: 720},
	} {
		film := one(t, "compositions: {a: {length: 10s, layers: [{"+in+"}]}}\n")
		l := film.Layers[len(film.Layers)-1]
		got := timeline.Rect{}
		if l.Video != nil {
			got = l.Video.Crop
		} else {
			got = l.Picture.Crop
		}
		if got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func TestSlidesSayWhichWayTheyMove(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: hello, box: {left: 100, top: 50, width: 300px}, enter: slide right 1s, leave: slide up 0.2s}]}}\n")
	l := film.Layers[0]
	if l.Enter != (timeline.Motion{Frames: 25, DX: -400}) || l.Leave != (timeline.Motion{Frames: 5, DY: -450}) {
		t.Errorf("%+v %+v", l.Enter, l.Leave)
	}
	if dx, _ := l.OffsetAt(0); l.Box.X+dx+l.Box.W != 0 {
		t.Errorf("it begins at %d, not just outside", l.Box.X+dx)
	}
	film = one(t, "compositions: {a: {layers: [{clip: hello, enter: fade slide left, leave: {slide: down, distance: 10%, time: 1s}}]}}\n")
	if l := film.Layers[0]; l.Enter != (timeline.Motion{Frames: 10, Fade: true, DX: 65}) || l.Leave != (timeline.Motion{Frames: 25, DY: 108}) {
		t.Errorf("%+v %+v", l.Enter, l.Leave)
	}
}

func TestDucking(t *testing.T) {
	film := one(t, `compositions:
  a:
    length: 10s
    layers:
      - {clip: hello, at: 1s}
      - {audio: bed.mp3, gain: -20dB, fade-in: 1s, duck: {by: 20dB, attack: 0.5s, release: 0.5s}}
`)
	bed := film.Sounds[1]
	if bed.ID != "audio bed.mp3" || bed.Frames != 250 {
		t.Fatalf("%+v", bed)
	}
	// The clip speaks from 1.3 to 2.6 s and from 4.5 to 6.9 s of the film.
	for at, want := range map[float64]float64{0: 0, 0.5: 0.05, 0.8: 0.08, 1.3: 0.01, 2: 0.01, 2.6: 0.01, 3.1: 0.1, 3.9: 0.1, 4.5: 0.01, 6.9: 0.01, 7.4: 0.1, 9.9: 0.1} {
		if got := bed.GainAt(at); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("at %v s: %v, want %v", at, got, want)
		}
	}
	if got, want := bed.GainAt(0.9), 0.09*(1-0.9*0.2); got < want-0.002 || got > want+0.002 {
		t.Errorf("while it fades in and ducks: %v, want %v", got, want)
	}
}

func TestDuckingWithoutCaptionsTakesTheWholeClip(t *testing.T) {
	film := one(t, "compositions: {a: {length: 10s, layers: [{clip: pricing, at: 2s}, {audio: bed.mp3, duck: true}]}}\n")
	bed := film.Sounds[1]
	for at, want := range map[float64]float64{1.7: 1, 2: 0.251189, 6: 0.251189, 6.7: 1} {
		if got := bed.GainAt(at); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("at %v s: %v, want %v", at, got, want)
		}
	}
	silent := one(t, "compositions: {a: {length: 10s, layers: [{clip: pricing, gain: mute}, {audio: bed.mp3, duck: true}]}}\n")
	if len(silent.Sounds) != 1 || len(silent.Sounds[0].Gain) != 1 {
		t.Errorf("a mute clip counts as speech: %+v", silent.Sounds)
	}
}
