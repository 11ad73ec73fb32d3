package standin

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func maker(t *testing.T) *Maker {
	t.Helper()
	m := &Maker{Threads: 1}
	for name, to := range map[string]*string{"ffmpeg": &m.FFmpeg, "espeak-ng": &m.Espeak} {
		p, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("%s is not installed; run make setup", name)
		}
		*to = p
	}
	return m
}

// probe counts packets and returns what the container states.
func probe(t *testing.T, path string) (video, audio int, width int, codec string) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_packets", "-show_entries",
		"stream=codec_type,codec_name,width,nb_read_packets", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Streams []struct {
			Type  string `json:"codec_type"`
			Codec string `json:"codec_name"`
			Width int
			N     json.Number `json:"nb_read_packets"`
		}
	}
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Streams {
		n, _ := s.N.Int64()
		if s.Type == "video" {
			video, width, codec = int(n), s.Width, s.Codec
		} else {
			audio = int(n)
		}
	}
	return video, audio, width, codec
}

func TestClipsAreExactlyAsLongAsTheirVoice(t *testing.T) {
	t.Parallel()
	m := maker(t)
	dir := t.TempDir()
	wav := filepath.Join(dir, "own.wav")
	if err := speaking(1.1).write(wav); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		s     Spec
		ext   string
		codec string
		voice string
	}{
		"alpha":           {Spec{Script: "Hello there."}, ".webm", "vp9", "espeak-ng"},
		"on a colour":     {Spec{Script: "Hello there.", Format: MP4}, ".mp4", "h264", "espeak-ng"},
		"a pause":         {Spec{Script: `Hello <break time="1.5s"/> there.`}, ".webm", "vp9", "espeak-ng"},
		"own sound":       {Spec{AudioPath: wav}, ".webm", "vp9", "audio"},
		"silence":         {Spec{Silence: 0.5}, ".webm", "vp9", "silence"},
		"thirty a second": {Spec{Script: "Hello.", FPS: 30}, ".webm", "vp9", "espeak-ng"},
		"only a break":    {Spec{Script: `<break time="0.4s"/>`}, ".webm", "vp9", ""},
		"emoji":           {Spec{Script: "🎬 ☃"}, ".webm", "vp9", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.s.Width, c.s.Height, c.s.Presenter = 160, 128, "x"
			out := filepath.Join(t.TempDir(), "clip"+c.ext)
			r, err := m.Make(t.Context(), c.s, out)
			if err != nil {
				t.Fatal(err)
			}
			video, audio, width, codec := probe(t, out)
			fps := c.s.FPS
			if fps == 0 {
				fps = 25
			}
			if video != r.Frames || audio == 0 || width != 160 || codec != c.codec ||
				r.Duration != float64(r.Frames)/float64(fps) || c.voice != "" && r.Voice != c.voice {
				t.Errorf("%d packets of video, %d of audio, %d wide, %s: %+v", video, audio, width, codec, r)
			}
			if name == "a pause" && r.Duration < 2 {
				t.Errorf("the break lasts %.2f s in all", r.Duration)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".standin-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestWithoutEspeakItHums(t *testing.T) {
	t.Parallel()
	m := maker(t)
	m.Espeak = ""
	r, err := m.Make(t.Context(), Spec{Script: "Plain words.", Width: 128, Height: 128},
		filepath.Join(t.TempDir(), "c.webm"))
	if err != nil || r.Voice != "synthetic" || len(r.Words) != 2 || r.Words[0].Text != "Plain" ||
		r.Words[1].Start < r.Words[0].End-1e-9 {
		t.Errorf("%+v %v", r, err)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	m := maker(t)
	for name, s := range map[string]Spec{
		"no words":     {Width: 320, Height: 240},
		"odd":          {Script: "a", Width: 321, Height: 240},
		"too small":    {Script: "a", Width: 64, Height: 240},
		"too fast":     {Script: "a", Width: 320, Height: 240, FPS: 500},
		"missing file": {AudioPath: filepath.Join(t.TempDir(), "none.wav"), Width: 320, Height: 240},
	} {
		out := filepath.Join(t.TempDir(), "c.webm")
		if _, err := m.Make(t.Context(), s, out); err == nil {
			t.Errorf("%s: drawn", name)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: something is left", name)
		}
	}
}

func TestCancellingEndsTheEncoder(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := filepath.Join(t.TempDir(), "c.webm")
	done := make(chan error, 1)
	go func() {
		_, err := maker(t).Make(ctx, Spec{Script: strings.Repeat("A long story. ", 300), Width: 1280, Height: 720}, out)
		done <- err
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for { // until the encoder writes
		if fi, err := os.Stat(out); err == nil && fi.Size() >= 0 {
			break
		}
		<-tick.C
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("half a clip is left")
	}
}
