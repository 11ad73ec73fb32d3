package manifest

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media/forms"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/markup"
)

// prepare reads how files are made. It returns whether captions are among them, because they are part of the clip's
// request.
func (d *doc) prepare(n ast.Node, path string, p *Prepare) (needsCaptions bool) {
	asked := false
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
		"renditions": func(n ast.Node) { asked = d.renditions(n, path+".renditions", p) },
		"captions":   func(n ast.Node) { d.captionWords(n, path+".captions", p) },
		"backdrop":   d.Color(path+".backdrop", &p.Backdrop),
	})
	return asked || len(p.CaptionFiles) > 0 && p.Captions == ""
}

var (
	// Renditions are the files that can be made of a clip. webm and poster are always made; captions are those of HeyGen.
	Renditions = slices.Concat([]string{"webm", "poster", "captions"}, captions.Files(), forms.Named())
)

// ScriptCaptions is the value of prepare.captions that means the clip's script.
const ScriptCaptions = "script"

// captionWords reads the words that captions are made of, or a file with them.
func (d *doc) captionWords(n ast.Node, path string, p *Prepare) {
	value := ""
	d.Text(path, &value)(n)
	p.Captions, p.CaptionsFile = value, ""
	if value == "" || value == ScriptCaptions {
		return
	}
	text, file, ok := d.textOrFile(n, path, value)
	p.CaptionsFile = file
	if !ok {
		return
	}
	if strings.ToLower(filepath.Ext(file)) == ".md" {
		text = speakable(text)
	}
	p.Captions = strings.Join(strings.Fields(text), " ")
	if p.Captions == "" {
		d.Fault(n, "write the words that are spoken, or script for those of the clip", "%s is empty", path)
	}
}

// CaptionWords returns the words of the captions that are made of a clip's sound; empty when there are none.
func (c Clip) CaptionWords() string {
	if c.Prepare.Captions != ScriptCaptions {
		return c.Prepare.Captions
	}
	all := []string{c.Script}
	for _, s := range c.Scenes {
		all = append(all, s.Script)
	}
	return strings.Join(strings.Fields(markup.WithoutBreaks(strings.Join(all, " "))), " ")
}

// Chapters returns the parts that the sound of a clip has, and how many letters are spoken: its scenes, otherwise what its
// script's headings name. Fewer than two are none.
func (c Clip) Chapters() (parts []captions.Part, letters int) {
	spoken := func(text string) int { return captions.Letters(markup.WithoutBreaks(text)) }
	title := func(text string) string { return captions.TitleOf(markup.WithoutBreaks(text)) }
	if len(c.Scenes) == 0 {
		parts, letters = c.Headings, spoken(c.Script)
		if len(parts) > 0 && parts[0].After > 0 {
			parts = append([]captions.Part{{Title: title(c.Script)}}, parts...)
		}
	}
	for _, s := range c.Scenes {
		parts = append(parts, captions.Part{Title: cmp.Or(s.Heading, title(s.Script)), After: letters})
		letters += spoken(s.Script)
	}
	if len(parts) < 2 {
		return nil, 0
	}
	return parts, letters
}

// renditions reads the files to make of each clip, and returns whether captions by HeyGen are among them. The list of a
// clip replaces that of the defaults.
func (d *doc) renditions(n ast.Node, path string, p *Prepare) (asked bool) {
	p.Forms, p.CaptionFiles = nil, nil
	for _, v := range d.Items(n) {
		name := ""
		d.Word(path, Renditions, &name)(v)
		switch {
		case forms.Ext(name) != "" && !slices.Contains(p.Forms, name):
			p.Forms = append(p.Forms, name)
		case captions.Ext(name) != "" && !slices.Contains(p.CaptionFiles, name):
			p.CaptionFiles = append(p.CaptionFiles, name)
		}
		asked = asked || name == "captions"
	}
	slices.Sort(p.Forms)
	slices.Sort(p.CaptionFiles)
	return asked
}
