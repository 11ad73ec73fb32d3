package media

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/media/colour"
	"greenroom/compose/timeline"
)

// patch is a film of two RGB colours, left and right, made by a chain that ends in the pixel format to test.
func patch(t *testing.T, name, left, right, chain string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), name)
	half := func(rgb string) string { return "color=" + rgb + ":s=64x64:r=25:d=0.4,format=gbrp" }
	graph := half(left) + "[l];" + half(right) + "[r];[l][r]hstack"
	all := []string{"-f", "lavfi", "-i", graph, "-vf", chain}
	ffmpeg(t, append(append(all, args...), out)...)
	return out
}

// shows compares the halves of the first picture of the prepared file with two colours, 8 bits each.
func shows(t *testing.T, file string, left, right [3]int, within int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.webm")
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: file, Out: out, CRF: 4, Frames: 10}, nil); err != nil {
		t.Fatal(err)
	}
	b := firstRGB(t, out, 128, 64)
	for x, want := range map[int][3]int{32: left, 96: right} {
		at := (32*128 + x) * 3
		for c, v := range want {
			if math.Abs(float64(b[at+c])-float64(v)) > float64(within) {
				t.Errorf("shows %v, want %v", b[at:at+3], want)
				break
			}
		}
	}
}

func x264(extra ...string) []string {
	return append([]string{"-c:v", "libx264", "-qp", "1", "-preset", "ultrafast"}, extra...)
}

// TestSourceColoursAreConverted: every matrix, range and depth that cameras, phones and screen recorders write
// comes to the colour that it was.
func TestSourceColoursAreConverted(t *testing.T) {
	t.Parallel()
	to := func(matrix, rng, format string) string {
		return fmt.Sprintf("scale=out_color_matrix=%s:out_range=%s:flags=accurate_rnd+full_chroma_int,format=%s", matrix,
			rng, format)
	}
	tag := func(matrix, primaries, transfer, rng string) []string {
		return []string{"-colorspace", matrix, "-color_primaries", primaries, "-color_trc", transfer, "-color_range", rng}
	}
	cases := []struct {
		name  string
		chain string
		args  []string
	}{
		{"709.mp4", to("bt709", "tv", "yuv420p"), x264(tag("bt709", "bt709", "bt709", "tv")...)},
		{"untagged.mp4", to("bt709", "tv", "yuv420p"), x264()},
		{"601-ntsc.mp4", to("smpte170m", "tv", "yuv420p"), x264(tag("smpte170m", "smpte170m", "smpte170m", "tv")...)},
		{"601-pal.mkv", to("bt470", "tv", "yuv420p"), x264(tag("bt470bg", "bt470bg", "gamma28", "tv")...)},
		{"240m.mp4", to("smpte240m", "tv", "yuv420p"), x264(tag("smpte240m", "smpte240m", "smpte240m", "tv")...)},
		{"fcc.mkv", to("fcc", "tv", "yuv420p"), x264(tag("fcc", "bt709", "bt709", "tv")...)},
		{"full.mp4", to("bt709", "pc", "yuv420p"), x264(tag("bt709", "bt709", "bt709", "pc")...)},
		{"full-601.mov", to("smpte170m", "pc", "yuvj420p"), x264(tag("smpte170m", "bt709", "iec61966-2-1", "pc")...)},
		{"10-bit.mp4", to("bt709", "tv", "yuv420p10le"), x264(tag("bt709", "bt709", "bt709", "tv")...)},
		{"10-bit-601-full.mkv", to("smpte170m", "pc", "yuv422p10le"), x264(tag("smpte170m", "smpte170m", "bt709", "pc")...)},
		{"422.mov", to("bt709", "tv", "yuv422p"), x264(tag("bt709", "bt709", "bt709", "tv")...)},
		{"444.mp4", to("smpte170m", "tv", "yuv444p"), x264(tag("smpte170m", "smpte170m", "bt709", "tv")...)},
		{"rgb.mkv", "format=gbrp", []string{"-c:v", "libx264rgb", "-qp", "0"}},
		{"qtrle.mov", "format=rgb24", []string{"-c:v", "qtrle"}},
		{"ffv1.mkv", "format=bgr0", []string{"-c:v", "ffv1"}},
		{"ffv1-10.mkv", "format=gbrp10le", []string{"-c:v", "ffv1"}},
		{"utvideo.avi", "format=gbrp", []string{"-c:v", "utvideo"}},
		{"huffyuv.mkv", to("smpte170m", "tv", "yuv422p"),
			append([]string{"-c:v", "huffyuv"}, tag("smpte170m", "smpte170m", "bt709", "tv")...)},
		{"prores.mov", to("bt709", "tv", "yuv422p10le"),
			append([]string{"-c:v", "prores_ks"}, tag("bt709", "bt709", "bt709", "tv")...)},
		{"vp9-601.webm", to("smpte170m", "tv", "yuv420p"),
			append([]string{"-c:v", "libvpx-vp9", "-crf", "4", "-b:v", "0"},
				tag("smpte170m", "smpte170m", "smpte170m", "tv")...)},
		{"vp9-rgb.webm", "format=gbrp", []string{"-c:v", "libvpx-vp9", "-lossless", "1"}},
		{"mjpeg.avi", to("smpte170m", "pc", "yuvj420p"), []string{"-c:v", "mjpeg", "-q:v", "1"}},
		{"bt2020-sdr-601-primaries.mp4", to("bt2020", "tv", "yuv420p10le"),
			x264(tag("bt2020nc", "bt709", "bt709", "tv")...)},
		{"gif.gif", "format=rgb24,split[a][b];[a]palettegen=reserve_transparent=0[p];[b][p]paletteuse", nil},
		{"apng.apng", "format=rgb24", []string{"-f", "apng"}},
		{"mpeg2.ts", to("bt709", "tv", "yuv420p"), append([]string{"-c:v", "mpeg2video", "-q:v", "1"},
			tag("bt709", "bt709", "bt709", "tv")...)},
		{"wmv.wmv", to("bt709", "tv", "yuv420p"), []string{"-c:v", "wmv2", "-q:v", "1"}},
	}
	for i, c := range cases {
		if relative(i) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			within := 3
			if strings.HasPrefix(c.name, "wmv") || strings.HasPrefix(c.name, "mpeg2") {
				within = 5 // quantised by the codec itself
			}
			file := patch(t, c.name, "0xC85A3C", "0x20A060", c.chain, c.args...)
			shows(t, file, [3]int{200, 90, 60}, [3]int{32, 160, 96}, within)
		})
	}
}

