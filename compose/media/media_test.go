package media

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"greenroom/internal/proc"
)

// figure is a disc with a soft edge of 5 px that sways over a 320x240 frame: its
// alpha and its colour (192,128,96) are known exactly.
const figure = "clip((67-hypot(X-160-20*sin(T*2),Y-150))/5,0,1)"

const straight = "geq=r='192':g='128':b='96':a='255*" + figure + "'"

var tools = sync.OnceValues(func() (Tools, error) { return FindTools(context.Background(), exec.LookPath) })

func need(t *testing.T) Tools {
	t.Helper()
	tl, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

func ffmpeg(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(need(t).FFmpeg, append([]string{"-v", "error", "-y", "-nostdin"},
		args...)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

var bt709 = []string{"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"}

func verdicts(r *Report) map[string]Verdict {
	m := map[string]Verdict{}
	for _, f := range r.Findings {
		m[f.Name] = f.Verdict
	}
	return m
}

func check(t *testing.T, path string, e Expect) *Report {
	t.Helper()
	r, err := Check(t.Context(), need(t), path, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustFail(t *testing.T, r *Report, names ...string) {
	t.Helper()
	v := verdicts(r)
	for _, n := range names {
		if v[n] == Fail {
			return
		}
	}
	t.Errorf("none of %v failed: %+v", names, r.Findings)
}

func TestAGoodClipPassesAndIsMeasured(t *testing.T) {
	r := check(t, clip(t, straight), Expect{Transparent: true, Duration: 2, Limits: Limits{Border: "bottom"}})
	if r.Verdict() == Fail || !r.Straight || r.Frames != 50 || r.Info.AlphaPackets != 50 {
		t.Fatalf("%+v", r)
	}
	// The disc's area is pi*64.5^2 of 320*240, about 17.0 %.
	if math.Abs(r.Coverage[1]-0.170) > 0.01 {
		t.Errorf("coverage %v", r.Coverage)
	}
	if b := r.Box; b.X > 90 || b.X < 60 || b.X+b.W < 248 || b.X+b.W > 270 || b.X%2+b.Y%2+b.W%2+b.H%2 != 0 {
		t.Errorf("box %+v", b)
	}
}

// relative reports that a case of a long list runs with GREENROOM_TEST_ALL alone: every second one.
func relative(i int) bool { return i%2 == 1 && os.Getenv("GREENROOM_TEST_ALL") == "" }

func TestBadClipsAreNamed(t *testing.T) {
	good := clip(t, straight)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string, b []byte) string {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	e := Expect{Transparent: true, Duration: 2}

	t.Run("cut at 60 %", func(t *testing.T) {
		mustFail(t, check(t, part("cut.webm", whole[:len(whole)*6/10]), e), "truncation")
	})
	t.Run("a zeroed hole", func(t *testing.T) {
		b := append([]byte{}, whole...)
		clear(b[len(b)/2 : len(b)/2+2000])
		mustFail(t, check(t, part("hole.webm", b), e), "structure")
	})
	t.Run("trailing bytes", func(t *testing.T) {
		mustFail(t, check(t, part("tail.webm", append(append([]byte{}, whole...), "garbage"...)), e), "structure")
	})
	t.Run("opaque under a lying tag", func(t *testing.T) {
		p := filepath.Join(t.TempDir(), "liar.webm")
		ffmpeg(t, "-i", good, "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "30", "-deadline", "realtime", "-cpu-used", "8",
			"-pix_fmt", "yuv420p", "-metadata:s:v:0", "alpha_mode=1", "-c:a", "copy", p)
		mustFail(t, check(t, p, e), "alpha packets")
	})
	t.Run("alpha that hides nothing", func(t *testing.T) {
		mustFail(t, check(t, clip(t, "geq=r='192':g='128':b='96':a='255'"), e), "alpha use")
	})
	t.Run("premultiplied", func(t *testing.T) {
		mustFail(t, check(t, clip(t, "geq=r='192*"+figure+"':g='128*"+figure+"':b='96*"+figure+"':a='255*"+figure+"'"), e),
			"premultiplied")
	})
	t.Run("white matte", func(t *testing.T) {
		m := "+255*(1-" + figure + ")'"
		mustFail(t, check(t, clip(t, "geq=r='96*"+figure+m+":g='64*"+figure+m+":b='48*"+figure+m+":a='255*"+figure+"'"), e),
			"matte")
	})
	t.Run("variable frame rate only warns", func(t *testing.T) {
		p := filepath.Join(t.TempDir(), "vfr.webm")
		ffmpeg(t, "-c:v", "libvpx-vp9", "-i", good, "-vf", "setpts='PTS+if(gt(N,25),0.3/TB,0)'", "-fps_mode", "vfr", "-c:v",
			"libvpx-vp9", "-pix_fmt", "yuva420p", "-b:v", "0", "-crf", "20", "-deadline", "realtime", "-cpu-used", "8",
			"-auto-alt-ref", "0", "-an", p)
		r := check(t, p, Expect{Transparent: true})
		if verdicts(r)["frame rate"] != Warn || r.Verdict() != Warn {
			t.Errorf("%+v", r.Findings)
		}
	})
	t.Run("not as long as announced", func(t *testing.T) {
		mustFail(t, check(t, good, Expect{Transparent: true, Duration: 4}), "duration")
	})
	t.Run("empty picture", func(t *testing.T) {
		mustFail(t, check(t, clip(t, "geq=r='9':g='9':b='9':a='255*lt(hypot(X-9,Y-9),4)'"), e), "coverage")
	})
	t.Run("opaque mp4 for a transparent clip", func(t *testing.T) {
		mustFail(t, check(t, greenMP4(t), e), "alpha")
	})
	for name, text := range map[string]string{"page.mp4": "<!doctype html><p>no",
		"list.mp4": "ffconcat version 1.0\nfile /etc/passwd\n", "json.webm": `{"error":1}`, "empty.webm": ""} {
		t.Run(name, func(t *testing.T) {
			if _, err := Check(t.Context(), need(t), part(name, []byte(text)), e, nil); err == nil {
				t.Error("accepted")
			} else if strings.Contains(err.Error(), "root:") {
				t.Errorf("read another file: %v", err)
			}
		})
	}
	if _, err := Check(t.Context(), need(t), t.TempDir(), e, nil); err == nil {
		t.Error("a folder was accepted")
	}
}

func TestKeyColourMasters(t *testing.T) {
	e := Expect{Transparent: true, Duration: 2, KeyColor: "#00FF00"}
	if r := check(t, greenMP4(t), e); r.Verdict() == Fail || math.Abs(r.Coverage[1]-0.170) > 0.015 {
		t.Errorf("%+v", r)
	}
	mustFail(t, check(t, greenMP4(t), Expect{Transparent: true, KeyColor: "#0000FF"}), "key colour")
	// A presenter with a green badge of 12 px: the key would put a hole there.
	badge := filepath.Join(t.TempDir(), "badge.mp4")
	ffmpeg(t, "-i", greenMP4(t), "-vf", "drawbox=x=150:y=140:w=12:h=12:c=0x00FF00:t=fill,format=yuv420p", "-c:v",
		"libx264", "-crf", "16", "-c:a", "copy", badge)
	mustFail(t, check(t, badge, e), "key colour inside")
}

// Cloth that leans towards the key stays solid where no key is near.
func TestKeyedClothMayLeanTowardsTheKey(t *testing.T) {
	in, out := filepath.Join(t.TempDir(), "olive.mp4"), filepath.Join(t.TempDir(), "out.webm")
	// Olive, 100/125/80: its green is 25 of 255 above the rest.
	ffmpeg(t, append([]string{"-f", "lavfi", "-i", "color=c=black:s=320x240:r=25:d=0.4,format=rgb24,geq=r='100*" +
		figure + "':g='125*" + figure + "+255*(1-" + figure + ")':b='80*" + figure + "'",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-crf", "16"},
		append(bt709, in)...)...)
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: in, Out: out, Key: "#00FF00", Transparent: true, Frames: 10,
		Duration: 0.4, Threads: 1}, nil); err != nil {
		t.Fatal(err)
	}
	b := decodeRGBA(t, out, "libvpx-vp9", "0", 320, 240)
	for _, at := range [][2]int{{160, 150}, {130, 150}, {190, 150}, {160, 115}} {
		px := b[(at[1]*320+at[0])*4:]
		for c, want := range []int{100, 125, 80, 255} {
			if got := int(px[c]); got < want-5 || got > want+5 {
				t.Errorf("at %v channel %d is %d, want %d", at, c, got, want)
			}
		}
	}
}

// decodeRGBA returns one frame at the file's own size.
func decodeRGBA(t *testing.T, path, decoder string, at string, w, h int) []byte {
	t.Helper()
	var out strings.Builder
	args := append(proc.FFmpegArgs("error"), "-ss", at)
	args = append(args, inputArgs(path, decoder)...)
	args = append(args, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgba", "-f", "rawvideo",
		"pipe:1")
	if _, err := proc.Run(t.Context(), proc.Cmd{Path: need(t).FFmpeg, Args: args, Stdout: &out}); err != nil {
		t.Fatal(err)
	}
	if out.Len() != w*h*4 {
		t.Fatalf("%d bytes, want %dx%d", out.Len(), w, h)
	}
	return []byte(out.String())
}

func TestPrepareKeepsColourAlphaAndTime(t *testing.T) {
	for name, c := range map[string]struct {
		in  string
		key string
	}{"alpha": {clip(t, straight), ""}, "green": {greenMP4(t), "#00FF00"}} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.webm")
			s := PrepareSpec{In: c.in, Out: out, Key: c.key, Transparent: true, Crop: &Box{60, 60, 200, 180}, Frames: 50,
				Duration: 2, Threads: 2}
			if err := Prepare(t.Context(), need(t), s, nil); err != nil {
				t.Fatal(err)
			}
			r := check(t, out, Expect{Transparent: true, Prepared: true, Duration: 2,
				Limits: Limits{DurationTolerance: 0.02, CoverageMax: 1, Border: "all"}})
			if r.Verdict() == Fail || r.Info.FirstVideoPTS != 0 || r.Info.LongestGOP > 25 || !r.Info.AlphaMode ||
				r.Info.Width != 200 || r.Info.AudioCodec != "opus" {
				t.Fatalf("%+v", r)
			}
			b := decodeRGBA(t, out, "libvpx-vp9", "0", 200, 180)
			centre := (90*200 + 100) * 4
			for i, want := range []int{192, 128, 96, 255} {
				if got := int(b[centre+i]); got < want-3 || got > want+3 {
					t.Errorf("channel %d is %d, want %d", i, got, want)
				}
			}
			if b[3] > 4 {
				t.Errorf("the corner's alpha is %d", b[3])
			}
			// Alpha against the truth at t=0, over the complete crop.
			sum := 0.0
			for y := range 180 {
				for x := range 200 {
					truth := 255 * math.Max(0, math.Min(1, (67-math.Hypot(float64(x+60)-160, float64(y+60)-150))/5))
					sum += math.Abs(float64(b[(y*200+x)*4+3]) - truth)
				}
			}
			t.Logf("mean alpha error %.2f of 255", sum/(200*180))
			if sum/(200*180) > 3 {
				t.Errorf("mean alpha error %.2f of 255", sum/(200*180))
			}
		})
	}
}

// Scaled with its colours multiplied by alpha: otherwise the black under clear
// pixels makes a dark rim at every edge.
func TestPrepareScalesWithoutARim(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.webm")
	in := clip(t, "geq=r='if(gt("+figure+",0),192,0)':g='if(gt("+figure+",0),128,0)':b='if(gt("+figure+",0),96,0)':a='255*"+figure+"'")
	s := PrepareSpec{In: in, Out: out, Transparent: true, Width: 160, Height: 120, Frames: 50, Duration: 2, Threads: 2}
	if err := Prepare(t.Context(), need(t), s, nil); err != nil {
		t.Fatal(err)
	}
	if r := check(t, out, Expect{Transparent: true, Prepared: true, Duration: 2}); r.Verdict() == Fail ||
		r.Info.Width != 160 || r.Info.Height != 120 {
		t.Fatalf("%+v", r)
	}
	b := decodeRGBA(t, out, "libvpx-vp9", "0", 160, 120)
	n, sum := 0, 0.0
	for i := 0; i < len(b); i += 4 {
		if a := b[i+3]; a > 60 && a < 200 {
			n, sum = n+1, sum+float64(b[i])
		}
	}
	if n < 50 || sum/float64(n) < 170 {
		t.Errorf("red is %.0f on %d edge pixels, want near 192", sum/float64(n), n)
	}
}

func TestPrepareMakesVaryingRatesConstant(t *testing.T) {
	vfr, out := filepath.Join(t.TempDir(), "vfr.webm"), filepath.Join(t.TempDir(), "out.webm")
	ffmpeg(t, "-c:v", "libvpx-vp9", "-i", clip(t, straight), "-vf", "setpts='PTS+if(gt(N,25),0.3/TB,0)'", "-fps_mode",
		"vfr", "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-b:v", "0", "-crf", "20", "-deadline", "realtime",
		"-cpu-used", "8", "-auto-alt-ref", "0", "-an", vfr)
	if at := check(t, vfr, Expect{Transparent: true, Choose: true}).Chosen(); at != nil {
		t.Errorf("a picture at %.3f s is chosen, of which the time is not known", *at)
	}
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: vfr, Out: out, Transparent: true, Duration: 2.3, Threads: 2},
		nil); err != nil {
		t.Fatal(err)
	}
	r := check(t, out, Expect{Transparent: true, Prepared: true, Duration: 2.3, Limits: Limits{DurationTolerance: 0.03}})
	if r.Verdict() == Fail || r.Info.VFR {
		t.Errorf("%+v", r)
	}
}

