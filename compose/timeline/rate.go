package timeline

import (
	"fmt"
	"math"
	"math/big"
)

// Rate is a frame rate in frames per second as an exact fraction: 30000/1001.
type Rate struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// FPS returns the rate in frames per second.
func (r Rate) FPS() float64 { return float64(r.Num) / float64(r.Den) }

// Seconds returns the time at which the given frame starts.
func (r Rate) Seconds(frame int) float64 { return float64(frame) * float64(r.Den) / float64(r.Num) }

// String returns the form that ffmpeg takes: "30000/1001".
func (r Rate) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }

// timeSlack, in seconds, is how early a time may be and still count as exact: a rational time (400 frames at
// 24000/1001) written as a float64 or in ffprobe's microseconds is up to half a microsecond off, and must not land
// on the other side of a half.
var timeSlack = big.NewRat(1, 1_600_000)

// FrameAt returns the frame that starts nearest to an absolute time in seconds, halves up. Times before 0 have
// frames before 0; NaN, an infinite time and an invalid rate return 0, and times beyond the range of int32 return
// its maximum. The arithmetic is exact.
//
// Callers place things by rounding absolute times (start, end) and subtracting, never by adding rounded lengths: the
// error then stays within half a frame however many clips follow one another.
func (r Rate) FrameAt(seconds float64) int {
	t, ok := r.exact(seconds)
	if !ok {
		return 0
	}
	return floor(t.Add(t, r.frames(timeSlack)).Add(t, big.NewRat(1, 2)))
}

// endSlack is the share of a frame that does not count at an end: lengths come in microseconds, and from containers in
// milliseconds.
var endSlack = big.NewRat(1, 100)

// FramesBefore returns how many frames from frame 0 on start before an absolute time in seconds, less a hundredth of a
// frame: on so many something is seen that starts with the film and ends at that time. For times that FrameAt has no
// frame for it returns the same.
func (r Rate) FramesBefore(seconds float64) int {
	t, ok := r.exact(seconds)
	if !ok {
		return 0
	}
	t.Sub(t, endSlack)
	return max(0, -floor(t.Neg(t)))
}

// exact returns a time in frames; ok is false where there is none.
func (r Rate) exact(seconds float64) (t *big.Rat, ok bool) {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) || r.Num <= 0 || r.Den <= 0 {
		return nil, false
	}
	return r.frames(new(big.Rat).SetFloat64(seconds)), true
}

// frames returns a time as a number of frames.
func (r Rate) frames(seconds *big.Rat) *big.Rat {
	return new(big.Rat).Mul(seconds, big.NewRat(int64(r.Num), int64(r.Den)))
}

// floor rounds down, below 0 too, and keeps to int32.
func floor(t *big.Rat) int {
	n := new(big.Int).Div(t.Num(), t.Denom())
	if !n.IsInt64() {
		return n.Sign() * math.MaxInt32
	}
	return int(min(max(n.Int64(), -math.MaxInt32), math.MaxInt32))
}
