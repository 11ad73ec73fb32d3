package films

import (
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// exported is a film with everything that a project for MLT has to place: a gradient, a cropped video that repeats and is
// translucent, a picture that slides and fades, a transparent clip with its sound, a round one, texts, a quieter bed.
const exported = `version: 1
project: film
size: 640x360
fps: RATE
heygen: {api: sandbox}
clips:
  disc: {file: disc.webm, checks: {border: all}}
compositions:
  tour:
    length: 3s
    background: ["#204060", "#602040"]
    layers:
      - {video: bg.mp4, loop: true, for: 2.5s, fit: cover, box: {left: 5%, top: 5%, width: 40%, height: 30%}, opacity: 80%}
      - {image: logo.png, at: 0.5s, for: 2s, box: {right: 5%, top: 5%, width: 20%}, enter: fade slide left 0.4s, leave: fade 0.3s}
      - {clip: disc, for: 2s, box: {left: 40%, bottom: 0, width: 45%}, enter: fade 0.4s}
      - {clip: disc, name: round, at: 1s, for: 2s, mask: circle, box: {left: 5%, bottom: 5%, width: 20%}, gain: mute}
      - {text: "Product tour", at: 0.5s, for: 2s}
      - {text: "Ada Lovelace\nEngineer", style: lower-third, at: 1s, for: 1.5s}
      - {audio: bed.wav, loop: true, gain: -18dB, fade-out: 1s}
`

// TestMeltPlaysAnExportedFilm renders a project with melt, the program of MLT, and compares it with the film: as many
// frames, and every one alike. With GREENROOM_TEST_ALL only: melt and its libraries have 200 MB.
func TestMeltPlaysAnExportedFilm(t *testing.T) {
	if !e2etest.All() {
		return // `make test-all` sets it
	}
	t.Setenv("QT_QPA_PLATFORM", "offscreen")
	t.Setenv("DISPLAY", ":0") // melt loads its Qt services only where this is set; offscreen uses no display
	for _, rate := range []string{"25", "29.97"} {
		t.Run(rate, func(t *testing.T) { meltPlays(t, rate) })
	}
}

func meltPlays(t *testing.T, rate string) {
	dir := t.TempDir()
	discClip(t, dir)
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-crf", "12",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "bg.mp4")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=128x64", "-frames:v", "1", "logo.png")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=f=330:d=1", "bed.wav")
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), strings.Replace(exported, "RATE", rate, 1))
	e2etest.Run(t, dir, "greenroom", "build")
	film := strings.TrimSpace(e2etest.Run(t, dir, "greenroom", "render", "tour", "-o", "out/tour.mov"))
	e2etest.Run(t, dir, "greenroom", "export", "tour", "--to", "mlt", "--strict")
	played := filepath.Join(dir, "played.mov")
	e2etest.Run(t, filepath.Join(dir, "out", "export"), "melt", "-quiet", "tour.mlt", "-consumer", "avformat:"+played,
		"vcodec=prores_ks", "vprofile=3", "pix_fmt=yuv422p10le", "acodec=pcm_s16le", "rescale=bicubic", "real_time=-1")
	if got, want := packetsOf(t, played), packetsOf(t, film); got != want {
		t.Errorf("melt plays %s frames, the film has %s", got, want)
	}
	stats := filepath.Join(dir, "ssim.txt")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-i", played, "-i", film, "-lavfi",
		"[0:v]format=yuv422p10le[a];[1:v]format=yuv422p10le[b];[a][b]ssim=stats_file=ssim.txt", "-f", "null", "-")
	sum, n := 0.0, 0
	for line := range strings.Lines(string(e2etest.Read(t, stats))) {
		m := regexp.MustCompile(`^n:(\d+) .*All:([0-9.]+)`).FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("ssim printed %q", line)
		}
		v, _ := strconv.ParseFloat(m[2], 64)
		if v < 0.95 { // a clip of 25 fps in a film of 29.97 may be a frame off
			t.Errorf("frame %s: SSIM %s", m[1], m[2])
		}
		sum, n = sum+v, n+1
	}
	t.Logf("%s fps: %d frames, SSIM %.4f", rate, n, sum/float64(n))
	if n == 0 || sum/float64(n) < 0.98 {
		t.Errorf("SSIM %.4f over %d frames, want at least 0.98", sum/float64(n), n)
	}
	if got, want := rms(e2etest.Sound(t, played)), rms(e2etest.Sound(t, film)); got < 0.9*want || got > 1.1*want {
		t.Errorf("the sound of melt has an RMS of %.4f, the film's %.4f", got, want)
	}
}

// packetsOf returns how many pictures a film has.
func packetsOf(t *testing.T, path string) string {
	t.Helper()
	return strings.TrimSpace(e2etest.Run(t, ".", "ffprobe", "-v", "error", "-select_streams", "v", "-count_packets",
		"-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", path))
}

func rms(samples []float64) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(1, len(samples))))
}
