package exchange

import (
	"fmt"

	"greenroom/compose/timeline"
)

// texts adds the texts at the front: as titles, as one picture each, or as one movie if words of them light up. It
// returns how many it has added.
func (a *adapter) texts(rest []timeline.Layer) int {
	l := rest[0]
	switch {
	case !a.format.layers:
		a.differs(l.ID, "a text", "it is missing")
		return 1
	case a.format.titles:
		a.title(l)
		return 1
	}
	n := 0
	lit := false
	for n < len(rest) && rest[n].Kind == timeline.KindText {
		if lights(&rest[n]) {
			lit = true
		} else if !lit {
			break
		}
		n++
	}
	if n == 0 {
		a.draw(l, "a text")
		return 1
	}
	a.movie(rest[:n])
	return n
}

// lights reports whether words of a text change their colour.
func lights(l *timeline.Layer) bool {
	if l.Text.Highlight == "" {
		return false
	}
	for _, line := range l.Text.Lines {
		for _, r := range line.Runs {
			if r.Off > r.On {
				return true
			}
		}
	}
	return false
}

// movie adds one movie of several texts.
func (a *adapter) movie(texts []timeline.Layer) {
	all := timeline.Layer{ID: texts[0].ID, From: texts[0].From, Opacity: 1}
	end := 0
	for i := range texts {
		all.From, end = min(all.From, texts[i].From), max(end, texts[i].End())
	}
	all.Frames = end - all.From
	if n := len(texts); n > 1 {
		all.ID = fmt.Sprintf("%s and %d more", texts[0].ID, n-1)
	}
	a.place(all, texts, false)
	a.drawn(all.ID, "words that light up", drawnAs(false))
}

// title adds a text as a title. Its plate is a picture below it.
func (a *adapter) title(l timeline.Layer) {
	if p := l.Text.Plate; p != nil {
		plate := l
		plate.ID, plate.Kind, plate.Text = l.ID+" plate", timeline.KindFill, nil
		plate.Box, plate.Radius, plate.Fill = p.Box, p.Radius, &timeline.Fill{Colors: []string{p.Color}}
		a.draw(plate, "the plate of a text")
	}
	if lights(&l) {
		a.differs(l.ID, "words that light up", "a title of one colour")
	}
	a.out.Layers = append(a.out.Layers, l)
}

// pieces returns the text of a layer as pieces in one font each, with line feeds between its lines.
func pieces(t *timeline.Text) (out []timeline.Run) {
	for i, line := range t.Lines {
		for j, r := range line.Runs {
			text := r.Text
			if j == 0 && i > 0 {
				text = "\n" + text
			}
			if n := len(out); n > 0 && out[n-1].Font == r.Font {
				out[n-1].Text += text
				continue
			}
			out = append(out, timeline.Run{Text: text, Font: r.Font})
		}
	}
	return out
}
