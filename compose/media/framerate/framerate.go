// Package framerate derives a frame rate from the timestamps of a video's pictures.
//
// Containers announce rates that their own timestamps contradict: an average over a track whose last picture is
// shown longer, over an edit list or a chapter track. Timestamps decide here, and an announced rate is used only
// where they fit it.
package framerate

import (
	"math"
	"slices"

	"greenroom/compose/timeline"
)

// Rate is pictures per second as a fraction.
type Rate = timeline.Rate

// Timing is how a video's pictures follow each other.
type Timing struct {
	// Rate is the constant rate, or that of the shortest usual step between two pictures when the rate varies.
	Rate   Rate
	Varies bool
}

// Conform returns the constant rate that a video is resampled to: the rate of its shortest usual step, but not more
// than highest. A zero highest sets no limit. A constant rate stays what it is.
func (t Timing) Conform(highest Rate) Rate {
	if t.Varies && highest.Num > 0 && highest.FPS() < t.Rate.FPS() {
		return highest
	}
	return t.Rate
}

// Fewer reports that a rate has no place for each picture of a rate that varies: pictures are omitted. Up to 1 % it
// does: 29.97 is not fewer than 30, and measured rates are not exact.
func (t Timing) Fewer(to Rate) bool { return t.Varies && to.FPS() < 0.99*t.Rate.FPS() }

const (
	// off is how far a picture of a constant rate may be from its place, of a frame: clocks of recorders jitter, and
	// up to here rounding still finds the right place.
	off = 0.3
	// near is how much a usual step may differ from the median step, as a share of it.
	near = 0.25
	// usual is the share of all steps from which a step counts as usual.
	usual = 0.05
	// jitter is the share by which clocks that jitter may hide the rate of a short clip.
	jitter = 0.003
	// Fastest is more than any camera or screen recorder, pictures per second.
	Fastest = 1000
)

// Measure returns the timing of pictures at times, in seconds and in any order. tick is the container's resolution in
// seconds. announced are rates that the container names, tried when no common rate fits.
func Measure(times []float64, tick float64, announced ...Rate) Timing {
	ts := slices.Clone(times)
	slices.Sort(ts)
	if ts = slices.Compact(ts); len(ts) < len(times) { // two pictures at one time: one of them is never seen
		t := Measure(ts, tick, announced...)
		t.Varies = len(ts) > 1
		return t
	}
	if len(ts) < 2 {
		for _, r := range announced {
			if r.FPS() >= 1 && r.FPS() <= 240 {
				return Timing{Rate: reduced(r)}
			}
		}
		return Timing{Rate: Rate{Num: 25, Den: 1}}
	}
	steps := make([]float64, len(ts)-1)
	for i := range steps {
		steps[i] = ts[i+1] - ts[i]
	}
	slices.Sort(steps)
	mean := meanNear(steps, steps[len(steps)/2], tick)
	// What rounding to ticks leaves unknown of the rate: much in a clip of few pictures.
	unsure := max(closeTo, tick/float64(len(steps))/mean)
	regular := steps[0] >= mean-2.1*tick && steps[len(steps)-1] <= mean+2.1*tick
	for _, r := range candidates(1/mean, unsure, announced) {
		if regular && fits(ts, r) {
			return Timing{Rate: reduced(r)}
		}
	}
	even := 1 / slope(ts)
	for _, r := range append(candidates(even, jitter, announced), approximate(even)) {
		if fits(ts, r) {
			return Timing{Rate: r}
		}
	}
	return Timing{Rate: Snap(1 / shortest(steps, tick)), Varies: true}
}

// candidates lists the rates that may be fps: announced common ones first, then the closest common one, then whatever
// else is announced.
func candidates(fps, unsure float64, announced []Rate) (out []Rate) {
	for _, r := range announced {
		if math.Abs(r.FPS()-fps)/fps <= unsure && slices.Contains(common, reduced(r)) {
			out = append(out, r)
		}
	}
	return append(append(out, snap(fps, unsure)), announced...)
}

// slope returns the period of the even grid that is closest to the times, by least squares: clocks that jitter say
// little one by one and much together.
func slope(ts []float64) float64 {
	middle, sum, squares := float64(len(ts)-1)/2, 0.0, 0.0
	for i, t := range ts {
		d := float64(i) - middle
		sum += d * (t - ts[0])
		squares += d * d
	}
	return sum / squares
}

