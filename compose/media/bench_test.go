package media_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/standin"
	"greenroom/internal/benchtest"
)

var stage struct {
	sync.Once
	dir, clip string
	tools     media.Tools
	err       error
}

// footage is five seconds of a drawn presenter, 1920x1080, made once per run.
func footage(b *testing.B) (media.Tools, string) {
	b.Helper()
	stage.Do(func() {
		if stage.tools, stage.err = media.FindTools(b.Context(), exec.LookPath); stage.err != nil {
			return
		}
		if stage.dir, stage.err = os.MkdirTemp("", "greenroom-bench-*"); stage.err != nil {
			return
		}
		stage.clip = filepath.Join(stage.dir, "take.webm")
		m := standin.Maker{FFmpeg: stage.tools.FFmpeg, Threads: 2}
		_, stage.err = m.Make(b.Context(), standin.Spec{Script: script, Width: 1920, Height: 1080, Presenter: "bench"},
			stage.clip)
	})
	if stage.err != nil {
		b.Fatal(stage.err)
	}
	return stage.tools, stage.clip
}

const script = "Every figure on this page was measured on the same five seconds, with both sides in turn."

func TestMain(m *testing.M) {
	code := m.Run()
	if stage.dir != "" {
		os.RemoveAll(stage.dir)
	}
	os.Exit(code)
}

// BenchmarkWalk compares reading a clip's structure with one ffprobe call.
func BenchmarkWalk(b *testing.B) {
	t, clip := footage(b)
	walk := benchtest.Way{Name: "walk", Do: func() error {
		f, err := os.Open(clip)
		if err != nil {
			return err
		}
		defer f.Close()
		fi, err := f.Stat()
		if err != nil {
			return err
		}
		s, err := media.ScanWebM(f, fi.Size())
		if err == nil && s.Video().Alpha != s.Video().Packets {
			return fmt.Errorf("%d of %d", s.Video().Alpha, s.Video().Packets)
		}
		return err
	}}
	probe := benchtest.Way{Name: "ffprobe", Do: func() error {
		return exec.Command(t.FFprobe, "-v", "error", "-show_format", "-show_streams", clip).Run()
	}}
	benchtest.Ratio(b, benchtest.Wall, 20, walk, probe)
}

// BenchmarkCheck compares a full check with a bare libvpx decode of the clip.
func BenchmarkCheck(b *testing.B) {
	t, clip := footage(b)
	benchtest.Ratio(b, benchtest.Processor, 5, benchtest.Way{Name: "check", Do: func() error {
		r, err := media.Check(b.Context(), t, clip, media.Expect{Transparent: true, Limits: media.Limits{Border: "bottom"}}, nil)
		if err == nil && r.Verdict() == media.Fail {
			return fmt.Errorf("%+v", r.Findings)
		}
		return err
	}}, benchtest.Way{Name: "decode", Do: func() error {
		return exec.Command(t.FFmpeg, "-v", "error", "-nostdin", "-c:v", "libvpx-vp9", "-i", clip, "-map", "0:v", "-f",
			"null", "-").Run()
	}})
}

// BenchmarkClip compares everything a clip goes through (check, prepare, check
// again, poster) with the one VP9 encode in it.
func BenchmarkClip(b *testing.B) {
	t, clip := footage(b)
	for _, size := range []struct {
		name string
		crop *media.Box
	}{{"full", nil}, {"cropped", &media.Box{X: 480, Y: 80, W: 960, H: 1000}}} {
		spec := media.PrepareSpec{In: clip, Out: filepath.Join(b.TempDir(), "out.webm"), Transparent: true, Threads: 2,
			Crop: size.crop}
		encode := func() error { return media.Prepare(b.Context(), t, spec, nil) }
		all := func() error {
			if _, err := media.Check(b.Context(), t, clip, media.Expect{Transparent: true, Limits: media.Limits{Border: "bottom"}}, nil); err != nil {
				return err
			}
			if err := encode(); err != nil {
				return err
			}
			again := media.Expect{Transparent: true, Prepared: true, Limits: media.Limits{Border: "all", CoverageMax: 1},
				Poster: &media.PosterSpec{In: spec.Out, Out: filepath.Join(b.TempDir(), "p.webp"), At: 0.6}}
			_, err := media.Check(b.Context(), t, spec.Out, again, nil)
			return err
		}
		b.Run(size.name, func(b *testing.B) {
			benchtest.Ratio(b, benchtest.Processor, 3, benchtest.Way{Name: "all", Do: all},
				benchtest.Way{Name: "encode", Do: encode})
		})
	}
}
