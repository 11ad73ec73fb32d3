package foreign

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/media"
)

// usual are the files that every run prepares: of each kind of property that Prepare treats apart, the one that asks
// most.
var usual = strings.Fields(`
	rot90.mp4 mirror270.mp4 sar-vui-hevc.mp4 display-unit3.mkv crop.mkv resized.webm bt601-vp8.webm full-range.mp4
	mjpeg.avi ten-bit-422.mov rgb-qtrle.mov prores4444-soft.mov ffv1-yuva.mkv vp9-alpha-soft.webm apngasm.png
	gif-im-previous.gif fps23.976.mp4 timescale1000.mp4 vfr-drops.webm edit-trim.mp4 negative-cts.mp4 late-video.mkv
	fragmented.mp4 av.ts cover-first.mp4 sound-5.1.mp4 sound-opus.webm sound-two.mp4
`)

// others are their relatives in further containers, codecs and rates, which GREENROOM_TEST_ALL prepares too.
var others = strings.Fields(`
	rot90-sar2.mp4 roll90.mkv display-dimensions.webm crop-sps.mp4 bt601-525.mp4 full-range-601.mp4 untagged.mp4
	twelve-bit.mkv yuv444.mp4 rgb-x264.mp4 png16.mov vp8-alpha.webm vp9-alpha-no-tag.webm vp9-alpha-vorbis.webm
	fps120.mp4 jitter.mp4 vfr-pause.mp4 gst-live.webm edit-delay.mp4 open-gop.mp4 vp9-altref.webm mencoder.avi
	mkvmerge-sync.mkv sound-mp3.mkv sound-pcm-u8.avi sound-8k.mp4 sound-late.mp4 sound-early.mkv
	rot0.mp4 rot180.mp4 rot270.mp4 mirror0.mp4 mirror90.mp4 mirror180.mp4 rot90-hevc.mov sar2-1.mp4 sar4-3.mov
	sar32-27.mp4 sar303-320.webm bt601-625.mov mjpeg.mov ten-bit.mp4 ten-bit-vp9.webm rgb-vp9.webm rgb-png.mov
	rgb-utvideo.avi rgb-ffv1.mkv aomenc.webm svt-av1.mp4 x265-cli.mkv vpxenc-vp8.webm prores4444.mov qtrle-sound.mov
	png.mov ffv1-bgra.mkv utvideo-rgba.avi huffyuv-bgra.avi magicyuv-yuva.mov hap-alpha.mov cfhd.mov jpeg2000.mov
	targa.mov vp9-alpha.webm vp9-alpha.mkv vp9-alpha-601.webm apng.apng apng-palette.png gif-im-background.gif
	gifsicle-o3.gif fps29.97.webm fps30.webm fps59.94.mp4 fps12.5.mp4 timescale90000.mp4 vfr-drops.mp4 vfr-phone.mp4
	gst-av.webm gst-fragmented.mp4 edit-trim-end.mp4 edit-off.mp4 late-start.webm bframes8.mp4 vp8-altref.webm
	plain.mp4 av.3gp mpeg4.avi mkvmerge-zlib.mkv live.webm chapters.mp4 timecode.mov subtitles.mkv cover.mp4
	cover.mkv audio-first.mp4 sound-stereo.mp4 sound-ac3-5.1.mp4 sound-mp3.mp4 sound-flac.mkv sound-alac.mov
	sound-vorbis.webm sound-vorbis.mkv sound-opus.mp4 sound-pcm.mov sound-adpcm.mov sound-44k.mp4 sound-96k.mp4
	sound-longer0.5.mp4 sound-shorter.mp4 sound-late.webm sound-late.mkv
`)

// otherColours are files whose tags name other colours than those that were drawn, as it should be.
var otherColours = []string{"h263.3gp", "fcc.mp4", "p3.mp4"}

