package pipeline

import (
	"regexp"
	"strconv"
	"strings"
)

var breakTag = regexp.MustCompile(`<break\s+time="([0-9.]+)s"\s*/?>`)

// wordsPerMinute is a common narration pace; speech engines lie between 130 and
// 180, so an estimate from words alone is off by up to a quarter.
const wordsPerMinute = 150

// SpokenSeconds estimates how long a script takes to speak, in seconds, give or
// take a quarter: words at 150 a minute and the breaks as written.
func SpokenSeconds(script string, speed float64) float64 {
	if speed <= 0 {
		speed = 1
	}
	pauses := 0.0
	for _, m := range breakTag.FindAllStringSubmatch(script, -1) {
		s, _ := strconv.ParseFloat(m[1], 64)
		pauses += s
	}
	words := len(strings.Fields(breakTag.ReplaceAllString(script, " ")))
	return float64(words)/wordsPerMinute*60/speed + pauses
}
