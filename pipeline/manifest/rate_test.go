package manifest

import (
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

// goodRates are rates as people write them in YAML.
var goodRates = map[string]timeline.Rate{
	"23.976": {Num: 24000, Den: 1001}, "29.97": {Num: 30000, Den: 1001}, "59.94": {Num: 60000, Den: 1001},
	"47.952": {Num: 48000, Den: 1001}, "119.88": {Num: 120000, Den: 1001}, "14.985": {Num: 15000, Den: 1001},
	"11.988": {Num: 12000, Den: 1001}, "95.904": {Num: 96000, Den: 1001},
	"23.98": {Num: 24000, Den: 1001}, "23.97": {Num: 24000, Den: 1001}, "29.970": {Num: 30000, Den: 1001},
	"23.976024": {Num: 24000, Den: 1001}, "29.97003": {Num: 30000, Den: 1001}, "59.94006": {Num: 60000, Den: 1001},
	"30000/1001": {Num: 30000, Den: 1001}, "24000/1001": {Num: 24000, Den: 1001}, `"60000 / 1001"`: {Num: 60000,
		Den: 1001},
	`"25"`: {Num: 25, Den: 1}, "25": {Num: 25, Den: 1}, "25.0": {Num: 25, Den: 1}, "12.5": {Num: 25,
		Den: 2}, "50/2": {Num: 25, Den: 1},
	"29.9": {Num: 299, Den: 10}, "29.98": {Num: 1499, Den: 50}, "24.975": {Num: 999, Den: 40}, "1": {Num: 1,
		Den: 1}, "120": {Num: 120, Den: 1},
}

func TestRatesAreExact(t *testing.T) {
	for in, want := range goodRates {
		m := goodFilms(t, "fps: "+in+"\ncompositions: {a: {layers: [{clip: intro}]}, b: {fps: "+in+", layers: [{clip: intro}]}}\n")
		if m.FPS != want {
			t.Errorf("fps: %s at the top: %v, want %v", in, m.FPS, want)
		}
		for _, c := range m.Compositions {
			if c.FPS != want {
				t.Errorf("fps: %s of composition %s: %v, want %v", in, c.Name, c.FPS, want)
			}
		}
	}
}

func TestBadRatesAreRefusedWithTheirLine(t *testing.T) {
	for _, in := range []string{
		"0", "0.0", "-25", "-29.97", "30/0", "0/1", "0/0", "abc", "1000", "120.01", "0.5", "1/2", "30000/1001/1", "25/",
		"/25", "24.9999", "12.333333",
		".nan", ".inf", "1e2", "30fps", "30000/-1001", "99999999/999999", `""`, "[25]", "{num: 25}", "null", "true",
		"5000000/1001",
	} {
		for name, text := range map[string]string{
			"top": "version: 1\nfps: " + in + "\nclips: {intro: {video: abcdefghijklmnop}}\n",
			"composition": "version: 1\ncompositions: {a: {layers: [{clip: intro}],\n   fps: " + in +
				"}}\nclips: {intro: {video: abcdefghijklmnop}}\n",
		} {
			line := 2
			if name == "composition" {
				line = 3
			}
			_, faults := parse(t, text)
			if len(faults) != 1 || faults[0].Place == nil || faults[0].Place.Line != line ||
				!strings.Contains(faults[0].Msg, "fps must be") || faults[0].Hint == "" {
				t.Errorf("%s, fps: %s: %v", name, in, faults)
			}
		}
	}
}
