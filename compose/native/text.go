package native

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/compose/timeline"
)

// subtitle is one libass file: text layers that follow one another at one depth, with the frames on which what they
// draw changes. Between those frames nothing is drawn again.
//
// libass reads times in hundredths of a second, in which the frames of 59.94 fps do not fall evenly. The file is
// therefore timed in changes, not in seconds: change k is at k tenths of a second.
type subtitle struct {
	layers []*timeline.Layer
	// view is the part of the canvas that the picture covers.
	view timeline.Rect
	// changes are frames of the film, rising.
	changes []int
	faces   map[string]*face // by media key
	// white draws everything in white, however much it lets through: on black, that is the picture's alpha.
	white bool
}

// newSubtitle works out the changes and the view.
func newSubtitle(layers []*timeline.Layer, faces map[string]*face, width, height int) *subtitle {
	s := &subtitle{layers: layers, faces: faces}
	at := map[int]bool{}
	for _, l := range layers {
		at[l.From] = true
		at[l.End()] = true // the picture is empty again
		in, out := fades(l)
		for n := range in {
			at[l.From+n+1] = true
		}
		for n := range out {
			at[l.End()-out+n] = true
		}
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				for _, frame := range []int{r.On, r.Off} {
					if lit(l, r) && frame > l.From && frame < l.End() {
						at[frame] = true
					}
				}
			}
		}
		s.view = union(s.view, cut(s.extent(l), reach(l, width, height)))
	}
	for frame := range at {
		s.changes = append(s.changes, frame)
	}
	slices.Sort(s.changes)
	// The end of the last layer is left to the overlay's enable. A picture at that time would end it too early: a filter
	// is switched by the time of whatever it was given last, and it is given pictures of the layer ahead.
	s.changes = s.changes[:len(s.changes)-1]
	return s
}

// anyClear reports whether a colour of texts is transparent in part. libass' colours then need a picture for alpha of
// their own: ffmpeg draws them with their alpha squared.
func anyClear(layers []*timeline.Layer) bool {
	for _, l := range layers {
		t := l.Text
		colors := []string{t.Color}
		if t.Highlight != "" {
			colors = append(colors, t.Highlight)
		}
		if t.Stroke != nil {
			colors = append(colors, t.Stroke.Color)
		}
		if t.Plate != nil {
			colors = append(colors, t.Plate.Color)
		}
		for _, c := range colors {
			if parseColor(c).A != 255 {
				return true
			}
		}
	}
	return false
}

func lit(l *timeline.Layer, r timeline.Run) bool {
	return l.Text.Highlight != "" && r.On < r.Off
}

// extent is where the layer may leave ink, generously: measured widths are not trusted.
func (s *subtitle) extent(l *timeline.Layer) timeline.Rect {
	t := l.Text
	pad := t.Size
	if t.Stroke != nil {
		pad += t.Stroke.Width
	}
	var r timeline.Rect
	for _, line := range t.Lines {
		width := 0.0
		for _, run := range line.Runs {
			width += s.faces[t.Fonts[run.Font].Media].advance(run.Text) * t.Size
		}
		width = max(width*1.1, line.Width) + 2*pad
		up, down := s.metrics(t, line)
		top, bottom := line.Baseline-max(up, t.Size)-pad, line.Baseline+max(down, t.Size)+pad
		r = union(r, timeline.Rect{
			X: int(math.Floor(line.X - pad)), Y: int(math.Floor(top)), W: int(math.Ceil(width)) + 1,
			H: int(math.Ceil(bottom-top)) + 1,
		})
	}
	if t.Plate != nil {
		r = union(r, t.Plate.Box)
	}
	return r
}

// metrics are the distances from a line's baseline to the top and the bottom of its box in libass, in pixels.
func (s *subtitle) metrics(t *timeline.Text, line timeline.Line) (up, down float64) {
	for _, r := range line.Runs {
		f := s.faces[t.Fonts[r.Font].Media]
		up, down = max(up, f.ascent*t.Size), max(down, f.descent*t.Size)
	}
	return up, down
}

// write writes the file. Coordinates are the view's.
func (s *subtitle) write(w *bufio.Writer) error {
	fmt.Fprintf(
		w,
		"[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\nScaledBorderAndShadow: yes\nWrapStyle: 2\nKerning: yes\nYCbCr Matrix: None\n\n",
		s.view.W, s.view.H,
	)
	// Encoding -1 lets libass find a line's direction from its first strong character, which we put there.
	w.WriteString("[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, " +
		"ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n" +
		"Style: s," + s.family() +
		",20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,7,0,0,0,-1\n\n" +
		"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n")
	for _, l := range s.layers {
		if p := l.Text.Plate; p != nil {
			s.event(w, 0, l.From, l.End(), s.plate(p))
		}
		for _, line := range l.Text.Lines {
			start, before := l.From, ""
			for _, at := range append(slices.Clone(s.changes), l.End()) {
				if at < l.From || at > l.End() {
					continue
				}
				now := ""
				if at < l.End() {
					now = s.line(l, line, at)
				}
				if now == before {
					continue
				}
				if before != "" {
					s.event(w, 1, start, at, before)
				}
				start, before = at, now
			}
		}
	}
	return nil
}

