package native

import (
	"testing"

	"greenroom/compose/timeline/timelinetest"
)

// TestEveryPixelOfEveryFrame holds films against exact composites: colours, gradients, crops, sizes, masks,
// opacity, fades and slides frame by frame, the first and the last frame of every layer, loops, skips, and that a
// clip that ends is gone, at 23.976, 25 and 59.94 frames a second.
func TestEveryPixelOfEveryFrame(t *testing.T) {
	for name, limit := range map[string]float64{
		"fills": 2.5, "slides": 1.6, // drawn by us: rounding of each layer, and the rim of a circle that fades away
		"pictures": 5,                                                 // a JPEG of a steep ramp among them
		"clips":    3, "alpha": 3, "loops": 3, "cinema": 3, "fast": 3, // what two encoders and YUV leave of a colour
		"turns": 3, "colours": 3, "codings": 3,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := timelinetest.Film(footage(t), name)
			compare(t, f, drawn(t, f), limit)
		})
	}
}
