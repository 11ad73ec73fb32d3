package native

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/native/piece"
	"greenroom/compose/timeline"
)

// tour is a film of three scenes at 29.97 fps with a title that slides in, captions and a bed that ducks.
func tour(media map[string]timeline.Media, transparent bool) *timeline.Film {
	f := &timeline.Film{Name: "tour", Width: 320, Height: 180, FPS: timeline.Rate{Num: 30000, Den: 1001}, Frames: 270,
		Transparent: transparent, Media: media}
	for i, key := range []string{"clip", "alpha", "clip"} {
		l := timeline.Layer{ID: fmt.Sprint("scene ", i), Kind: timeline.KindVideo, From: 90 * i, Frames: 90, Opacity: 1,
			Box:   timeline.Rect{W: 320, H: 180},
			Video: &timeline.Video{Media: key, Crop: timeline.Rect{W: media[key].Width, H: media[key].Height}, Loop: true}}
		if i > 0 {
			l.Enter = timeline.Motion{Frames: 10, Fade: true}
		}
		f.Layers = append(f.Layers, l)
	}
	for i := range 6 {
		c := words(fmt.Sprint("caption ", i), fmt.Sprint("Caption number ", i), 24, 20, 160, 45)
		c.From = 45 * i
		f.Layers = append(f.Layers, c)
	}
	f.Sounds = []timeline.Sound{
		{ID: "tone", Media: "tone", From: 31, Frames: 40, Gain: []timeline.Point{{Gain: 1}}},
		{ID: "bed", Media: "bed", Frames: 270, Loop: true, Gain: []timeline.Point{
			{Gain: 0.5}, {At: 3.1, Gain: 0.5}, {At: 3.5, Gain: 0.1}, {At: 5, Gain: 0.1}, {At: 5.9, Gain: 0.5}}},
	}
	return f
}

// joined encodes the pieces of a film and joins them.
func joined(t testing.TB, f *timeline.Film, preset *Preset, spans []piece.Span) (film string, parts []string) {
	t.Helper()
	dir := t.TempDir()
	spec := Spec{Film: f, Tools: need(t), WorkDir: dir}
	j := Joined{Film: f, Sound: filepath.Join(dir, "sound"+preset.SoundExt())}
	for i, span := range spans {
		spec.Out = filepath.Join(dir, fmt.Sprint("it's part ", i, preset.PartExt()))
		if _, err := RenderPart(t.Context(), spec, PartOf(f, span.From, span.To), preset, nil); err != nil {
			t.Fatal(err)
		}
		j.Parts, j.Frames = append(j.Parts, spec.Out), append(j.Frames, span.Frames())
	}
	spec.Out = j.Sound
	if _, err := RenderSound(t.Context(), spec, preset); err != nil {
		t.Fatal(err)
	}
	spec.Out = filepath.Join(dir, "film"+preset.Exts[0])
	if _, err := Join(t.Context(), spec, j, preset); err != nil {
		t.Fatal(err)
	}
	return spec.Out, j.Parts
}

// decoded returns the hash of each decoded frame. The decoder must not report anything.
func decoded(t testing.TB, file string) []string {
	t.Helper()
	args := []string{"-hide_banner", "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode"}
	if filepath.Ext(file) == ".webm" {
		args = append(args, "-c:v", "libvpx-vp9")
	}
	cmd := exec.CommandContext(t.Context(), need(t).FFmpeg, append(args, "-i", file, "-map", "0:v",
		"-fps_mode", "passthrough", "-f", "framemd5", "-")...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("decode %s: %v %s", filepath.Base(file), err, errs.String())
	}
	var hashes []string
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "#") {
			hashes = append(hashes, strings.TrimSpace(line[strings.LastIndex(line, ",")+1:]))
		}
	}
	return hashes
}

type packet struct {
	PTS  int64  `json:"pts"`
	Hash string `json:"data_hash"`
}