// TestWideGamutIsConverted: the primaries of BT.2020 and of Apple's displays name other lights; a grey stays, a colour
// that BT.709 has becomes what it was.
func TestWideGamutIsConverted(t *testing.T) {
	t.Parallel()
	for _, primaries := range []string{"bt2020", "smpte432"} {
		t.Run(primaries, func(t *testing.T) {
			t.Parallel()
			chain := "format=gbrpf32le,zscale=min=gbr:pin=bt709:tin=bt709:rin=full:m=bt709:p=" + primaries +
				":t=bt709:r=limited,format=yuv420p10le"
			args := x264("-colorspace", "bt709", "-color_primaries", primaries, "-color_trc", "bt709", "-color_range", "tv")
			file := patch(t, "wide.mp4", "0xC85A3C", "0x808080", chain, args...)
			shows(t, file, [3]int{200, 90, 60}, [3]int{128, 128, 128}, 3)
		})
	}
}

// TestHDRIsToneMapped: reference white, 203 cd/m² (ITU-R BT.2408), comes to at least 75 % of the signal, black stays
// black, and what is brighter stays apart from it.
func TestHDRIsToneMapped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, transfer, file string
		black, white, bright int // 10-bit luma: 0, 203 and 800 cd/m² or more
		args                 []string
	}{
		{"HLG", "arib-std-b67", "hlg.mov", 64, 721, 900,
			[]string{"-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "lossless=1:log-level=none"}},
		{"PQ", "smpte2084", "pq.mp4", 64, 572, 708, []string{"-c:v", "libx265", "-x265-params", "lossless=1:log-level=none:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"}},
		{"PQ without metadata", "smpte2084", "pq.mkv", 64, 572, 708, x264()},
		{"HLG in VP9", "arib-std-b67", "hlg.webm", 64, 721, 900,
			[]string{"-c:v", "libvpx-vp9", "-lossless", "1", "-profile:v", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			luma := map[int]float64{}
			for _, v := range []int{c.black, c.white, c.bright} {
				file := filepath.Join(t.TempDir(), c.file)
				args := append([]string{"-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=0.12,format=yuv420p10le", "-vf",
					fmt.Sprintf("geq=lum=%d:cb=512:cr=512", v)}, c.args...)
				ffmpeg(t, append(args, "-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", c.transfer,
					"-color_range", "tv", file)...)
				r := check(t, file, Expect{})
				if f := found(r, "colour"); f.Verdict != Warn || !strings.Contains(f.Value, c.name[:2]) || r.Verdict() == Fail {
					t.Fatalf("findings: %+v", r.Findings)
				}
				out := filepath.Join(t.TempDir(), "out.webm")
				if err := Prepare(t.Context(), need(t), PrepareSpec{In: file, Out: out, CRF: 4, Frames: 3}, nil); err != nil {
					t.Fatal(err)
				}
				b := firstRGB(t, out, 64, 64)
				luma[v] = float64(b[(32*64+32)*3+1]) / 255
				info, err := Probe(t.Context(), need(t), out)
				if err != nil || !info.Colour.Is709() {
					t.Fatalf("%+v %v", info.Colour, err)
				}
			}
			t.Logf("black %.3f, reference white %.3f, bright %.3f of the signal", luma[c.black], luma[c.white], luma[c.bright])
			if luma[c.black] > 0.01 || luma[c.white] < 0.75 || luma[c.white] > 0.95 || luma[c.bright] < luma[c.white]+0.03 {
				t.Errorf("%v", luma)
			}
		})
	}
}

func TestUnknownColoursAreRefusedWithACommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		colour colour.Colour
		want   string
	}{{colour.Colour{Matrix: "smpte2085"}, "smpte2085"},
		{colour.Colour{Matrix: "future", Transfer: "smpte2084"}, "future"}} {
		if _, err := c.colour.Filters(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.colour, err)
		}
	}
}

