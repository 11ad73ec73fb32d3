//go:build unix

package studio

import (
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/benchtest"
	"greenroom/internal/e2e/e2etest"
)

// studioFrame is where the user works meanwhile: not a key frame, on which every mouth is
// shut, and early enough for the shortest clip.
const studioFrame = 31

// TestStudioFollowsWatch runs the real Remotion Studio with watch, in the real
// browser: a script edited, broken and fixed, a clip added, removed and bought. Each
// time the preview is compared with the published file's frame, and stays where it was.
func TestStudioFollowsWatch(t *testing.T) {
	s := startStage(t, studioFrame)
	now := s.clip("intro")
	s.shows("the first clip", now, nil, studioFrame)
	before := s.place()
	if before.Path != "/Exact" || before.Frame != studioFrame {
		t.Fatalf("Studio opened at %+v", before)
	}
	stays := func(after string) {
		t.Helper()
		if at := s.place(); at != before {
			t.Errorf("after %s Studio is at %+v, it was at %+v", after, at, before)
		}
	}
	// changed does something, waits for the clip that follows and for its picture.
	changed := func(what, name string, do func()) {
		t.Helper()
		old := s.clip(name)
		began := time.Now()
		do()
		next := old
		s.await(what+": the publish", func() bool {
			next = s.clip(name)
			return next != nil && (old == nil || next.Src != old.Src)
		})
		out := time.Since(began)
		s.shows(what, next, now, studioFrame)
		t.Logf("%s: published after %v, shown after %v", what, out.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
		stays(what)
		now = next
	}
	changed("an edit", "intro", func() { s.script("An edit that finds everything cold.") })
	changed("a longer one", "intro", func() {
		s.script("Now it is another line, and it takes a little longer to say than the first one did, by some seconds.")
	})

	// a script that cannot be read keeps the last good clip
	s.script(`Broken <break time="5ms"/> tag.`)
	s.await("the error", func() bool { return strings.Contains(s.said(), "is not a break HeyGen understands") })
	if c := s.clip("intro"); c == nil || c.Src != now.Src {
		t.Error("the last good clip is gone")
	}
	s.shows("a broken script", now, nil, studioFrame)
	stays("a broken script")
	changed("the error fixed", "intro", func() { s.script("Fixed it is, with other words than before.") })
	s.await("the error's end", func() bool { return strings.Contains(s.said(), "the manifest is valid again") })

	// a clip that comes first is shown first; removed, the other one is shown again
	intro, manifest := now, filepath.Join(s.dir, "greenroom.yaml")
	changed("a clip added", "alpha", func() {
		e2etest.Write(t, manifest, studioManifest+"  alpha: {script: \"Alpha comes first, and is another person.\", avatar: {id: Bram-office-20230104}}\n")
	})
	e2etest.Write(t, manifest, studioManifest)
	s.shows("a clip removed", intro, now, studioFrame)
	stays("a clip removed")
	s.await("its end in the props", func() bool { return s.clip("alpha") == nil })
	now = intro

	// bought: the take takes the stand-in's place
	changed("a clip bought", "intro", func() {
		fmt.Fprintln(s.keys, "b intro")
		s.await("the question", func() bool { return strings.Contains(s.said(), "y buys") })
		fmt.Fprintln(s.keys, "y")
	})
	if now.Kind != "final" {
		t.Errorf("what was bought is a %s", now.Kind)
	}
	s.end()
}

// end closes stdin, which ends everything, and looks for what is left.
func (s *stage) end() {
	t := s.t
	t.Helper()
	if err := s.keys.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("watch ended with %v\n%s", err, s.said())
		}
	case <-time.After(time.Minute):
		t.Fatalf("watch did not end\n%s", s.said())
	}
	left, _ := exec.Command("pgrep", "-f", s.dir).Output() // fails when there is none
	if l := strings.TrimSpace(string(left)); l != "" {
		t.Errorf("processes are left: %s", l)
	}
}

// BenchmarkSaveToStudio is the time from a save of a script to the preview's pixels
// that show the new clip, and to the publish, medians over the edits. A screenshot takes
// a tenth of a second or two, and is as late as that.
func BenchmarkSaveToStudio(b *testing.B) {
	s := startStage(b, studioFrame)
	now := s.clip("intro")
	s.shows("the first clip", now, nil, studioFrame)
	var out, shown []float64
	edit := 0
	next := func(measure bool) {
		began := time.Now()
		edit++
		old := now
		s.script(fmt.Sprintf("%s, edit number %d of many.", []string{"Mama knows about it", "Oh, who would do so", "This fits fine here"}[edit%3], edit))
		// Pictures are taken first and compared afterwards: comparing takes longer than Studio does.
		var pictures []*image.NRGBA
		var times []time.Duration
		published := time.Duration(0)
		for published == 0 || time.Since(began) < published+4*time.Second {
			if seen := s.picture(); seen != nil {
				pictures, times = append(pictures, seen), append(times, time.Since(began))
			}
			if c := s.clip("intro"); published == 0 && c != nil && c.Src != old.Src {
				now, published = c, time.Since(began)
			}
			if time.Since(began) > time.Minute {
				b.Fatal("the edit is not published")
			}
		}
		want, before := s.expected(now, studioFrame), s.expected(old, studioFrame)
		for i, seen := range pictures {
			if all, telling, far, _ := apart(want, moved(seen, s.grid), before, badge(now), badge(old)); all < 2.5 && telling <= far*0.4 {
				if measure {
					out, shown = append(out, published.Seconds()), append(shown, times[i].Seconds())
					b.Logf("published after %v, shown after %v, one of %d pictures", published.Round(time.Millisecond), times[i].Round(time.Millisecond), len(pictures))
				}
				return
			}
		}
		b.Errorf("edit %d is not in any of %d pictures", edit, len(pictures))
	}
	for range 2 {
		next(false)
	}
	for range 5 * b.N {
		next(true)
	}
	b.ReportMetric(benchtest.Median(out), "s-to-publish")
	b.ReportMetric(benchtest.Median(shown), "s-to-Studio")
	b.ReportMetric(0, "ns/op")
	s.end()
}
