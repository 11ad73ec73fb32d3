package films

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/internal/e2e/e2etest"
)

const clipSeconds, discX, discY = 4, 160, 110

// discClip is a disc of one known colour on nothing, with the number of each frame
// written above it in eight black or white squares, and a rising tone from second 1.
func discClip(t testing.TB, dir string) string {
	t.Helper()
	const bit = "gte(X,40)*lt(X,200)*gte(Y,4)*lt(Y,24)"
	value := "255*mod(floor(N/pow(2,floor((X-40)/20))),2)"
	channel := func(v int) string { return fmt.Sprintf("if(%s,%s,%d)", bit, value, v) }
	alpha := fmt.Sprintf("if(%s,255,255*clip((60-hypot(X-%d,Y-%d))/5,0,1))", bit, discX, discY)
	out := filepath.Join(dir, "disc.webm")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i",
		fmt.Sprintf("color=c=black:s=320x180:r=25:d=%d,format=rgba,geq=r='%s':g='%s':b='%s':a='%s'", clipSeconds, channel(192), channel(128), channel(96), alpha),
		"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='if(gte(t,1),0.6*sin(2*PI*(500*(t-1)+700*(t-1)*(t-1))),0)':s=48000:d=%d", clipSeconds),
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p",
		"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "10", "-deadline", "realtime", "-cpu-used", "8", "-auto-alt-ref", "0", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-metadata:s:v:0", "alpha_mode=1", "-c:a", "libopus", out)
	return out
}

// lag is how much later the film sounds than the clip, seconds: where the two
// correlate best over the second in which the tone begins, within ±50 ms.
func lag(film, clip []float64) float64 {
	const rate, reach = 48000, 2400
	best, at := math.Inf(-1), 0
	for d := -reach; d <= reach; d++ {
		sum := 0.0
		for i := rate - 4800; i < 2*rate; i++ {
			sum += clip[i] * film[i+d]
		}
		if sum > best {
			best, at = sum, d
		}
	}
	return float64(at) / rate
}

// TestFilm goes from an empty folder to films in the real headless browser and
// checks their pixels, frames and sound.
func TestFilm(t *testing.T) {
	dir := e2etest.FilmProject(t)
	disc := discClip(t, dir)
	e2etest.AddComposition(t, dir, "Exact", e2etest.Exact)
	manifest := "version: 1\nproject: film\nfps: 25\nsize: 640x360\nheygen: {api: sandbox}\nclips:\n  disc: {file: disc.webm, checks: {border: all}}\n"
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), manifest)
	e2etest.Run(t, dir, "greenroom", "build")

	t.Run("Presenter", func(t *testing.T) {
		out := strings.TrimSpace(e2etest.Run(t, dir, "greenroom", "render", "Presenter", "--title", "Disc"))
		wantVideo(t, out, 25*clipSeconds)
		film := e2etest.Frames(t, out, 640, 360)
		at := func(n, x, y int) []byte { return film[n][(y*640+x)*3:] }
		// The disc is right of the centre: its middle is at 70 % of the width.
		wantColour(t, at(25, 448, 230), 192, 128, 96, 3)
		// The background is visible next to it, lit but not the disc's colour, and moves.
		if b := at(25, 610, 30); int(b[0])+int(b[1])+int(b[2]) < 15 || b[0] > 150 {
			t.Errorf("background is %v", b[:3])
		}
		if bytes.Equal(film[25][:640*3*20], film[90][:640*3*20]) {
			t.Error("the background does not move")
		}
		wantInTime(t, out, disc)
	})
	for fps, rate := range map[string]timeline.Rate{"25": {Num: 25, Den: 1}, "29.97": {Num: 30000, Den: 1001}, "30": {Num: 30, Den: 1}} {
		if !e2etest.All() && fps != "25" {
			continue // TestClipsAtEveryRate shows a clip at other rates
		}
		t.Run(fmt.Sprintf("every frame at %s fps", fps), func(t *testing.T) {
			e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), strings.Replace(manifest, "fps: 25", "fps: "+fps, 1))
			e2etest.Run(t, dir, "greenroom", "build")
			out := strings.TrimSpace(e2etest.Run(t, dir, "greenroom", "render", "Exact"))
			all := rate.FramesBefore(clipSeconds)
			wantVideo(t, out, all)
			wrong := 0
			for n, f := range e2etest.Frames(t, out, 640, 360) {
				got := 0
				for bit := range 8 {
					if f[(28*640+2*(50+20*bit))*3] > 128 {
						got |= 1 << bit
					}
				}
				if want := int(rate.Seconds(n)*25 + 1e-6); got != want {
					wrong++
					t.Logf("frame %d shows the clip's frame %d, want %d", n, got, want)
				}
				if n == 0 {
					wantColour(t, f[(2*discY*640+2*discX)*3:], 192, 128, 96, 2)
					wantColour(t, f[(340*640+20)*3:], 0x20, 0x40, 0x80, 2)
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d frames are wrong", wrong, all)
			}
			wantInTime(t, out, disc)
		})
	}
}

func wantVideo(t *testing.T, path string, packets int) {
	t.Helper()
	var probe struct {
		Streams []struct {
			Packets string `json:"nb_read_packets"`
			Space   string `json:"color_space"`
			Range   string `json:"color_range"`
			Width   int
			Height  int
		}
	}
	j := e2etest.Run(t, ".", "ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets,color_space,color_range,width,height", "-of", "json", path)
	if err := json.Unmarshal([]byte(j), &probe); err != nil || len(probe.Streams) != 1 {
		t.Fatal(err, j)
	}
	if s := probe.Streams[0]; s.Packets != fmt.Sprint(packets) || s.Space != "bt709" || s.Range != "tv" || s.Width != 640 || s.Height != 360 {
		t.Errorf("%+v, want %d packets", s, packets)
	}
}

func wantColour(t *testing.T, got []byte, r, g, b, within int) {
	t.Helper()
	for i, want := range []int{r, g, b} {
		if v := int(got[i]); v < want-within || v > want+within {
			t.Errorf("channel %d is %d, want %d within %d", i, v, want, within)
		}
	}
}

func wantInTime(t *testing.T, film, clip string) {
	t.Helper()
	d := lag(e2etest.Sound(t, film), e2etest.Sound(t, clip))
	t.Logf("the film sounds %+.3f ms after the clip", d*1000)
	if math.Abs(d) > 0.001 {
		t.Errorf("the film sounds %+.3f ms after the clip", d*1000)
	}
}
