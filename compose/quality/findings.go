package quality

import (
	"fmt"
	"math"
	"strings"

	"greenroom/compose/media"
)

// list collects findings.
type list struct {
	Limits
	all []media.Finding
}

// add appends a finding that is bad or not, with where it is.
func (l *list) add(name string, bad bool, value, limit, advice string, where media.Stretch) {
	f := media.Finding{Name: name, Verdict: media.OK, Value: value, Limit: limit}
	if bad {
		f.Verdict, f.Advice, f.Where = media.Warn, advice, where
		if l.Level == Strict {
			f.Verdict = media.Fail
		}
	}
	l.all = append(l.all, f)
}

// Findings returns one finding for each thing that was measured.
func (m *Meter) Findings() []media.Finding {
	l := &list{Limits: m.limits}
	if l.Level == Off || m.frames == 0 {
		return nil
	}
	m.pictures(l)
	m.sounds(l)
	if m.texts != nil && len(m.texts.texts) > 0 {
		m.texts.findings(l)
	}
	return l.all
}

// at returns a stretch of frames as times.
func (m *Meter) at(from, frames int) media.Stretch {
	return media.Stretch{From: round(float64(from) / m.fps), To: round(float64(from+frames) / m.fps)}
}

// round keeps milliseconds.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }

func seconds(v float64) string { return fmt.Sprintf("%.4g s", v) }

