package pipeline

import (
	"regexp"
	"sort"
	"strconv"
	"strings"

	"greenroom/pipeline/prompt"
)

var breakTag = regexp.MustCompile(`<break\s+time="([0-9.]+)s"\s*/?>`)

// The pace and its error are those that prompts are checked with: what one part of the
// program says of a text's length, the other must not contradict.
const (
	wordsPerMinute = prompt.Pace
	spokenError    = prompt.PaceError
)

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

// spoken replaces whole words by the way they are said; tags stay as they are. The
// longest words go first, so that "SQL Server" wins over "SQL".
func spoken(script string, as map[string]string) string {
	if len(as) == 0 {
		return script
	}
	words := make([]string, 0, len(as))
	for w := range as {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		if len(words[i]) != len(words[j]) {
			return len(words[i]) > len(words[j])
		}
		return words[i] < words[j]
	})
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	re := regexp.MustCompile(`<[^>]*>|(^|[^\pL\pN])(` + strings.Join(words, "|") + `)($|[^\pL\pN])`)
	// A word may end where the next begins: look again until nothing changes place.
	out, rest := strings.Builder{}, script
	for rest != "" {
		m := re.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		if m[4] < 0 { // a tag
			out.WriteString(rest[:m[1]])
			rest = rest[m[1]:]
			continue
		}
		out.WriteString(rest[:m[4]])
		out.WriteString(as[rest[m[4]:m[5]]])
		rest = rest[m[5]:]
	}
	out.WriteString(rest)
	return out.String()
}
