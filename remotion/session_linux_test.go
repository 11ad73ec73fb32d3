//go:build unix

package remotion

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
	"greenroom/remotion/sound"
)

// open is a session on the films of these tests, and a spec for one of them.
func open(t *testing.T, id string, env ...string) (*Session, RenderSpec) {
	t.Helper()
	r, spec := film(t, id)
	r.Env = append(os.Environ(), env...)
	s, err := r.Open(t.Context(), SessionSpec{Layout: project.Layout{Dir: spec.Layout.Dir}, CacheDir: spec.CacheDir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, spec
}

// greys are the middle pixels of a film's frames.
func greys(t *testing.T, path string) []byte {
	t.Helper()
	b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-vf", "crop=2:2,scale=1:1,format=gray", "-f", "rawvideo", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// numbered asserts that a film of Held has every frame once and in order.
func numbered(t *testing.T, path string, frames int) {
	t.Helper()
	got := greys(t, path)
	if len(got) != frames {
		t.Errorf("%d frames, want %d", len(got), frames)
	}
	for i, g := range got {
		if want := 16 * i; int(g) < want-6 || int(g) > want+6 {
			t.Errorf("frame %d is %d, want %d", i, g, want)
		}
	}
}

func TestASessionKeepsItsBrowser(t *testing.T) {
	t.Parallel()
	mark, temp := "GREENROOM_TEST_MARK="+t.Name(), t.TempDir()
	s, spec := open(t, "Tiny", mark, "TMPDIR="+temp)
	out := func(name string) RenderSpec {
		one := spec
		one.Out = filepath.Join(filepath.Dir(spec.Out), name)
		return one
	}
	if len(living(t, mark)) > 0 {
		t.Error("a process runs before the first request")
	}
	if _, err := s.Render(t.Context(), out("one.mp4"), nil); err != nil {
		t.Fatal(err)
	}
	first := slices.Sorted(maps.Keys(living(t, mark)))
	same := func(after string) {
		t.Helper()
		now := living(t, mark)
		for _, pid := range first {
			if now[pid] == "" && strings.Contains(now[pid], "remote-debugging-port") {
				t.Errorf("after %s the browser is another", after)
			}
		}
		if len(first) == 0 || now[first[0]] == "" {
			t.Errorf("after %s node is another: %v", after, now)
		}
	}

	t.Run("pictures", func(t *testing.T) {
		for name, format := range map[string]string{"a.png": "png", "b.jpg": "jpeg"} {
			still := StillSpec{Composition: "Half", Out: filepath.Join(t.TempDir(), name), Frame: 4, Scale: 2}
			res, err := s.Still(t.Context(), still, nil)
			if err != nil || res.Width != 320 || res.Height != 180 {
				t.Fatalf("%s: %+v, %v", name, res, err)
			}
			b, err := os.ReadFile(res.Path)
			if err != nil || !bytes.Contains(b[:16], map[string][]byte{"png": []byte("PNG"), "jpeg": []byte("JFIF")}[format]) {
				t.Errorf("%s begins with %q, %v", name, b[:16], err)
			}
			if format == "png" {
				pic, err := png.Decode(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if _, _, _, a := pic.At(300, 90).RGBA(); a != 0 {
					t.Errorf("alpha is %d where nothing is drawn", a)
				}
				if r, _, _, a := pic.At(20, 90).RGBA(); r>>8 != 192 || a>>8 != 255 {
					t.Errorf("red %d, alpha %d where something is", r>>8, a>>8)
				}
			}
			if list, _ := os.ReadDir(filepath.Dir(still.Out)); len(list) != 1 {
				t.Errorf("next to the picture: %v", list)
			}
		}
		still := StillSpec{Composition: "Tiny", Out: filepath.Join(t.TempDir(), "a.png"), Frame: 5}
		_, err := s.Still(t.Context(), still, nil)
		refused(t, err, RenderSpec{Out: still.Out, CacheDir: spec.CacheDir}, fault.Usage, "it has 5 frames", "first frame is 0")
		same("pictures")
	})
	t.Run("a fault", func(t *testing.T) {
		bad := spec
		bad.Composition, bad.Out = "Thrower", filepath.Join(t.TempDir(), "film.mp4")
		_, err := s.Render(t.Context(), bad, nil)
		refused(t, err, bad, fault.Failed, "the component is broken", "studio")
		same("a fault")
	})
	t.Run("a cancel", func(t *testing.T) {
		why := errors.New("asked to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		held := spec
		held.Composition, held.Out = "Held", filepath.Join(t.TempDir(), "film.mp4")
		_, err := s.Render(ctx, held, func(e Event) {
			if e.Stage == StageRender && e.Done >= 1 {
				cancel(why)
			}
		})
		if !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
		empty(t, filepath.Dir(held.Out))
		same("a cancel")
	})
	t.Run("another film", func(t *testing.T) {
		res, err := s.Render(t.Context(), out("two.mp4"), nil)
		if err != nil || res.Frames != 5 || !res.BundleReused {
			t.Errorf("%+v, %v", res, err)
		}
		same("another film")
	})
	if left, _ := filepath.Glob(filepath.Join(spec.CacheDir, "render-*", mark)); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	noneLeft(t, mark)
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
	if _, err := s.Render(t.Context(), spec, nil); !errors.Is(err, errClosed) {
		t.Errorf("a closed session: %v", err)
	}
}

// clicksFile is 0.6 s of silence with a click on the first sample of each frame at
// 30000/1001, which are 1601.6 samples long.
func clicksFile(t *testing.T) string {
	t.Helper()
	samples := make([]int16, 28800*2)
	for n := range 15 {
		at := int(sound.SampleAt(n, 30000.0/1001))
		samples[2*at], samples[2*at+1] = 20000, 20000
	}
	var b bytes.Buffer
	b.WriteString("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x80\xbb\x00\x00\x00\xee\x02\x00\x04\x00\x10\x00data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*len(samples)))
	_ = binary.Write(&b, binary.LittleEndian, samples)
	binary.LittleEndian.PutUint32(b.Bytes()[4:], uint32(b.Len()-8))
	return b.String()
}

func TestChunksAreOneFilm(t *testing.T) {
	t.Parallel()
	s, spec := open(t, "Clicks")
	put(t, spec.Layout.Dir, map[string]string{"public/clicks.wav": clicksFile(t)})
	for name, per := range map[string]int{"whole.mp4": 0, "chunks.mp4": 6, "whole.mov": 0, "chunks.mov": 6, "chunks.webm": 6} {
		one := spec
		one.Out, one.ChunkFrames = filepath.Join(filepath.Dir(spec.Out), name), per
		joined, most := false, 0
		res, err := s.Render(t.Context(), one, func(e Event) {
			joined = joined || e.Stage == StageJoin
			if e.Stage == StageRender {
				if e.Done < most || e.Total != 15 {
					t.Errorf("%s: %d of %d frames after %d", name, e.Done, e.Total, most)
				}
				most = e.Done
			}
		})
		if err != nil || res.Frames != 15 || joined != (per > 0) || most != 15 {
			t.Errorf("%s: %+v, joined: %v, progress up to %d, %v", name, res, joined, most, err)
			continue
		}
		numbered(t, res.Path, 15)
		rate, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=r_frame_rate,start_time,color_space", "-of", "csv=p=0", res.Path).Output()
		if err != nil || !strings.Contains(string(rate), "30000/1001") || !strings.Contains(string(rate), "bt709") || !strings.Contains(string(rate), "0.000000") {
			t.Errorf("%s: rate, start and colour are %q, %v", name, rate, err)
		}
		raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", res.Path, "-ac", "1", "-f", "s16le", "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		samples := make([]int16, len(raw)/2)
		_ = binary.Read(bytes.NewReader(raw), binary.LittleEndian, samples)
		for n := range 15 {
			at, loudest := int(sound.SampleAt(n, 30000.0/1001)), 0
			for i := max(0, at-300); i < min(at+300, len(samples)); i++ {
				if samples[i] > samples[loudest] || i == max(0, at-300) {
					loudest = i
				}
			}
			// Half a millisecond is 24 samples; the codecs smear a click over a few.
			if d := loudest - at; d < -24 || d > 24 {
				t.Errorf("%s: click %d is %d samples late", name, n, d)
			}
		}
	}
}

func TestAFilmWithAlpha(t *testing.T) {
	t.Parallel()
	s, spec := open(t, "Half")
	for name, decoder := range map[string][]string{"half.webm": {"-c:v", "libvpx-vp9"}, "half.mov": nil} {
		one := spec
		one.Out = filepath.Join(filepath.Dir(spec.Out), name)
		if _, err := s.Render(t.Context(), one, nil); err != nil {
			t.Fatal(name, err)
		}
		args := append(append([]string{"-v", "error"}, decoder...), "-i", one.Out, "-vf", "format=rgba", "-frames:v", "1", "-f", "rawvideo", "-")
		pic, err := exec.CommandContext(t.Context(), "ffmpeg", args...).Output()
		if err != nil || len(pic) != 160*90*4 {
			t.Fatalf("%s: %d bytes, %v", name, len(pic), err)
		}
		if left, right := pic[(45*160+20)*4+3], pic[(45*160+140)*4+3]; left < 250 || right > 5 {
			t.Errorf("%s: alpha %d where something is drawn, %d where nothing is", name, left, right)
		}
	}
}

func TestKindsOfFiles(t *testing.T) {
	t.Parallel()
	s, spec := open(t, "Tiny")
	for _, name := range []string{"film", "film.avi", "film.mp4.txt"} {
		one := spec
		one.Out = filepath.Join(filepath.Dir(spec.Out), name)
		_, err := s.Render(t.Context(), one, nil)
		refused(t, err, one, fault.Usage, "unsupported file extension", ".webm")
		_, err = s.Still(t.Context(), StillSpec{Composition: "Tiny", Out: one.Out}, nil)
		refused(t, err, one, fault.Usage, "unsupported file extension", ".png")
	}
	if s.driver != nil {
		t.Error("node was started all the same")
	}
}

func TestADiskThatIsFullNearTheEnd(t *testing.T) {
	t.Parallel()
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	r, spec := film(t, "Tiny")
	put(t, filepath.Dir(spec.Out), map[string]string{"film.mp4": "the old film"})
	// The real ffmpeg, writing to a real full device.
	r.FFmpeg = script(t, t.TempDir(), "ffmpeg", `for last; do :; done; ln -sf /dev/full "$last"; exec `+real+` "$@"`+"\n")
	_, err = r.Render(t.Context(), spec, nil)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Failed || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(f.Hint, "free some space") {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(spec.Out); err != nil || string(b) != "the old film" {
		t.Errorf("the old film is %q, %v", b, err)
	}
	if list, _ := os.ReadDir(filepath.Dir(spec.Out)); len(list) != 1 {
		t.Errorf("next to the film: %v", list)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, frames := range []int{1, 4, 5, 6, 9, 10, 11, 499, 500, 501, 1000, 1001, 12345} {
		for _, per := range []int{0, 1, 5, 6, 7, 100} {
			chunks, each := cut(frames, per, "/tmp/x", "mp4")
			next := 0
			for i, c := range chunks {
				n := c.to - c.from + 1
				if c.from != next || n < 1 || i < len(chunks)-1 && n != each || len(chunks) > 1 && i < len(chunks)-1 && n <= 4 {
					t.Errorf("%d frames by %d: chunk %d is %+v of %d", frames, per, i, c, each)
				}
				next = c.to + 1
			}
			if next != frames {
				t.Errorf("%d frames by %d: the chunks end at %d", frames, per, next)
			}
		}
	}
	if chunks, _ := cut(1000, 100, "/tmp/it's", "mp4"); len(chunks) != 1 {
		t.Errorf("%d chunks in a folder whose name Remotion's lists cannot hold", len(chunks))
	}
}

// TestABrowserThatNeedsItsLimit draws nothing when it may draw as often as it can, as Chromium 98 did: it is started
// again with the limit.
func TestABrowserThatNeedsItsLimit(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Tiny")
	dir := t.TempDir()
	starts := filepath.Join(dir, "starts")
	r.Browser = script(t, dir, "shell", `case "$*" in
*--disable-frame-rate-limit*) echo unlimited >>'`+starts+`'; exec '`+r.Browser+`' --enable-begin-frame-control "$@";; # draws on request
*) echo limited >>'`+starts+`'; exec '`+r.Browser+`' "$@";;
esac
`)
	res, err := r.Render(t.Context(), spec, nil)
	if err != nil || res.Frames != 5 {
		t.Fatalf("%+v, %v", res, err)
	}
	if b, err := os.ReadFile(starts); string(b) != "unlimited\nlimited\n" {
		t.Errorf("the browser was started %q, %v", b, err)
	}
}

// TestAPageThatScrolls is drawn from its top, as Remotion draws it. What lies there is no longer in the window.
func TestAPageThatScrolls(t *testing.T) {
	t.Parallel()
	s, spec := open(t, "Scrolled")
	if _, err := s.Render(t.Context(), spec, nil); err != nil {
		t.Fatal(err)
	}
	got := greys(t, spec.Out)
	if len(got) != 5 {
		t.Errorf("%d frames", len(got))
	}
	for i, g := range got {
		if g < 90 || g > 102 {
			t.Errorf("frame %d is %d, want 96", i, g)
		}
	}
}
