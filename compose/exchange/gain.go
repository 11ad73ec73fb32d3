package exchange

import (
	"math"
	"slices"
	"strconv"

	"greenroom/compose/timeline"
)

// silent is the gain of silence, dB.
const silent = -96.0

// level is a gain at a frame.
type level struct {
	frame int // of the stretch, from 0
	db    float64
}

// steps is how many points a slope of a gain has at most: editors join points by straight lines in dB, and the film
// does in amplitude.
const steps = 32

// levels returns the gain of a stretch of a sound, as points that straight lines in dB join; one point is a constant.
func levels(f *timeline.Film, c *clip) []level {
	at := []int{0, c.frames - 1}
	add := func(frame int) {
		if n := frame - c.from; n > 0 && n < c.frames {
			at = append(at, n)
		}
	}
	points := c.sound.Gain
	for i, p := range points {
		frame := f.FPS.FrameAt(p.At)
		add(frame)
		if i == 0 || points[i-1].Gain == p.Gain {
			continue
		}
		before := f.FPS.FrameAt(points[i-1].At)
		for n := before; n < frame; n += max(1, (frame-before)/steps) {
			add(n)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	var out []level
	for _, n := range at {
		out = append(out, level{n, decibels(c.sound.GainAt(f.FPS.Seconds(c.from + n)))})
	}
	// Points on a level stretch say nothing.
	kept := out[:0:0]
	for i, l := range out {
		if i > 0 && i < len(out)-1 && out[i-1].db == l.db && out[i+1].db == l.db {
			continue
		}
		kept = append(kept, l)
	}
	if len(kept) == 2 && kept[0].db == kept[1].db {
		kept = kept[:1]
	}
	return kept
}

// decibels converts a factor of amplitude, rounded to hundredths.
func decibels(gain float64) float64 {
	if gain <= 0 {
		return silent
	}
	return max(silent, math.Round(2000*math.Log10(gain))/100)
}

// num writes a number without an exponent.
func num(v float64) string {
	if v == 0 {
		return "0" // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// round6 rounds to millionths.
func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }
