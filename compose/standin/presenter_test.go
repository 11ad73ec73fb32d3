package standin

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
)

// namesOf returns a presenter name for each drawing.
func namesOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for i := range 40 {
		n := fmt.Sprint("someone", i)
		out[presenters[seed(n)%int64(len(presenters))]] = n
	}
	if len(out) != len(presenters) {
		t.Fatal(out)
	}
	return out
}

// speaking is a second and a half of sound between quiet ends, in 25ths of a second.
func speaking(seconds float64) *speech {
	v := &speech{samples: make([]int16, int(seconds*sampleRate))}
	for i := sampleRate / 4; i < len(v.samples)-sampleRate/4; i++ {
		t := float64(i) / sampleRate
		v.samples[i] = int16(12000 * math.Sin(2*math.Pi*180*t) * (0.6 + 0.4*math.Sin(2*math.Pi*3*t)))
	}
	return v
}

func actorOf(t *testing.T, s Spec, v *speech) *actor {
	t.Helper()
	if s.FPS == 0 {
		s.FPS = 25
	}
	a, err := newActor(s, v, int(v.seconds()*float64(s.FPS)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Every drawing has every layer a presenter is put together from.
func TestTheDrawingsAreWhole(t *testing.T) {
	t.Parallel()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range all {
		need := append([]string{"hair-back", "body", "neck", "head", "nose", "brows", "hair-front"}, eyeStates...)
		for _, m := range mouthShapes {
			need = append(need, "mouth-"+m)
		}
		for _, id := range need {
			l, err := d.layer(id, 0.2)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if l.w < 3 || l.h < 3 || bytes.Count(l.pix, []byte{0}) == len(l.pix) {
				t.Errorf("%s: %s is empty", name, id)
			}
		}
		if d.layers["accessory-low"] == nil && d.layers["accessory-high"] == nil {
			t.Errorf("%s wears nothing", name)
		}
	}
}

// What the reader does not know is an error, never a missing part.
func TestTheReaderRefusesWhatItCannotDraw(t *testing.T) {
	t.Parallel()
	for name, svg := range map[string]string{
		"no svg":            `<g/>`,
		"broken":            `<svg><g id="a">`,
		"a rectangle":       `<svg><g id="a"><rect/></g></svg>`,
		"a loose shape":     `<svg><path d="M0,0 L1,1"/></svg>`,
		"an arc":            `<svg><g id="a"><path d="M0,0 A1,1 0 0 0 2,2" fill="#000000"/></g></svg>`,
		"a short path":      `<svg><g id="a"><path d="M0,0 C1,1 2,2" fill="#000000"/></g></svg>`,
		"a colour's name":   `<svg><g id="a"><path d="M0,0 L9,9 L0,9 Z" fill="red"/></g></svg>`,
		"an empty gradient": `<svg><defs><linearGradient id="g"/></defs><g id="a"><path d="M0,0 L9,9 L0,9 Z" fill="url(#g)"/></g></svg>`,
	} {
		d, err := parseSVG([]byte(svg))
		if err == nil {
			_, err = d.layer("a", 1)
		}
		if err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}

// The bust ends at the lower border and keeps clear of the others while it sways,
// in every style and format, with soft edges and parts that show through.
func TestPresentersStayInThePicture(t *testing.T) {
	t.Parallel()
	for drawing, name := range namesOf(t) {
		for _, size := range [][2]int{{640, 360}, {360, 640}, {400, 400}, {128, 128}} {
			for _, style := range []string{"normal", "closeUp", "circle"} {
				v := speaking(3)
				a := actorOf(t, Spec{Width: size[0], Height: size[1], Presenter: name, Style: style}, v)
				w, h := size[0], size[1]
				soft := 0
				for i := 0; i < len(a.mouth); i += 9 {
					b := a.frame(i)
					at := func(x, y int) byte { return b[(y*w+x)*4+3] }
					bottom := 0
					for x := range w {
						if at(x, 0) > 8 {
							t.Fatalf("%s %v %s: frame %d touches the top", drawing, size, style, i)
						}
						if at(x, h-1) > 200 {
							bottom++
						}
					}
					for y := range h {
						if at(0, y) > 8 || at(w-1, y) > 8 {
							t.Fatalf("%s %v %s: frame %d touches a side", drawing, size, style, i)
						}
					}
					if bottom < w/5 {
						t.Fatalf("%s %v %s: frame %d hovers", drawing, size, style, i)
					}
					for p := 3; p < len(b); p += 4 {
						if b[p] > 40 && b[p] < 215 {
							soft++
						}
					}
				}
				if soft < 200 {
					t.Errorf("%s %v %s: %d soft pixels", drawing, size, style, soft)
				}
			}
		}
	}
}

func TestTheSameRequestIsTheSamePicture(t *testing.T) {
	t.Parallel()
	s := Spec{Width: 320, Height: 180, Presenter: "x", Script: "Hello."}
	a, b := actorOf(t, s, speaking(2)), actorOf(t, s, speaking(2))
	for _, i := range []int{0, 17, 33, 49} {
		if !bytes.Equal(a.frame(i), b.frame(i)) {
			t.Errorf("frame %d differs", i)
		}
	}
	s.Script = "Other words."
	if c := actorOf(t, s, speaking(2)); bytes.Equal(a.frame(25), c.frame(25)) {
		t.Error("other words move the same way")
	}
}

// Rest pose at both ends, and life in between.
func TestEndsRestAndTheMiddleLives(t *testing.T) {
	t.Parallel()
	a := actorOf(t, Spec{Width: 320, Height: 180, Presenter: "x"}, speaking(2))
	first := bytes.Clone(a.frame(0))
	last := bytes.Clone(a.frame(len(a.mouth) - 1))
	if !bytes.Equal(first, last) {
		t.Error("the ends differ: clips would not join")
	}
	if bytes.Equal(first, a.frame(25)) {
		t.Error("nothing moves")
	}
	if a.mouth[0] != "rest" || a.mouth[len(a.mouth)-1] != "rest" {
		t.Error(a.mouth)
	}
}

func TestBlinksComeAndGo(t *testing.T) {
	t.Parallel()
	a := actorOf(t, Spec{Width: 128, Height: 128, Presenter: "x", Script: "y"}, speaking(60))
	var starts []int
	for i := range a.eyes {
		if a.eyes[i] != "eyes-open" && (i == 0 || a.eyes[i-1] == "eyes-open") {
			starts = append(starts, i)
			if got := strings.Join(a.eyes[i:i+4], " "); got != "eyes-half eyes-shut eyes-shut eyes-half" {
				t.Errorf("a blink: %s", got)
			}
		}
	}
	if len(starts) < 10 {
		t.Fatalf("%d blinks in a minute", len(starts))
	}
	for i := 1; i < len(starts); i++ {
		if gap := float64(starts[i]-starts[i-1]) / 25; gap < 1.95 || gap > 6.05 {
			t.Errorf("%.2f s between blinks", gap)
		}
	}
}

func TestThePangramUsesEveryMouth(t *testing.T) {
	t.Parallel()
	text := "The quick brown fox jumps over the lazy dog, very humbly and slowly, with my beloved wolf"
	v := speaking(12)
	v.words = spread(text, 0.25, 11.75)
	used := map[string]bool{}
	for _, m := range mouths(v, v.loudness(300, 25), 25) {
		used[m] = true
	}
	for _, m := range mouthShapes {
		if !used[m] {
			t.Errorf("%s is never seen", m)
		}
	}
	// Without words the loudness opens and closes it.
	loud := map[string]bool{}
	for _, m := range mouths(speaking(4), speaking(4).loudness(100, 25), 25) {
		loud[m] = true
	}
	if len(loud) < 3 || !loud["rest"] {
		t.Errorf("%v", loud)
	}
}