// TestForeignFilesPrepared prepares files and compares the result with what ffmpeg shows of the original: the
// numbers that are drawn into the pictures, the drawn colours, alpha, and the place of a click in the sound.
func TestForeignFilesPrepared(t *testing.T) {
	list := usual
	if os.Getenv("GREENROOM_TEST_ALL") != "" {
		list = slices.Concat(usual, others)
	}
	for _, name := range list {
		t.Run(name, func(t *testing.T) {
			in, out := filepath.Join(corpus, name), filepath.Join(t.TempDir(), "out.webm")
			want := measured(t, in)
			spec := media.PrepareSpec{In: in, Out: out, Transparent: want.alpha, Threads: 1}
			if err := media.Prepare(t.Context(), tools(t), spec, nil); err != nil {
				t.Fatal(err)
			}
			got := measure(t, out)
			if got.width != want.shownWidth || got.height != want.shownHeight || got.aspect != "1:1" || got.varies {
				t.Errorf("%dx%d pixel %s, varies %v; shown are %dx%d", got.width, got.height, got.aspect, got.varies,
					want.shownWidth, want.shownHeight)
			}
			shown := pictures(t, out, got, got.width, got.height)
			numbers(t, in, want, shown, got)
			colours(t, name, want, shown[0], got)
			if got.alpha != want.alpha {
				t.Errorf("alpha %v, was %v", got.alpha, want.alpha)
			}
			if (got.sound == "") != (want.sound == "") {
				t.Errorf("sound %q, was %q", got.sound, want.sound)
			}
			if want.sound != "" && got.sound != "" {
				click(t, in, want, out, got)
			}
		})
	}
}

