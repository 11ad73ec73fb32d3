package timeline_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"greenroom/compose/timeline"
)

// rates are those that clips and compositions come in.
var rates = []struct {
	name     string
	num, den int64
}{{"23.976", 24000, 1001}, {"24", 24, 1}, {"25", 25, 1}, {"29.97", 30000, 1001}, {"30", 30, 1}, {"50", 50, 1},
	{"59.94", 60000, 1001}, {"60", 60, 1}}

// compositionRates are the rates of films, from a slow one to the fastest.
var compositionRates = []timeline.Rate{{Num: 25, Den: 2}, {Num: 24000, Den: 1001}, {Num: 24, Den: 1},
	{Num: 25, Den: 1}, {Num: 30000, Den: 1001},
	{Num: 30, Den: 1}, {Num: 50, Den: 1}, {Num: 60000, Den: 1001}, {Num: 60, Den: 1}, {Num: 120000, Den: 1001}}

// exact returns a rate for exact arithmetic.
func exact(r timeline.Rate) *big.Rat { return big.NewRat(int64(r.Num), int64(r.Den)) }

// wholeFrame is the whole number nearest to r, halves up.
func wholeFrame(r *big.Rat) int {
	r = new(big.Rat).Add(r, big.NewRat(1, 2))
	return int(new(big.Int).Div(r.Num(), r.Denom()).Int64())
}

// micro is a time as ffprobe prints it: to the microsecond.
func micro(r *big.Rat) float64 {
	return float64(wholeFrame(new(big.Rat).Mul(r, big.NewRat(1_000_000, 1)))) / 1e6
}

func TestFrameAtIsTheExactNearestFrame(t *testing.T) {
	t.Parallel()
	for _, r := range rates {
		for _, fps := range compositionRates {
			for n := int64(0); n < 1_200; n++ {
				at := big.NewRat(n*r.den, r.num)
				want := wholeFrame(new(big.Rat).Mul(at, exact(fps)))
				s, _ := at.Float64()
				if got := fps.FrameAt(s); got != want {
					t.Fatalf("%d frames of %s at %s fps: got %d, want %d", n, r.name, fps, got, want)
				}
				if got := fps.FrameAt(micro(at)); got != want {
					t.Fatalf("%d frames of %s at %s fps, in microseconds: got %d, want %d", n, r.name, fps, got, want)
				}
			}
		}
	}
}

func TestSumsOfClipsDoNotDrift(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for _, r := range rates {
		for _, fps := range compositionRates {
			t.Run(fmt.Sprintf("%s at %s", r.name, fps), func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 2))
				rate := exact(fps)
				var source int64  // frames of the source so far
				var clock float64 // the same as a sum of rounded numbers, as callers keep it
				at, sum, rounded, drift := 0, 0, 0, 0
				for i := range 6_000 {
					n := 1 + rnd.Int64N(400)
					length, _ := big.NewRat(n*r.den, r.num).Float64()
					source, clock = source+n, clock+length
					placed := fps.FrameAt(clock) - at
					at += placed
					sum += placed
					rounded += fps.FrameAt(length)
					drift = max(drift, rounded-sum, sum-rounded)
					whole := new(big.Rat).Mul(big.NewRat(source*r.den, r.num), rate)
					if want := wholeFrame(whole); sum != want {
						t.Fatalf("after %d clips the film is at frame %d, exactly it is %d (%s)", i+1, sum, want, whole.FloatString(6))
					}
					own := float64(n*r.den) / float64(r.num) * fps.FPS()
					if math.Abs(float64(placed)-own) > 1+1e-3 { // the slack of halves
						t.Fatalf("clip %d got %d frames, its length is %g", i, placed, own)
					}
				}
				// Why callers subtract absolute times: the other way does drift.
				if r.den == 1001 && fps.Den == 1 && drift < 3 {
					t.Errorf("adding rounded lengths was never more than %d frames off: the test shows nothing", drift)
				}
			})
		}
	}
}

func TestFrameAtTheEdges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    float64
		fps  int
		want int
	}{
		"zero": {0, 25, 0}, "before zero": {-1, 25, -25}, "minus zero": {math.Copysign(0, -1), 25, 0},
		"half a frame": {0.02, 25, 1}, "less than half": {0.0199, 25, 0}, "smallest": {5e-324, 240, 0},
		"endless": {math.Inf(1), 25, 0}, "endless before": {math.Inf(-1), 25, 0}, "no number": {math.NaN(), 25, 0},
		"no rate": {1, 0, 0}, "negative rate": {1, -25, 0}, "an hour": {3600, 25, 90000},
		"a day at 240": {86400, 240, 20736000},
		"too long":     {1e300, 25, math.MaxInt32}, "just too long": {math.MaxInt32, 1, math.MaxInt32},
	} {
		if got := (timeline.Rate{Num: c.fps, Den: 1}).FrameAt(c.s); got != c.want {
			t.Errorf("%s: %g s at %d fps = %d, want %d", name, c.s, c.fps, got, c.want)
		}
	}
}

func TestFramesBeforeCountsEveryFrameThatStarts(t *testing.T) {
	t.Parallel()
	for _, fps := range compositionRates {
		for _, r := range rates {
			for n := int64(0); n < 400; n++ {
				at := big.NewRat(n*r.den, r.num)
				s, _ := at.Float64()
				for _, s := range []float64{s, micro(at)} {
					frames := new(big.Rat).Mul(new(big.Rat).SetFloat64(s), exact(fps))
					want := max(0, -wholeFrame(new(big.Rat).Sub(big.NewRat(1-50, 100), frames))) // less 0.01, rounded up
					if got := fps.FramesBefore(s); got != want {
						t.Fatalf("%d frames of %s at %s fps (%v s): got %d, want %d", n, r.name, fps, s, got, want)
					}
				}
			}
		}
	}
	for _, s := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 5e-324} {
		if got := (timeline.Rate{Num: 25, Den: 1}).FramesBefore(s); got != 0 {
			t.Errorf("%g s have %d frames", s, got)
		}
	}
	if got := (timeline.Rate{Num: 25, Den: 1}).FramesBefore(1e300); got != math.MaxInt32 {
		t.Errorf("1e300 s have %d frames", got)
	}
}