// family is a font that is there: libass looks the style's up, used or not.
func (s *subtitle) family() string {
	for _, l := range s.layers {
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				return s.faces[l.Text.Fonts[r.Font].Media].family
			}
		}
	}
	return "none"
}

// event writes a line that is seen between two frames of the film.
func (s *subtitle) event(w *bufio.Writer, depth, from, to int, text string) {
	stamp := func(frame int) string {
		k, _ := slices.BinarySearch(s.changes, frame) // the end of the last layer is after the last change
		cs := max(0, 10*k-5)
		return fmt.Sprintf("%d:%02d:%02d.%02d", cs/360000, cs/6000%60, cs/100%60, cs%100)
	}
	fmt.Fprintf(w, "Dialogue: %d,%s,%s,s,,0,0,0,,%s\n", depth, stamp(from), stamp(to), text)
}

// line is one line as it looks on a frame.
func (s *subtitle) line(l *timeline.Layer, line timeline.Line, frame int) string {
	t := l.Text
	up, _ := s.metrics(t, line)
	var b strings.Builder
	fmt.Fprintf(&b, `{\an7\pos(%s,%s)`, px(line.X-float64(s.view.X)), px(line.Baseline-up-float64(s.view.Y)))
	if t.Stroke != nil {
		fmt.Fprintf(&b, `\bord%s%s`, px(t.Stroke.Width), s.color(3, t.Stroke.Color))
	}
	b.WriteString("}")
	marks, at := bracketMarks(line), 0
	for i, r := range line.Runs {
		f := s.faces[t.Fonts[r.Font].Media]
		c := t.Color
		if lit(l, r) && frame >= r.On && frame < r.Off {
			c = t.Highlight
		}
		fmt.Fprintf(&b, `{\fn%s\fs%s%s}`, f.family, px((f.ascent+f.descent)*t.Size), s.color(1, c))
		if i == 0 { // after the font, which must contain it, too
			b.WriteRune(direction(line.RTL))
		}
		b.WriteString(escapeASS(marked(r.Text, marks, at), i == 0, i == len(line.Runs)-1))
		at += utf8.RuneCountInString(r.Text)
	}
	return b.String()
}

// plate draws a rounded box as an ASS drawing, in eighths of a pixel.
func (s *subtitle) plate(p *timeline.Plate) string {
	const unit = 8
	r := min(max(p.Radius, 0), float64(p.Box.W)/2, float64(p.Box.H)/2) * unit
	w, h, k := float64(p.Box.W)*unit, float64(p.Box.H)*unit, r*(1-0.5522847498307936)
	n := func(v float64) int { return int(math.Round(v)) }
	path := fmt.Sprintf("m %d 0 l %d 0 b %d 0 %d %d %d %d l %d %d b %d %d %d %d %d %d l %d %d b %d %d 0 %d 0 %d l 0 %d b 0 %d %d 0 %d 0",
		n(r), n(w-r), n(w-k), n(w), n(k), n(w), n(r),
		n(w), n(h-r), n(w), n(h-k), n(w-k), n(h), n(w-r), n(h),
		n(r), n(h), n(k), n(h), n(h-k), n(h-r), n(r), n(k), n(k), n(r))
	return fmt.Sprintf(`{\an7\pos(%d,%d)\bord0%s\p4}%s{\p0}`, p.Box.X-s.view.X, p.Box.Y-s.view.Y, s.color(1, p.Color),
		path)
}

// px writes pixels for ASS.
func px(v float64) string { return num(math.Round(v*1000) / 1000) }

// color sets a colour and its transparency, which ASS counts the other way round.
func (s *subtitle) color(which int, text string) string {
	c := parseColor(text)
	if s.white {
		c.R, c.G, c.B = 255, 255, 255
	}
	return fmt.Sprintf(`\%dc&H%02X%02X%02X&\%da&H%02X&`, which, c.B, c.G, c.R, which, 255-c.A)
}

// escapeASS makes a text that libass draws as it is: braces open no block, a backslash starts no escape, blanks at the
// ends of a line are kept, and nothing ends the line.
func escapeASS(s string, first, last bool) string {
	runes := []rune(s)
	var b strings.Builder
	lead := 0
	for lead < len(runes) && unicode.IsSpace(runes[lead]) {
		lead++
	}
	trail := len(runes)
	for trail > 0 && unicode.IsSpace(runes[trail-1]) {
		trail--
	}
	for i, r := range runes {
		switch {
		case r == '{' || r == '}':
			b.WriteString(`\` + string(r))
		case r == '\\':
			// A word joiner, which libass draws nothing for, parts it from the letter that would make it an escape.
			b.WriteString("\\\u2060")
		case unicode.IsSpace(r) && (first && i < lead || last && i >= trail):
			b.WriteRune('\u00A0') // a blank that libass does not trim
		case unicode.IsSpace(r) && r != '\u00A0' && r != '\u3000' && !(r >= '\u2000' && r <= '\u200A') && r != '\u202F':
			b.WriteRune(' ')
		case r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cc, r):
			// they would end the line or the file
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
