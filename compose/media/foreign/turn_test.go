package foreign

import (
	"fmt"
	"os/exec"
	"testing"
)

// turn is one of the eight ways to show a picture.
type turn struct {
	name     string
	mirrored bool // left and right are exchanged first
	quarters int  // then it is turned clockwise
}

var turns = []turn{
	{"0", false, 0}, {"90", false, 1}, {"180", false, 2}, {"270", false, 3},
	{"m0", true, 0}, {"m90", true, 1}, {"m180", true, 2}, {"m270", true, 3},
}

// size returns the size of a turned picture of w x h.
func (u turn) size(w, h int) (int, int) {
	if u.quarters%2 == 1 {
		return h, w
	}
	return w, h
}

// at returns where a coded pixel is shown.
func (u turn) at(x, y, w, h int) (int, int) {
	if u.mirrored {
		x = w - 1 - x
	}
	switch u.quarters {
	case 1:
		return h - 1 - y, x
	case 2:
		return w - 1 - x, h - 1 - y
	case 3:
		return y, w - 1 - x
	}
	return x, y
}

// distance compares a coded picture with what is shown if this is the turn.
func (u turn) distance(coded, shown []byte, w, h int) int {
	sum := 0
	sw, _ := u.size(w, h)
	for y := range h {
		for x := range w {
			sx, sy := u.at(x, y, w, h)
			d := int(coded[y*w+x]) - int(shown[sy*sw+sx])
			sum += d * d
		}
	}
	return sum
}

// grey decodes the second picture, in which a block is white, or the first of a single one.
func grey(t *testing.T, path string, index, w, h int, before []string) []byte {
	t.Helper()
	args := append([]string{"-v", "error", "-nostdin"}, before...)
	args = append(args, "-i", path, "-map", fmt.Sprintf("0:%d", index), "-vf",
		fmt.Sprintf("select=eq(n\\,1),scale=%d:%d,format=gray", w, h),
		"-frames:v", "1", "-f", "rawvideo", "-")
	out, err := exec.Command("ffmpeg", args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}
