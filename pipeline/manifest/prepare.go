package manifest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media/finding"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/yamldoc"
)

// prepare reads how files are made. It returns whether captions are among them, because they are part of the clip's
// request.
func (d *doc) prepare(n ast.Node, path string, p *Prepare) (captions bool) {
	d.Object(n, path, yamldoc.Setters{
		"crop": func(n ast.Node) {
			if s, ok := d.Plain(n).(*ast.StringNode); ok && s.Value == "auto" {
				p.Crop = true
				return
			}
			d.Bool(path+".crop", &p.Crop)(n)
		},
		"scale": func(n ast.Node) {
			var s string
			d.Text(path+".scale", &s)(n)
			s = strings.TrimSpace(s)
			digits, share := strings.CutSuffix(s, "%")
			v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			if !share { // 0.5
				v *= 100
			}
			p.Shown = s == "shown"
			switch {
			case s == "full", s == "shown":
				p.Scale = 1
			case err != nil || !(v >= 5 && v <= 100):
				d.Fault(n, "write shown (the largest size any composition shows it at), full, or a share such as 50%",
					"%s.scale must be shown, full or 5%% to 100%%", path)
			default:
				p.Scale = v / 100
			}
		},
		"loudness": func(n ast.Node) {
			var s string
			d.Text(path+".loudness", &s)(n)
			if s == "none" {
				p.Loudness = nil
				return
			}
			digits := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s), "LUFS"), "LKFS")
			v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			if err != nil || !(v >= -70 && v <= -5) {
				d.Fault(n, "write it like -16LUFS", "%s.loudness must be between -70 and -5 LUFS", path)
				return
			}
			p.Loudness = &v
		},
		"tail": func(n ast.Node) {
			s := ""
			d.Word(path+".tail", []string{"cut", "hold"}, &s)(n)
			p.Hold = s == "hold"
		},
		"renditions": func(n ast.Node) { captions = d.renditions(n, path+".renditions") },
	})
	return captions
}

var (
	// Renditions are the files that can be made of a clip. webm and poster are always made; captions are those of HeyGen.
	Renditions = []string{"webm", "poster", "captions", "waveform", "prores", "preview", "audio", "stacked"}
	// unmadeRenditions are accepted, and not made yet.
	unmadeRenditions = Renditions[3:]
)

// renditions reads the files to make of each clip, with a warning for those that are not made yet.
func (d *doc) renditions(n ast.Node, path string) (captions bool) {
	for _, v := range d.Items(n) {
		name := ""
		d.Word(path, Renditions, &name)(v)
		captions = captions || name == "captions"
		if slices.Contains(unmadeRenditions, name) {
			d.Warn(v, "remove it; nothing else changes", "%s: %s is not made yet", path, name)
		}
	}
	return captions
}

// rangePattern is 2%..80%, also written 2%-80%, 2..80% and "2% to 80%".
var rangePattern = lazyregexp.New(`^([0-9.]+?) ?%? ?(?:\.\.\.?|-|–|to) ?([0-9.]+) ?%$`)

func (d *doc) checks(n ast.Node, path string, c *Checks) {
	d.Object(n, path, yamldoc.Setters{
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
			c.Duration = v / 100
		},
	})
}

// accept reads the findings that do not fail a clip, each with a reason, and adds them to those of the defaults.
func (d *doc) accept(path string, c *Checks) func(ast.Node) {
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