// disc is the soft disc of figure, 160 x 120.
const disc = "geq=r='192':g='128':b='96':a='255*clip((33-hypot(X-80-10*sin(T*2),Y-75))/5,0,1)'"

// TestAlphaOfEveryContainer: whatever ffmpeg decodes with alpha is footage for a transparent clip.
func TestAlphaOfEveryContainer(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		name string
		args []string
	}{
		{"prores.mov", []string{"-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le", "-alpha_bits", "16"}},
		{"prores.mkv", []string{"-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"}},
		{"animation.mov", []string{"-c:v", "qtrle", "-pix_fmt", "argb"}},
		{"png.mov", []string{"-c:v", "png", "-pix_fmt", "rgba"}},
		{"png16.mov", []string{"-c:v", "png", "-pix_fmt", "rgba64be"}},
		{"png.avi", []string{"-c:v", "png", "-pix_fmt", "rgba"}},
		{"raw.mov", []string{"-c:v", "rawvideo", "-pix_fmt", "argb"}},
		{"raw.avi", []string{"-c:v", "rawvideo", "-pix_fmt", "bgra"}},
		{"hap.mov", []string{"-c:v", "hap", "-format", "hap_alpha", "-pix_fmt", "rgba"}},
		{"ffv1.mkv", []string{"-c:v", "ffv1", "-pix_fmt", "yuva420p"}},
		{"ffv1-rgb.avi", []string{"-c:v", "ffv1", "-pix_fmt", "bgra"}},
		{"utvideo.avi", []string{"-c:v", "utvideo", "-pix_fmt", "gbrap"}},
		{"huffyuv.avi", []string{"-c:v", "huffyuv", "-pix_fmt", "rgb32"}},
		{"ffvhuff.mkv", []string{"-c:v", "ffvhuff", "-pix_fmt", "yuva444p"}},
		{"magicyuv.avi", []string{"-c:v", "magicyuv", "-pix_fmt", "yuva444p"}},
		{"targa.mov", []string{"-c:v", "targa", "-pix_fmt", "bgra"}},
		{"vp8.webm", []string{"-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "2M"}},
		{"vp9.mkv", []string{"-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "0", "-crf", "20"}},
		{"animation.apng", []string{"-f", "apng", "-pix_fmt", "rgba"}},
		{"animation.gif", []string{"-vf", disc + ",split[a][b];[a]palettegen[p];[b][p]paletteuse=alpha_threshold=128"}},
	} {
		if relative(i) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), c.name)
			args := []string{"-f", "lavfi", "-i", "color=c=black:s=160x120:r=25:d=0.4,format=rgba"}
			if !strings.HasSuffix(c.name, ".gif") {
				args = append(args, "-vf", disc)
			}
			ffmpeg(t, append(append(args, c.args...), file)...)
			discIsKept(t, file, 10)
		})
	}
}

