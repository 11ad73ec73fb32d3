package media

import (
	"fmt"
	"strings"
)

// Facts returns what a file is, in one line: its size as it is shown, frames, rate, length, colour and sound.
func (r *Report) Facts() string {
	i := r.Info
	facts := []string{fmt.Sprintf("%dx%d", i.Width, i.Height)}
	if (i.ShownWidth != i.Width || i.ShownHeight != i.Height) && i.ShownWidth > 0 {
		facts[0] += fmt.Sprintf(" shown as %dx%d", i.ShownWidth, i.ShownHeight)
	}
	facts = append(facts, plural(r.Frames, "frame"))
	if i.FPSNum > 0 {
		rate := fmt.Sprintf("%.5g fps", i.FPS())
		if i.VFR {
			rate += " (varies)"
		}
		facts = append(facts, rate)
	}
	facts = append(facts, fmt.Sprintf("%.2f s", i.Duration))
	if i.VideoCodec != "" {
		facts = append(facts, i.VideoCodec)
	}
	if i.Alpha {
		facts = append(facts, "alpha")
	}
	if i.Colour.HDR() {
		facts = append(facts, i.Colour.String())
	}
	switch {
	case i.AudioTracks > 1:
		facts = append(facts, fmt.Sprintf("%s sound, %d tracks, the first is used", i.AudioCodec, i.AudioTracks))
	case i.AudioCodec != "":
		facts = append(facts, fmt.Sprintf("%s sound, %s", i.AudioCodec, plural(i.AudioChannels, "channel")))
	}
	return strings.Join(facts, ", ")
}

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
