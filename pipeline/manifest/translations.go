package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// translate reads a translation: its members, or a clip's name or a film's file alone with the clip's own language.
func (d *doc) translate(n, language ast.Node, path string, c *Clip) {
	t := &Translate{Place: d.at(n)}
	var clipAt, fileAt, toAt ast.Node
	mode := ""
	to := func(n ast.Node) {
		if toAt != nil {
			d.fault(n, "keep one of them", "%s has two languages", path)
			return
		}
		toAt = n
		if seq, ok := d.plain(n).(*ast.SequenceNode); ok {
			d.languages(seq, path, c)
			t.To = "?" // said already
			return
		}
		d.text(path+".to", &t.To)(n)
		t.To = LanguageName(t.To)
	}
	set := setters{
		"clip":       func(n ast.Node) { clipAt = n; d.text(path+".clip", &t.Clip)(n) },
		"file":       func(n ast.Node) { fileAt = n; d.text(path+".file", &t.File)(n) },
		"to":         to,
		"language":   to,
		"audio-only": d.boolean(path+".audio-only", &t.AudioOnly),
		"mode":       d.word(path+".mode", []string{"fast", "precise"}, &mode),
	}
	if d.isScalar(n) {
		key, s := "clip", ""
		if d.textOf(n, &s); mediaKind(s) != "" {
			key = "file"
		}
		d.recordMember(path, key, n)
		set[key](n)
	} else {
		d.object(n, path, set)
	}
	if language != nil {
		d.recordMember(path, "to", language)
		to(language)
	}
	t.Precise = mode == "precise"
	switch {
	case (clipAt == nil) == (fileAt == nil):
		d.fault(n, "write translate: {clip: NAME, to: Spanish}", "%s needs either a clip or a file", path)
	case fileAt != nil:
		t.File = d.input(fileAt, path+".file", t.File)
	case t.Clip == c.Name:
		d.fault(clipAt, "name the clip to translate from", "%s translates itself", path)
	}
	if clipAt != nil {
		t.Place = d.at(clipAt)
	}
	if t.To == "" {
		d.fault(n, "name the language: to: Spanish", "%s says no language", path)
	}
	c.Translate = t
}

// languages refuses a list of them: a clip is one film.
func (d *doc) languages(seq *ast.SequenceNode, path string, c *Clip) {
	var each []string
	for _, v := range seq.Values {
		var s string
		if d.textOf(v, &s) {
			each = append(each, fmt.Sprintf("%s-%s: {translate: {clip: NAME, to: %s}}", c.Name, strings.ToLower(s), s))
		}
	}
	d.fault(seq, "write a clip for each: "+strings.Join(each, ", "), "%s: a clip has one language", path)
}

// translations holds every translate: against the other clips: unknown names and
// cycles.
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
			if near := Nearest(c.Translate.Clip, names); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			d.faultAt(p.Line, p.Column, hint, "%s translates %q, which is no clip", c.Name, c.Translate.Clip)
			continue
		}
		trail := []string{c.Name}
		for at := clips[i]; at.Translate != nil && at.Translate.Clip != ""; {
			if slices.Contains(trail, at.Name) {
				break
			}
			trail = append(trail, at.Name)
			if at.Translate.Clip == c.Name {
				d.faultAt(p.Line, p.Column, "translate from a clip that is spoken", "%s translates itself: %s", c.Name, strings.Join(append(trail, c.Name), " → "))
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
