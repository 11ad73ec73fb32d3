package quality

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
)

// textMeter measures the contrast of a film's texts on what the film shows around their glyphs.
type textMeter struct {
	film   *timeline.Film
	texts  []*textLayer
	frames map[int][]*textLayer // that are measured on a frame
}

// textLayer is one text of a film.
type textLayer struct {
	*timeline.Layer
	contrast float64 // least; 0 before it is measured
	frame    int     // where that is
}

// contrastShare is the share of the points around glyphs that may have less contrast: some are the soft edges of the
// glyphs themselves.
const contrastShare = 0.1

func newTextMeter(f *timeline.Film) *textMeter {
	m := &textMeter{film: f, frames: map[int][]*textLayer{}}
	for i := range f.Layers {
		l := &f.Layers[i]
		if l.Kind != timeline.KindText || l.Text == nil || len(l.Text.Lines) == 0 || l.Frames <= 0 {
			continue
		}
		t := &textLayer{Layer: l}
		m.texts = append(m.texts, t)
		first := l.From + min(l.Enter.Frames, l.Frames-1)
		last := max(first, l.From+l.Frames-1-l.Leave.Frames)
		for _, at := range slices.Compact([]int{first, (first + last) / 2, last}) {
			m.frames[at] = append(m.frames[at], t)
		}
	}
	return m
}

// area is a part of a picture in points, to its right and lower ends.
type area struct{ x0, y0, x1, y1 float64 }

func (a area) has(x, y float64) bool { return x >= a.x0 && x < a.x1 && y >= a.y0 && y < a.y1 }

// ink is the area of a line's glyphs, generously, in pixels of the canvas.
func ink(size float64, l timeline.Line) area {
	return area{l.X - 0.08*size, l.Baseline - 0.8*size, l.X + l.Width + 0.08*size, l.Baseline + 0.27*size}
}

// add measures the texts of a frame.
func (m *textMeter) add(frame int, p media.Picture) {
	for _, t := range m.frames[frame] {
		c := m.measure(frame, t, p)
		if c > 0 && (t.contrast == 0 || c < t.contrast) {
			t.contrast, t.frame = c, frame
		}
	}
}