func (m *Meter) pictures(l *list) {
	for _, kind := range []struct {
		name   string
		of     *flashKind
		advice string
	}{
		{"flashing", m.flashes.general, "it may cause seizures: change brightness at most three times a second " +
			"there, or make the flashing part smaller than a sixth of each side"},
		{"red flashing", m.flashes.red, "it may cause seizures: use a red that is less saturated there, or change it " +
			"at most three times a second"},
	} {
		w := kind.of.worst
		value := fmt.Sprintf("%.3g a second", float64(w.changes)/2)
		bad := w.changes > mostChanges
		l.add(kind.name, bad, value, "3 a second", kind.advice, m.at(w.from, w.to-w.from+1))
		if bad && m.IsFilm {
			l.all[len(l.all)-1].Verdict = media.Fail
		}
	}
	s := m.stills
	if m.alpha == nil {
		long := float64(s.black.frames) / m.fps
		l.add("black", long > l.Black || s.dark == m.frames, seconds(long), seconds(l.Black),
			"nothing is shown there; cut it, or raise checks.quality.black", m.at(s.black.from, s.black.frames))
	}
	long := float64(s.frozen.frames) / m.fps
	l.add("frozen", long > l.Frozen, seconds(long), seconds(l.Frozen),
		"the picture does not move there; raise checks.quality.frozen if that is intended",
		m.at(s.frozen.from-1, s.frozen.frames+1))
	if !m.Info.Colour.FullRange && !m.Info.Colour.RGB && !m.Info.Colour.HDR() {
		l.add("legal range", s.strayWorst > rangeShare, percent(s.strayWorst)+" outside",
			percent(rangeShare)+" outside of 5 to 246",
			"players clip what is darker or brighter: export it in limited range, or tag it as full range",
			m.at(s.strayFrame, 1))
	}
	if m.alpha != nil {
		l.add("alpha flicker", m.alpha.worst > flicker, percent(m.alpha.worst), percent(flicker),
			"the matte changes for a single picture: export the clip again", m.at(m.alpha.worstFrame, 1))
	}
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", v*100) }

// everywhere is the place of what is about the complete file.
var everywhere media.Stretch

func (m *Meter) sounds(l *list) {
	s := &m.sound
	if m.Info.AudioTracks == 0 || s.Seconds == 0 {
		expected := m.Film != nil && len(m.Film.Sounds) > 0
		l.add("sound", expected, "none", "any", "the film plays sounds, and its file has none: render it again",
			everywhere)
		return
	}
	at := func(r run) media.Stretch {
		from := s.begins + float64(r.from)*stepSeconds
		return media.Stretch{From: round(from), To: round(from + float64(r.frames)*stepSeconds)}
	}
	if decibels(s.level) < silent {
		intended := m.Film != nil && len(m.Film.Sounds) == 0
		l.add("sound", !intended, "silent", fmt.Sprintf("%g dBFS", silent),
			"the sound is silent: check the source, or remove the sound track", everywhere)
		return
	}
	l.add("sound", false, fmt.Sprintf("%.1f dBFS", decibels(s.level)), fmt.Sprintf("%g dBFS", silent), "", everywhere)
	s.loudness(l)
	long := float64(s.silence.frames) * stepSeconds
	l.add("silence", long > l.Silence, seconds(long), seconds(l.Silence),
		"the sound is silent there; raise checks.quality.silence if that is intended", at(s.silence))
	first := s.begins + s.firstAt
	l.add("clipping", s.clipped > 0, fmt.Sprintf("%d times", s.clipped), "0 times",
		"the wave is cut off at full scale: record or export the sound quieter",
		media.Stretch{From: round(first), To: round(first + stepSeconds)})
	if s.stereo {
		s.channels(l, at)
	}
}

// loudness compares the integrated loudness and the true peak.
func (s *Sound) loudness(l *list) {
	if !s.Measured || math.IsInf(s.Integrated, 0) {
		l.add("integrated loudness", false, "too short to be measured", "0.4 s", "", everywhere)
		return
	}
	limit, off := "no target", false
	if l.Loudness != 0 {
		limit = fmt.Sprintf("%g ± %g LUFS", l.Loudness, loudnessTolerance)
		off = math.Abs(s.Integrated-l.Loudness) > loudnessTolerance
	}
	value := fmt.Sprintf("%.1f LUFS, range %.1f LU", s.Integrated, s.Range)
	change := l.Loudness - s.Integrated
	l.add("integrated loudness", off, value, limit,
		fmt.Sprintf("change the gain by %+.1f dB, or set prepare.loudness of its clips", change), everywhere)
	l.add("true peak", s.Peak > l.Peak, fmt.Sprintf("%.1f dBTP", s.Peak), fmt.Sprintf("%g dBTP", l.Peak),
		"codecs and players may distort it: lower the gain, or set prepare.loudness, which limits peaks", everywhere)
}

// channels compares left and right.
func (s *Sound) channels(l *list, at func(run) media.Stretch) {
	apart := float64(s.apart.frames) * stepSeconds
	bad := s.correlation < opposite || apart >= 1
	where := at(s.apart)
	l.add("phase", bad, fmt.Sprintf("correlation %.2f", s.correlation), fmt.Sprintf("%.2f", opposite),
		"left and right cancel out on one speaker: invert one of them", where)
	left, right := decibels(s.sides[0]), decibels(s.sides[1])
	dead, side := math.Abs(left-right) > deadBelow, "left"
	if right < left {
		side = "right"
	}
	value := fmt.Sprintf("%.1f dB apart", math.Abs(left-right))
	if dead {
		value = side + " is silent"
	}
	l.add("dead channel", dead, value, fmt.Sprintf("%g dB", deadBelow),
		"it is audible on one side only: export the sound in mono, or with both channels", everywhere)
}

// findings compares the texts, each check with its worst text.
func (m *textMeter) findings(l *list) {
	var low, fast, long, out *textLayer
	least, most, letters, share := math.Inf(1), 0.0, 0.0, math.Inf(1)
	for _, t := range m.texts {
		if t.contrast > 0 && t.contrast < least {
			low, least = t, t.contrast
		}
		if v := t.speed(m.film); fast == nil || v > most {
			fast, most = t, v
		}
		if strings.HasPrefix(t.ID, "captions") {
			for _, line := range t.Text.Lines {
				if n := characters(lineText(line)); long == nil || n > letters {
					long, letters = t, n
				}
			}
		}
		if free := m.free(t); out == nil || free < share {
			out, share = t, free
		}
	}
	where := func(t *textLayer) media.Stretch {
		from, to := t.seconds(m.film)
		return media.Stretch{From: round(from), To: round(to)}
	}
	if low != nil {
		l.add("text contrast", least < l.Contrast, fmt.Sprintf("%.2f:1 of %s", least, low.ID),
			fmt.Sprintf("%g:1", l.Contrast), "choose another color, or a plate or a stroke for its style", m.moment(low))
	}
	l.add("reading speed", most > l.ReadingSpeed, fmt.Sprintf("%.1f characters a second of %s", most, fast.ID),
		fmt.Sprintf("%g a second", l.ReadingSpeed), "show it longer, or use fewer words", where(fast))
	if long != nil {
		l.add("line length", int(letters) > l.LineLength, fmt.Sprintf("%d characters of %s", int(letters), long.ID),
			fmt.Sprintf("%d characters", l.LineLength), "use a larger size or a narrower box for the captions",
			where(long))
	}
	l.add("safe area", share < l.Safe-safeSlack, fmt.Sprintf("%s free of %s", percent(share), out.ID), percent(l.Safe),
		"screens and players may cover it: move the text inwards", where(out))
}

// safeSlack is the rounding of positions, of a side.
const safeSlack = 0.002

// moment is the frame on which a text has its least contrast, as times.
func (m *textMeter) moment(t *textLayer) media.Stretch {
	return media.Stretch{From: round(m.film.FPS.Seconds(t.frame)), To: round(m.film.FPS.Seconds(t.frame + 1))}
}

// free returns the least distance of a text's glyphs from a side of the canvas, as a share of that side.
func (m *textMeter) free(t *textLayer) float64 {
	out := math.Inf(1)
	w, h := float64(m.film.Width), float64(m.film.Height)
	for _, l := range t.Text.Lines {
		top, bottom := l.Baseline-capHeight*t.Text.Size, l.Baseline
		out = min(out, l.X/w, (w-l.X-l.Width)/w, top/h, (h-bottom)/h)
	}
	return out
}

// capHeight is the height of a capital letter, in em.
const capHeight = 0.72
