package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
)

var lengthPattern = lazyregexp.New(`^(-?\d{1,6}(?:\.\d{1,4})?) ?(%|px)?$`)

// ParseLength reads a length: v is a fraction when the text is in per cent, else pixels. ok is false for any other
// text.
func ParseLength(s string) (v float64, percent, ok bool) {
	m := lengthPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false, false
	}
	v, _ = strconv.ParseFloat(m[1], 64)
	if m[2] == "%" {
		return v / 100, true, math.Abs(v) <= 1000
	}
	return v, false, math.Abs(v) <= 20000
}

// IsLength reports whether a text has the form of a length, whatever its size.
func IsLength(s string) bool { return lengthPattern.MatchString(s) }

// Percent reads a fraction up to most: 5%, or 0.05 where fractions are usual.
func (r Reader) Percent(path string, most float64, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.ReadText(n, path)
		if !ok {
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
			r.Fault(n, hint, "%s must be between 0%% and %g%%, got %q", path, most*100, s)
			return
		}
		*to = v
	}
}

// Decibel reads a change of loudness as a factor of amplitude: -18dB, or a share of it: 50% is -6 dB. `mute` is 0.
func (r Reader) Decibel(path string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.ReadText(n, path)
		if !ok {
			return
		}
		s = strings.ToLower(strings.TrimSpace(s))
		if s == "mute" || s == "off" {
			*to = 0
			return
		}
		if percent, ok := strings.CutSuffix(s, "%"); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(percent), 64)
			if err != nil || !(v >= 0 && v <= 1000) {
				r.Fault(n, "write it like 50%, -18dB or mute", "%s must be between 0%% and 1000%%, got %q", path, s)
				return
			}
			*to = v / 100
			return
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "db")), 64)
		switch {
		case err != nil || !(v >= -96 && v <= 24):
			r.Fault(n, "write it like -18dB, 50% or mute", "%s must be between -96dB and 24dB, got %q", path, s)
		case v > 0 && v < 1 && !strings.HasSuffix(s, "db"):
			hint := fmt.Sprintf("write %g%% for a share of the loudness, or %gdB", math.Round(v*1e6)/1e4, v)
			r.Fault(n, hint, "%s is a change in dB, got %q", path, s)
		default:
			*to = math.Pow(10, v/20)
		}
	}
}
