package ci

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// wave is a sound as paths of a picture of waveWidth x waveHeight.
type wave struct {
	Width, Height int
	Peaks, Curve  string // the waveform, and the momentary loudness
	Seconds       string // for people
	Lines         []waveLine
}

// waveLine is a line at a loudness.
type waveLine struct {
	Y    string
	LUFS int
}

const (
	waveWidth, waveHeight = 480, 96
	quietestShown         = -48.0 // LUFS, at the lower end
)

// newWave draws a sound; nil if there is none.
func newWave(v *Measured) *wave {
	if v.Seconds <= 0 || len(v.Peaks) == 0 {
		return nil
	}
	w := &wave{Width: waveWidth, Height: waveHeight, Seconds: fmt.Sprintf("%.1f s", v.Seconds)}
	var up, back []string
	columns := min(waveWidth/2, len(v.Peaks))
	for i := range columns {
		top := 0
		for _, p := range v.Peaks[i*len(v.Peaks)/columns : (i+1)*len(v.Peaks)/columns] {
			top = max(top, int(p))
		}
		x := float64(i) * waveWidth / float64(columns)
		half := max(0.5, float64(top)/255*waveHeight/2)
		up = append(up, fmt.Sprintf("L%.1f %.1f", x, waveHeight/2-half))
		back = append(back, fmt.Sprintf("L%.1f %.1f", x, waveHeight/2+half))
	}
	slices.Reverse(back)
	w.Peaks = fmt.Sprintf("M0 %d", waveHeight/2) + strings.Join(up, "") + strings.Join(back, "") + "Z"
	w.Curve = curve(v)
	for _, lufs := range []int{-14, -23, -36} {
		w.Lines = append(w.Lines, waveLine{fmt.Sprintf("%.1f", loudnessY(float64(lufs))), lufs})
	}
	return w
}

// loudnessY is the height of a loudness in the picture.
func loudnessY(lufs float64) float64 {
	return waveHeight * min(1, max(0, lufs/quietestShown))
}

// curve is the path of the momentary loudness. It begins when the first 0.4 s are measured.
func curve(v *Measured) string {
	var b strings.Builder
	step := max(1, len(v.Loudness)/waveWidth)
	for i := 0; i < len(v.Loudness); i += step {
		at, lufs := v.Loudness[i][0], v.Loudness[i][1]
		if at < 0.4 || at > v.Seconds || math.IsNaN(lufs) {
			continue
		}
		sign := "L"
		if b.Len() == 0 {
			sign = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", sign, at/v.Seconds*waveWidth, loudnessY(lufs))
	}
	return b.String()
}
