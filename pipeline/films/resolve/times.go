package resolve

import (
	"math"

	"greenroom/pipeline/manifest"
)

// times works out when every layer is seen and how long the composition's own part is.
func (r *resolver) times(p *part) {
	n := len(p.c.Layers)
	p.spans = make([]span, n)
	lasts := make([]float64, n) // how long what a layer shows lasts; infinite for what has no end
	for i, l := range p.c.Layers {
		lasts[i] = r.lasts(p, l)
	}
	state := make([]int, n)
	for i := range p.c.Layers {
		r.begin(p, i, lasts, state)
	}
	p.length = p.c.Length.Seconds()
	if p.length > 0 {
		p.own = r.rate.FrameAt(p.length)
	} else {
		p.length, p.own = r.auto(p, lasts)
	}
	if len(p.c.Layers) > 0 || p.c.Length > 0 {
		if p.own == 0 && len(r.faults) == 0 {
			r.fault(p.c.Place, "give it a length:", "%s has no frames", p.c.Name)
		}
	}
	if p.own == 0 {
		return
	}
	for i, l := range p.c.Layers {
		if l.Kind != manifest.LayerCaptions {
			r.span(p, i, l, lasts[i])
		}
	}
}

// lasts is how long a layer's content lasts from its skip on, in seconds.
func (r *resolver) lasts(p *part, l manifest.Layer) float64 {
	switch l.Kind {
	case manifest.LayerClip:
		return r.facts.Clips[l.Of].Media.Seconds - l.Skip.Seconds()
	case manifest.LayerVideo, manifest.LayerAudio:
		if !l.Loop {
			return r.facts.Files[l.Of].Media.Seconds - l.Skip.Seconds()
		}
	case manifest.LayerComposition:
		n, ok := r.m.Nested(l.Of, p.c.Format)
		if !ok {
			return 0
		}
		return r.rate.Seconds(r.build(n).frames) - l.Skip.Seconds()
	}
	return math.Inf(1)
}

// begin works out where a layer begins, and with it the layers that it comes after.
func (r *resolver) begin(p *part, i int, lasts []float64, state []int) {
	if state[i] != 0 {
		return // the manifest refused cycles
	}
	state[i] = 1
	l := p.c.Layers[i]
	s := &p.spans[i]
	s.from = l.At.Seconds()
	if l.After != "" {
		for j, o := range p.c.Layers {
			if named(p.c.Layers, j, l.After) {
				r.begin(p, j, lasts, state)
				s.from += p.spans[j].to
				if math.IsInf(p.spans[j].to, 1) {
					r.fault(
						l.Places["after"], "give that layer a for:", "%s: %s has no end to come after", p.name(l),
						p.name(o),
					)
					s.from = 0
				}
				break
			}
		}
	}
	s.to = s.from + lasts[i]
	if l.For > 0 {
		s.to = s.from + l.For.Seconds()
	}
}

// named reports that a layer is meant by a name: its own, or that of its clip when no layer has that name.
func named(layers []manifest.Layer, i int, name string) bool {
	if layers[i].Name == name {
		return true
	}
	for _, l := range layers {
		if l.Name == name {
			return false
		}
	}
	k := layers[i].Kind
	return layers[i].Name == "" && layers[i].Of == name && (k == manifest.LayerClip || k == manifest.LayerComposition)
}

// auto returns the end of the last clip, nested composition or video, or of a layer with a length, in seconds
// and in frames; sounds count when there is nothing else.
func (r *resolver) auto(p *part, lasts []float64) (end float64, frames int) {
	audible, sounds := 0.0, 0
	for i, l := range p.c.Layers {
		to := p.spans[i].to
		switch {
		case math.IsInf(to, 1) || l.Kind == manifest.LayerCaptions:
		case l.Kind == manifest.LayerAudio:
			audible, sounds = max(audible, to), max(sounds, r.end(p, i))
		default:
			end, frames = max(end, to), max(frames, r.end(p, i))
		}
	}
	if end == 0 {
		end, frames = audible, sounds
	}
	if b := p.c.Background; end == 0 && b != nil && b.Video != "" && !b.Loop {
		end = r.facts.Files[b.Video].Media.Seconds
		frames = r.rate.FramesBefore(end)
	}
	if end == 0 && (len(p.c.Layers) > 0 || p.c.Background != nil) && len(r.faults) == 0 {
		r.fault(p.c.Place, "give it a length:, or its layers a for:", "the length of %s is unknown", p.c.Name)
	}
	return end, frames
}

// end returns the first frame of the own part that a layer is no longer on. What ends by itself is there on every
// frame that starts before its end: rounding would cut up to half a frame of the last word. Another layer that comes
// after it starts at the nearest frame, and then it ends there too.
func (r *resolver) end(p *part, i int) int {
	l, to := p.c.Layers[i], p.spans[i].to
	switch {
	case math.IsInf(to, 1):
		return p.own
	case l.For > 0:
		return r.rate.FrameAt(to)
	}
	for _, other := range p.c.Layers {
		if other.After != "" && named(p.c.Layers, i, other.After) {
			return r.rate.FrameAt(to)
		}
	}
	return r.rate.FramesBefore(to)
}

// span turns a layer's times into frames, and reports what does not fit.
func (r *resolver) span(p *part, i int, l manifest.Layer, lasts float64) {
	s := &p.spans[i]
	half := 0.5 / r.rate.FPS()
	at, ok := l.Places["at"]
	if !ok {
		at = l.Place
	}
	long, said := l.Places["for"]
	if !said {
		long = l.Place
	}
	switch {
	case lasts <= 0 && l.Skip == 0:
		r.fault(l.Place, "name another file", "%s: it has no length", p.name(l))
		return
	case lasts <= 0:
		r.fault(l.Places["skip"], "skip less of it", "%s: it is over before %s", p.name(l), clock(l.Skip.Seconds()))
		return
	case s.from < -1e-9:
		r.fault(at, "a film starts at 0s", "%s: it begins %s before 0", p.name(l), clock(-s.from))
		return
	case s.from >= p.length-half:
		r.fault(
			at, "begin earlier, or set a longer length:", "%s: it begins at %s, the composition ends at %s", p.name(l),
			clock(s.from), clock(p.length),
		)
		return
	case l.For > 0 && l.For.Seconds() > lasts+half:
		hint := "leave for: out"
		if l.Kind == manifest.LayerVideo || l.Kind == manifest.LayerAudio {
			hint = "set loop: true, or leave for: out"
		}
		r.fault(long, hint, "%s: it lasts %s, not %s", p.name(l), clock(lasts), clock(l.For.Seconds()))
		return
	case l.For > 0 && s.to > p.length+half:
		r.fault(
			long, "shorten it, or set a longer length:", "%s: it ends at %s, the composition at %s", p.name(l),
			clock(s.to), clock(p.length),
		)
		return
	case l.Kind == manifest.LayerClip && s.to > p.length+half:
		r.fault(
			l.Place, "set length: auto, or for: to cut the clip", "%s: it ends at %s, the composition at %s", p.name(l),
			clock(s.to), clock(p.length),
		)
		return
	}
	first := r.rate.FrameAt(s.from)
	s.first, s.frames = p.start+first, min(r.end(p, i), p.own)-first
	s.to = min(s.to, p.length)
	s.ok = s.frames > 0
	if !s.ok {
		r.fault(long, "give it more time", "%s: it is shorter than a frame", p.name(l))
	}
}
