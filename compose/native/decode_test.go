package native

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"os/exec"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
)

// lossless lets tests read what was drawn, without what an encoder makes of it.
var lossless = Preset{
	Name: "lossless", Exts: []string{".mkv"}, Alpha: true, pixels: "gbrp", pixelsAlpha: "gbrap",
	video: []string{"-c:v", "ffv1"}, audio: []string{"-c:a", "pcm_f32le"},
}

func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return out.Bytes()
}

// frames decodes every picture of a file as straight RGBA.
func frames(t testing.TB, file string, width, height int, decoder ...string) []*image.NRGBA {
	t.Helper()
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error"}, decoder...)
	args = append(args, "-i", file, "-map", "0:v", "-vf",
		"scale=flags=accurate_rnd+full_chroma_int+bitexact:in_color_matrix=bt709:in_range=tv,format=rgba",
		"-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-")
	raw := run(t, need(t).FFmpeg, args...)
	size := width * height * 4
	if len(raw)%size != 0 {
		t.Fatalf("%d bytes are not complete pictures of %d x %d", len(raw), width, height)
	}
	var out []*image.NRGBA
	for ; len(raw) > 0; raw = raw[size:] {
		out = append(out, &image.NRGBA{Pix: raw[:size], Stride: width * 4, Rect: image.Rect(0, 0, width, height)})
	}
	return out
}

// drawn renders a film without loss and returns its pictures.
func drawn(t testing.TB, f *timeline.Film) []*image.NRGBA {
	t.Helper()
	res := render(t, f, "film.mkv", "lossless")
	got := frames(t, res.Path, f.Width, f.Height)
	if len(got) != f.Frames {
		t.Fatalf("%d pictures of %d", len(got), f.Frames)
	}
	return got
}

// decodedSound decodes a file's sound as 48 kHz stereo and returns the left and the right channel.
func decodedSound(t testing.TB, file string) (left, right []float64) {
	t.Helper()
	raw := run(t, need(t).FFmpeg, "-hide_banner", "-nostdin", "-v", "error", "-i", file, "-map", "0:a", "-ac", "2",
		"-ar", "48000", "-f", "f32le", "-")
	for i := 0; i+8 <= len(raw); i += 8 {
		left = append(left, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))))
		right = append(right, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i+4:]))))
	}
	return left, right
}

// rms is the level of samples from a second to a second.
func rms(v []float64, from, to float64) float64 {
	sum := 0.0
	part := v[int(from*sampleRate):int(to*sampleRate)]
	for _, s := range part {
		sum += s * s
	}
	return math.Sqrt(sum / float64(len(part)))
}

func decibels(a, b float64) float64 { return 20 * math.Log10(a/b) }

// streamInfo is what ffprobe reports of a file's streams.
type streamInfo struct {
	Streams []map[string]any
	Format  map[string]any
}

func probed(t testing.TB, tools media.Tools, file string) streamInfo {
	t.Helper()
	var s streamInfo
	out := run(t, tools.FFprobe, "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", file)
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s streamInfo) says(t testing.TB, kind, key string, want any) {
	t.Helper()
	for _, st := range s.Streams {
		if st["codec_type"] == kind {
			if fmt.Sprint(st[key]) != fmt.Sprint(want) {
				t.Errorf("%s stream: %s is %v, want %v", kind, key, st[key], want)
			}
			return
		}
	}
	t.Errorf("no %s stream", kind)
}
