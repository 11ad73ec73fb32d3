package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// translate reads a translation: its members, or only a clip's name or a film's file, with the language in the clip.
func (d *doc) translate(n, language ast.Node, path string, c *Clip) {
	t := &Translate{Place: d.At(n)}
	var clipAt, fileAt, toAt ast.Node
	mode := ""
	to := func(n ast.Node) {
		if toAt != nil {
			d.Fault(n, "keep one of them", "%s has two languages", path)
			return
		}
		toAt = n
		if seq, ok := d.Plain(n).(*ast.SequenceNode); ok {
			d.languages(seq, path, c)
			t.To = "?" // reported by languages
			return
		}
		d.Text(path+".to", &t.To)(n)
		t.To = value.LanguageName(t.To)
	}
	set := yamldoc.Setters{
		"clip":       func(n ast.Node) { clipAt = n; d.Text(path+".clip", &t.Clip)(n) },
		"file":       func(n ast.Node) { fileAt = n; d.Text(path+".file", &t.File)(n) },
		"to":         to,
		"language":   to,
		"audio-only": d.Bool(path+".audio-only", &t.AudioOnly),
		"mode":       d.Word(path+".mode", []string{"fast", "precise"}, &mode),
	}
	if d.IsScalar(n) {
		key := "clip"
		if s, _ := d.Raw(n); value.MediaKind(s) != "" {
			key = "file"
		}
		d.recordMember(path, key, n)
		set[key](n)
	} else {
		d.Object(n, path, set)
	}
	if language != nil {
		d.recordMember(path, "to", language)
		to(language)
	}
	t.Precise = mode == "precise"
	switch {
	case (clipAt == nil) == (fileAt == nil):
		d.Fault(n, "write translate: {clip: NAME, to: Spanish}", "%s needs either a clip or a file", path)
	case fileAt != nil:
		t.File = d.input(fileAt, path+".file", t.File)
	case t.Clip == c.Name:
		d.Fault(clipAt, "name the clip to translate from", "%s translates itself", path)
	}
	if clipAt != nil {
		t.Place = d.At(clipAt)
	}
	if t.To == "" {
		d.Fault(n, "name the language: to: Spanish", "%s has no language", path)
	}
	c.Translate = t
}

// languages reports a list of languages: a clip is one film.
func (d *doc) languages(seq *ast.SequenceNode, path string, c *Clip) {
	var each []string
	for _, v := range seq.Values {
		if s, ok := d.Raw(v); ok {
			each = append(each, fmt.Sprintf("%s-%s: {translate: {clip: NAME, to: %s}}", c.Name, strings.ToLower(s), s))
		}
	}
	d.Fault(seq, "write a clip for each: "+strings.Join(each, ", "), "%s: a clip has one language", path)
}

// translations checks the clip that each translate: names: it must exist and must not lead back to the translation.
func (d *doc) translations(clips []Clip) {
	index := map[string]int{}
	var names []string
	for i, c := range clips {
		index[c.Name] = i
		names = append(names, c.Name)
	}
	for _, c := range clips {
		if c.Translate == nil || c.Translate.Clip == "" || c.Translate.Clip == c.Name {
			continue
		}
		p := c.Translate.Place
		i, ok := index[c.Translate.Clip]
		if !ok {
			hint := "name a clip of this manifest"
			if near := fault.Nearest(c.Translate.Clip, names); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			d.FaultAt(p.Line, p.Column, hint, "%s translates %q, which is not a clip", c.Name, c.Translate.Clip)
			continue
		}
		trail := []string{c.Name}
		for at := clips[i]; at.Translate != nil && at.Translate.Clip != ""; {
			if slices.Contains(trail, at.Name) {
				break
			}
			trail = append(trail, at.Name)
			if at.Translate.Clip == c.Name {
				d.FaultAt(p.Line, p.Column, "translate from a clip that is spoken", "%s translates itself: %s", c.Name,
					strings.Join(append(trail, c.Name), " → "))
				break
			}
			j, ok := index[at.Translate.Clip]
			if !ok {
				break
			}
			at = clips[j]
		}
	}
}
