package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"greenroom/compose/media"
)

// quickly makes a quick clip at a small size and returns the file.
func quickly(t *testing.T, s Spec) (string, Quick, *Maker) {
	t.Helper()
	m := realMaker(t)
	dir := t.TempDir()
	l, err := m.Library(t.Context(), filepath.Join(dir, "lib"), s)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out", "clip.webm")
	q, err := m.Quick(t.Context(), l, s, filepath.Join(dir, "voice"), out)
	if err != nil {
		t.Fatal(err)
	}
	return out, q, m
}

func realMaker(t testing.TB) *Maker {
	t.Helper()
	f, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	e, err := exec.LookPath("espeak-ng")
	if err != nil {
		t.Fatal(err)
	}
	return &Maker{FFmpeg: f, Espeak: e, Threads: 2}
}

const quickScript = `Hello there. This is <break time="0.5s"/> a stand-in without encoding! It is put together from pieces.`

// passes checks a quick clip as a prepared one, and fails at each finding.
func passes(t *testing.T, tools media.Tools, path string, q Quick) *media.Report {
	t.Helper()
	r, err := media.Check(t.Context(), tools, path, media.Expect{Transparent: true, Prepared: true,
		Duration: q.Duration, Limits: media.Limits{DurationTolerance: 0.001, CoverageMax: 1, Border: "all"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != media.OK {
			t.Errorf("%s: %s %s (limit %s)", f.Verdict, f.Name, f.Value, f.Limit)
		}
	}
	return r
}

// A quick clip passes the same checks as a prepared one: exact length and rate, real
// alpha, first timestamps 0, key frames at every second.
func TestAQuickClipPassesEveryCheck(t *testing.T) {
	for _, size := range [][2]int{{640, 360}, {360, 640}} {
		s := Spec{Script: quickScript, Width: size[0], Height: size[1], Presenter: "one", FPS: 25}
		path, q, _ := quickly(t, s)
		tools, err := media.FindTools(t.Context(), exec.LookPath)
		if err != nil {
			t.Fatal(err)
		}
		r := passes(t, tools, path, q)
		if q.Box.W >= size[0]-8 || q.Box.X == 0 || q.Box.Y+q.Box.H != size[1] {
			t.Errorf("the box %+v is not cut to the presenter in %v", q.Box, size)
		}
		if r.Info.Width != q.Width || r.Info.Height != q.Height || r.Frames != q.Frames || r.Info.FPSNum != 25 {
			t.Errorf("%+v against %+v", r.Info, q)
		}
	}
}

// The pictures are those that were drawn: a frame of the clip against the pose that
// belongs there, after VP9.
func TestAQuickClipShowsThePoses(t *testing.T) {
	s := Spec{Script: "Mama.", Width: 640, Height: 360, Presenter: "two", FPS: 25}
	path, q, m := quickly(t, s)
	raw, err := exec.Command(m.FFmpeg, "-v", "error", "-c:v", "libvpx-vp9", "-i", path, "-f", "rawvideo", "-pix_fmt",
		"rgba", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	size := q.Width * q.Height * 4
	if len(raw) != size*q.Frames {
		t.Fatalf("%d bytes, want %d frames of %d", len(raw), q.Frames, size)
	}
	d, err := newStill(s)
	if err != nil {
		t.Fatal(err)
	}
	rest := bytes.Clone(d.pose("rest", "eyes-open"))
	first, middle := raw[:size], raw[len(raw)/2/size*size:][:size]
	if e := differs(first, rest, q); e > 3 {
		t.Errorf("the first frame differs from the rest pose by %.1f of 255", e)
	}
	if bytes.Equal(first, middle) {
		t.Error("nothing moves")
	}
}

// differs is the mean difference of colour over opaque pixels and of alpha over all.
func differs(frame, drawn []byte, q Quick) float64 {
	sum, n := 0.0, 0.0
	for y := range q.Height {
		for x := range q.Width {
			a, b := frame[(y*q.Width+x)*4:], drawn[((y+q.Box.Y)*q.Frame[0]+x+q.Box.X)*4:]
			for c := range 4 {
				if c == 3 || b[3] == 255 {
					sum += abs(float64(a[c]) - float64(b[c]))
					n++
				}
			}
		}
	}
	return sum / n
}

func abs(v float64) float64 { return max(v, -v) }

// After an edit one sentence is spoken; the same request has the same bytes.
func TestAnEditSpeaksOneSentence(t *testing.T) {
	m := realMaker(t)
	dir := t.TempDir()
	s := Spec{Script: "One is here. Two is here.", Width: 320, Height: 240, FPS: 25, Presenter: "x"}
	l, err := m.Library(t.Context(), filepath.Join(dir, "lib"), s)
	if err != nil {
		t.Fatal(err)
	}
	count := func() int {
		f, _ := filepath.Glob(filepath.Join(dir, "voice", "*.say"))
		return len(f)
	}
	make := func(script string) []byte {
		s.Script = script
		out := filepath.Join(dir, "c.webm")
		if _, err := m.Quick(t.Context(), l, s, filepath.Join(dir, "voice"), out); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a := make("One is here. Two is here.")
	if count() != 2 {
		t.Errorf("%d sentences were kept", count())
	}
	make("One is here. Three is here.")
	if count() != 3 {
		t.Errorf("%d sentences after an edit", count())
	}
	if b := make("One is here. Two is here."); !bytes.Equal(a, b) {
		t.Error("the same request has other bytes")
	}
	if _, err := m.Quick(t.Context(), l, Spec{Width: 320, Height: 240, FPS: 25, Silence: 2}, dir,
		filepath.Join(dir, "s.webm")); err != nil {
		t.Errorf("silence: %v", err)
	}
}

// The sound begins where the words say: the onset of the first word within two packets.
func TestTheVoiceIsWhereTheWordsAre(t *testing.T) {
	path, q, m := quickly(t, Spec{Script: `<break time="1s"/> Pa.`, Width: 320, Height: 240, FPS: 25})
	raw, err := exec.Command(m.FFmpeg, "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", "48000", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	onset := -1
	for i := 0; i+1 < len(raw); i += 2 {
		if v := int16(uint16(raw[i]) | uint16(raw[i+1])<<8); v > 800 || v < -800 {
			onset = i / 2
			break
		}
	}
	at := float64(onset) / 48000
	if want := q.Words[0].Start; at < want-0.01 || at > want+0.12 {
		t.Errorf("the word is spoken at %.3f s, announced for %.3f s", at, want)
	}
	if got := float64(len(raw)) / 2 / 48000; abs(got-q.Duration) > 0.021 {
		t.Errorf("%.3f s of sound for %.3f s of picture", got, q.Duration)
	}
}

// Two that want a presenter at once draw it once, and a corrupt one is drawn
// again.
func TestAPresenterIsDrawnOnce(t *testing.T) {
	m := realMaker(t)
	dir := t.TempDir()
	// A program that counts how often the encoder is started for pieces.
	count := filepath.Join(dir, "count")
	counting := *m
	counting.FFmpeg = filepath.Join(dir, "ffmpeg")
	if err := os.WriteFile(counting.FFmpeg, []byte("#!/bin/sh\necho x >>'"+count+"'\nexec '"+m.FFmpeg+"' \"$@\"\n"),
		0o755); err != nil {
		t.Fatal(err)
	}
	s := Spec{Width: 128, Height: 128, FPS: 25, Presenter: "x"}
	var g errgroup.Group
	for range 4 { // each has its own lock on the file, as another process has
		g.Go(func() error {
			other := counting
			_, err := other.Library(t.Context(), filepath.Join(dir, "lib"), s)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	started := func() int {
		b, err := os.ReadFile(count)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(b), "x")
	}
	once := started()
	if once != 3 { // picture, alpha, poster
		t.Errorf("the encoder ran %d times", once)
	}
	path := m.libraryFile(filepath.Join(dir, "lib"), s)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{"cut": whole[:len(whole)/2], "a flipped bit": flipped, "empty": nil} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if m.Kept(filepath.Join(dir, "lib"), s) {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := counting.Library(t.Context(), filepath.Join(dir, "lib"), s); err != nil || started() != 2*once {
		t.Errorf("the encoder ran %d times, %v", started(), err)
	}
	again, _, err := m.kept(filepath.Join(dir, "lib"), s)
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	if first, _, ferr := m.kept(filepath.Join(dir, "lib"), s); err != nil || ferr != nil || first == nil ||
		!reflect.DeepEqual(first, again) {
		t.Errorf("it was drawn otherwise: %v %v", err, ferr)
	}
}

func TestPartsOfAScript(t *testing.T) {
	got, _ := json.Marshal(fmt.Sprint(parts(`Hi. Is it "so?" Yes <break time="0.5s"/> e.g. this  one… and`)))
	want, _ := json.Marshal(fmt.Sprint([]part{{text: "Hi."}, {text: `Is it "so?"`}, {text: "Yes"}, {pause: 0.5},
		{text: "e.g."}, {text: "this one…"}, {text: "and"}}))
	if string(got) != string(want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestHostileStreamsAreRefused(t *testing.T) {
	for _, b := range []string{"", "DKIF", "OggSxxxxxxxxxxxxxxxxxxxxxxx\xff", strings.Repeat("x", 40),
		"DKIF" + strings.Repeat("\xff", 60)} {
		if f, err := ivf([]byte(b)); err == nil && len(f) > 0 {
			t.Errorf("ivf took %q", b)
		}
		if p, err := ogg([]byte(b)); err == nil && len(p) > 0 {
			t.Errorf("ogg took %q", b)
		}
		if _, _, err := readWAV([]byte(b)); err == nil {
			t.Errorf("wav took %q", b)
		}
	}
	if keepReferences([]byte{0x82, 0x49, 0x83}) == nil {
		t.Error("a key frame passes for an inter frame")
	}
}

// BenchmarkQuick is save → stand-in at 1080p with the library warm: all of a 60 s
// script new, and one sentence of it edited.
func BenchmarkQuick(b *testing.B) {
	m := realMaker(b)
	dir := b.TempDir()
	s := Spec{Script: "x", Width: 1920, Height: 1080, FPS: 25, Presenter: "one"}
	l, err := m.Library(b.Context(), filepath.Join(dir, "lib"), s)
	if err != nil {
		b.Fatal(err)
	}
	for _, seconds := range []int{5, 60, 300} {
		for _, edit := range []string{"all new", "one sentence"} {
			b.Run(fmt.Sprintf("%d s, %s", seconds, edit), func(b *testing.B) {
				n := 0
				var q Quick
				run := func() {
					s.Script = longScript(seconds, n, edit)
					if q, err = m.Quick(b.Context(), l, s, filepath.Join(dir, "voice"), filepath.Join(dir, "o.webm")); err != nil {
						b.Fatal(err)
					}
				}
				run()
				for b.Loop() {
					n++
					run()
				}
				fi, _ := os.Stat(filepath.Join(dir, "o.webm"))
				b.ReportMetric(q.Duration, "s-of-clip")
				b.ReportMetric(float64(fi.Size())/1e6, "MB")
			})
		}
	}
}

// longScript has sentences of five seconds; which of them are new is the question.
func longScript(seconds, run int, edit string) string {
	var out []string
	for i := range max(1, seconds/5) {
		k := 0
		if edit == "all new" || i == 0 {
			k = run
		}
		out = append(out, fmt.Sprintf("Sentence %d of run %d in %d, %s, has a few words.", i, k, seconds, edit))
	}
	return strings.Join(out, " ")
}
