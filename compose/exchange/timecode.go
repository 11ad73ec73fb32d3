package exchange

import (
	"fmt"
	"math"

	"greenroom/compose/timeline"
)

// clock counts frames as timecode.
type clock struct {
	base int  // frames in a second of timecode
	drop bool // numbers are skipped so that timecode follows real time: two or four in each minute but every tenth
}

// clockOf returns the timecode of a frame rate. SMPTE has drop-frame timecode for 29.97 and 59.94 alone.
func clockOf(r timeline.Rate) clock {
	c := clock{base: int(math.Ceil(r.FPS() - 1e-9))}
	c.drop = r.Num == 1000*c.base && r.Den == 1001 && (c.base == 30 || c.base == 60)
	return c
}

// at returns the timecode of a frame.
func (c clock) at(frame int) string {
	separator := ":"
	if c.drop {
		separator = ";"
		missing := c.base / 15 // numbers that a minute skips
		minute := 60*c.base - missing
		ten := 10*minute + missing
		tens, rest := frame/ten, frame%ten
		frame += 9 * missing * tens
		if rest > missing {
			frame += missing * ((rest - missing) / minute)
		}
	}
	seconds := frame / c.base
	return fmt.Sprintf("%02d:%02d:%02d%s%02d", seconds/3600%24, seconds/60%60, seconds%60, separator, frame%c.base)
}

// hour returns how many frames before the frame with the timecode 01:00:00:00 are.
func (c clock) hour() int {
	if c.drop {
		missing := c.base / 15
		return 3600*c.base - 54*missing
	}
	return 3600 * c.base
}
