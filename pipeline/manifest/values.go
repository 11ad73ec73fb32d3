package manifest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
)

var timePattern = lazyregexp.New(`^(-?)(?:(\d{1,4})m(?:in)?)? ?(?:(\d{1,6}(?:\.\d{1,6})?) ?(ms|s|sec)?)?$`)

// clockPattern is 1:05 or 1:05.5, minutes and seconds.
var clockPattern = lazyregexp.New(`^(\d{1,4}):([0-5]\d(?:\.\d{1,6})?)$`)

// hugeTime has more digits than any time of a film.
var hugeTime = lazyregexp.New(`^\d{5,}m(in)?( ?\d+(\.\d+)?(ms|s))?$|^(\d+m(in)? ?)?\d{7,}(\.\d+)?(ms|s)?$`)

// endOf is the end of a layer by its name, as other programs write it.
var endOf = lazyregexp.New(`^([A-Za-z0-9-]+)\.(end|start)$`)

// parseTime reads 2.5s, 500ms, 1m30s, 1:30 or a number of seconds.
func parseTime(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	m := timePattern.FindStringSubmatch(s)
	if c := clockPattern.FindStringSubmatch(s); c != nil {
		m = []string{"", "", c[1], c[2], "s"}
	}
	if m == nil || m[2] == "" && m[3] == "" {
		return 0, false
	}
	minutes, _ := strconv.Atoi(m[2])
	part, _ := strconv.ParseFloat("0"+m[3], 64)
	unit := float64(time.Second)
	if m[4] == "ms" {
		unit = float64(time.Millisecond)
	}
	t := time.Duration(minutes)*time.Minute + time.Duration(math.Round(part*unit))
	if m[1] != "" {
		t = -t
	}
	return t, true
}

// moment reads a time; a number alone is in seconds.
func (d *doc) moment(path string, least time.Duration, to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		s = strings.TrimSpace(s)
		t, ok := parseTime(s)
		switch {
		case !ok && hugeTime.MatchString(s):
			d.fault(n, "at most 24 hours", "%s is longer than a day", path)
			return
		case !ok:
			hint := "write it like 2.5s, 500ms or 1m30s; a number alone is in seconds"
			if m := endOf.FindStringSubmatch(s); m != nil && m[2] == "end" {
				hint = "write after: " + m[1]
			}
			d.fault(n, hint, "%s must be a time, got %q", path, s)
			return
		}
		switch {
		case t < least && least == 0:
			d.fault(n, "a film starts at 0s", "%s is before 0", path)
		case t < least:
			d.fault(n, "give it at least "+least.String(), "%s is %s", path, s)
		case t > MaxTime:
			d.fault(n, "at most 24 hours", "%s is longer than a day", path)
		default:
			*to = t
		}
	}
}

// anyTime is a least that allows times before 0.
const anyTime = -MaxTime

var dimPattern = lazyregexp.New(`^(-?\d{1,6}(?:\.\d{1,4})?) ?(%|px)?$`)

func parseDim(s string) (Dim, bool) {
	m := dimPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Dim{}, false
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	if m[2] == "%" {
		return Dim{v / 100, true, true}, math.Abs(v) <= 1000
	}
	return Dim{v, false, true}, math.Abs(v) <= 20000
}

// dim reads a length in per cent or pixels; sizes must be above 0, edges need not be.
func (d *doc) dim(path string, least float64, to *Dim) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		v, ok := parseDim(s)
		switch {
		case !ok:
			d.fault(n, "write it like 38% or 400px", "%s must be a length, got %q", path, s)
		case !v.Percent && v.V != 0 && math.Abs(v.V) < 1 && !strings.HasSuffix(s, "px"):
			hint := fmt.Sprintf("write %g%%; a number alone is in pixels", math.Round(v.V*1e6)/1e4)
			d.fault(n, hint, "%s is less than a pixel, got %q", path, s)
		case v.V < least || least > 0 && v.V <= 0:
			d.fault(n, "give it something above 0", "%s is %s", path, s)
		default:
			*to = v
		}
	}
}

// A size is above 0; an edge may lie beyond the canvas.
const (
	aSize  = 1e-9
	anEdge = -1e9
	aSpace = 0
)

// percent reads a share: 5%, or 0.05 where fractions are usual.
func (d *doc) percent(path string, most float64, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "%")), 64)
		if strings.HasSuffix(s, "%") {
			v /= 100
		}
		if err != nil || !(v >= 0 && v <= most) {
			hint := "write it like 5%"
			if err == nil && v > 1 && v <= most*100 && !strings.HasSuffix(s, "%") {
				hint = "write " + s + "%"
			}
			d.fault(n, hint, "%s must be between 0%% and %g%%, got %q", path, most*100, s)
			return
		}
		*to = v
	}
}

// decibel reads a change of loudness as a factor of amplitude: -18dB, or a share of it: 50% is -6 dB. `mute` is 0.
func (d *doc) decibel(path string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		s = strings.ToLower(strings.TrimSpace(s))
		if s == "mute" || s == "off" {
			*to = 0
			return
		}
		if share, ok := strings.CutSuffix(s, "%"); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
			if err != nil || !(v >= 0 && v <= 1000) {
				d.fault(n, "write it like 50%, -18dB or mute", "%s must be between 0%% and 1000%%, got %q", path, s)
				return
			}
			*to = v / 100
			return
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "db")), 64)
		switch {
		case err != nil || !(v >= -96 && v <= 24):
			d.fault(n, "write it like -18dB, 50% or mute", "%s must be between -96dB and 24dB, got %q", path, s)
		case v > 0 && v < 1 && !strings.HasSuffix(s, "db"):
			hint := fmt.Sprintf("write %g%% for a share of the loudness, or %gdB", math.Round(v*1e6)/1e4, v)
			d.fault(n, hint, "%s is a change in dB, got %q", path, s)
		default:
			*to = math.Pow(10, v/20)
		}
	}
}
