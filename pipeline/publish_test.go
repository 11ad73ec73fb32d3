package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/publishing"
	"greenroom/remotion"
)

// TestPropsCountInTheManifestsRate: lengths in frames come from the exact rate, for clips of every rate.
func TestPropsCountInTheManifestsRate(t *testing.T) {
	for rate, want := range map[string]struct {
		frames  int // of 6.08 s
		hour    int
		decimal float64
		exact   bool // a fraction is in the props
	}{
		"23.976":     {146, 86314, 24000.0 / 1001, true},
		"24":         {146, 86400, 24, false},
		"12.5":       {76, 45000, 12.5, true},
		"29.97":      {183, 107893, 30000.0 / 1001, true},
		"30000/1001": {183, 107893, 30000.0 / 1001, true},
		"30":         {183, 108000, 30, false},
		"50":         {304, 180000, 50, false},
		"59.94":      {365, 215785, 60000.0 / 1001, true},
		"60":         {365, 216000, 60, false},
	} {
		path := filepath.Join(t.TempDir(), ManifestName)
		text := "version: 1\nfps: " + rate + "\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Open(Options{ManifestPath: path, Getenv: func(string) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		m, props := p.Manifest, p.Publisher.Props()
		if exact := props.Rate != nil; props.FPS != want.decimal || exact != want.exact || exact && *props.Rate != (remotion.Rate{Num: m.FPS.Num, Den: m.FPS.Den}) {
			t.Errorf("%s: the props have %v and %v", rate, props.FPS, props.Rate)
		}
		e := lockfile.Entry{Clip: "hello", Info: lockfile.Info{FPSNum: 25, FPSDen: 1, Duration: 6.08}}
		if got := publishing.PropsClip(e, nil, m.FPS).DurationInFrames; got != want.frames {
			t.Errorf("%s: 6.08 s are %d frames, want %d", rate, got, want.frames)
		}
		e.Info.Duration = 3600
		if got := publishing.PropsClip(e, nil, m.FPS).DurationInFrames; got != want.hour {
			t.Errorf("%s: an hour is %d frames, want %d", rate, got, want.hour)
		}
	}
}
