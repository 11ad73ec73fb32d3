package manifest

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
)

var timePattern = lazyregexp.New(`^(-?)(?:(\d{1,4})m(?:in)?)? ?(?:(\d{1,6}(?:\.\d{1,6})?)(ms|s))?$`)

// hugeTime has more digits than any time of a film.
var hugeTime = lazyregexp.New(`^\d{5,}m(in)?( ?\d+(\.\d+)?(ms|s))?$|^(\d+m(in)? ?)?\d{7,}(\.\d+)?(ms|s)$`)

// moment reads a time such as 2.5s, 500ms or 1m30s; 0 needs no unit.
func (d *doc) moment(path string, least time.Duration, to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		s = strings.TrimSpace(s)
		m := timePattern.FindStringSubmatch(s)
		switch {
		case s == "0":
			m = []string{"", "", "0", "", ""}
		case m == nil && hugeTime.MatchString(s):
			d.fault(n, "at most 24 hours", "%s is longer than a day", path)
			return
		case m == nil || m[2] == "" && m[3] == "":
			hint := "write it like 2.5s, 500ms or 1m30s"
			if _, err := strconv.ParseFloat(s, 64); err == nil {
				hint = "write " + s + "s"
			}
			d.fault(n, hint, "%s must be a time, got %q", path, s)
			return
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

var dimPattern = lazyregexp.New(`^(-?\d{1,6}(?:\.\d{1,4})?)(%|px)?$`)

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

var canvasPattern = lazyregexp.New(`^(\d{2,5})x(\d{2,5})$`)

// canvas reads the size of a film: H.264 wants even sides.
func (d *doc) canvas(path string, w, h *int) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		m := canvasPattern.FindStringSubmatch(s)
		if m == nil {
			d.fault(n, "write it like 1920x1080", "%s must be WIDTHxHEIGHT, got %q", path, s)
			return
		}
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		fit := func(v int) string { return strconv.Itoa(max(16, min(8192, v-v%2))) }
		if x%2 != 0 || y%2 != 0 || x < 16 || y < 16 || x > 8192 || y > 8192 {
			d.fault(n, "both sides must be even and between 16 and 8192, such as "+fit(x)+"x"+fit(y), "%s: %s is not the size of a film", path, s)
			return
		}
		*w, *h = x, y
	}
}

var filmColor = lazyregexp.New(`^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$`)

// paint reads a colour with or without alpha.
func (d *doc) paint(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		if !filmColor.MatchString(s) {
			d.fault(n, `write it like "#1F7A4D", or "#1F7A4D80" for half of it, with quotes`, "%s must be a colour, got %q", path, s)
			return
		}
		*to = strings.ToUpper(s)
	}
}

// percent reads a share: 5%, or 0.05 where fractions are usual.
func (d *doc) percent(path string, most float64, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
		if strings.HasSuffix(s, "%") {
			v /= 100
		}
		if err != nil || !(v >= 0 && v <= most) {
			d.fault(n, "write it like 5%", "%s must be between 0%% and %g%%, got %q", path, most*100, s)
			return
		}
		*to = v
	}
}

// decibel reads a change of loudness as a factor of amplitude: -18dB. `mute` is 0.
func (d *doc) decibel(path string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		if s == "mute" {
			*to = 0
			return
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "dB"), "db")), 64)
		if err != nil || !(v >= -96 && v <= 24) {
			d.fault(n, "write it like -18dB, or mute", "%s must be between -96dB and 24dB, got %q", path, s)
			return
		}
		*to = math.Pow(10, v/20)
	}
}
