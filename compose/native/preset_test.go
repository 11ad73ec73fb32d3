package native

import (
	"bytes"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/fault"
)

// TestEveryPreset checks what each one writes: codec, tags, frames, length, and the colours that come back.
func TestEveryPreset(t *testing.T) {
	media := footage(t)
	for _, c := range []struct {
		preset, out, codec, pixels, tag, audio string
	}{
		{"h264", "x.mp4", "h264", "yuv420p", "avc1", "aac"},
		{"h265", "x.mp4", "hevc", "yuv420p", "hvc1", "aac"},
		{"prores", "x.mov", "prores", "yuv422p10le", "apch", "pcm_s16le"},
		{"prores4444", "x.mov", "prores", "yuv444p12le", "ap4h", "pcm_s16le"}, // 5.1's decoder speaks of 12 bits
		{"vp9", "x.webm", "vp9", "yuv420p", "[0][0][0][0]", "opus"},
	} {
		t.Run(c.preset, func(t *testing.T) {
			t.Parallel()
			f := timelinetest.Film(media, "fills")
			res := render(t, f, c.out, c.preset)
			if res.Preset != c.preset || res.Frames != f.Frames || len(res.Warnings) > 0 {
				t.Errorf("%+v", res)
			}
			s := probed(t, need(t), res.Path)
			for key, want := range map[string]any{"codec_name": c.codec, "codec_tag_string": c.tag, "width": 320,
				"height": 180, "r_frame_rate": "25/1",
				"nb_read_packets": f.Frames, "color_space": "bt709", "color_primaries": "bt709", "color_transfer": "bt709",
				"color_range": "tv", "sample_aspect_ratio": "1:1", "start_time": "0.000000"} {
				if (c.codec == "prores") && key == "color_range" { // ProRes has no such tag: it is always limited
					continue
				}
				s.says(t, "video", key, want)
			}
			if c.preset != "prores4444" {
				s.says(t, "video", "pix_fmt", c.pixels)
			}
			s.says(t, "audio", "codec_name", c.audio)
			s.says(t, "audio", "sample_rate", 48000)
			img := frames(t, res.Path, 320, 180)[4]
			for _, at := range []image.Point{{30, 24}, {100, 70}, {200, 90}, {165, 130}, {300, 150}, {60, 130}} {
				want := exact(f, 4, at.X, at.Y)
				if off := distance(fromNRGBA(img.NRGBAAt(at.X, at.Y)), want) * 255; off > 3.5 { // two roundings, and the encoder
					t.Errorf("at %v: %v, want %v", at, img.NRGBAAt(at.X, at.Y), want.nrgba())
				}
			}
			if filepath.Ext(c.out) == ".mp4" {
				data, err := os.ReadFile(res.Path)
				if moov, mdat := bytes.Index(data, []byte("moov")), bytes.Index(data, []byte("mdat")); err != nil || moov < 0 ||
					moov > mdat {
					t.Errorf("the index is at %d, behind the data at %d", moov, mdat)
				}
			}
			again := render(t, f, c.out, c.preset)
			a, _ := os.ReadFile(res.Path)
			b, _ := os.ReadFile(again.Path)
			if !bytes.Equal(a, b) {
				t.Errorf("the same film gave other bytes: %d and %d of them", len(a), len(b))
			}
		})
	}
}

// TestTransparency decodes films without a ground and holds alpha against the exact one.
func TestTransparency(t *testing.T) {
	media := footage(t)
	for _, c := range []struct {
		preset, out string
		limit       float64
		decoder     []string
	}{
		{"lossless", "x.mkv", 2.5, nil},
		{"prores4444", "x.mov", 3, nil},
		{"vp9", "x.webm", 6, []string{"-c:v", "libvpx-vp9"}},
	} {
		t.Run(c.preset, func(t *testing.T) {
			t.Parallel()
			f := timelinetest.Film(media, "transparent")
			text := f.Layers[3]
			f.Layers = f.Layers[:3]
			got := frames(t, render(t, f, c.out, c.preset).Path, f.Width, f.Height, c.decoder...)
			if len(got) != f.Frames {
				t.Fatalf("%d pictures", len(got))
			}
			compare(t, f, got, c.limit)
			f.Layers = append(f.Layers, text)
			img := frames(t, render(t, f, c.out, c.preset).Path, f.Width, f.Height, c.decoder...)[9]
			strong := 0
			for y := 40; y < 68; y++ {
				for x := 28; x < 80; x++ {
					if p := img.NRGBAAt(x, y); p.A > 240 && p.R > 240 && p.G > 240 {
						strong++
					}
				}
			}
			if strong < 60 {
				t.Errorf("%d opaque white pixels of words", strong)
			}
		})
	}
}

func TestPresetFor(t *testing.T) {
	for _, c := range []struct {
		name, out   string
		transparent bool
		want        string
	}{
		{"", "x.mp4", false, "h264"}, {"", "X.MOV", false, "prores"}, {"", "x.mov", true, "prores4444"},
		{"", "x.webm", true, "vp9"}, {"", "x.webm", false, "vp9"},
		{"h265", "x.mp4", false, "h265"}, {"prores4444", "x.mov", false, "prores4444"},
		{"", "x.mp4", true, ""}, {"h264", "x.mov", false, ""}, {"h264", "x.mp4", true, ""}, {"dnxhd", "x.mov", false, ""},
		{"", "x.avi", false, ""}, {"", "x", true, ""},
	} {
		p, err := PresetFor(c.name, c.out, c.transparent)
		var f *fault.Error
		if got := ""; p != nil {
			if got = p.Name; got != c.want {
				t.Errorf("%+v: %s", c, got)
			}
		} else if c.want != "" || !errors.As(err, &f) || f.Kind != fault.Usage || f.Hint == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestDurationsToTheFrame: films of every usual rate and of lengths that are no whole seconds.
func TestDurationsToTheFrame(t *testing.T) {
	media := footage(t)
	for _, r := range []timeline.Rate{{Num: 24000, Den: 1001}, {Num: 24, Den: 1}, {Num: 25, Den: 1},
		{Num: 30000, Den: 1001}, {Num: 30, Den: 1}, {Num: 50, Den: 1}, {Num: 60000, Den: 1001}, {Num: 60, Den: 1}} {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			f := timelinetest.Film(media, "fills")
			f.FPS, f.Frames = r, 47
			for i := range f.Layers {
				f.Layers[i].Frames = min(f.Layers[i].Frames, 7)
			}
			res := render(t, f, "x.mp4", "h264")
			s := probed(t, need(t), res.Path)
			s.says(t, "video", "nb_read_packets", 47)
			s.says(t, "video", "r_frame_rate", r.String())
			s.says(t, "video", "avg_frame_rate", r.String())
		})
	}
}
