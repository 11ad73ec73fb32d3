package forms

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/marks"
	"greenroom/compose/media"
)

// take makes a take of 1 s at 25 fps: a disc that is half transparent at its edge moves over nothing, with a tone that
// ends after 0.75 s.
func take(t *testing.T, tools media.Tools) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "take.mov")
	picture := "color=c=red:s=320x180:r=25:d=1,format=rgba,geq=r='200':g='80':b='40':a='clip(255*(60-hypot(X-160-40*sin(N/5),Y-90))/20,0,255)'," +
		"scale=out_color_matrix=bt709:out_range=tv,format=yuva444p10le"
	cmd := exec.Command(tools.FFmpeg, "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i",
		"sine=f=440:r=48000:d=0.75", "-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le", "-colorspace", "bt709",
		"-color_primaries", "bt709", "-color_trc", "bt709", "-c:a", "pcm_s16le", out)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return out
}

func findTools(t *testing.T) media.Tools {
	t.Helper()
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// prepared returns the specification of a take whose WebM is made.
func prepared(t *testing.T, tools media.Tools) Spec {
	t.Helper()
	s := media.PrepareSpec{
		In: take(t, tools), Out: filepath.Join(t.TempDir(), "clip.webm"), Transparent: true, Frames: 25, Duration: 1,
	}
	if err := media.Prepare(t.Context(), tools, s, nil); err != nil {
		t.Fatal(err)
	}
	return Spec{Spec: s, WebM: s.Out, Dir: t.TempDir()}
}

func makeForms(t *testing.T, tools media.Tools, s Spec, names ...string) map[string]string {
	t.Helper()
	got, err := Make(t.Context(), tools, s, names, func(path string) (string, error) { return "a." + filepath.Base(path), nil },
		func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// pixel returns one pixel of a frame as ffmpeg shows it: r, g, b, a.
func pixel(t *testing.T, tools media.Tools, path string, frame, x, y int, more ...string) []byte {
	t.Helper()
	args := append([]string{"-v", "error"}, more...)
	args = append(args, "-i", path, "-vf", "select=eq(n\\,"+itoa(frame)+"),crop=1:1:"+itoa(x)+":"+itoa(y)+":exact=1,scale=in_color_matrix="+matrix(path)+",format=rgba",
		"-frames:v", "1", "-f", "rawvideo", "-")
	b, err := exec.Command(tools.FFmpeg, args...).Output()
	if err != nil || len(b) != 4 {
		t.Fatalf("pixel of %s: %v, %d bytes", path, err, len(b))
	}
	return b
}

// matrix is that of a file's colours. WebP knows BT.601 only.
func matrix(path string) string {
	if strings.HasSuffix(path, ".webp") {
		return "bt601"
	}
	return "bt709"
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func near(a, b []byte, by int) bool {
	for i := range b {
		if d := int(a[i]) - int(b[i]); d > by || d < -by {
			return false
		}
	}
	return true
}

// TestEveryFormOfATransparentClip: each file has the clip's pictures, alpha where it can, and the clip's length.
func TestEveryFormOfATransparentClip(t *testing.T) {
	t.Parallel()
	tools := findTools(t)
	names := slices.DeleteFunc(Named(), func(n string) bool {
		return n == HEVC && Makeable(t.Context(), tools, n, true) != nil
	})
	s := prepared(t, tools)
	s.Spec.Source, s.Chapters = marks.Generated, []Chapter{{"One", 0}, {"Two = 2; #3", 400}}
	got := makeForms(t, tools, s, names...)
	checkMarks(t, got)
	if len(got) != len(Complete(names)) {
		t.Fatalf("made %v of %v", got, names)
	}
	skin, nothing := []byte{200, 80, 40, 255}, []byte{0, 0, 0, 0}
	if p := pixel(t, tools, got[ProRes], 0, 160, 90); !near(p, skin, 6) {
		t.Errorf("prores in the middle: %v", p)
	}
	if p := pixel(t, tools, got[ProRes], 0, 5, 5); p[3] != 0 {
		t.Errorf("prores outside: %v", p)
	}
	if p := pixel(t, tools, got[Stacked], 0, 160, 90); !near(p, skin, 8) {
		t.Errorf("stacked colour: %v", p)
	}
	for at, want := range map[int]byte{90: 255, 5: 0} { // matte of the middle and of nothing
		if p := pixel(t, tools, got[Stacked], 0, 160, 180+at); !near(p[:3], []byte{want, want, want}, 4) {
			t.Errorf("stacked matte at %d: %v, not %d", at, p, want)
		}
	}
	if p := pixel(t, tools, got[Stacked], 0, 5, 5); !near(p[:3], nothing[:3], 4) {
		t.Errorf("stacked colour where nothing is: %v", p)
	}
	if p := pixel(t, tools, got[Preview], 0, 5, 5); !near(p, []byte{0xf6, 0xf4, 0xef, 255}, 4) {
		t.Errorf("backdrop of the preview: %v", p)
	}
	if p := pixel(t, tools, got[Preview], 0, 160, 90); !near(p, skin, 10) {
		t.Errorf("presenter in the preview: %v", p)
	}
	if p := pixel(t, tools, got[Proxy], 0, 80, 45, "-c:v", "libvpx-vp9"); !near(p, skin, 14) {
		t.Errorf("proxy: %v", p)
	}
	if p := pixel(t, tools, got[Proxy], 0, 2, 2, "-c:v", "libvpx-vp9"); p[3] != 0 {
		t.Errorf("proxy outside: %v", p)
	}
	checkChapters(t, got)
	checkPictures(t, got[PNG])
	checkStoryboard(t, tools, got)
	checkWaveform(t, got[Waveform])
}

// checkMarks: all forms that show or play the clip state how it was made, as far as their kind of file can.
func checkMarks(t *testing.T, got map[string]string) {
	t.Helper()
	for name, path := range got {
		want := marks.Generated
		switch name {
		case Waveform, WaveformPicture, Storyboard:
			want = ""
		}
		if found, err := marks.Read(path); err != nil || found.Source != want {
			t.Errorf("%s: %+v %v", name, found, err)
		}
	}
}

// checkChapters: sounds have them, and nothing else.
func checkChapters(t *testing.T, got map[string]string) {
	t.Helper()
	for name, want := range map[string]string{
		Audio: "0.000000,0.400000,One 0.400000,1.000000,Two = 2; #3", MP3: "0.000000,0.400000,One 0.400000,1.000000,Two = 2; #3",
		Proxy: "", Preview: "",
	} {
		out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "chapter=start_time,end_time:chapter_tags=title",
			"-of", "csv=p=0:e=none", got[name]).Output()
		if text := strings.Join(strings.Split(strings.TrimSpace(string(out)), "\n"), " "); err != nil || text != want {
			t.Errorf("chapters of %s: %v\n%q, not\n%q", name, err, text, want)
		}
	}
	b, err := os.ReadFile(got[WAV])
	if err != nil || !bytes.Contains(b, []byte("cue \x34\x00\x00\x00\x02\x00\x00\x00")) || !bytes.Contains(b, []byte("\x02\x00\x00\x00Two = 2; #3\x00")) {
		t.Errorf("the WAV has no cue points: %v", err)
	}
}

// checkPictures: 25 numbered pictures.
func checkPictures(t *testing.T, path string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 25 || z.File[0].Name != "00001.png" || z.File[24].Name != "00025.png" {
		t.Errorf("%d pictures, %s to %s", len(z.File), z.File[0].Name, z.File[len(z.File)-1].Name)
	}
}

func checkStoryboard(t *testing.T, tools media.Tools, got map[string]string) {
	t.Helper()
	b, err := os.ReadFile(got[Storyboard])
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, want := range []string{
		"WEBVTT\n\n00:00:00.000 --> 00:00:00.040\na.clip.storyboard.webp#xywh=0,0,160,90\n",
		"00:00:00.960 --> 00:00:01.000\na.clip.storyboard.webp#xywh=640,360,160,90\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("storyboard without %q:\n%s", want, text)
		}
	}
	if p := pixel(t, tools, got[StoryboardPicture], 0, 640+80, 360+45); !near(p, []byte{200, 80, 40, 255}, 14) {
		t.Errorf("the last picture of the storyboard: %v", p)
	}
	if p := pixel(t, tools, got[StoryboardPicture], 0, 2, 2); p[3] != 0 {
		t.Errorf("nothing in the storyboard: %v", p)
	}
}

// checkWaveform: 100 pairs of 10 ms; a tone for 0.75 s, then silence.
func checkWaveform(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w waveform
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	if w.Length != 100 || len(w.Data) != 200 || w.SampleRate != 48000 || w.SamplesPerPixel != 480 {
		t.Fatalf("%d pairs, %d numbers, %d per second, %d per pair", w.Length, len(w.Data), w.SampleRate, w.SamplesPerPixel)
	}
	if w.Data[100] > -8 || w.Data[101] < 8 || w.Data[180] != 0 || w.Data[181] != 0 {
		t.Errorf("tone %d to %d, silence %d to %d", w.Data[100], w.Data[101], w.Data[180], w.Data[181])
	}
}

// TestFormsOfAnOpaqueSilentClip: there is no alpha to write, and sound files are silent.
func TestFormsOfAnOpaqueSilentClip(t *testing.T) {
	t.Parallel()
	tools := findTools(t)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.mp4")
	b, err := exec.Command(tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=250x122:r=30000/1001:d=1", "-c:v", "libx264",
		"-pix_fmt", "yuv420p", in).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	info, err := media.Probe(t.Context(), tools, in)
	if err != nil {
		t.Fatal(err)
	}
	s := Spec{Spec: media.PrepareSpec{In: in, Out: filepath.Join(dir, "clip.webm"), Frames: info.Frames, Duration: info.Duration}, Dir: dir}
	if err := media.Prepare(t.Context(), tools, s.Spec, nil); err != nil {
		t.Fatal(err)
	}
	s.WebM = s.Spec.Out
	got := makeForms(t, tools, s, ProRes, Stacked, PNG, Preview, Proxy, Storyboard, Waveform, Audio, WAV, MP3)
	for name, path := range got {
		fi, err := os.Stat(path)
		if err != nil || fi.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEqualFormsAreEqualBytes: what is made twice is the same file.
func TestEqualFormsAreEqualBytes(t *testing.T) {
	t.Parallel()
	tools := findTools(t)
	s := prepared(t, tools)
	names := []string{Stacked, PNG, Storyboard, Waveform, Audio}
	first := makeForms(t, tools, s, names...)
	s.Dir = t.TempDir()
	again := makeForms(t, tools, s, names...)
	for name := range first {
		a, _ := os.ReadFile(first[name])
		b, _ := os.ReadFile(again[name])
		if len(a) == 0 || string(a) != string(b) {
			t.Errorf("%s differs: %d and %d bytes", name, len(a), len(b))
		}
	}
}

// TestDamagedFormIsRefused: what does not decode to its end, or has another length, does not count as made.
func TestDamagedFormIsRefused(t *testing.T) {
	t.Parallel()
	tools := findTools(t)
	s := prepared(t, tools)
	file := makeForms(t, tools, s, Stacked)[Stacked]
	s.width, s.height, s.fps = 320, 180, 25
	if err := s.verify(t.Context(), tools, Stacked, file); err != nil {
		t.Fatal(err)
	}
	longer := s
	longer.Spec.Duration, longer.Spec.Frames = 1.2, 30
	if err := longer.verify(t.Context(), tools, Stacked, file); err == nil || !strings.Contains(err.Error(), "1.000 s instead of 1.200 s") {
		t.Errorf("a shorter file: %v", err)
	}
	b, _ := os.ReadFile(file)
	for i := len(b) / 2; i < len(b)/2+200; i++ {
		b[i] = 0xff
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.verify(t.Context(), tools, Stacked, file); err == nil || !strings.Contains(err.Error(), "stacked") {
		t.Errorf("a damaged file: %v", err)
	}
}

// TestCancelledFormsEnd: nothing goes on after the end.
func TestCancelledFormsEnd(t *testing.T) {
	t.Parallel()
	tools := findTools(t)
	s := prepared(t, tools)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(os.ErrClosed)
	if _, err := Make(ctx, tools, s, []string{ProRes, Preview}, nil, func(float64) {}); err == nil {
		t.Error("made although it was cancelled")
	}
}
