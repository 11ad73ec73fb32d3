package quality

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"greenroom/compose/media"
)

// flashing makes two seconds that change between two colours, at a rate in Hz; box is the part that flashes.
func flashing(t *testing.T, name, from, to, box string, hz float64) string {
	return ffmpeg(t, name, fmt.Sprintf(
		"-f lavfi -i color=c=%s:s=160x90:r=60:d=2,format=rgb24,drawbox=%s:c=%s:t=fill:enable='gte(mod(t+0.001,1/%g),0.5/%g)'%s",
		from, box, to, hz, hz, x264))
}

const allOver = "x=0:y=0:w=iw:h=ih"

// badness is the second opinion: the largest badness of ffmpeg's filter photosensitivity, which corrects what is above
// 1. It sums the changes of 30 frames, whatever their number, and so also corrects two strong flashes a second, which
// WCAG allows.
func badness(t *testing.T, path string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-vf",
		"photosensitivity=bypass=1,metadata=print:key=lavfi.photosensitivity.badness:file=-", "-f", "null", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	most := 0.0
	for _, m := range regexp.MustCompile(`badness=([0-9.]+)`).FindAllSubmatch(out, -1) {
		v, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, v)
	}
	return most
}

func TestFlashesAreCounted(t *testing.T) {
	for _, c := range []struct {
		what, from, to, box string
		hz                  float64
		general, red        bool // fail
	}{
		{"luminance", "black", "white", allOver, 2, false, false},
		{"luminance", "black", "white", allOver, 3, false, false},
		{"luminance", "black", "white", allOver, 4, true, false},
		{"luminance", "black", "white", allOver, 10, true, false},
		{"red", "red", "0x404040", allOver, 2, false, false},
		{"red", "red", "0x404040", allOver, 3, false, false},
		{"red", "red", "0x404040", allOver, 4, true, true},
		{"red", "red", "0x404040", allOver, 10, true, true},
		{"dark red", "0x780000", "0x2c2c2c", allOver, 10, false, true}, // no general flash: 0.04 of luminance
		{"light", "0xe8e8e8", "white", allOver, 10, false, false},      // both brighter than 0.8
		{"weak", "0x303030", "0x404040", allOver, 10, false, false},    // a change of 0.02
		{"small", "black", "white", "x=10:y=10:w=20:h=11", 10, false, false},
		{"a field", "black", "white", "x=50:y=30:w=55:h=30", 10, true, false},
	} {
		t.Run(fmt.Sprintf("%s at %g Hz", c.what, c.hz), func(t *testing.T) {
			t.Parallel()
			path := flashing(t, "film.mp4", c.from, c.to, c.box, c.hz)
			got := measured(t, path, Defaults())
			for name, want := range map[string]bool{"flashing": c.general, "red flashing": c.red} {
				f := got[name]
				if (f.Verdict == media.Fail) != want || f.Verdict == media.Warn {
					t.Errorf("%s: %s, %s from %g to %g s", name, f.Verdict, f.Value, f.Where.From, f.Where.To)
				}
			}
			second := badness(t, path)
			t.Logf("%s, red %s; photosensitivity %.2f", got["flashing"].Value, got["red flashing"].Value, second)
			if (c.general || c.red) && second <= 1 {
				t.Error("the second opinion has nothing to correct")
			}
		})
	}
}

func TestMovementIsNoFlash(t *testing.T) {
	for name, source := range map[string]string{
		"stripes that move": "nullsrc=s=320x180:r=25:d=3,format=gray,geq=lum='255*lt(mod(X+N*9,40),20)'",
		"test picture":      "testsrc2=s=320x180:r=25:d=3",
		"noise":             "nullsrc=s=320x180:r=25:d=3,format=gray,geq=lum='255*random(1)'",
	} {
		got := measured(t, ffmpeg(t, "film.mp4", "-f lavfi -i "+source+x264), Defaults())
		if got["flashing"].Verdict != media.OK || got["red flashing"].Verdict != media.OK {
			t.Errorf("%s: %s, red %s", name, got["flashing"].Value, got["red flashing"].Value)
		}
	}
}

func TestFlashesOfAClipWarn(t *testing.T) {
	path := flashing(t, "film.mp4", "black", "white", allOver, 10)
	m, err := File(t.Context(), tools(t), path, Subject{}, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Findings() {
		if f.Name == "flashing" && (f.Verdict != media.Warn || f.Where.From > 0.2 || f.Where.To > 1.3) {
			t.Errorf("%+v", f)
		}
	}
}
