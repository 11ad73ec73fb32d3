package timeline

import "math"

// Rounded returns the rectangle whose corners the layer's radius rounds.
func (l *Layer) Rounded() Rect {
	if l.Round != nil {
		return *l.Round
	}
	return l.Box
}

// End is the first frame after the layer.
func (l *Layer) End() int { return l.From + l.Frames }

// Ease is how far a slide has come at the share p of its time, 0 to 1: 1-(1-p)³, CSS's "ease-out cubic".
func Ease(p float64) float64 {
	p = min(max(p, 0), 1)
	return 1 - (1-p)*(1-p)*(1-p)
}

// arrival is the share of the way in at frame n of the layer (0 is its first) and the share still left on the way out.
// The first frame of an Enter is at 0, the first after it at 1; a Leave is the same thing backwards, so that its last
// frame is at 1/Frames. That is what ffmpeg's fade filter does too.
func (l *Layer) arrival(n int) (in, out float64) {
	in, out = 1, 1
	if l.Enter.Frames > 0 {
		in = min(float64(n)/float64(l.Enter.Frames), 1)
	}
	if l.Leave.Frames > 0 {
		out = min(float64(l.Frames-n)/float64(l.Leave.Frames), 1)
	}
	return in, out
}

// OpacityAt is the layer's opacity at the film's frame; 0 when it is not there.
func (l *Layer) OpacityAt(frame int) float64 {
	n := frame - l.From
	if n < 0 || n >= l.Frames {
		return 0
	}
	in, out := l.arrival(n)
	o := l.Opacity
	if l.Enter.Fade {
		o *= in
	}
	if l.Leave.Fade {
		o *= out
	}
	return o
}

// OffsetAt is how far from its box the layer is drawn at the film's frame, rounded to whole pixels, halves away
// from 0.
func (l *Layer) OffsetAt(frame int) (dx, dy int) {
	in, out := l.arrival(frame - l.From)
	a, b := 1-Ease(in), 1-Ease(out)
	x := float64(l.Enter.DX)*a + float64(l.Leave.DX)*b
	y := float64(l.Enter.DY)*a + float64(l.Leave.DY)*b
	return int(math.Round(x)), int(math.Round(y))
}

// GainAt is the sound's gain at the given second of the film.
func (s *Sound) GainAt(at float64) float64 {
	p := s.Gain
	if len(p) == 0 {
		return 1
	}
	if at <= p[0].At {
		return p[0].Gain
	}
	for i := 1; i < len(p); i++ {
		if at <= p[i].At {
			a, b := p[i-1], p[i]
			if b.At == a.At {
				return b.Gain
			}
			return a.Gain + (b.Gain-a.Gain)*(at-a.At)/(b.At-a.At)
		}
	}
	return p[len(p)-1].Gain
}
