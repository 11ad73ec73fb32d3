package films

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/e2e/e2etest"
	"greenroom/remotion"
	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// namedRate is a rate as the manifest has it.
type namedRate struct {
	text string
	rate timeline.Rate
}

// filmRates are the rates that films are made in.
var filmRates = []namedRate{
	{"23.976", timeline.Rate{Num: 24000, Den: 1001}}, {"24", timeline.Rate{Num: 24, Den: 1}}, {"25", timeline.Rate{Num: 25, Den: 1}},
	{"29.97", timeline.Rate{Num: 30000, Den: 1001}}, {"30", timeline.Rate{Num: 30, Den: 1}}, {"50", timeline.Rate{Num: 50, Den: 1}},
	{"59.94", timeline.Rate{Num: 60000, Den: 1001}}, {"60", timeline.Rate{Num: 60, Den: 1}},
}

// The clip of these tests has 17 frames at 25 fps, which is not an integer number of frames at any other rate, and a
// click that begins 40 ms before its end.
const (
	countedFrames  = 17
	countedSeconds = countedFrames / 25.0
	clickAt        = countedSeconds - 0.04
)

// countedClip draws a clip whose frames have their numbers, opaque.
func countedClip(t testing.TB, path string) {
	t.Helper()
	e2etest.Run(t, filepath.Dir(path), "ffmpeg", "-v", "error",
		"-f", "lavfi", "-i", fmt.Sprintf("color=c=black:s=320x180:r=25:d=%g,format=rgb24,%s", countedSeconds, counted),
		"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='between(t,%g,%g)*0.7*sin(2*PI*1500*t)':s=48000:d=%g", clickAt, clickAt+0.006, countedSeconds),
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-crf", "12", "-g", "25",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-c:a", "pcm_s16le", path)
}

// counted writes the frame's number into a picture of 320x180: eight squares of 20 pixels, the lowest bit left, and a
// white bar below, which marks that there is a picture.
const counted = "geq=r='" + countedPixel + "':g='" + countedPixel + "':b='" + countedPixel + "'"

const countedPixel = "if(gte(X,40)*lt(X,200)*gte(Y,30)*lt(Y,50),255*mod(floor(N/pow(2,floor((X-40)/20))),2)," +
	"if(gte(X,40)*lt(X,280)*gte(Y,80)*lt(Y,120),235,40))"

// numberOf reads the number in a picture of rgb24 that shows a counted one at w x h pixels; ok is false without one.
func numberOf(p []byte, w, h int) (n int, ok bool) {
	at := func(x, y int) int { return int(p[(y*h/180*w+x*w/320)*3+1]) }
	bar := at(120, 100)
	if bar < 150 {
		return 0, false
	}
	for bit := range 8 {
		if at(50+20*bit, 40) > bar/2 {
			n |= 1 << bit
		}
	}
	return n, true
}

// wantCounted compares a film's frames with the clip's that belong there: the one that is on at the frame's time, none
// after the clip's end.
func wantCounted(t *testing.T, film [][]byte, rate timeline.Rate, until float64) {
	t.Helper()
	wrong, last := 0, false
	for k, p := range film {
		at := rate.Seconds(k)
		want, shown := int((at+0.001)*25), at < until-1e-6 // containers round times to milliseconds
		got, ok := numberOf(p, 320, 180)
		if ok != shown || ok && got != want {
			wrong++
			t.Logf("frame %d at %.4f s shows %d (%v), want %d (%v)", k, at, got, ok, want, shown)
		}
		last = last || ok && got == countedFrames-1
	}
	if wrong > 0 {
		t.Errorf("%d of %d frames are wrong", wrong, len(film))
	}
	if !last {
		t.Error("the clip's last frame is not shown")
	}
}

// clickIn returns when the click begins in a film, in seconds, and how loud it is against that of the clip.
func clickIn(film, clip []float64) (at, loud float64) {
	from, n := int(clickAt*48000), 300
	best, found, power := 0.0, 0, 0.0
	for i := range n {
		power += clip[from+i] * clip[from+i]
	}
	for d := -2400; d <= 2400; d++ {
		sum := 0.0
		for i := range n {
			if k := from + d + i; k >= 0 && k < len(film) {
				sum += clip[from+i] * film[k]
			}
		}
		if sum > best {
			best, found = sum, from+d
		}
	}
	return float64(found) / 48000, best / power
}

