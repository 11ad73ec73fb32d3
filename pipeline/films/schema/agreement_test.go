//go:build unix

package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/remotion"
	layout "greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// What both renderers promise to agree on.
const (
	leastOutside = 0.985 // SSIM of any frame, outside of words
	leastInside  = 0.95  // and in them
	mostLoudness = 0.5   // LU
	mostOffset   = 0.001 // s
)

// set is a Remotion project with the footage in public/.
type set struct {
	dir     string
	r       remotion.Renderer
	footage map[string]timeline.Media
}

func stage(t testing.TB) set {
	t.Helper()
	p := set{dir: t.TempDir()}
	if _, err := remotion.Scaffold(p.dir, remotion.ScaffoldOptions{Project: "agree"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules(t), filepath.Join(p.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	// The machine may be busy with other tests.
	p.r = remotion.Renderer{Browser: tools.FindBrowser("", os.Getenv, exec.LookPath), Stall: 10 * time.Minute}
	if p.r.Browser == "" {
		t.Fatal("no headless browser is installed; run make setup")
	}
	p.footage = timelinetest.Footage(t, filepath.Join(p.dir, "public"))
	return p
}

// draw makes a film with the Timeline composition.
func draw(t testing.TB, s *remotion.Session, f *timeline.Film, out string) remotion.RenderResult {
	t.Helper()
	props, err := json.Marshal(map[string]any{"film": f})
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Render(t.Context(), remotion.RenderSpec{Composition: "Timeline", Out: out, InputProps: props}, nil)
	if err != nil {
		t.Fatalf("film %q: %v", f.Name, err)
	}
	return res
}

func ffmpeg(t testing.TB, args ...string) []byte {
	t.Helper()
	var errs strings.Builder
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-hide_banner", "-nostdin", "-v", "info"}, args...)...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, errs.String())
	}
	if len(out) == 0 {
		return []byte(errs.String())
	}
	return out
}

// pictures are a film's frames in RGB, laid on grey where it is transparent.
func pictures(t testing.TB, f *timeline.Film, file string) [][]byte {
	t.Helper()
	filter := "scale=in_color_matrix=bt709:in_range=tv,format=rgba"
	raw := ffmpeg(t, "-i", file, "-vf", filter, "-f", "rawvideo", "-")
	var frames [][]byte
	for size := f.Width * f.Height * 4; len(raw) >= size; raw = raw[size:] {
		frame := make([]byte, f.Width*f.Height*3)
		for i := range f.Width * f.Height {
			a := int(raw[4*i+3])
			for c := range 3 {
				frame[3*i+c] = byte((int(raw[4*i+c])*a + 128*(255-a)) / 255)
			}
		}
		frames = append(frames, frame)
	}
	return frames
}

// ssim is the structural similarity of two pictures, in windows of 8x8 at every fourth pixel, over the three colours:
// outside of the areas, and in them (1 where there are none).
func ssim(a, b []byte, w, h int, areas []timeline.Rect) (outside, inside float64) {
	var sum [2]float64
	var n [2]int
	for y := 0; y+8 <= h; y += 4 {
		for x := 0; x+8 <= w; x += 4 {
			in := 0
			for _, r := range areas {
				if x < r.X+r.W && x+8 > r.X && y < r.Y+r.H && y+8 > r.Y {
					in = 1
				}
			}
			for c := range 3 {
				sum[in] += window(a, b, w, x, y, c)
				n[in]++
			}
		}
	}
	mean := func(i int) float64 {
		if n[i] == 0 {
			return 1
		}
		return sum[i] / float64(n[i])
	}
	return mean(0), mean(1)
}

func window(a, b []byte, w, x, y, c int) float64 {
	var sa, sb, saa, sbb, sab float64
	for j := range 8 {
		for i := range 8 {
			at := ((y+j)*w+x+i)*3 + c
			p, q := float64(a[at]), float64(b[at])
			sa, sb, saa, sbb, sab = sa+p, sb+q, saa+p*p, sbb+q*q, sab+p*q
		}
	}
	const n, c1, c2 = 64, (0.01 * 255) * (0.01 * 255), (0.03 * 255) * (0.03 * 255)
	ma, mb := sa/n, sb/n
	va, vb, cov := saa/n-ma*ma, sbb/n-mb*mb, sab/n-ma*mb
	return (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
}

// sound is a film's, mono at 48 kHz.
func sound(t testing.TB, file string) []float64 {
	t.Helper()
	raw := ffmpeg(t, "-i", file, "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
	out := make([]float64, len(raw)/2)
	for i := range out {
		out[i] = float64(int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8))
	}
	return out
}

// lag is how much later b sounds than a, in seconds: where they go together best, within 50 ms.
func lag(a, b []float64) float64 {
	const reach = 2400
	best, at := math.Inf(-1), 0
	for d := -reach; d <= reach; d++ {
		sum := 0.0
		for i := max(0, -d); i < min(len(a), len(b)-d); i += 3 {
			sum += a[i] * b[i+d]
		}
		if sum > best {
			best, at = sum, d
		}
	}
	return float64(at) / 48000
}

var integrated = regexp.MustCompile(`I:\s+(-?[0-9.]+|-inf) LUFS\s+Threshold`)

// loudness is a film's integrated loudness in LUFS.
func loudness(t testing.TB, file string) float64 {
	t.Helper()
	// Again after itself: the measure takes blocks of 0.4 s, and some films are shorter.
	out := ffmpeg(t, "-stream_loop", "3", "-i", file, "-vn", "-af", "ebur128", "-f", "null", "-")
	m := integrated.FindAllSubmatch(out, -1)
	if len(m) == 0 {
		t.Fatalf("no loudness in %s", out)
	}
	v, err := strconv.ParseFloat(string(m[len(m)-1][1]), 64)
	if err != nil {
		return math.Inf(-1)
	}
	return v
}

func seconds(t testing.TB, file string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=duration", "-of", "csv=p=0", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	v, err := strconv.ParseFloat(strings.Trim(string(out), ",\n "), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// usualFilms are those that a usual run renders: each kind of layer, motion, sound, words in two directions.
var usualFilms = []string{"clips", "alpha", "slides", "transparent", "sounds", "texts", "right to left", "presenter"}

// TestNativeAndRemotionAgree renders the usual films of timelinetest, and all of them with GREENROOM_TEST_ALL, with
// both renderers and compares all frames, the lengths and the sound. docs/guide/rendering.md holds its table.
func TestNativeAndRemotionAgree(t *testing.T) {
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	p := stage(t)
	session, err := p.r.Open(t.Context(), remotion.SessionSpec{Layout: layout.Layout{Dir: p.dir}, CacheDir: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	dir := t.TempDir()
	table := []string{"| film | frames | SSIM outside words | in words | length | loudness | offset |", "|---|---|---|---|---|---|---|"}
	for _, f := range timelinetest.Films(p.footage) {
		if os.Getenv("GREENROOM_TEST_ALL") == "" && !slices.Contains(usualFilms, f.Name) {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			name := strings.ReplaceAll(f.Name, " ", "-")
			// ProRes 4444: a colour for every pixel. In 4:2:0 the two differ at coloured edges, by how their
			// encoders' sides put four pixels' colour into one, which is not tested here.
			ours, theirs := filepath.Join(dir, name+"-native.mov"), filepath.Join(dir, name+"-remotion.mov")
			if _, err := native.Render(context.Background(), native.Spec{Film: f, Out: ours, Preset: "prores4444", Tools: tools, WorkDir: t.TempDir()}, nil); err != nil {
				t.Fatal(err)
			}
			if res := draw(t, session, f, theirs); res.Frames != f.Frames || res.Width != f.Width || res.Height != f.Height {
				t.Errorf("%+v", res)
			}
			a, b := pictures(t, f, ours), pictures(t, f, theirs)
			if len(a) != f.Frames || len(b) != f.Frames {
				t.Fatalf("native has %d frames, Remotion %d, want %d", len(a), len(b), f.Frames)
			}
			areas := timelinetest.TextAreas(f)
			outside, inside := 1.0, 1.0
			for n := range a {
				o, i := ssim(a[n], b[n], f.Width, f.Height, areas)
				if o < leastOutside || i < leastInside {
					t.Errorf("frame %d: SSIM %.4f outside words, %.4f in words", n, o, i)
					if keep := os.Getenv("GREENROOM_KEEP_FRAMES"); keep != "" {
						side(t, a[n], b[n], f.Width, f.Height, filepath.Join(keep, fmt.Sprintf("%s-%d.png", name, n)))
					}
				}
				outside, inside = min(outside, o), min(inside, i)
			}
			length := seconds(t, ours) - seconds(t, theirs)
			if math.Abs(length) > f.FPS.Seconds(1)/2 {
				t.Errorf("the films' lengths differ by %.4f s", length)
			}
			louder, offset := 0.0, 0.0
			if len(f.Sounds) > 0 {
				louder = loudness(t, theirs) - loudness(t, ours)
				offset = lag(sound(t, ours), sound(t, theirs))
			}
			if !(math.Abs(louder) <= mostLoudness) {
				t.Errorf("Remotion's is %+.2f LU louder", louder)
			}
			if math.Abs(offset) >= mostOffset {
				t.Errorf("Remotion's sounds %+.3f ms later", offset*1000)
			}
			row := fmt.Sprintf("| %s | %d | %.4f | ", f.Name, f.Frames, outside)
			if len(areas) > 0 {
				row += fmt.Sprintf("%.4f", inside)
			}
			row += fmt.Sprintf(" | %+.1f ms | ", -length*1000)
			if len(f.Sounds) > 0 {
				row += fmt.Sprintf("%+.2f LU | %+.3f ms |", louder, offset*1000)
			} else {
				row += " | |"
			}
			table = append(table, row)
		})
	}
	t.Log("\n" + strings.Join(table, "\n"))
}

// side writes two pictures above one another.
func side(t *testing.T, a, b []byte, w, h int, out string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", w, 2*h), "-i", "-", out)
	cmd.Stdin = strings.NewReader(string(a) + string(b))
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, msg)
	}
}
