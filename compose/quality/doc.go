// Package quality measures how a clip or a film looks and sounds, and compares that with limits: loudness, peaks,
// silence, clipping, phase and dead channels of the sound; black, frozen and flashing stretches, range and flicker of
// the pictures; contrast, reading speed, length and place of texts.
//
// It measures the pictures of a decode that another check needs anyway ([Meter.Picture]), and decodes the sound once
// ([Meter.Listen]). What it finds are findings of package media.
package quality

import (
	"context"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
)

// Subject is what is measured.
type Subject struct {
	Info media.Info
	// Film is set for a film, with its texts; a film of the user's own Remotion project has none.
	Film *timeline.Film
	// IsFilm means that the file is shown as it is: flashing fails it. A clip is shown as a part of a film.
	IsFilm bool
}

// Meter measures one file.
type Meter struct {
	Subject
	limits Limits
	fps    float64
	keyed  bool // the pictures' alpha is that of a key

	frames  int
	flashes *flashes
	stills  *stills
	alpha   *alphaMeter
	texts   *textMeter
	strip   Strip
	sound   Sound
}

// NewMeter returns a meter for a file. A file without pictures has a meter too.
func NewMeter(s Subject, l Limits) *Meter {
	m := &Meter{Subject: s, limits: l, fps: s.Info.FPS()}
	if m.fps <= 0 {
		m.fps = 25
	}
	if s.Film != nil && !s.Film.Transparent { // what is behind the texts of a transparent film is not known
		m.texts = newTextMeter(s.Film)
	}
	return m
}

// Picture measures the next picture. All pictures of a file have one size.
func (m *Meter) Picture(p media.Picture) {
	if m.frames == 0 {
		m.flashes, m.stills = newFlashes(p.W, p.H, m.fps), &stills{}
		if p.A != nil && (m.Info.Alpha || m.keyed) {
			m.alpha = &alphaMeter{}
		}
	}
	if m.alpha == nil {
		p.A = nil // opaque throughout
	}
	m.flashes.add(p)
	m.stills.add(p)
	if m.alpha != nil {
		m.alpha.add(p)
	}
	if m.texts != nil {
		m.texts.add(m.frames, p)
	}
	m.strip.add(m.frames, m.Info.Frames, p)
	m.frames++
}

// Frames returns how many pictures were measured.
func (m *Meter) Frames() int { return m.frames }

// Strip returns pictures from the complete length.
func (m *Meter) Strip() Strip { return m.strip }

// Sound returns what Listen measured.
func (m *Meter) Sound() Sound { return m.sound }

// Watch returns a meter that measures the pictures of media.Check with this expectation. Its Info is set when the
// decode begins; without one there are no findings about pictures.
func Watch(e *media.Expect, s Subject, l Limits) *Meter {
	m := NewMeter(s, l)
	e.Pictures = func(i media.Info) func(media.Picture) {
		s.Info = i
		*m = *NewMeter(s, l)
		m.keyed = e.KeyColor != ""
		return m.Picture
	}
	return m
}

// File measures a film's file: one decode of its pictures, one of its sound.
func File(ctx context.Context, t media.Tools, path string, s Subject, l Limits) (*Meter, error) {
	info, err := media.Probe(ctx, t, path)
	if err != nil {
		return nil, err
	}
	s.Info = info
	m := NewMeter(s, l)
	if info.Alpha {
		show := func(media.Info) func(media.Picture) { return m.Picture }
		_, err = media.Check(ctx, t, path, media.Expect{Transparent: true, Pictures: show}, nil)
	} else {
		err = media.Pictures(ctx, t, path, info, m.Picture)
	}
	if err != nil {
		return nil, err
	}
	return m, m.Listen(ctx, t, path)
}
