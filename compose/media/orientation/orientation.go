// Package orientation reads how a video's pictures are turned before they are shown: phones record upright films
// lying on their side and front cameras mirrored ones, and say so in a display matrix.
package orientation

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Orientation is one of the eight ways to show a picture: mirrored left to right first, then turned.
type Orientation struct {
	Turn   int  `json:"turn"`   // degrees clockwise: 0, 90, 180 or 270
	Mirror bool `json:"mirror"` // left and right are exchanged before the turn
}

// Sideways reports that width and height are exchanged.
func (o Orientation) Sideways() bool { return o.Turn%180 == 90 }

// Filters returns the ffmpeg filters that make a picture upright, in order; none for an upright one.
func (o Orientation) Filters() (f []string) {
	if o.Mirror {
		f = append(f, "hflip")
	}
	switch o.Turn {
	case 90:
		f = append(f, "transpose=clock")
	case 180:
		f = append(f, "hflip", "vflip")
	case 270:
		f = append(f, "transpose=cclock")
	}
	return f
}

// String describes it for people; empty for an upright picture.
func (o Orientation) String() string {
	var s []string
	if o.Mirror {
		s = append(s, "mirrored")
	}
	if o.Turn != 0 {
		s = append(s, fmt.Sprintf("turned %d degrees clockwise", o.Turn))
	}
	return strings.Join(s, " and ")
}

// Parse reads a display matrix as ffprobe prints it: three lines of three numbers, 16.16 fixed point, each line after
// its offset. ok is false for text that is not a matrix and for a turn that is not a multiple of 90 degrees, which no
// browser applies either.
func Parse(matrix string) (o Orientation, ok bool) {
	var v []float64
	for _, line := range strings.Split(matrix, "\n") {
		if _, numbers, found := strings.Cut(line, ":"); found {
			line = numbers
		}
		for _, word := range strings.Fields(line) {
			n, err := strconv.ParseInt(word, 10, 64)
			if err != nil {
				return o, false
			}
			v = append(v, float64(n))
		}
	}
	if len(v) != 9 {
		return o, false
	}
	return of(v[0], v[1], v[3], v[4])
}

// of reads the matrix that moves a point (x, y), y downwards, to (a*x + c*y, b*x + d*y).
func of(a, b, c, d float64) (Orientation, bool) {
	const square = 0.02 // how far a matrix may be from a right angle: about one degree
	size := math.Hypot(a, b)
	if size == 0 || math.IsInf(size, 0) {
		return Orientation{}, false
	}
	var o Orientation
	if a*d-b*c < 0 { // mirrored: take the mirror out and see the turn alone
		o.Mirror = true
		a, b = -a, -b
	}
	switch {
	case math.Abs(b) <= square*size && a > 0:
		o.Turn = 0
	case math.Abs(a) <= square*size && b > 0:
		o.Turn = 90
	case math.Abs(b) <= square*size:
		o.Turn = 180
	case math.Abs(a) <= square*size:
		o.Turn = 270
	default:
		return Orientation{}, false
	}
	return o, true
}
