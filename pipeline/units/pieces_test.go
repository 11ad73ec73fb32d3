package units

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/proc"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/stage"
)

// scenes returns a film of scenes of 3 s, each a picture of a colour that slides in.
func scenes(t *testing.T, colours ...string) segments.Film {
	t.Helper()
	f := &timeline.Film{Name: "film", Width: 64, Height: 36, FPS: timeline.Rate{Num: 30, Den: 1},
		Frames: 90 * len(colours), Media: map[string]timeline.Media{}}
	content := map[string]string{}
	dir := t.TempDir()
	for i, c := range colours {
		path := filepath.Join(dir, c+".png")
		ffmpeg, err := exec.LookPath("ffmpeg")
		if err != nil {
			t.Fatal(err)
		}
		args := append(proc.FFmpegArgs("error"), "-y", "-f", "lavfi", "-i", "color="+c+":s=64x36", "-frames:v", "1", path)
		if _, err := proc.Run(t.Context(), proc.Cmd{Path: ffmpeg, Args: args}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content[c] = fmt.Sprintf("%x", sha256.Sum256(b))
		f.Media[c] = timeline.Media{File: path, Width: 64, Height: 36}
		f.Layers = append(f.Layers, timeline.Layer{
			ID: fmt.Sprint("scene ", i), Kind: timeline.KindPicture, From: 90 * i, Frames: 90, Opacity: 1,
			Box: timeline.Rect{W: 64, H: 36}, Picture: &timeline.Picture{Media: c, Crop: timeline.Rect{W: 64, H: 36}},
			Enter: timeline.Motion{Frames: 6, DX: 64, Fade: true},
		})
	}
	return segments.Film{Timeline: f, Content: content, Out: filepath.Join(t.TempDir(), "film.mp4")}
}

// maker renders films on a machine.
func (p *place) maker(elsewhere bool) *segments.Maker {
	p.Helper()
	tools, err := p.bench.Env.Tools(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	dir := p.TempDir()
	m := &segments.Maker{Store: p.Farm.Store, Tools: tools, WorkDir: filepath.Join(dir, "work"),
		Index: segments.Index{Dir: filepath.Join(dir, "pieces")}}
	if elsewhere {
		env := p.env()
		m.Farm = &env
	}
	return m
}

func (p *place) render(m *segments.Maker, f segments.Film) (segments.Result, []byte) {
	p.Helper()
	f.Encoding = segments.Encoding{Preset: &native.Presets[0], FFmpeg: m.Tools.Version}
	res, err := m.Render(p.Context(), f, nil)
	if err != nil {
		p.Fatal(err)
	}
	b, err := os.ReadFile(f.Out)
	if err != nil {
		p.Fatal(err)
	}
	return res, b
}

// TestAFilmIsTheSameFromAFarm: its pieces come from a worker, which has the pictures from the cache.
func TestAFilmIsTheSameFromAFarm(t *testing.T) {
	here := newPlace(t)
	f := scenes(t, "red", "green", "blue")
	_, want := here.render(here.maker(false), f)
	there := newPlace(t, segments.PieceStep.Runner())
	m := there.maker(true)
	f.Encoding = segments.Encoding{Preset: &native.Presets[0], FFmpeg: m.Tools.Version}
	if err := m.Make(t.Context(), f, nil); err != nil {
		t.Fatal(err)
	}
	units := len(there.asked)
	res, got := there.render(m, f)
	if !bytes.Equal(got, want) {
		t.Errorf("the film has %d bytes, the one of this machine %d, and they differ", len(got), len(want))
	}
	if res.Encoded != 270 || res.Reused != 0 || len(there.asked) != units || units != 4 {
		t.Errorf("%d frames encoded, %d reused, %d units, then %d", res.Encoded, res.Reused, units, len(there.asked))
	}
	// Another film shows one of the scenes: its piece has the same key.
	other := scenes(t, "red", "yellow")
	res, _ = there.render(m, other)
	if res.Encoded != 90 || res.Reused != 90 {
		t.Errorf("another film: %d frames encoded, %d reused", res.Encoded, res.Reused)
	}
}

// TestAPieceWithAnotherKeyIsRefused, as a worker with another recipe has: this machine encodes it.
func TestAPieceWithAnotherKeyIsRefused(t *testing.T) {
	p := newPlace(t, segments.PieceStep.Runner())
	f := scenes(t, "red")
	in := segments.PieceIn{Key: strings.Repeat("0", 64), Film: f.Timeline, Content: f.Content, To: 30, Preset: "h264"}
	env := p.bench.Env
	if _, err := segments.PieceStep.Run(t.Context(), env, in); err == nil || !errors.Is(err, stage.ErrRefused) {
		t.Errorf("error %v", err)
	}
}
