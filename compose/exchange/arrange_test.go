package exchange

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

// TestTimecode: the values of SMPTE 12M around the minutes at which numbers are skipped.
func TestTimecode(t *testing.T) {
	for _, c := range []struct {
		rate  timeline.Rate
		frame int
		want  string
	}{
		{pal, 0, "00:00:00:00"}, {pal, 24, "00:00:00:24"}, {pal, 25, "00:00:01:00"}, {pal, 90000, "01:00:00:00"},
		{ntsc, 1799, "00:00:59;29"}, {ntsc, 1800, "00:01:00;02"}, {ntsc, 3597, "00:01:59;29"}, {ntsc, 3598, "00:02:00;02"},
		{ntsc, 17981, "00:09:59;29"}, {ntsc, 17982, "00:10:00;00"}, {ntsc, 19781, "00:10:59;29"},
		{ntsc, 19782, "00:11:00;02"}, {ntsc, 107892, "01:00:00;00"},
		{timeline.Rate{Num: 60000, Den: 1001}, 3600, "00:01:00;04"}, {timeline.Rate{Num: 60000, Den: 1001}, 215784, "01:00:00;00"},
		{timeline.Rate{Num: 24000, Den: 1001}, 86400, "01:00:00:00"}, {timeline.Rate{Num: 25, Den: 2}, 13, "00:00:01:00"},
		{timeline.Rate{Num: 120, Den: 1}, 119, "00:00:00:119"},
	} {
		if got := clockOf(c.rate).at(c.frame); got != c.want {
			t.Errorf("frame %d at %s is %s, want %s", c.frame, c.rate, got, c.want)
		}
	}
	for _, r := range []timeline.Rate{pal, ntsc, {Num: 60000, Den: 1001}, {Num: 24000, Den: 1001}} {
		c := clockOf(r)
		if got := c.at(c.hour()); strings.Trim(got, ":;0") != "1" {
			t.Errorf("the first hour of %s begins at %s", r, got)
		}
	}
	// Drop-frame timecode never repeats or goes back.
	before, c := "", clockOf(ntsc)
	for frame := range 40000 {
		now := c.at(frame)
		if now <= before {
			t.Fatalf("frame %d: %s after %s", frame, now, before)
		}
		before = now
	}
}

// TestTurns: a file that repeats is cut at frames of the film; without loop nothing follows its end.
func TestTurns(t *testing.T) {
	show := func(list []clip) string {
		var out []string
		for _, c := range list {
			out = append(out, fmt.Sprintf("%d+%d@%d", c.from, c.frames, c.start))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		frames        int
		skip, seconds float64
		loop          bool
		want          string
	}{
		{50, 0, 4, false, "7+50@0"}, {50, 1, 4, false, "7+50@25"}, {100, 3, 4, false, "7+25@75"},
		{100, 3, 4, true, "7+25@75 32+75@0"}, {250, 0, 4, true, "7+100@0 107+100@0 207+50@0"},
		{10, 0, 0, false, "7+10@0"}, {2, 0, 0.0167, true, "7+1@0 8+1@0"}, {10, 5, 4, false, ""}, {3, 0, 0.05, true, "7+2@0 9+1@0"},
	} {
		if got := show(turns(pal, 7, c.frames, c.skip, c.seconds, c.loop)); got != c.want {
			t.Errorf("%+v: %s, want %s", c, got, c.want)
		}
	}
	// 1/3 s at 25 fps: turns do not drift, and none is lost.
	end := 0
	for _, c := range turns(pal, 0, 1000, 0, 1.0/3, true) {
		if c.from != end {
			t.Fatalf("a gap at frame %d", end)
		}
		end = c.end()
	}
	if end != 1000 {
		t.Errorf("it ends at frame %d", end)
	}
}

// TestTracks: clips of a track never meet, and a layer is above every earlier one that it meets.
func TestTracks(t *testing.T) {
	f := tour(pal)
	for _, apart := range []bool{false, true} {
		track := map[string]int{}
		for i, list := range pictureTracks(f, apart) {
			end := 0
			for _, c := range list {
				if c.from < end {
					t.Errorf("%s meets another on track %d", c.id(), i)
				}
				end, track[c.id()] = c.end(), i
			}
		}
		for i := range f.Layers {
			for j := range i {
				if meets(&f.Layers[j], &f.Layers[i], apart) && track[f.Layers[j].ID] >= track[f.Layers[i].ID] {
					t.Errorf("%s is not above %s", f.Layers[i].ID, f.Layers[j].ID)
				}
			}
		}
	}
}

// TestLevels: straight lines in dB between the points are within 0.5 dB of the film's gain, above -60 dB.
func TestLevels(t *testing.T) {
	f := tour(pal)
	s := timeline.Sound{Media: "a/bed.wav", Frames: 150, Gain: []timeline.Point{
		{At: 0, Gain: 0}, {At: 1, Gain: 1}, {At: 2, Gain: 1}, {At: 2.2, Gain: 0.2}, {At: 5, Gain: 0.2}, {At: 6, Gain: 0},
	}}
	c := clip{sound: &s, media: s.Media, frames: 150}
	list := levels(f, &c)
	for frame := range 150 {
		want := decibels(s.GainAt(pal.Seconds(frame)))
		if want < -60 {
			continue
		}
		got := silent
		for i, l := range list {
			if l.frame <= frame {
				got = l.db
				if i+1 < len(list) {
					next := list[i+1]
					got += (next.db - l.db) * float64(frame-l.frame) / float64(next.frame-l.frame)
				}
			}
		}
		if math.Abs(got-want) > 0.5 {
			t.Errorf("frame %d: %.2f dB, want %.2f", frame, got, want)
		}
	}
	s.Gain = []timeline.Point{{Gain: 0.5}}
	if got := levels(f, &c); len(got) != 1 || got[0].db != -6.02 {
		t.Errorf("a constant gain is %v", got)
	}
}
