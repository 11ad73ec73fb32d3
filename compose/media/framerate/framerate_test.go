package framerate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// ramp returns n times of a rate, rounded to ticks.
func ramp(n int, r Rate, tick float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Round(float64(i)/r.FPS()/tick) * tick
	}
	return out
}

func TestConstantRatesStayWhatTheyAre(t *testing.T) {
	for _, r := range common {
		for _, tick := range []float64{1e-3, 1. / 600, 1. / 90000, 1. / 15360, 1. / 30000, 1e-7} {
			for _, n := range []int{2, 3, 13, 50, 1500} {
				if r.FPS()*tick > 0.1 && tick > 1.5e-3 {
					continue // 600 ticks a second cannot say 240 pictures a second
				}
				got := Measure(ramp(n, r, tick), tick, r)
				if got.Varies || got.Rate != r {
					t.Errorf("%s in ticks of %g s, %d pictures: %+v", r, tick, n, got)
				}
			}
		}
	}
}

// TestAnnouncedAveragesAreNotTheRate: ffprobe's average is pictures per track length, which a long last picture,
// an edit list or a chapter track changes.
func TestAnnouncedAveragesAreNotTheRate(t *testing.T) {
	for _, c := range []struct{ real, announced Rate }{
		{Rate{Num: 25, Den: 1}, Rate{Num: 83200, Den: 3347}},
		{Rate{Num: 30000, Den: 1001}, Rate{Num: 29409, Den: 1000}},
		{Rate{Num: 30, Den: 1}, Rate{Num: 31004, Den: 1000}},
		{Rate{Num: 24000, Den: 1001}, Rate{Num: 90000, Den: 1}},
		{Rate{Num: 17, Den: 1}, Rate{Num: 1000, Den: 1}},
		{Rate{Num: 100, Den: 3}, Rate{Num: 0, Den: 0}},
	} {
		got := Measure(ramp(143, c.real, 1e-4), 1e-4, c.announced, Rate{Num: 90000, Den: 1})
		if got.Varies || math.Abs(got.Rate.FPS()-c.real.FPS()) > 1e-3 {
			t.Errorf("%s announced as %s: %+v", c.real, c.announced, got)
		}
	}
}

func TestJitterIsNotAVaryingRate(t *testing.T) {
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, r := range []Rate{{Num: 24000, Den: 1001}, {Num: 25, Den: 1}, {Num: 30, Den: 1}, {Num: 60, Den: 1}} {
		times := ramp(400, r, 1e-3)
		for i := range times {
			times[i] += (rnd.Float64() - 0.5) * 0.4 / r.FPS()
		}
		if got := Measure(times, 1e-3); got.Varies || got.Rate != r {
			t.Errorf("seed %d, %s: %+v", seed, r, got)
		}
	}
}

// TestVaryingRatesAreConformedToTheirShortestUsualStep: a screen recorder writes a picture when something moves.
func TestVaryingRatesAreConformedToTheirShortestUsualStep(t *testing.T) {
	at := func(seconds ...float64) []float64 { return seconds }
	screen := at() // a second of 60, three of nothing, then 10 a second
	for i := range 60 {
		screen = append(screen, float64(i)/60)
	}
	for i := range 20 {
		screen = append(screen, 4+float64(i)/10)
	}
	mixed := at()
	for _, part := range []struct {
		fps  float64
		from float64
	}{{60, 0}, {8.6, 2}, {30, 4}} {
		for i := 0; float64(i)/part.fps < 2-1e-9; i++ {
			mixed = append(mixed, part.from+float64(i)/part.fps)
		}
	}
	twice := ramp(100, Rate{Num: 30, Den: 1}, 1e-3) // two pictures nearly at once, here and there
	for i := 10; i < 100; i += 40 {
		twice = append(twice, twice[i]+0.002)
	}
	hole := append(ramp(26, Rate{Num: 25, Den: 1}, 1e-3), at(1.3, 1.34, 1.38)...)
	for _, c := range []struct {
		name  string
		times []float64
		want  Rate
	}{
		{"screen", screen, Rate{Num: 60, Den: 1}}, {"mixed", mixed, Rate{Num: 60, Den: 1}},
		{"twice", twice, Rate{Num: 30, Den: 1}}, {"hole", hole, Rate{Num: 25, Den: 1}},
		{"double", append(ramp(40, Rate{Num: 25, Den: 1}, 1e-3), 0.4, 0.8), Rate{Num: 25, Den: 1}},
		{"animation", at(0, 0.04, 0.08, 0.16), Rate{Num: 25, Den: 1}},
		{"AVI", at(0, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32), Rate{Num: 25, Den: 1}},
		{"slow", at(0, 1, 2, 5, 6, 7, 9), Rate{Num: 1, Den: 1}},
	} {
		got := Measure(c.times, 1e-3)
		if !got.Varies || math.Abs(got.Rate.FPS()-c.want.FPS()) > 0.01*c.want.FPS() {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
	limited := Timing{Rate: Rate{Num: 60, Den: 1}, Varies: true}
	if got := limited.Conform(Rate{Num: 30000, Den: 1001}); got != (Rate{Num: 30000, Den: 1001}) {
		t.Errorf("limited to %s", got)
	}
	if got := limited.Conform(Rate{}); got != (Rate{Num: 60, Den: 1}) {
		t.Errorf("without a limit %s", got)
	}
	if got := (Timing{Rate: Rate{Num: 60, Den: 1}}).Conform(Rate{Num: 25, Den: 1}); got != (Rate{Num: 60, Den: 1}) {
		t.Errorf("a constant rate was changed to %s", got)
	}
}

func TestFewerPictures(t *testing.T) {
	for _, c := range []struct {
		from, to Rate
		varies   bool
		want     bool
	}{
		{Rate{Num: 60, Den: 1}, Rate{Num: 30, Den: 1}, true, true},
		{Rate{Num: 50, Den: 1}, Rate{Num: 30000, Den: 1001}, true, true},
		{Rate{Num: 60, Den: 1}, Rate{Num: 30, Den: 1}, false, false},
		{Rate{Num: 30, Den: 1}, Rate{Num: 30, Den: 1}, true, false},
		{Rate{Num: 301, Den: 10}, Rate{Num: 30, Den: 1}, true, false},
		{Rate{Num: 30, Den: 1}, Rate{Num: 30000, Den: 1001}, true, false},
	} {
		if got := (Timing{Rate: c.from, Varies: c.varies}).Fewer(c.to); got != c.want {
			t.Errorf("%s to %s, varies %v: %v", c.from, c.to, c.varies, got)
		}
	}
}

func TestFewPictures(t *testing.T) {
	for _, c := range []struct {
		times     []float64
		announced Rate
		want      string
	}{
		{nil, Rate{}, "25/1"}, {[]float64{0}, Rate{Num: 30, Den: 1}, "30/1"},
		{[]float64{3}, Rate{Num: 90000, Den: 1}, "25/1"}, {[]float64{0, 0}, Rate{}, "25/1"},
		{[]float64{0, 0.04}, Rate{}, "25/1"}, {[]float64{0, 5}, Rate{}, "1/5"}, {[]float64{0, 1e-9}, Rate{}, "1000/1"},
	} {
		if got := Measure(c.times, 1e-3, c.announced); fmt.Sprint(got.Rate) != c.want {
			t.Errorf("%v: %s, want %s", c.times, got.Rate, c.want)
		}
	}
}
