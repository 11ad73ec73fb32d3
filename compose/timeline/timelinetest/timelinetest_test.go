package timelinetest

import (
	"os"
	"testing"

	"greenroom/compose/timeline"
)

func TestFilmsAreValidAndShowEverything(t *testing.T) {
	media := Footage(t, t.TempDir())
	for key, m := range media {
		if fi, err := os.Stat(m.File); err != nil || fi.Size() == 0 {
			t.Errorf("media %q: %v", key, err)
		}
	}
	seen := map[string]bool{}
	for _, f := range Films(media) {
		if err := f.Validate(); err != nil {
			t.Errorf("film %q: %v", f.Name, err)
		}
		seen["transparent"] = seen["transparent"] || f.Transparent
		for i := range f.Layers {
			show(seen, &f.Layers[i])
		}
		for _, s := range f.Sounds {
			seen["sound loop"] = seen["sound loop"] || s.Loop
			seen["sound skip"] = seen["sound skip"] || s.Skip > 0
			seen["gain points"] = seen["gain points"] || len(s.Gain) > 1
		}
	}
	for _, want := range []string{"fill", "picture", "video", "text", "radius", "opacity", "fade", "slide", "loop",
		"skip", "highlight", "stroke",
		"plate", "rtl", "gradient", "transparent", "sound loop", "sound skip", "gain points"} {
		if !seen[want] {
			t.Errorf("no film shows %s", want)
		}
	}
}

func show(seen map[string]bool, l *timeline.Layer) {
	mark := func(what string, is bool) { seen[what] = seen[what] || is }
	mark(string(l.Kind), true)
	mark("radius", l.Radius > 0)
	mark("opacity", l.Opacity < 1)
	mark("fade", l.Enter.Fade || l.Leave.Fade)
	mark("slide", l.Enter.DX != 0 || l.Leave.DY != 0)
	mark("gradient", l.Fill != nil && len(l.Fill.Colors) > 1)
	mark("loop", l.Video != nil && l.Video.Loop)
	mark("skip", l.Video != nil && l.Video.Skip > 0)
	if t := l.Text; t != nil {
		mark("stroke", t.Stroke != nil)
		mark("plate", t.Plate != nil)
		mark("highlight", t.Highlight != "")
		for _, line := range t.Lines {
			mark("rtl", line.RTL)
		}
	}
}
