package resolve

import (
	"math"
	"slices"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// sound is a sound whose gain is worked out last: it ducks under all speech of the film.
type sound struct {
	timeline.Sound
	gain            float64
	fadeIn, fadeOut float64 // seconds
	duck            *manifest.Duck
}

// interval is a stretch of time in seconds.
type interval struct{ from, to float64 }

// merge joins intervals whose gap is at most the given one: a sound that gets loud for a moment between two words
// pumps.
func merge(in []interval, gap float64) (out []interval) {
	in = slices.Clone(in)
	slices.SortFunc(in, func(a, b interval) int {
		if a.from < b.from {
			return -1
		}
		if a.from > b.from {
			return 1
		}
		return 0
	})
	for _, i := range in {
		if n := len(out) - 1; n >= 0 && i.from <= out[n].to+gap {
			out[n].to = max(out[n].to, i.to)
			continue
		}
		out = append(out, i)
	}
	return out
}

// pause is the shortest silence in which a ducked sound comes up again, seconds, in addition to the time that takes.
const pause = 0.3

// shortest is the least time in which a gain changes, seconds: a jump would click.
const shortest = 0.005

// curve is a gain over time, joined by straight lines.
type curve []timeline.Point

func (c curve) at(t float64) float64 { s := timeline.Sound{Gain: c}; return s.GainAt(t) }

// points works out the sound's gain: its own, its fades, and how it ducks under speech.
func (s *sound) points(speech []interval, rate timeline.Rate) []timeline.Point {
	from, to := rate.Seconds(s.From), rate.Seconds(s.From+s.Frames)
	in, out := s.fadeIn, s.fadeOut
	if total := in + out; total > to-from { // with both at once, the sound would never have its full gain
		in, out = in*(to-from)/total, out*(to-from)/total
	}
	fades := curve{{At: from, Gain: 1}}
	if in > 0 {
		fades = curve{{At: from, Gain: 0}, {At: from + in, Gain: 1}}
	}
	if out > 0 {
		fades = append(fades, timeline.Point{At: to - out, Gain: 1}, timeline.Point{At: to, Gain: 0})
	}
	ducks := curve{{At: from, Gain: 1}}
	if d := s.duck; d != nil {
		attack, release := max(d.Attack.Seconds(), shortest), max(d.Release.Seconds(), shortest)
		ducks = nil
		for _, i := range merge(speech, attack+release+pause) {
			ducks = append(ducks,
				timeline.Point{At: i.from - attack, Gain: 1}, timeline.Point{At: i.from, Gain: d.By},
				timeline.Point{At: i.to, Gain: d.By}, timeline.Point{At: i.to + release, Gain: 1})
		}
		if len(ducks) == 0 {
			ducks = curve{{At: from, Gain: 1}}
		}
	}
	return s.product(fades, ducks, from, to)
}

// product multiplies two curves. Where both change, the product bends: it is followed in eight steps.
func (s *sound) product(a, b curve, from, to float64) []timeline.Point {
	var times []float64
	for _, p := range append(slices.Clone(a), b...) {
		if p.At >= from && p.At <= to {
			times = append(times, p.At)
		}
	}
	times = append(times, from, to)
	slices.Sort(times)
	times = slices.Compact(times)
	for i := len(times) - 1; i > 0; i-- {
		t, u := times[i-1], times[i]
		if a.at(t) != a.at(u) && b.at(t) != b.at(u) {
			for k := 7; k >= 1; k-- {
				times = slices.Insert(times, i, t+(u-t)*float64(k)/8)
			}
		}
	}
	var out []timeline.Point
	for _, t := range times {
		out = append(out, timeline.Point{At: micro(t), Gain: micro(s.gain * a.at(t) * b.at(t))})
	}
	return thin(out)
}

// thin removes points that are on the line between their neighbours.
func thin(p []timeline.Point) []timeline.Point {
	out := p[:1:1]
	for i := 1; i < len(p); i++ {
		if i+1 < len(p) && math.Abs((curve{out[len(out)-1], p[i+1]}).at(p[i].At)-p[i].Gain) < 1e-6 {
			continue
		}
		out = append(out, p[i])
	}
	if len(out) == 2 && out[0].Gain == out[1].Gain {
		return out[:1]
	}
	return out
}

func micro(v float64) float64 { return math.Round(v*1e6) / 1e6 }