// discIsKept checks and prepares a file of the disc, and measures alpha, colour and rate of what came out.
func discIsKept(t *testing.T, file string, frames int) {
	t.Helper()
	r := check(t, file, Expect{Transparent: true, Limits: Limits{Border: "bottom"}})
	if r.Verdict() == Fail || r.Frames != frames || math.Abs(r.Info.FPS()-25) > 1e-6 || r.Info.VFR {
		t.Fatalf("%+v\n%+v", r.Info, r.Findings)
	}
	out := filepath.Join(t.TempDir(), "out.webm")
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: file, Out: out, Transparent: true, CRF: 4, Frames: frames},
		nil); err != nil {
		t.Fatal(err)
	}
	raw := filepath.Join(t.TempDir(), "first.rgba")
	ffmpeg(t, "-c:v", "libvpx-vp9", "-i", out, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709,format=rgba", "-f",
		"rawvideo", raw)
	b, err := os.ReadFile(raw)
	if err != nil || len(b) != 160*120*4 {
		t.Fatal(len(b), err)
	}
	at := func(x, y int) []byte { i := (y*160 + x) * 4; return b[i : i+4] }
	if a := at(5, 5)[3]; a > 4 {
		t.Errorf("outside the alpha is %d", a)
	}
	middle := at(80, 75)
	for c, want := range []int{192, 128, 96, 255} {
		if math.Abs(float64(middle[c])-float64(want)) > 4 {
			t.Errorf("in the middle it is %v", middle)
			break
		}
	}
}

// TestPicturesArePacked: sequences of every kind of picture become footage.
func TestPicturesArePacked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ending string
		args   []string
	}{
		{"png", []string{"-pix_fmt", "rgba"}}, {"png", []string{"-pix_fmt", "rgba64be"}},
		{"webp", []string{"-c:v", "libwebp", "-lossless", "1", "-pix_fmt", "bgra"}},
		{"tif", []string{"-pix_fmt", "rgba"}}, {"tga", []string{"-pix_fmt", "bgra"}},
	} {
		t.Run(c.ending, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := append([]string{"-f", "lavfi", "-i", "color=c=black:s=160x120:r=25:d=0.4,format=rgba", "-vf", disc},
				c.args...)
			ffmpeg(t, append(args, "-start_number", "7", filepath.Join(dir, "f%03d."+c.ending))...)
			var files []string
			for i := 7; i < 17; i++ {
				files = append(files, filepath.Join(dir, fmt.Sprintf("f%03d.%s", i, c.ending)))
			}
			out := filepath.Join(t.TempDir(), "packed.mov")
			if err := PackSequence(t.Context(), need(t), files, timeline.Rate{Num: 25, Den: 1}, out); err != nil {
				t.Fatal(err)
			}
			discIsKept(t, out, 10)
		})
	}
}

func TestPicturesOfTwoSizesAreNotPacked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for i, size := range []int{16, 16, 18} {
		name := filepath.Join(dir, fmt.Sprintf("f%d.png", i))
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		m := image.NewNRGBA(image.Rect(0, 0, size, 16))
		m.Set(3, 3, color.White)
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
		f.Close()
		files = append(files, name)
	}
	out := filepath.Join(dir, "packed.mov")
	err := PackSequence(t.Context(), need(t), files, timeline.Rate{Num: 25, Den: 1}, out)
	if err == nil || !strings.Contains(err.Error(), "f2.png is 18 x 16") {
		t.Error(err)
	}
	if err := os.WriteFile(files[1], []byte("\x89PNG\r\n\x1a\nbroken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := PackSequence(t.Context(), need(t), files[:2], timeline.Rate{Num: 25, Den: 1}, out); err == nil ||
		!strings.Contains(err.Error(), "f1.png") {
		t.Error(err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a packed file stays behind")
	}
}

// TestAnimatedWebPIsPacked: lossy and lossless, made by libwebp.
func TestAnimatedWebPIsPacked(t *testing.T) {
	t.Parallel()
	for _, c := range [][]string{{"-lossless", "1", "-pix_fmt", "bgra"}, {"-quality", "95", "-pix_fmt", "yuva420p"}} {
		file := filepath.Join(t.TempDir(), "animation.webp")
		args := append([]string{"-f", "lavfi", "-i", "color=c=black:s=160x120:r=25:d=0.4,format=rgba", "-vf", disc, "-c:v",
			"libwebp_anim", "-loop", "0"}, c...)
		ffmpeg(t, append(args, file)...)
		if !IsAnimation(file) {
			t.Fatal("it is not known as an animation")
		}
		out := filepath.Join(t.TempDir(), "packed.mov")
		if err := PackAnimation(t.Context(), need(t), file, out); err != nil {
			t.Fatal(err)
		}
		discIsKept(t, out, 10)
	}
}