// packets returns the packets of a file's stream, with the time base of it.
func packets(t testing.TB, file, stream string) (list []packet, base string) {
	t.Helper()
	out := run(t, need(t).FFprobe, "-v", "error", "-select_streams", stream, "-show_entries",
		"packet=pts,data_hash:stream=time_base", "-show_data_hash", "md5", "-of", "json", file)
	var d struct {
		Packets []packet `json:"packets"`
		Streams []struct {
			Base string `json:"time_base"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	return d.Packets, d.Streams[0].Base
}

func parameters(t testing.TB, file string) string {
	t.Helper()
	return string(run(t, need(t).FFprobe, "-v", "error", "-select_streams", "v:0", "-show_entries",
		"stream=extradata_hash,codec_name,pix_fmt,width,height,color_space,level,profile", "-show_data_hash", "sha256",
		"-of", "csv=p=0", file))
}

// psnr compares two files, dB.
func psnr(t testing.TB, file, reference string) float64 {
	t.Helper()
	var decoder []string
	if filepath.Ext(file) == ".webm" {
		decoder = []string{"-c:v", "libvpx-vp9"}
	}
	args := append([]string{"-hide_banner", "-nostdin", "-v", "info"}, decoder...)
	args = append(args, "-i", file, "-i", reference, "-lavfi",
		"[0:v]settb=1/30,setpts=N,format=yuv420p[a];[1:v]settb=1/30,setpts=N,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[b];[a][b]psnr",
		"-f", "null", "-")
	out, err := exec.CommandContext(t.Context(), need(t).FFmpeg, args...).CombinedOutput()
	_, after, ok := strings.Cut(string(out), "average:")
	v := math.NaN()
	if ok {
		fmt.Sscan(after, &v)
	}
	if err != nil || math.IsNaN(v) {
		t.Fatalf("psnr: %v %s", err, out)
	}
	return v
}

// TestAJoinedFilmIsExact holds for each codec what docs/design/performance.md describes.
func TestAJoinedFilmIsExact(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"h264", "h265", "prores", "prores4444", "vp9"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transparent := name == "prores4444" || name == "vp9"
			f := tour(footage(t), transparent)
			i := 0
			for Presets[i].Name != name {
				i++
			}
			preset := &Presets[i]
			spans := piece.Cut(f)
			if len(spans) < 3 {
				t.Fatalf("%v", spans)
			}
			film, parts := joined(t, f, preset, spans)
			whole := render(t, f, "film-1"+preset.Exts[0], name).Path

			var want []string
			for _, part := range parts {
				want = append(want, decoded(t, part)...)
				if a, b := parameters(t, part), parameters(t, film); a != b {
					t.Errorf("parameters of a part %s, of the film %s", a, b)
				}
			}
			got := decoded(t, film)
			if len(got) != f.Frames || strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("the film's %d frames are not the parts' own %d", len(got), len(want))
			}

			a, base := packets(t, film, "v:0")
			b, wholeBase := packets(t, whole, "v:0")
			if base != wholeBase || len(a) != len(b) {
				t.Errorf("%d packets at %s, in one run %d at %s", len(a), base, len(b), wholeBase)
			}
			seen := map[int64]bool{}
			for i := range b {
				seen[b[i].PTS] = true
			}
			for i := range a {
				if !seen[a[i].PTS] {
					t.Errorf("a packet at %d, the time of no frame", a[i].PTS)
				}
				delete(seen, a[i].PTS)
			}

			x, base := packets(t, film, "a:0")
			y, wholeBase := packets(t, whole, "a:0")
			if pcm := strings.HasPrefix(name, "prores"); base != wholeBase || !pcm && !slices.Equal(x, y) {
				t.Errorf("the sound differs: %d packets from %v at %s, in one run %d from %v at %s",
					len(x), x[0], base, len(y), y[0], wholeBase)
			}
			left, _ := decodedSound(t, film)
			wantLeft, _ := decodedSound(t, whole)
			if len(left) != len(wantLeft) {
				t.Errorf("%d samples, in one run %d", len(left), len(wantLeft))
			}
			for i := range min(len(left), len(wantLeft)) {
				if left[i] != wantLeft[i] {
					t.Errorf("sample %d differs", i)
					break
				}
			}

			reference := render(t, f, "reference.mkv", "lossless").Path
			p, q := psnr(t, film, reference), psnr(t, whole, reference)
			sa, _ := os.Stat(film)
			sb, _ := os.Stat(whole)
			growth := float64(sa.Size())/float64(sb.Size()) - 1
			t.Logf("%s: %d pieces, %d frames, PSNR %.2f dB, in one run %.2f dB, size %+.1f %%", name, len(spans), len(got), p, q,
				100*growth)
			if p < q-0.1 || growth > 0.06 {
				t.Errorf("PSNR %.2f dB, in one run %.2f dB; size %+.1f %%", p, q, 100*growth)
			}
		})
	}
}
