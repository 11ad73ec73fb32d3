package typeset

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// Line is one line of text.
type Line struct {
	Runs  []Run   // in the order in which they are read
	Width float64 // pixels, without the blank at its end
	RTL   bool
}

// Run is a piece of a line in one face.
type Run struct {
	Text       string
	Face       int // which of the setter's faces
	Start, End int // its place in the cleaned text, in characters
}

// MissingError names characters that no face has.
type MissingError struct{ Runes []rune }

func (e *MissingError) Error() string {
	const most = 8
	var names []string
	for _, r := range e.Runes[:min(len(e.Runes), most)] {
		name := fmt.Sprintf("U+%04X", r)
		if unicode.IsPrint(r) {
			name = fmt.Sprintf("%c (%s)", r, name)
		}
		names = append(names, name)
	}
	more := ""
	if n := len(e.Runes) - most; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return "no font has " + strings.Join(names, ", ") + more
}

// Clean brings a text into the form that lines are made of: composed (NFC), tabs and blanks in a row as one blank,
// "\n" between paragraphs, nothing else that cannot be seen.
func Clean(s string) string {
	s = norm.NFC.String(
		strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\ufeff", "").Replace(s),
	)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		l = strings.Map(func(r rune) rune {
			switch {
			case r == '\t' || r == '\v' || r == '\f':
				return ' '
			case unicode.IsControl(r) || r == unicode.ReplacementChar:
				return -1
			}
			return r
		}, l)
		for strings.Contains(l, "  ") {
			l = strings.ReplaceAll(l, "  ", " ")
		}
		lines[i] = strings.Trim(l, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// Setter sets text in faces, the first that has a character drawing it. It is not safe for concurrent use.
type Setter struct {
	faces  []*font.Face
	shaper shaping.HarfbuzzShaper
	seg    shaping.Segmenter
	wrap   shaping.LineWrapper
}

// NewSetter takes at least one face.
func NewSetter(faces []*Face) *Setter {
	s := &Setter{}
	for _, f := range faces {
		s.faces = append(s.faces, font.NewFace(f.font))
	}
	return s
}

// ResolveFace is how the segmenter asks for a face. Missing characters were refused before.
func (s *Setter) ResolveFace(r rune) *font.Face {
	for _, f := range s.faces {
		if _, ok := f.NominalGlyph(r); ok {
			return f
		}
	}
	return s.faces[0]
}

// Missing returns the characters of a cleaned text that no face has, each once, in order.
func (s *Setter) Missing(text string) []rune {
	var out []rune
	for _, r := range text {
		// Format characters and variation selectors have no shape of their own.
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.Variation_Selector) || slices.Contains(out, r) {
			continue
		}
		if _, ok := s.ResolveFace(r).NominalGlyph(r); !ok {
			out = append(out, r)
		}
	}
	return out
}

// Lines breaks a cleaned text into lines at most width pixels wide, at size pixels to the em. A word that is wider
// than a line is broken where it must be. The error is a *MissingError.
func (s *Setter) Lines(text string, size, width float64) (lines []Line, err error) {
	return s.set(text, size, width, rightToLeft)
}

// Broken is as Lines for one paragraph that has its line ends already: all lines have its direction, also
// one that begins with a word of the other.
func (s *Setter) Broken(text string, size, width float64) ([]Line, error) {
	rtl := rightToLeft([]rune(text))
	return s.set(text, size, width, func([]rune) bool { return rtl })
}

func (s *Setter) set(text string, size, width float64, rtl func([]rune) bool) (lines []Line, err error) {
	if missing := s.Missing(text); len(missing) > 0 {
		return nil, &MissingError{missing}
	}
	defer func() { // the fonts are the user's
		if r := recover(); r != nil {
			lines, err = nil, fmt.Errorf("the font cannot be shaped: %v", r)
		}
	}()
	start := 0
	for _, p := range strings.Split(text, "\n") {
		runes := []rune(p)
		lines = append(lines, s.paragraph(runes, start, size, width, rtl(runes))...)
		start += len(runes) + 1
	}
	return lines, nil
}

// em is the size that text is shaped at, whatever it is drawn at: the shaper rounds sizes up to whole pixels.
const em = 1000

// widest is the most that the line breaker can count, in pixels of em: beyond it nothing is broken.
const widest = 1 << 24

func (s *Setter) paragraph(runes []rune, start int, size, width float64, rtl bool) []Line {
	if len(runes) == 0 {
		return []Line{{}}
	}
	dir := di.DirectionLTR
	if rtl {
		dir = di.DirectionRTL
	}
	var shaped []shaping.Output
	text := shaping.Input{
		Text: runes, RunEnd: len(runes), Direction: dir, Size: fixed.I(em), Language: language.NewLanguage("en"),
	}
	for _, in := range s.seg.Split(text, s) {
		shaped = append(shaped, s.shaper.Shape(in))
	}
	config := shaping.WrapConfig{Direction: dir, BreakPolicy: shaping.WhenNecessary}
	most := int(min(width/size*em, widest))
	wrapped, _ := s.wrap.WrapParagraph(config, most, runes, shaping.NewSliceIterator(shaped))
	var out []Line
	for _, w := range wrapped {
		if l := s.line(w, runes, start); len(l.Runs) > 0 {
			l.RTL, l.Width = rtl, l.Width*size/em
			out = append(out, l)
		}
	}
	return out
}

func (s *Setter) line(w shaping.Line, runes []rune, start int) Line {
	var l Line
	end := 0 // where the line's blanks at its end begin
	for _, o := range w {
		l.Width += float64(o.Advance) / 64
		end = max(end, o.Runes.Offset+o.Runes.Count)
	}
	for end > 0 && runes[end-1] == ' ' {
		end--
	}
	for _, o := range w {
		from, to := o.Runes.Offset, min(o.Runes.Offset+o.Runes.Count, end)
		if from < to {
			l.Runs = append(l.Runs, Run{
				string(runes[from:to]), max(0, slices.Index(s.faces, o.Face)), start + from, start + to,
			})
		}
	}
	slices.SortFunc(l.Runs, func(a, b Run) int { return a.Start - b.Start })
	return join(l)
}

// join joins neighbours of one face, also across a change of script or direction.
func join(l Line) Line {
	var out []Run
	for _, r := range l.Runs {
		if n := len(out) - 1; n >= 0 && out[n].Face == r.Face && out[n].End == r.Start {
			out[n].Text, out[n].End = out[n].Text+r.Text, r.End
			continue
		}
		out = append(out, r)
	}
	l.Runs = out
	return l
}

// Cut splits the line's runs at the given characters of the text, so that each piece can have a colour of its own.
func (l Line) Cut(at []int) []Run {
	var out []Run
	for _, r := range l.Runs {
		runes, from := []rune(r.Text), 0
		for i := 1; i < len(runes); i++ {
			if slices.Contains(at, r.Start+i) {
				out = append(out, Run{string(runes[from:i]), r.Face, r.Start + from, r.Start + i})
				from = i
			}
		}
		out = append(out, Run{string(runes[from:]), r.Face, r.Start + from, r.End})
	}
	return out
}

// rightToLeft is the base direction: that of the first letter that has one.
func rightToLeft(runes []rune) bool {
	for _, r := range runes {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}
