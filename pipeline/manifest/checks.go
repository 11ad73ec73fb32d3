package manifest

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media"
	"greenroom/compose/media/finding"
	"greenroom/compose/quality"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/yamldoc"
)

// DefaultChecks returns the limits of a project that changes none.
func DefaultChecks() media.Limits {
	return media.Limits{CoverageMin: 0.02, CoverageMax: 0.80, DurationTolerance: 0.25, Border: "bottom"}
}

// rangePattern is 2%..80%, also written 2%-80%, 2..80% and "2% to 80%".
var rangePattern = lazyregexp.New(`^([0-9.]+?) ?%? ?(?:\.\.\.?|-|–|to) ?([0-9.]+) ?%$`)

// checks reads the limits of the media checks. Those of quality are of the project: q is nil elsewhere.
func (d *doc) checks(n ast.Node, path string, c *media.Limits, q *quality.Limits) {
	d.Object(n, path, yamldoc.Setters{
		"quality": func(n ast.Node) {
			if q == nil {
				d.Fault(n, "write it under checks: of the manifest, for all clips and films",
					"%s.quality: limits of quality are of the project", path)
				return
			}
			d.quality(n, path+".quality", q)
		},
		"border": d.Word(path+".border", []string{"bottom", "all", "none"}, &c.Border),
		"accept": d.accept(path+".accept", c),
		"loudness": func(n ast.Node) { // it is a warning already
			word := ""
			d.Word(path+".loudness", []string{"warn"}, &word)(n)
		},
		"coverage": func(n ast.Node) {
			var s string
			d.Text(path+".coverage", &s)(n)
			m := rangePattern.FindStringSubmatch(s)
			if m != nil {
				lo, e1 := strconv.ParseFloat(m[1], 64)
				hi, e2 := strconv.ParseFloat(m[2], 64)
				if e1 == nil && e2 == nil && lo < hi && hi <= 100 {
					c.CoverageMin, c.CoverageMax = lo/100, hi/100
					return
				}
			}
			d.Fault(n, "write it like 2%..80%", "%s.coverage must be a range of percentages", path)
		},
		"duration": func(n ast.Node) {
			var s string
			d.Text(path+".duration", &s)(n)
			digits, share := strings.CutSuffix(strings.TrimSpace(s), "%")
			for _, sign := range []string{"±", "+-", "+/-"} {
				digits = strings.TrimPrefix(digits, sign)
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			if !share && v < 1 { // 0.25
				v *= 100
			}
			if err != nil || !(v > 0 && v <= 100) {
				d.Fault(n, "write it like ±25%, at most ±100%", "%s.duration must be above 0%% and at most 100%%", path)
				return
			}
			c.DurationTolerance = v / 100
		},
	})
}

// accept reads the findings that do not fail a clip, each with a reason, and adds them to those of the defaults.
func (d *doc) accept(path string, c *media.Limits) func(ast.Node) {
	return func(n ast.Node) {
		all := maps.Clone(c.Accept)
		if all == nil {
			all = map[string]string{}
		}
		for _, f := range d.Fields(n, path) {
			why := ""
			d.Text(path+"."+f.Key, &why)(f.Value)
			switch {
			case !slices.Contains(finding.Names, f.Key):
				hint := "`greenroom check CLIP -v` prints the names of all findings"
				if near := fault.Nearest(f.Key, finding.Names); near != "" {
					hint = "did you mean " + near + "?"
				}
				d.Fault(f.Node, hint, "%s: there is no finding %q", path, f.Key)
			case strings.TrimSpace(why) == "":
				d.Fault(
					f.Node, `write it like premultiplied: "the clip has a black shadow"`, "%s.%s needs a reason", path,
					f.Key,
				)
			default:
				all[f.Key] = why
			}
		}
		c.Accept = all
	}
}

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