// pictures decodes a file as it is shown, RGBA, in w x h.
func pictures(t *testing.T, path string, v truth, w, h int) (frames [][]byte) {
	t.Helper()
	args := []string{"-v", "error", "-nostdin"}
	if v.alpha && (v.codec == "vp8" || v.codec == "vp9") {
		args = append(args, "-c:v", map[string]string{"vp8": "libvpx", "vp9": "libvpx-vp9"}[v.codec])
	}
	args = append(args, "-i", path, "-map", fmt.Sprintf("0:%d", v.index), "-vf",
		fmt.Sprintf("scale=%d:%d:flags=bicubic+accurate_rnd+full_chroma_int,format=rgba", w, h),
		"-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-f", "rawvideo", "-")
	out, err := exec.Command("ffmpeg", args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for f := range slices.Chunk(out, w*h*4) {
		frames = append(frames, f)
	}
	return frames
}

// drawn reads the number that is drawn into a picture. turn is how the picture is shown.
func drawn(p []byte, w, h int, u turn) (n int) {
	cw, ch := w, h
	if u.quarters%2 == 1 {
		cw, ch = h, w
	}
	for bit := range 8 {
		x, y := u.at((2*bit+1)*cw/16, ch*10/96, cw, ch)
		if p[(y*w+x)*4+1] > 127 {
			n |= 1 << bit
		}
	}
	return n
}

func turnOf(name string) turn {
	for _, u := range turns {
		if u.name == name {
			return u
		}
	}
	return turns[0]
}

// numbers compares the numbers drawn into the pictures.
func numbers(t *testing.T, in string, want truth, shown [][]byte, got truth) {
	t.Helper()
	read := func(frames [][]byte) (list []int) {
		for _, p := range frames {
			list = append(list, drawn(p, got.width, got.height, turnOf(want.turn)))
		}
		return list
	}
	source, made := read(pictures(t, in, want, got.width, got.height)), read(shown)
	if !want.varies {
		if !slices.Equal(source, made) {
			t.Errorf("pictures %v\nof %v", made, source)
		}
		return
	}
	// Each picture is shown at its time, half a period early or late at most; all are shown when the rate is high enough.
	period := float64(got.fpsDen) / float64(got.fpsNum)
	for i, n := range made {
		at := float64(i) * period
		ok := false
		for k, m := range source {
			from, to := want.times[k]-want.start, want.length
			if k+1 < len(want.times) {
				to = want.times[k+1] - want.start
			}
			ok = ok || m == n && at > from-period*0.51-want.tick && at < to+period*0.51+want.tick
		}
		if !ok {
			t.Errorf("picture %d is shown at %.3f s: %v of %v at %.3f", n, at, made, source, want.times)
			return
		}
	}
	if missing := len(source) - len(slices.Compact(slices.Clone(made))); missing > 0 {
		t.Errorf("%d pictures are missing: %v of %v", missing, made, source)
	}
}

// colours compares the drawn patches of a picture, the alpha of the disc and of the ramp.
func colours(t *testing.T, name string, want truth, p []byte, got truth) {
	t.Helper()
	if slices.Contains(otherColours, name) {
		return
	}
	w, h := got.width, got.height
	u, cw, ch := turnOf(want.turn), w, h
	if u.quarters%2 == 1 {
		cw, ch = h, w
	}
	pixel := func(x, y float64) []byte { // places of a coded picture, 0 to 1
		px, py := u.at(int(x*float64(cw)), int(y*float64(ch)), cw, ch)
		return p[(py*w+px)*4:][:4]
	}
	limit := 3
	if strings.HasPrefix(name, "gst") { // what its own conversion and x264's usual quality leave
		limit = 5
	}
	if strings.HasPrefix(name, "gif") || want.codec == "gif" || strings.Contains(name, "palette") {
		limit = 12 // 64 colours
	}
	for i, c := range [][3]int{{200, 40, 40}, {40, 180, 60}, {50, 60, 200}, {128, 128, 128}} {
		x := (float64(i)*40 + 20) / 160
		if want.alpha && (i == 0 || i == 3) { // the disc begins further inside
			continue
		}
		q := pixel(x, 50./96)
		for k := range 3 {
			if d := int(q[k]) - c[k]; d > limit || d < -limit {
				t.Errorf("patch %d is %v, drawn %v", i, q, c)
				break
			}
		}
	}
	if !want.alpha {
		return
	}
	middle, corner := pixel(80./160, 56./96)[3], pixel(4./160, 88./96)[3]
	lowest, highest := byte(8), byte(247)
	if strings.Contains(name, "soft") {
		if a := int(pixel(60./160, 56./96)[3]); a < 114 || a > 126 {
			t.Errorf("alpha of the ramp is %d, drawn 120", a)
		}
		lowest, highest = 24, 150
	}
	if middle < highest || corner > lowest {
		t.Errorf("alpha is %d in the disc and %d outside", middle, corner)
	}
}

// click compares the place of the click, against the first picture.
func click(t *testing.T, in string, want truth, out string, got truth) {
	t.Helper()
	was, heard := clickAt(t, in, want), clickAt(t, out, got)
	if math.IsNaN(was) { // cut off, or speech
		return
	}
	const sample = 1. / 48000
	if math.Abs(was-heard) > 0.001+2*sample {
		t.Errorf("the click is %.4f s after the first picture, was %.4f s", heard, was)
	}
}

// clickAt finds the click, seconds after the first picture; NaN when there is none.
func clickAt(t *testing.T, path string, v truth) float64 {
	t.Helper()
	const rate = 48000
	b, err := exec.Command("ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", fmt.Sprintf("0:%d", v.soundIndex),
		"-af", "aformat=channel_layouts=mono", "-ar", "48000", "-f", "f32le", "-").Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	loud := func(i int) float64 {
		return math.Abs(float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))))
	}
	peak := 0.0
	for i := range len(b) / 4 {
		peak = max(peak, loud(i))
	}
	if peak < 0.15 {
		return math.NaN()
	}
	for i := range len(b) / 4 {
		if loud(i) > peak/2 {
			return v.soundAt(float64(i)/rate) - v.start
		}
	}
	return math.NaN()
}
