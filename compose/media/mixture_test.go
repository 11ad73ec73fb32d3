package media

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// edgeScenes are drawings with the soft edges that clips have.
var edgeScenes = map[string]func(w, h float64) []shape{
	"hard edge": func(w, h float64) []shape {
		return []shape{ellipse(w/2, h/2, h*0.36, h*0.4, rgb{198, 89, 58}),
			ellipse(w/2, h/2, h*0.2, h*0.2, rgb{60, 120, 200})}
	},
	"wide ramp": func(w, h float64) []shape {
		return []shape{soft(w/2, h/2, h*0.2, h*0.4, rgb{198, 89, 58})}
	},
	"black shadow": func(w, h float64) []shape {
		return []shape{soft(w/2, h*0.78, h*0.08, h*0.42, rgb{}), ellipse(w/2, h*0.42, h*0.25, h*0.3, rgb{190, 196, 204}),
			ellipse(w/2, h*0.42, h*0.2, h*0.26, rgb{40, 90, 160})}
	},
	"glow": func(w, h float64) []shape {
		return []shape{soft(w/2, h/2, h*0.16, h*0.44, rgb{255, 244, 200}),
			ellipse(w/2, h/2, h*0.16, h*0.16, rgb{230, 150, 60})}
	},
	"colours": func(w, h float64) []shape {
		var s []shape
		for i, c := range []rgb{{200, 40, 40}, {40, 160, 60}, {50, 70, 200}, {230, 200, 60}, {235, 235, 235},
			{150, 80, 190}} {
			s = append(s, soft(w*(0.14+0.144*float64(i)), h*(0.35+0.3*float64(i%2)), h*0.09, h*0.17, c))
		}
		return s
	},
	"texture": func(w, h float64) []shape {
		return []shape{painted(w/2, h/2, h*0.45, h*0.45, func(x, y float64) (rgb, float64) {
			c := shade(rgb{150, 110, 90}, 20*math.Sin(x*0.5)+10*grain(x/2, y/2))
			return c, 1 - smooth(0.6, 1, math.Hypot(x-w/2, y-h/2)/(h*0.45))
		})}
	},
	"dark hair around a face": func(w, h float64) []shape {
		return []shape{soft(w/2, h/2, h*0.26, h*0.42, rgb{44, 30, 24}),
			ellipse(w/2, h/2, h*0.26, h*0.28, rgb{224, 172, 145})}
	},
}

// soft is a disc that is solid up to r0 and gone at r1.
func soft(x, y, r0, r1 float64, c rgb) shape {
	return painted(x, y, r1, r1, func(px, py float64) (rgb, float64) {
		return c,
			1 - smooth(r0, r1, math.Hypot(px-x, py-y))
	})
}

// mattedOn is what an exporter writes that mixes colours with a matte but keeps alpha.
func (d drawing) mattedOn(m rgb) []byte {
	out := append([]byte{}, d.px...)
	for i := 0; i < len(out); i += 4 {
		a := float64(out[i+3]) / 255
		for k := range 3 {
			out[i+k] = byte(math.Round(a*float64(out[i+k]) + (1-a)*m[k]))
		}
	}
	return out
}

var edgeCodecs = map[string][]string{
	"VP9":      {"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "24"},
	"poor VP9": {"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "52"},
	"poor VP8": {"-c:v", "libvpx", "-b:v", "300k", "-crf", "50", "-auto-alt-ref", "0"},
}

func alphaClip(t *testing.T, px []byte, w, h int, codec []string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "clip.webm")
	var raw bytes.Buffer
	for range 2 {
		raw.Write(px)
	}
	args := []string{"-v", "error", "-y", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgba", "-s",
		fmt.Sprintf("%dx%d", w, h), "-r", "25", "-i", "pipe:0",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p", "-deadline", "realtime", "-cpu-used", "6"}
	ffmpegPipe(t, &raw, append(append(append(args, codec...), bt709...), out)...)
	return out
}

// TestStraightAndMixedColoursAreTold checks every scene as a small VP9 file: straight, and on green. Larger pictures, poor
// codecs and the other ways of mixing have one of the scenes, and all of them with GREENROOM_TEST_ALL.
func TestStraightAndMixedColoursAreTold(t *testing.T) {
	all := os.Getenv("GREENROOM_TEST_ALL") != ""
	for name, scene := range edgeScenes {
		t.Run(name, func(t *testing.T) {
			for _, size := range [][2]int{{320, 180}, {960, 540}} {
				d := draw(size[0], size[1], scene(float64(size[0]), float64(size[1])))
				for codec, args := range edgeCodecs {
					small := codec == "VP9" && size[0] == 320
					if small || (codec == "VP9" || size[0] == 320) && (all || name == "texture") {
						edgesOf(t, d, name, codec, args, all || name == "texture")
					}
				}
			}
		})
	}
}

func edgesOf(t *testing.T, d drawing, name, codec string, args []string, all bool) {
	for want, px := range map[string][]byte{"edges": d.px, "premultiplied": d.mattedOn(rgb{}),
		"matte": d.mattedOn(rgb{255, 255, 255}), "matte ": d.mattedOn(rgb{0, 255, 0})} {
		if want != "edges" && name == "dark hair around a face" || name == "glow" && want[0] == 'm' {
			continue // black next to black, and light next to light, show nothing
		}
		if !all && (want == "premultiplied" || want == "matte") {
			continue
		}
		r := check(t, alphaClip(t, px, d.w, d.h, args), Expect{Transparent: true, Limits: Limits{CoverageMax: 1}})
		got := Finding{}
		for _, f := range r.Findings {
			if f.Name == "edges" || f.Name == "premultiplied" || f.Name == "matte" {
				got = f
			}
		}
		bad := want != "edges"
		if (got.Verdict == Fail) != bad || bad && got.Name != want[:len(got.Name)] {
			t.Errorf("%s, %dx%d, %s: want %s, got %s %q", name, d.w, d.h, codec, want, got.Name, got.Value)
		}
	}
}