// The sound is measured, and one gain brings it to the loudness.
func TestPrepareReachesTheLoudness(t *testing.T) {
	out, target := filepath.Join(t.TempDir(), "out.webm"), -20.0
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: clip(t, straight), Out: out, Transparent: true, Duration: 2,
		Threads: 2, Loudness: &target}, nil); err != nil {
		t.Fatal(err)
	}
	l, err := measureLoudness(t.Context(), need(t), out, "")
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(l.Integrated+20) > 0.3 {
		t.Errorf("%s, want -20 LUFS", l)
	}
	silent := clip(t, straight, "-af", "volume=0")
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: silent, Out: out, Transparent: true, Duration: 2, Threads: 2,
		Loudness: &target}, nil); err != nil {
		t.Errorf("silence: %v", err)
	}
}

// WebP is BT.601 by definition: handing it a clip's BT.709 samples unconverted
// shifted this orange by 12 of 255.
func TestPosterHasAlphaAndTheClipsColour(t *testing.T) {
	in := clip(t, "geq=r='220':g='110':b='30':a='255*"+figure+"'")
	alone, shared := filepath.Join(t.TempDir(), "alone.webp"), filepath.Join(t.TempDir(), "shared.webp")
	if err := Poster(t.Context(), need(t), PosterSpec{In: in, Out: alone, At: 0.5}); err != nil {
		t.Fatal(err)
	}
	check(t, in, Expect{Transparent: true, Poster: &PosterSpec{In: in, Out: shared, At: 0.5}})
	for _, out := range []string{alone, shared} {
		b, err := os.ReadFile(out)
		if err != nil || string(b[:4]) != "RIFF" || !strings.Contains(string(b[:min(len(b), 64)]), "ALPH") {
			t.Fatalf("%v %q", err, b[:min(len(b), 40)])
		}
		var raw strings.Builder
		args := append(proc.FFmpegArgs("error"), "-i", out, "-vf", "scale=in_color_matrix=bt601:in_range=tv,format=rgba",
			"-f", "rawvideo", "pipe:1")
		if _, err := proc.Run(t.Context(), proc.Cmd{Path: need(t).FFmpeg, Args: args, Stdout: &raw}); err != nil {
			t.Fatal(err)
		}
		px := []byte(raw.String())
		if len(px) != 320*240*4 {
			t.Fatalf("%d bytes", len(px))
		}
		for i, want := range []int{220, 110, 30, 255} {
			if got := int(px[(150*320+160)*4+i]); got < want-5 || got > want+5 {
				t.Errorf("%s: channel %d is %d, want %d", filepath.Base(out), i, got, want)
			}
		}
		if px[3] > 4 {
			t.Errorf("%s: the corner's alpha is %d", filepath.Base(out), px[3])
		}
	}
}

