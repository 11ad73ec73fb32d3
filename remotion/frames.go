package remotion

import (
	"math"
	"math/big"
)

// FramesAt gives the frame count of an absolute time at fps frames a second:
// the nearest whole number, halves up, and 0 for times that are not positive.
//
// Callers place things by rounding absolute times (start, end) and subtracting,
// never by adding rounded lengths: the error then stays within half a frame
// however many clips follow one another. Seconds that came from a rational clock
// (101 frames at 24000/1001) are off by a few ulps as float64; so the value is
// first brought to the nearest millionth of a second, the resolution ffprobe
// prints, and then multiplied exactly.
func FramesAt(seconds float64, fps int) int {
	if !(seconds > 0) || math.IsInf(seconds, 1) || fps <= 0 {
		return 0
	}
	return roundHalfUp(new(big.Rat).Mul(micro(seconds), new(big.Rat).SetInt64(int64(fps))))
}

// micro is the time in whole microseconds, as an exact fraction of a second.
func micro(seconds float64) *big.Rat {
	exact := new(big.Rat).SetFloat64(seconds)
	scaled := exact.Mul(exact, big.NewRat(1_000_000, 1))
	n := floorHalfUp(scaled)
	return new(big.Rat).SetFrac(n, big.NewInt(1_000_000))
}

func floorHalfUp(r *big.Rat) *big.Int {
	r = new(big.Rat).Add(r, big.NewRat(1, 2))
	return new(big.Int).Div(r.Num(), r.Denom())
}

func roundHalfUp(r *big.Rat) int {
	n := floorHalfUp(r)
	if !n.IsInt64() || n.Int64() > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(n.Int64())
}
