package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

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