// meanNear returns the mean of the steps that are near one.
func meanNear(steps []float64, step, tick float64) float64 {
	sum, n := 0.0, 0
	for _, s := range steps {
		if math.Abs(s-step) <= near*step+min(tick, near*step) { // a tick can be as long as a picture, as in AVI
			sum += s
			n++
		}
	}
	return sum / float64(n)
}

// fits reports that each picture is at its own place of a constant rate. The middle of all differences is the first
// place, as the first picture may be the one with a late clock.
func fits(ts []float64, r Rate) bool {
	if r.Num <= 0 || r.Den <= 0 || r.Num > Fastest*r.Den {
		return false
	}
	period := 1 / r.FPS()
	low, high := math.Inf(1), math.Inf(-1)
	for i, t := range ts {
		d := t - float64(i)*period
		low, high = min(low, d), max(high, d)
	}
	for i := 1; i < len(ts); i++ { // the grid of few pictures hides a step that is half as long again
		if math.Abs(ts[i]-ts[i-1]-period) > 0.5*period {
			return false
		}
	}
	return high-low <= 2*off*period
}

// shortest returns the shortest step that is usual. Steps are sorted.
func shortest(steps []float64, tick float64) float64 {
	need := max(1, int(usual*float64(len(steps))))
	for i, s := range steps {
		if s < 1./Fastest {
			continue
		}
		n := 0
		for _, other := range steps[i:] {
			if other > s*(1+near)+min(tick, near*s) {
				break
			}
			n++
		}
		if n >= need {
			return meanNear(steps[i:i+n], steps[i+n/2], tick)
		}
	}
	return max(steps[len(steps)/2], 1./Fastest)
}

// common are the rates of cameras, screens and film.
var common = []Rate{
	{Num: 24000, Den: 1001}, {Num: 24, Den: 1}, {Num: 25, Den: 1}, {Num: 30000, Den: 1001},
	{Num: 30, Den: 1}, {Num: 48000, Den: 1001}, {Num: 48, Den: 1}, {Num: 50, Den: 1},
	{Num: 60000, Den: 1001}, {Num: 60, Den: 1}, {Num: 72, Den: 1}, {Num: 75, Den: 1}, {Num: 90, Den: 1},
	{Num: 100, Den: 1}, {Num: 120000, Den: 1001}, {Num: 120, Den: 1}, {Num: 144, Den: 1},
	{Num: 240, Den: 1}, {Num: 240000, Den: 1001}, {Num: 5, Den: 1}, {Num: 6, Den: 1}, {Num: 8, Den: 1},
	{Num: 10, Den: 1}, {Num: 12, Den: 1}, {Num: 12000, Den: 1001}, {Num: 25, Den: 2}, {Num: 15, Den: 1},
	{Num: 15000, Den: 1001}, {Num: 16, Den: 1}, {Num: 18, Den: 1}, {Num: 20, Den: 1},
}

// closeTo is the share by which a rate may differ from a common one: less than half of what 29.97 and 30 differ by.
const closeTo = 0.0004

// Snap returns the common rate within 0.04 % of fps, else a close fraction.
func Snap(fps float64) Rate { return snap(fps, closeTo) }

func snap(fps, within float64) Rate {
	best, distance := Rate{}, within
	for _, r := range common {
		if d := math.Abs(r.FPS()-fps) / fps; d < distance {
			best, distance = r, d
		}
	}
	if best.Num > 0 {
		return best
	}
	return approximate(fps)
}

// approximate returns the fraction with the smallest denominator up to 1001 that is within a millionth of fps, or the
// closest of them.
func approximate(fps float64) Rate {
	fps = min(max(fps, 0.001), Fastest)
	best, least := Rate{Num: 1, Den: 1}, math.Inf(1)
	for den := 1; den <= 1001; den++ {
		num := int(math.Round(fps * float64(den)))
		if num < 1 {
			continue
		}
		if d := math.Abs(float64(num)/float64(den)-fps) / fps; d < least*0.999 {
			best, least = Rate{Num: num, Den: den}, d
		}
		if least < 1e-6 {
			break
		}
	}
	return best
}

func reduced(r Rate) Rate {
	if r.Num <= 0 || r.Den <= 0 {
		return r
	}
	a, b := r.Num, r.Den
	for b != 0 {
		a, b = b, a%b
	}
	return Rate{Num: r.Num / a, Den: r.Den / a}
}