// measure returns the contrast of a text on a frame: of its colour against the points of its plate, or of a rim of
// 0.35 em around its lines, that no glyph covers. A stroke counts as the background where it has more contrast,
// because it is what the glyphs are next to. 0 means that there is nothing to measure.
func (m *textMeter) measure(frame int, t *textLayer, p media.Picture) float64 {
	text := t.Text
	own := m.colors(text)
	if len(own) == 0 || t.Opacity <= 0 {
		return 0
	}
	var glyphs []area
	for _, other := range m.texts {
		if frame < other.From || frame >= other.From+other.Frames {
			continue
		}
		for _, l := range other.Text.Lines {
			glyphs = append(glyphs, ink(other.Text.Size, l))
		}
	}
	around := m.around(text)
	sx, sy := float64(m.film.Width)/float64(p.W), float64(m.film.Height)/float64(p.H)
	var list []float64
	lin := linear()
	for y := max(0, int(around.y0/sy)); y < min(p.H, int(math.Ceil(around.y1/sy))); y++ {
		for x := max(0, int(around.x0/sx)); x < min(p.W, int(math.Ceil(around.x1/sx))); x++ {
			cx, cy := (float64(x)+0.5)*sx, (float64(y)+0.5)*sy
			if !around.has(cx, cy) || slices.ContainsFunc(glyphs, func(g area) bool { return g.has(cx, cy) }) {
				continue
			}
			i := y*p.W + x
			back := luminance(lin, p.Y[i], p.U[i], p.V[i])
			least := math.Inf(1)
			for _, c := range own {
				least = min(least, contrast(c.over(back, t.Opacity), back))
			}
			list = append(list, least)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	out := list[int(contrastShare*float64(len(list)))]
	if s := text.Stroke; s != nil && s.Width >= leastStroke*text.Size {
		if c, ok := colorOf(s.Color); ok {
			stroked := math.Inf(1)
			for _, o := range own {
				stroked = min(stroked, contrast(o.luminance, c.luminance))
			}
			out = max(out, stroked)
		}
	}
	return out
}

// colors are those of a text: its own and the one of the word that is spoken.
func (m *textMeter) colors(t *timeline.Text) (out []shade) {
	for _, c := range []string{t.Color, t.Highlight} {
		if s, ok := colorOf(c); ok {
			out = append(out, s)
		}
	}
	return out
}

// leastStroke is how wide a stroke has to be to count as the background of glyphs, in em.
const leastStroke = 0.03

// around is the area in which a text's background is measured, in pixels of the canvas.
func (m *textMeter) around(t *timeline.Text) area {
	if t.Plate != nil {
		b := t.Plate.Box
		return area{float64(b.X), float64(b.Y), float64(b.X + b.W), float64(b.Y + b.H)}
	}
	a := area{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	rim := 0.35 * t.Size
	for _, l := range t.Lines {
		i := ink(t.Size, l)
		a = area{min(a.x0, i.x0-rim), min(a.y0, i.y0-rim), max(a.x1, i.x1+rim), max(a.y1, i.y1+rim)}
	}
	return a
}

// shade is a colour of a text.
type shade struct{ luminance, alpha float64 }

// over returns the luminance of the colour over a background.
func (s shade) over(back, opacity float64) float64 {
	a := s.alpha * opacity
	return s.luminance*a + back*(1-a)
}

// colorOf reads #RRGGBB or #RRGGBBAA.
func colorOf(text string) (shade, bool) {
	hex := strings.TrimPrefix(text, "#")
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 && len(hex) != 8 {
		return shade{}, false
	}
	s := shade{alpha: 1}
	if len(hex) == 8 {
		s.alpha = float64(v&255) / 255
		v >>= 8
	}
	lin := linear()
	s.luminance = 0.2126*float64(lin[v>>16]) + 0.7152*float64(lin[v>>8&255]) + 0.0722*float64(lin[v&255])
	return s, true
}

// luminance returns the relative luminance of a pixel in BT.709 of limited range.
func luminance(lin *[256]float32, y8, u8, v8 byte) float64 {
	y, u, v := (float32(y8)-16)*255/219, float32(u8)-128, float32(v8)-128
	return 0.2126*float64(lin[level(y+1.792741*v)]) + 0.7152*float64(lin[level(y-0.213249*u-0.532909*v)]) +
		0.0722*float64(lin[level(y+2.112402*u)])
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// Caption is a text of a film, for reports.
type Caption struct {
	ID, Text string
	From, To float64 // seconds
	Speed    float64 // characters a second
	Contrast float64 // 0 when it was not measured
}

// Captions returns the film's texts with what was measured of each.
func (m *Meter) Captions() (out []Caption) {
	if m.texts == nil {
		return nil
	}
	for _, t := range m.texts.texts {
		from, to := t.seconds(m.Film)
		out = append(out, Caption{t.ID, t.words(), from, to, t.speed(m.Film), t.contrast})
	}
	return out
}

func (t *textLayer) seconds(f *timeline.Film) (from, to float64) {
	return f.FPS.Seconds(t.From), f.FPS.Seconds(t.From + t.Frames)
}

// words is the text in one line.
func (t *textLayer) words() string {
	var lines []string
	for _, l := range t.Text.Lines {
		lines = append(lines, lineText(l))
	}
	return strings.Join(lines, " ")
}

func lineText(l timeline.Line) string {
	var b strings.Builder
	for _, r := range l.Runs {
		b.WriteString(r.Text)
	}
	return strings.TrimSpace(b.String())
}

// speed is in characters a second, blanks included.
func (t *textLayer) speed(f *timeline.Film) float64 {
	from, to := t.seconds(f)
	if to <= from {
		return 0
	}
	return characters(t.words()) / (to - from)
}

// characters counts letters as they are read: one of Chinese, Japanese or Korean takes as long as two of others (the
// timed text guides of Netflix have 9 a second for Chinese and 12 for Korean). Marks above and below letters do not
// count.
func characters(s string) float64 {
	n := float64(utf8.RuneCountInString(s))
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n++
		case unicode.In(r, unicode.Mn, unicode.Cf):
			n--
		}
	}
	return n
}
