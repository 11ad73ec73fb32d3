package preflight

import (
	"context"
	"fmt"
	"os"

	"greenroom/compose/fonts"
	"greenroom/internal/fault"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
)

// mostLetterFaults is how many texts without letters are described; the rest is counted.
const mostLetterFaults = 20

// letters are the faces of the films' texts, each read once.
type letters struct {
	faces map[string]*typeset.Face
	sets  map[string]*typeset.Setter // by the paths of the fonts and the weight of the built-in one
	bad   fault.List
	more  int
}

// Letters reports texts and captions of films that show a clip of the plan's purchases and have a character that none
// of their fonts has. Such a film cannot be drawn, so that the clip would be bought for nothing. Fonts that cannot be
// read are left to the film.
func Letters(ctx context.Context, m *manifest.Manifest, plan *planning.Plan) error {
	buys := map[string]*manifest.Clip{}
	for _, s := range plan.Steps {
		if s.Action == planning.Buy || s.Action == planning.Draft || s.Work.DuplicateOf != "" {
			buys[s.Clip] = s.Work.Clip
		}
	}
	if len(buys) == 0 || len(m.Compositions)+len(m.RowCompositions) == 0 {
		return nil
	}
	l := &letters{faces: map[string]*typeset.Face{}, sets: map[string]*typeset.Setter{}}
	for _, c := range m.Compositions {
		l.film(films.Within(m, []manifest.Composition{c}), buys, "")
	}
	err := m.Rows(func(clip string) bool { return buys[clip] != nil }, func(row manifest.RowFilms) error {
		for _, c := range row.Films {
			l.film(films.Within(row.View, []manifest.Composition{c}), buys, fmt.Sprintf(" (row %s:%d)",
				m.Table(c.Each), row.Clip.Row.Line))
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	if l.more > 0 {
		l.bad = append(l.bad, fault.New(fault.Manifest, "", "%d more texts have characters that no font has", l.more))
	}
	return l.bad.Unique().Or()
}

// film checks a film with what it nests, if it shows a clip that is bought.
func (l *letters) film(parts []manifest.Composition, buys map[string]*manifest.Clip, row string) {
	shows := false
	for _, c := range parts {
		for _, layer := range c.Layers {
			shows = shows || layer.Kind == manifest.LayerClip && buys[layer.Of] != nil
		}
	}
	if !shows {
		return
	}
	for _, c := range parts {
		for _, layer := range c.Layers {
			text := ""
			switch clip := buys[layer.Of]; {
			case layer.Kind == manifest.LayerText:
				text = layer.Of
			case layer.Kind == manifest.LayerCaptions && clip != nil:
				text = clip.Script
				for _, s := range clip.Scenes {
					text += " " + s.Script
				}
			}
			if text != "" {
				l.text(c, layer, text, row)
			}
		}
	}
}

func (l *letters) text(c manifest.Composition, layer manifest.Layer, text, row string) {
	set := l.setter(layer.Style)
	if set == nil {
		return
	}
	missing := set.Missing(typeset.Clean(text))
	if len(missing) == 0 {
		return
	}
	if len(l.bad) >= mostLetterFaults {
		l.more++
		return
	}
	f := fault.New(fault.Manifest, "name a font file that has them: font: [fonts/NAME.ttf]; nothing was bought",
		"%s: %s: %v%s",
		c.Base, layer.Kind, &typeset.MissingError{Runes: missing}, row)
	at := layer.Place
	f.Place = &at
	l.bad = append(l.bad, f)
}

// setter has a style's faces in order, the built-in one last; nil when one cannot be read.
func (l *letters) setter(s manifest.Style) *typeset.Setter {
	builtin := fonts.Inter(s.Weight)
	key := builtin.Name
	for _, f := range s.Fonts {
		key += "\x00" + f.Path
	}
	if set, ok := l.sets[key]; ok {
		return set
	}
	var faces []*typeset.Face
	for _, f := range s.Fonts {
		face, ok := l.faces[f.Path]
		if !ok {
			if data, err := os.ReadFile(f.Path); err == nil {
				face, _ = typeset.Load(data)
			}
			l.faces[f.Path] = face
		}
		if face == nil {
			l.sets[key] = nil
			return nil
		}
		faces = append(faces, face)
	}
	face, err := typeset.Load(builtin.Data)
	if err != nil {
		return nil
	}
	l.sets[key] = typeset.NewSetter(append(faces, face))
	return l.sets[key]
}
