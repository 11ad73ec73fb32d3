package piece

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"greenroom/compose/timeline"
)

var rates = []timeline.Rate{{Num: 25, Den: 1}, {Num: 24000, Den: 1001}, {Num: 30000, Den: 1001}, {Num: 60000, Den: 1001}}

// scenes returns a film of random scenes with captions, a title that fades, and a bed that ducks.
func scenes(r *rand.Rand) *timeline.Film {
	f := &timeline.Film{Name: "random", Width: 64, Height: 36, FPS: rates[r.IntN(len(rates))]}
	second := int(f.FPS.FPS() + 0.5)
	for i := range 1 + r.IntN(8) {
		addScene(f, r, i, second/3+r.IntN(25*second))
	}
	bed := timeline.Sound{ID: "bed", Frames: f.Frames, Gain: []timeline.Point{{Gain: 1}}}
	for at := r.Float64() * 5; f.FPS.Seconds(f.Frames) > at+1; at += 1 + r.Float64()*20 {
		bed.Gain = append(bed.Gain, timeline.Point{At: at, Gain: 1}, timeline.Point{At: at + 0.4, Gain: 0.3},
			timeline.Point{At: at + 0.5, Gain: 0.3}, timeline.Point{At: at + 0.9, Gain: 1})
	}
	f.Sounds = []timeline.Sound{bed}
	return f
}

func addScene(f *timeline.Film, r *rand.Rand, n, frames int) {
	second := int(f.FPS.FPS() + 0.5)
	l := timeline.Layer{ID: fmt.Sprint("scene ", n), Kind: timeline.KindVideo, From: f.Frames, Frames: frames, Opacity: 1}
	if r.IntN(3) == 0 && frames > 2*second {
		l.Enter, l.Leave = timeline.Motion{Frames: second / 2, Fade: true}, timeline.Motion{Frames: second, DX: 9}
	}
	f.Layers = append(f.Layers, l)
	if r.IntN(2) == 0 {
		for at := r.IntN(second); at < frames; {
			n := min(frames-at, second/2+r.IntN(4*second))
			f.Layers = append(f.Layers, timeline.Layer{
				ID: fmt.Sprint("caption ", n), Kind: timeline.KindText, From: f.Frames + at, Frames: n, Text: &timeline.Text{},
			})
			at += n + r.IntN(second)
		}
	}
	f.Frames += frames
}

// spanned reports whether something that must not be cut spans a frame. It is written for the test and asks each
// layer, not the ranks.
func spanned(f *timeline.Film, at int) string {
	longest := Longest * f.FPS.FPS()
	for i := range f.Layers {
		l := &f.Layers[i]
		n := at - l.From
		switch {
		case n <= 0 || n >= l.Frames:
		case n < l.Enter.Frames, l.Frames-n < l.Leave.Frames:
			return "the motion of " + l.ID
		case l.Text != nil && float64(l.Frames) <= longest:
			return l.ID
		}
	}
	for i := range f.Sounds {
		for j, p := range f.Sounds[i].Gain[1:] {
			q := f.Sounds[i].Gain[j]
			if t := f.FPS.Seconds(at); p.Gain != q.Gain && q.At < t && t < p.At {
				return "ducking"
			}
		}
	}
	return ""
}

func TestCutsAreWhereNothingMoves(t *testing.T) {
	for seed := range uint64(400) {
		f := scenes(rand.New(rand.NewPCG(seed, 1)))
		end := 0
		for _, s := range Cut(f) {
			if s.From != end || s.To <= s.From {
				t.Fatalf("seed %d: %v after %d", seed, s, end)
			}
			end = s.To
			if why := spanned(f, s.From); why != "" && s.From > 0 {
				t.Errorf("seed %d: %s spans the cut at %d", seed, why, s.From)
			}
			if f.FPS.Seconds(s.Frames()) < Shortest && s.Frames() != f.Frames {
				t.Errorf("seed %d: %v of %d frames is too short at %s", seed, s, f.Frames, f.FPS)
			}
		}
		if end != f.Frames {
			t.Errorf("seed %d: the pieces end at %d of %d", seed, end, f.Frames)
		}
	}
}

// TestAnEditMovesFewCuts: a scene that gets longer leaves the pieces of all other scenes as they are, relative to their
// scene, except those next to it.
func TestAnEditMovesFewCuts(t *testing.T) {
	kept, all := 0, 0
	for seed := range uint64(200) {
		make := func(more int) *timeline.Film {
			f := &timeline.Film{FPS: rates[seed%4]}
			for i := range 12 {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				n := 100 + r.IntN(500)
				if i == 3 {
					n += more
				}
				addScene(f, r, i, n)
			}
			return f
		}
		more := 1 + int(seed)%90
		before, after := make(0), make(more)
		lengths := map[int]bool{}
		for _, s := range Cut(after) {
			lengths[s.From] = true
		}
		edited := before.Layers[0].From
		for _, l := range before.Layers {
			if l.ID == "scene 4" {
				edited = l.From
			}
		}
		for _, s := range Cut(before) {
			if s.From >= edited {
				all++
				if lengths[s.From+more] {
					kept++
				}
			}
		}
	}
	if share := float64(kept) / float64(all); share < 0.97 {
		t.Errorf("%.3f of the cuts after an edit are kept, %d of %d", share, kept, all)
	}
}

// TestAShortFilmIsOnePiece, and so is one in which nothing allows a cut.
func TestAShortFilmIsOnePiece(t *testing.T) {
	for _, rate := range rates {
		second := int(rate.FPS() + 0.5)
		for _, frames := range []int{1, second, 4*second - 1} {
			if got := Cut(&timeline.Film{FPS: rate, Frames: frames}); len(got) != 1 || got[0] != (Span{0, frames}) {
				t.Errorf("%d frames at %s: %v", frames, rate, got)
			}
		}
		n := 60 * second
		slow := timeline.Layer{Kind: timeline.KindFill, Frames: n, Enter: timeline.Motion{Frames: n, Fade: true}}
		got := Cut(&timeline.Film{FPS: rate, Frames: n, Layers: []timeline.Layer{slow}})
		if len(got) != 1 {
			t.Errorf("a fade of a minute is cut: %v", got)
		}
	}
}