func wantClick(t *testing.T, film, clip string) {
	t.Helper()
	at, loud := clickIn(e2etest.Sound(t, film), e2etest.Sound(t, clip))
	if math.Abs(at-clickAt) > 0.001 || loud < 0.8 || loud > 1.25 {
		t.Errorf("the click is at %.4f s with %.2f of its loudness, want %.4f s", at, loud, clickAt)
	}
}

// TestClipsAtEveryRate shows a clip of 25 fps in films of every rate: natively, and by AvatarClip in compositions of
// the user's own, which last longer than the clip and have other rates than the manifest.
func TestClipsAtEveryRate(t *testing.T) {
	dir := e2etest.FilmProject(t)
	clip := filepath.Join(dir, "counted.mov")
	countedClip(t, clip)
	manifest, root := "version: 1\nproject: rates\nchecks: {quality: off}\nfps: 29.97\nsize: 320x180\nheygen: {api: sandbox}\nclips:\n"+
		"  counted: {file: counted.mov, transparent: false}\ncompositions:\n", ""
	id := func(text string) string { return "At" + strings.ReplaceAll(text, ".", "x") }
	rates := filmRates
	if !e2etest.All() { // one rate as the clip's, one that is not an integer, one with more frames than the clip
		rates = []namedRate{filmRates[2], filmRates[3], filmRates[7]}
	}
	for _, r := range rates {
		manifest += fmt.Sprintf("  %s: {fps: %s, layers: [{clip: counted, box: {left: 0, top: 0, width: 100%%}}]}\n", strings.ToLower(id(r.text)), r.text)
		root += fmt.Sprintf("    <Composition id=%q component={Exact} schema={filmSchema} defaultProps={defaults} fps={%d / %d} width={320} height={180} durationInFrames={%d} />\n",
			id(r.text), r.rate.Num, r.rate.Den, int(math.Ceil(countedSeconds*r.rate.FPS()))+3)
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), manifest)
	e2etest.AddComposition(t, dir, "Exact", e2etest.Exact)
	path := filepath.Join(dir, "src", "Root.tsx")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	e2etest.Write(t, path, strings.Replace(string(b), "  </>", root+"  </>", 1))
	e2etest.Run(t, dir, "greenroom", "build")

	t.Run("native", func(t *testing.T) {
		e2etest.Run(t, dir, "greenroom", "render", "--all")
		for _, r := range rates {
			t.Run(r.text, func(t *testing.T) {
				out := filepath.Join(dir, "out", strings.ToLower(id(r.text))+".mp4")
				film := e2etest.Frames(t, out, 320, 180)
				if want := r.rate.FramesBefore(countedSeconds); len(film) != want {
					t.Errorf("%d frames, want %d", len(film), want)
				}
				wantCounted(t, film, r.rate, countedSeconds)
				wantClick(t, out, clip)
			})
		}
	})
	t.Run("AvatarClip", func(t *testing.T) {
		props, err := os.ReadFile(filepath.Join(dir, "src", "greenroom", "clips.gen.json"))
		if err != nil {
			t.Fatal(err)
		}
		r := remotion.Renderer{Browser: tools.FindBrowser("", os.Getenv, exec.LookPath), Stall: 10 * time.Minute}
		s, err := r.Open(t.Context(), remotion.SessionSpec{Layout: project.Layout{Dir: dir}, CacheDir: t.TempDir()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, r := range rates {
			t.Run(r.text, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "film.mp4")
				if _, err := s.Render(t.Context(), remotion.RenderSpec{Composition: id(r.text), Out: out, PropsJSON: props}, nil); err != nil {
					t.Fatal(err)
				}
				wantCounted(t, e2etest.Frames(t, out, 320, 180), r.rate, countedSeconds)
				wantClick(t, out, clip)
			})
		}
	})
}
