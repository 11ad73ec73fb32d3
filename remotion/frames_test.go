package remotion

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

// rates are those that clips come in; compositions have whole ones.
var rates = []struct {
	name     string
	num, den int64
}{{"23.976", 24000, 1001}, {"24", 24, 1}, {"25", 25, 1}, {"29.97", 30000, 1001}, {"30", 30, 1}, {"50", 50, 1}, {"60", 60, 1}}

var compositionRates = []int{24, 25, 30, 50, 60}

// wholeFrame is the whole number nearest to r, halves up.
func wholeFrame(r *big.Rat) int {
	r = new(big.Rat).Add(r, big.NewRat(1, 2))
	return int(new(big.Int).Div(r.Num(), r.Denom()).Int64())
}

// micro is a time as ffprobe prints it: to the microsecond.
func micro(r *big.Rat) float64 {
	return float64(wholeFrame(new(big.Rat).Mul(r, big.NewRat(1_000_000, 1)))) / 1e6
}

func TestFramesAtIsTheExactNearestFrame(t *testing.T) {
	t.Parallel()
	for _, r := range rates {
		for _, fps := range compositionRates {
			for n := int64(0); n < 6_000; n++ {
				at := big.NewRat(n*r.den, r.num)
				want := wholeFrame(new(big.Rat).Mul(at, big.NewRat(int64(fps), 1)))
				s, _ := at.Float64()
				if got := FramesAt(s, fps); got != want {
					t.Fatalf("%d frames of %s at %d fps: got %d, want %d", n, r.name, fps, got, want)
				}
				if got := FramesAt(micro(at), fps); got != want {
					t.Fatalf("%d frames of %s at %d fps, in microseconds: got %d, want %d", n, r.name, fps, got, want)
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
			t.Run(fmt.Sprintf("%s at %d", r.name, fps), func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 2))
				rate := big.NewRat(int64(fps), 1)
				var source int64  // frames of the source so far
				var clock float64 // the same as a sum of rounded numbers, as callers keep it
				at, sum, rounded, drift := 0, 0, 0, 0
				for i := range 10_000 {
					n := 1 + rnd.Int64N(400)
					length, _ := big.NewRat(n*r.den, r.num).Float64()
					source, clock = source+n, clock+length
					placed := FramesAt(clock, fps) - at
					at += placed
					sum += placed
					rounded += FramesAt(length, fps)
					drift = max(drift, rounded-sum, sum-rounded)
					exact := new(big.Rat).Mul(big.NewRat(source*r.den, r.num), rate)
					if want := wholeFrame(exact); sum != want {
						t.Fatalf("after %d clips the film stands at frame %d, exactly it is %d (%s)", i+1, sum, want, exact.FloatString(6))
					}
					own := float64(n*r.den*int64(fps)) / float64(r.num)
					if math.Abs(float64(placed)-own) > 1+1e-3 { // the slack of halves
						t.Fatalf("clip %d got %d frames, its length is %g", i, placed, own)
					}
				}
				// Why callers subtract absolute times: the other way does drift.
				if r.den == 1001 && drift < 3 {
					t.Errorf("adding rounded lengths was never more than %d frames off: the test proves nothing", drift)
				}
			})
		}
	}
}

func TestFramesAtTheEdges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    float64
		fps  int
		want int
	}{
		"zero": {0, 25, 0}, "before zero": {-1, 25, 0}, "minus zero": {math.Copysign(0, -1), 25, 0},
		"half a frame": {0.02, 25, 1}, "less than half": {0.0199, 25, 0}, "smallest": {5e-324, 240, 0},
		"endless": {math.Inf(1), 25, 0}, "endless before": {math.Inf(-1), 25, 0}, "no number": {math.NaN(), 25, 0},
		"no rate": {1, 0, 0}, "negative rate": {1, -25, 0}, "an hour": {3600, 25, 90000}, "a day at 240": {86400, 240, 20736000},
		"too long": {1e300, 25, math.MaxInt32}, "just too long": {math.MaxInt32, 1, math.MaxInt32},
	} {
		if got := FramesAt(c.s, c.fps); got != c.want {
			t.Errorf("%s: FramesAt(%g, %d) = %d, want %d", name, c.s, c.fps, got, c.want)
		}
	}
}
