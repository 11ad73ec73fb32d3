package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/media/orientation"
)

func TestDisplaySize(t *testing.T) {
	turn := func(n int) orientation.Orientation { return orientation.Orientation{Turn: n} }
	for _, c := range []struct {
		d    Display
		w, h int
	}{
		{Display{turn(0), "1:1"}, 720, 576}, {Display{turn(90), "1:1"}, 576, 720}, {Display{turn(270), "1:1"}, 576, 720},
		{Display{turn(180), "1:1"}, 720, 576}, {Display{turn(0), "16:15"}, 768, 576},
		{Display{turn(90), "64:45"}, 576, 1024},
		{Display{turn(0), "8:9"}, 640, 576}, {Display{turn(0), "1:0"}, 720, 576}, {Display{turn(0), ""}, 720, 576},
	} {
		if w, h := c.d.Size(720, 576); w != c.w || h != c.h {
			t.Errorf("%+v: %d x %d, want %d x %d", c.d, w, h, c.w, c.h)
		}
	}
}

// quarters is a film of three pictures in four colours, 160x96: red and lime above blue and white.
func quarters(t *testing.T, aspect string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "quarters.mp4")
	ffmpeg(t, append(append([]string{"-f", "lavfi", "-i",
		"color=red:s=80x48:r=25:d=0.12[a];color=lime:s=80x48:r=25:d=0.12[b];" +
			"color=blue:s=80x48:r=25:d=0.12[c];color=white:s=80x48:r=25:d=0.12[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=" + aspect, "-c:v", "libx264", "-crf", "6"},
		bt709...), out)...)
	return out
}

// withMatrix writes a display matrix into the track header of an MP4: 16.16 fixed point.
func withMatrix(t *testing.T, file string, a, b, c, d int) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("tkhd")) + 4 + 40 // ISO/IEC 14496-12, 8.3.2, version 0
	for i, v := range []int{a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30} {
		binary.BigEndian.PutUint32(data[at+4*i:], uint32(v))
	}
	out := filepath.Join(t.TempDir(), "turned.mp4")
	if err := os.WriteFile(out, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// firstRGB decodes the first picture as RGB.
func firstRGB(t *testing.T, file string, w, h int) []byte {
	t.Helper()
	raw := filepath.Join(t.TempDir(), "first.rgb")
	ffmpeg(t, "-i", file, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgb24", "-f",
		"rawvideo", raw)
	b, err := os.ReadFile(raw)
	if err != nil || len(b) != w*h*3 {
		t.Fatalf("%d bytes, want %d x %d: %v", len(b), w, h, err)
	}
	return b
}

func TestEveryOrientationAndPixelAspectIsPreparedUpright(t *testing.T) {
	t.Parallel()
	colours := map[[3]bool]string{{true, false, false}: "red", {false, true, false}: "lime",
		{false, false, true}: "blue", {true, true, true}: "white"}
	source := map[[2]int]string{{-1, -1}: "red", {1, -1}: "lime", {-1, 1}: "blue", {1, 1}: "white"}
	turns := [][4]int{
		{1, 0, 0, 1}, {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}, {-1, 0, 0, 1}, {1, 0, 0, -1}, {0, 1, 1, 0},
		{0, -1, -1, 0},
	}
	for _, aspect := range []struct {
		pixel string
		w     int
		turns [][4]int
	}{{"1/1", 160, turns}, {"2/1", 320, turns[:2]}, {"4/3", 213, turns[5:7]}, {"8/9", 142, turns[2:4]}} {
		flat := quarters(t, aspect.pixel)
		for i, m := range aspect.turns {
			if aspect.pixel != "1/1" && relative(i) {
				continue
			}
			t.Run(fmt.Sprint(m, aspect.pixel), func(t *testing.T) {
				t.Parallel()
				file := withMatrix(t, flat, m[0], m[1], m[2], m[3])
				w, h := aspect.w, 96
				if m[0] == 0 {
					w, h = h, w
				}
				info, err := Probe(t.Context(), need(t), file)
				if err != nil || info.ShownWidth != w || info.ShownHeight != h || info.Width != 160 {
					t.Fatalf("%+v %v, want it shown as %d x %d", info, err, w, h)
				}
				out := filepath.Join(t.TempDir(), "out.webm")
				if err := Prepare(t.Context(), need(t), PrepareSpec{In: file, Out: out, Frames: 3, CRF: 10}, nil); err != nil {
					t.Fatal(err)
				}
				b := firstRGB(t, out, w, h)
				for at, want := range source {
					x, y := m[0]*at[0]+m[2]*at[1], m[1]*at[0]+m[3]*at[1]
					i := ((h/2+y*h/4)*w + w/2 + x*w/4) * 3
					if got := colours[[3]bool{b[i] > 128, b[i+1] > 128, b[i+2] > 128}]; got != want {
						t.Errorf("%v is %s, want %s", at, got, want)
					}
				}
				r := check(t, file, Expect{})
				if f := found(r, "orientation"); (f.Value != "") != (m != [4]int{1, 0, 0, 1}) || r.Verdict() == Fail {
					t.Errorf("findings: %+v", r.Findings)
				}
			})
		}
	}
}

func found(r *Report, name string) Finding {
	for _, f := range r.Findings {
		if f.Name == name {
			return f
		}
	}
	return Finding{}
}
