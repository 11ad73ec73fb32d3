package media

import (
	"math"

	"greenroom/compose/media/orientation"
)

// Display is what is done to a video's coded pictures before they are shown.
type Display struct {
	Orientation orientation.Orientation `json:"orientation"`
	Aspect      string                  `json:"aspect"` // of a pixel before the turn, width to height, such as "4:3"
}

// aspect returns a pixel's width divided by its height, as a fraction.
func (d Display) aspect() (num, den int) {
	if a, b, ok := fraction(d.Aspect, ":"); ok {
		return a, b
	}
	return 1, 1
}

// square reports pixels that are as wide as high.
func (d Display) square() bool {
	a, b := d.aspect()
	return a == b
}

// Size returns how large a picture of w x h coded pixels is shown, in square pixels, rounded. Pixels are stretched
// sideways, as ffmpeg does, and the picture is turned afterwards.
func (d Display) Size(w, h int) (int, int) {
	if a, b := d.aspect(); a != b {
		w = max(1, int(math.Round(float64(w)*float64(a)/float64(b))))
	}
	if d.Orientation.Sideways() {
		return h, w
	}
	return w, h
}
