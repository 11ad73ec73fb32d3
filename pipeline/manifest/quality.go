package manifest

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/quality"
	"greenroom/pipeline/manifest/yamldoc"
)

// quality reads the limits of how clips and films look and sound, or their level alone.
func (d *doc) quality(n ast.Node, path string, q *quality.Limits) {
	level := func(n ast.Node, path string) {
		s := string(q.Level)
		d.Word(path, []string{string(quality.Off), string(quality.Warn), string(quality.Strict)}, &s)(n)
		q.Level = quality.Level(s)
	}
	if d.IsScalar(n) { // quality: strict
		level(n, path)
		return
	}
	seconds := func(key string, to *float64) func(ast.Node) {
		return func(n ast.Node) {
			var v time.Duration
			d.Time(path+"."+key, time.Millisecond, &v)(n)
			if v > 0 {
				*to = v.Seconds()
			}
		}
	}
	d.Object(n, path, yamldoc.Setters{
		"level": func(n ast.Node) { level(n, path+".level") },
		"loudness": func(n ast.Node) {
			if d.IsNone(n) {
				q.Loudness = 0
				return
			}
			d.unit(path+".loudness", "LUFS", -70, -5, "write it like -23LUFS, or none", &q.Loudness)(n)
		},
		"peak":          d.unit(path+".peak", "dBTP", -20, 6, "write it like -1dBTP", &q.Peak),
		"silence":       seconds("silence", &q.Silence),
		"black":         seconds("black", &q.Black),
		"frozen":        seconds("frozen", &q.Frozen),
		"contrast":      d.unit(path+".contrast", ":1", 1, 21, "write it like 4.5", &q.Contrast),
		"reading-speed": d.Number(path+".reading-speed", 1, 100, "characters a second, such as 20", &q.ReadingSpeed),
		"line-length":   d.Integer(path+".line-length", 5, 200, "characters, such as 42", &q.LineLength),
		"safe":          d.Percent(path+".safe", 0.4, &q.Safe),
		"brand":         d.Color(path+".brand", &q.Brand),
	})
}

// unit reads a number that may have a unit after it.
func (d *doc) unit(path, unit string, lo, hi float64, hint string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := d.ReadText(n, path)
		if !ok {
			return
		}
		digits := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), strings.ToUpper(unit))
		v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || math.IsNaN(v) || v < lo || v > hi {
			d.Fault(n, hint, "%s must be between %g and %g", path, lo, hi)
			return
		}
		*to = v
	}
}
