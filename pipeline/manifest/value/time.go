package value

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
)

// MaxTime is the longest time of a film.
const MaxTime = 24 * time.Hour

// AnyTime is a lower bound that allows times before 0.
const AnyTime = -MaxTime

var (
	timePattern = lazyregexp.New(`^(-?)(?:(\d{1,4})m(?:in)?)? ?(?:(\d{1,6}(?:\.\d{1,6})?) ?(ms|s|sec)?)?$`)
	// clockPattern is 1:05 or 1:05.5, minutes and seconds.
	clockPattern = lazyregexp.New(`^(\d{1,4}):([0-5]\d(?:\.\d{1,6})?)$`)
	// hugeTime has more digits than any time of a film.
	hugeTime = lazyregexp.New(`^\d{5,}m(in)?( ?\d+(\.\d+)?(ms|s))?$|^(\d+m(in)? ?)?\d{7,}(\.\d+)?(ms|s)?$`)
	endOf    = lazyregexp.New(`^([A-Za-z0-9-]+)\.(end|start)$`)
)

// LayerEdge returns the layer's name in "intro.end" and "intro.start", which is how other programs write the end and
// the start of a layer; empty for any other text.
func LayerEdge(s string) (layer string, isEnd bool) {
	m := endOf.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	return m[1], m[2] == "end"
}

// ParseTime reads 2.5s, 500ms, 1m30s, 1:30 or a number of seconds.
func ParseTime(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	m := timePattern.FindStringSubmatch(s)
	if c := clockPattern.FindStringSubmatch(s); c != nil {
		m = []string{"", "", c[1], c[2], "s"}
	}
	if m == nil || m[2] == "" && m[3] == "" {
		return 0, false
	}
	minutes, _ := strconv.Atoi(m[2])
	rest, _ := strconv.ParseFloat("0"+m[3], 64)
	unit := float64(time.Second)
	if m[4] == "ms" {
		unit = float64(time.Millisecond)
	}
	t := time.Duration(minutes)*time.Minute + time.Duration(math.Round(rest*unit))
	if m[1] != "" {
		t = -t
	}
	return t, true
}

// Time reads a time of at least least; a number alone is in seconds.
func (r Reader) Time(path string, least time.Duration, to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.ReadText(n, path)
		if !ok {
			return
		}
		s = strings.TrimSpace(s)
		t, ok := ParseTime(s)
		switch {
		case !ok && hugeTime.MatchString(s):
			r.Fault(n, "at most 24 hours", "%s is longer than a day", path)
		case !ok:
			hint := "write it like 2.5s, 500ms or 1m30s; a number alone is in seconds"
			if layer, isEnd := LayerEdge(s); isEnd {
				hint = "write after: " + layer
			}
			r.Fault(n, hint, "%s must be a time, got %q", path, s)
		case t < least && least == 0:
			r.Fault(n, "a film starts at 0s", "%s is before 0", path)
		case t < least:
			r.Fault(n, "give it at least "+least.String(), "%s is %s", path, s)
		case t > MaxTime:
			r.Fault(n, "at most 24 hours", "%s is longer than a day", path)
		default:
			*to = t
		}
	}
}
