package prompt

import (
	"math"
	"strconv"
	"strings"

	"greenroom/internal/lazyregexp"
)

const (
	clockRe = `(?:(\d+):)?(\d+(?:\.\d+)?)`
	unitRe  = `\s*(?:s|secs?|seconds?)?\s*`
	toRe    = `(?:-|–|—|→|to)\s*`
	secsRe  = `\s*(?:s|secs?|seconds?)`
)

// Times as people write them: (0-8s), [0:00 to 0:08], 0:00-0:08, 0s-8s.
var spans = []lazyregexp.Regexp{
	lazyregexp.New(`(?i)[(\[]\s*` + clockRe + unitRe + toRe + clockRe + unitRe + `[)\]]`),
	lazyregexp.New(`(?i)\b(\d+):(\d\d(?:\.\d+)?)\s*` + toRe + `(\d+):(\d\d(?:\.\d+)?)\b`),
	lazyregexp.New(`(?i)\b()(\d+(?:\.\d+)?)` + unitRe + toRe + `()(\d+(?:\.\d+)?)` + secsRe + `\b`),
}

// Lengths as people write them: (8s), [8 seconds], or "- 8s" at the end.
var lengths = []lazyregexp.Regexp{
	lazyregexp.New(`(?i)[(\[]\s*(?:~|about\s)?\s*(\d+(?:\.\d+)?)` + secsRe + `\s*[)\]]`),
	lazyregexp.New(`(?i)[-–—|:,]\s*(\d+(?:\.\d+)?)` + secsRe + `\s*$`),
}

// timing is the time in a heading.
type timing struct {
	known    bool
	from, to float64
	after    bool // to is a length: it begins where the scene before ends
}

// heading splits a scene's heading into its title and its time. It repeats
// until nothing changes: a title must not contain a time that would be found when it is read again.
func heading(rest string) (title string, t timing) {
	for {
		s := rest
		for _, re := range spans {
			if m := re.FindStringSubmatchIndex(s); m != nil {
				if !t.known {
					t = timing{known: true, from: clock(s, m[2:6]), to: clock(s, m[6:10])}
				}
				s = re.ReplaceAllString(s, " ")
			}
		}
		for _, re := range lengths {
			if m := re.FindStringSubmatchIndex(s); m != nil {
				if !t.known {
					t = timing{known: true, after: true, to: seconds(s[m[2]:m[3]])}
				}
				s = re.ReplaceAllString(s, " ")
			}
		}
		// The separator is put back, as Compose writes one before every title.
		title = clean(strings.Trim(collapse(s), " :.,-–—|*_#"))
		before := rest
		rest = ": " + title
		if rest == before {
			return title, t
		}
	}
}

// clock reads minutes and seconds from the two groups at m.
func clock(s string, m []int) float64 {
	v := 0.0
	if m[0] >= 0 {
		v = 60 * seconds(s[m[0]:m[1]])
	}
	return tenths(v + seconds(s[m[2]:m[3]]))
}

func seconds(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64)
	return tenths(v)
}

// tenths returns seconds in the precision of Compose, at most a day.
func tenths(v float64) float64 { return math.Round(min(v, 86400)*10) / 10 }

// time sets the scene's time. end is that of the scenes before it.
func (s *Scene) time(t timing, end float64) {
	if t.after {
		t.from, t.to = end, tenths(end+t.to)
	}
	s.Timed, s.From, s.To = t.known, t.from, t.to
}
