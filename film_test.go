package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errOut.String())
	}
	return out.String()
}

// beepAt is where the test clip's tone starts, seconds.
const beepAt = 1.0

// onset is the first moment a film's sound is loud, seconds.
func onset(t *testing.T, path string) float64 {
	t.Helper()
	raw := run(t, ".", "ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
	s := make([]int16, len(raw)/2)
	if err := binary.Read(strings.NewReader(raw), binary.LittleEndian, s); err != nil {
		t.Fatal(err)
	}
	for i, v := range s {
		if math.Abs(float64(v)) > 1500 {
			return float64(i) / 48000
		}
	}
	t.Fatal("the film is silent")
	return 0
}

// TestFilm goes from an empty folder to a film in the real headless browser and
// looks at its pixels, frames and sound.
func TestFilm(t *testing.T) {
	modules := os.Getenv("GREENROOM_NODE_MODULES")
	if modules == "" {
		modules, _ = filepath.Abs("remotion/companion/node_modules")
	}
	if _, err := os.Stat(filepath.Join(modules, "remotion")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "film")
	run(t, ".", "greenroom", "init", dir)
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	// A disc of one known colour on nothing, and a tone from second 1.
	a := "255*clip((80-hypot(X-160,Y-110))/5,0,1)"
	run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c=black:s=320x180:r=25:d=2,format=rgba,geq=r='192':g='128':b='96':a='"+a+"'",
		"-f", "lavfi", "-i", "aevalsrc='if(gte(t,1),0.6*sin(2*PI*1000*t),0)':s=48000:d=2", "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p",
		"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "10", "-deadline", "realtime", "-cpu-used", "8", "-auto-alt-ref", "0", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-metadata:s:v:0", "alpha_mode=1", "-c:a", "libopus", "disc.webm")
	manifest := "version: 1\nproject: film\nsize: 640x360\nheygen: {api: sandbox}\nclips:\n  disc: {file: disc.webm, checks: {border: all}}\n"
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "greenroom", "build")
	out := strings.TrimSpace(run(t, dir, "greenroom", "render", "Presenter", "--title", "Disc"))

	var probe struct {
		Streams []struct {
			Packets string `json:"nb_read_packets"`
			Space   string `json:"color_space"`
			Range   string `json:"color_range"`
			Width   int
			Height  int
		}
	}
	j := run(t, dir, "ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets,color_space,color_range,width,height", "-of", "json", out)
	if err := json.Unmarshal([]byte(j), &probe); err != nil || len(probe.Streams) != 1 {
		t.Fatal(err, j)
	}
	if s := probe.Streams[0]; s.Packets != "50" || s.Space != "bt709" || s.Range != "tv" || s.Width != 640 || s.Height != 360 {
		t.Errorf("%+v", s)
	}
	frame := []byte(run(t, dir, "ffmpeg", "-v", "error", "-ss", "1", "-i", out, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgb24", "-f", "rawvideo", "-"))
	at := func(x, y int) []byte { return frame[(y*640+x)*3:] }
	// The disc stands right of centre: its middle is at 70 % of the width.
	for i, want := range []int{192, 128, 96} {
		if got := int(at(448, 230)[i]); got < want-3 || got > want+3 {
			t.Errorf("the presenter's channel %d is %d, want %d within 3", i, got, want)
		}
	}
	// The background shows through beside it, lit but not the disc's colour, and moves.
	if b := at(610, 30); int(b[0])+int(b[1])+int(b[2]) < 15 || b[0] > 150 {
		t.Errorf("background is %v", b[:3])
	}
	later := []byte(run(t, dir, "ffmpeg", "-v", "error", "-ss", "1.8", "-i", out, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgb24", "-f", "rawvideo", "-"))
	if bytes.Equal(frame[:640*3*40], later[:640*3*40]) {
		t.Error("the background does not move")
	}
	if got := onset(t, out); math.Abs(got-onset(t, filepath.Join(dir, "disc.webm"))) > 0.0015 || math.Abs(got-beepAt) > 0.01 {
		t.Errorf("the tone starts at %.4f s in the film, %.4f s in the clip", got, onset(t, filepath.Join(dir, "disc.webm")))
	}
}