// TestTheChosenPicture: a third of the pictures is blurred. Another process receives the same choice.
func TestTheChosenPicture(t *testing.T) {
	in := shared(t, "bars.mov", "-f", "lavfi", "-i", "smptebars=s=160x120:r=25:d=2", "-vf",
		"gblur=sigma=6:enable='lt(mod(n,24),8)'", "-c:v", "libx264", "-preset", "ultrafast")
	r := check(t, in, Expect{Choose: true})
	at, carried := r.Chosen(), r.Carry().Arrived().Chosen()
	if at == nil || carried == nil || *carried != *at || int(math.Round(*at*25+0.5))%24 < 8 {
		t.Errorf("%v and %v", at, carried)
	}
	if check(t, in, Expect{}).Chosen() != nil {
		t.Error("a picture is chosen without being asked for")
	}
}

// TestADamagedFileHasNoEmptyPoster: ffmpeg creates the picture's file before the damage ends it.
func TestADamagedFileHasNoEmptyPoster(t *testing.T) {
	in := shared(t, "moving.mov", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-c:v", "libx264", "-preset", "ultrafast")
	b, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[len(b)/4 : len(b)/2])
	if err := os.WriteFile(in, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "p.webp")
	if r := check(t, in, Expect{Poster: &PosterSpec{In: in, Out: out, At: 0.9}}); r.Verdict() != Fail {
		t.Errorf("%+v", r.Findings)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an empty poster stays behind")
	}
}

func TestPosterPastTheEndIsAnError(t *testing.T) {
	in, out := clip(t, straight), filepath.Join(t.TempDir(), "p.webp")
	if err := Poster(t.Context(), need(t), PosterSpec{In: in, Out: out, At: 60}); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an empty poster stays behind")
	}
}

func TestTheRecipeNamesNoPaths(t *testing.T) {
	a := PrepareSpec{In: "/a/in", Out: "/a/out", Transparent: true}.Recipe(Tools{})
	b := PrepareSpec{In: "/b/in", Out: "/b/out", Transparent: true, Threads: 4}.Recipe(Tools{})
	if strings.Join(a, "\n") != strings.Join(b, "\n") || strings.Contains(strings.Join(a, " "), "/a/") {
		t.Errorf("%q\n%q", a, b)
	}
	c := PrepareSpec{Transparent: true, Crop: &Box{0, 0, 10, 10}}.Recipe(Tools{})
	if strings.Join(a, "\n") == strings.Join(c, "\n") {
		t.Error("the crop is not in the recipe")
	}
}
