package native

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

// evaluate lets ffmpeg work expressions of t out, at the given samples a second.
func evaluate(t *testing.T, exprs []string, rate, count int) [][]float64 {
	t.Helper()
	graph := fmt.Sprintf("aevalsrc=exprs='%s':s=%d:d=%d", strings.Join(exprs, "|"), rate, (count+rate-1)/rate)
	raw := run(t, need(t).FFmpeg, "-hide_banner", "-nostdin", "-v", "error", "-filter_complex", graph, "-f", "f64le",
		"-c:a", "pcm_f64le", "-")
	out := make([][]float64, len(exprs))
	for i := 0; i+8 <= len(raw); i += 8 {
		k := i / 8 % len(exprs)
		out[k] = append(out[k], math.Float64frombits(binary.LittleEndian.Uint64(raw[i:])))
	}
	return out
}

// TestSlidesAgreeToThePixel compares ffmpeg's arithmetic with OffsetAt on complete slides, whose halves must round
// alike.
func TestSlidesAgreeToThePixel(t *testing.T) {
	t.Parallel()
	const rate = 50
	r := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		compareSlides(t, r, rate)
	}
}

func compareSlides(t *testing.T, r *rand.Rand, rate int) {
	t.Helper()
	var layers []timeline.Layer
	var exprs []string
	for range 4 { // eight channels have a name
		l := timeline.Layer{From: r.IntN(40), Frames: 60 + r.IntN(40),
			Enter: timeline.Motion{Frames: 1 + r.IntN(30), DX: r.IntN(801) - 400, DY: r.IntN(401) - 200},
			Leave: timeline.Motion{Frames: r.IntN(30), DX: r.IntN(801) - 400, DY: r.IntN(401) - 200}}
		layers = append(layers, l)
		x, y := position(&l, timeline.Rate{Num: rate, Den: 1}, 10, -7)
		exprs = append(exprs, x, y)
	}
	got := evaluate(t, exprs, rate, 140)
	for i, l := range layers {
		for frame := l.From; frame < l.End(); frame++ {
			dx, dy := l.OffsetAt(frame)
			if x, y := got[2*i][frame], got[2*i+1][frame]; x != float64(10+dx) || y != float64(-7+dy) {
				t.Errorf("layer %+v frame %d: %v %v, want %d %d", l, frame, x, y, 10+dx, -7+dy)
			}
		}
	}
}

func TestGainAgreesWithTheTimeline(t *testing.T) {
	t.Parallel()
	var many []timeline.Point // as ducking under a long talk has
	for i := range 500 {
		many = append(many, timeline.Point{At: float64(i) * 0.004, Gain: float64(i%7) / 7})
	}
	sounds := []timeline.Sound{
		{Gain: []timeline.Point{{At: 0.5, Gain: 1}, {At: 1, Gain: 0.25}, {At: 1, Gain: 0.75}, {At: 1.5, Gain: 0}}},
		{Gain: []timeline.Point{{At: -1, Gain: 0}, {At: 3, Gain: 1}}},
		{Gain: many},
	}
	for _, offset := range []float64{0, 0.4} {
		var exprs []string
		for _, s := range sounds {
			exprs = append(exprs, gainExpr(s.Gain, offset))
		}
		for i, values := range evaluate(t, exprs, 1000, 2000) {
			for n, v := range values {
				if want := sounds[i].GainAt(float64(n)/1000 + offset); math.Abs(v-want) > 1e-9 && n%4 != 0 && n%100 != 0 {
					t.Fatalf("sound %d, %d ms after %v s: %v, want %v", i, n, offset, v, want)
				}
			}
		}
	}
}

func TestPiecewiseIsShallow(t *testing.T) {
	var starts, values []string
	for i := range 4096 {
		starts, values = append(starts, fmt.Sprint(i)), append(values, fmt.Sprint(i))
	}
	depth, deepest := 0, 0
	for _, c := range piecewise("N", starts, values) {
		switch c {
		case '(':
			depth++
			deepest = max(deepest, depth)
		case ')':
			depth--
		}
	}
	if deepest > 14 || depth != 0 {
		t.Errorf("nests %d deep and ends %d deep", deepest, depth)
	}
}
