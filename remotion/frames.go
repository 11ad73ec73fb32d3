package remotion

import (
	"math"
	"math/big"
)

// halfSlack, in frames, is how far below a half a time may fall and still count
// as one: a rational time (400 frames at 24000/1001) written as float64 or in
// ffprobe's microseconds must not land on the other side. A microsecond is
// 0.00024 frames at 240 fps.
var halfSlack = big.NewRat(1, 4000)

// FramesAt gives the frame count of an absolute time at fps frames a second:
// the nearest whole number, halves up, and 0 for times that are not positive.
// The arithmetic is exact.
//
// Callers place things by rounding absolute times (start, end) and subtracting,
// never by adding rounded lengths: the error then stays within half a frame
// however many clips follow one another.
func FramesAt(seconds float64, fps int) int {
	if !(seconds > 0) || math.IsInf(seconds, 1) || fps <= 0 {
		return 0
	}
	r := new(big.Rat).SetFloat64(seconds)
	r.Mul(r, new(big.Rat).SetInt64(int64(fps)))
	r.Add(r, big.NewRat(1, 2)).Add(r, halfSlack)
	n := new(big.Int).Div(r.Num(), r.Denom())
	if !n.IsInt64() || n.Int64() > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(n.Int64())
}
