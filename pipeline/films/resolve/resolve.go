package resolve

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest"
)

var breakTag = lazyregexp.New(`(?i)<\s*break[^>]*>`)

// Film returns the film of a composition by its name: "tour-9x16". The error is a *fault.Error or a fault.List.
func Film(m *manifest.Manifest, name string, facts Facts) (*timeline.Film, error) {
	c, ok := m.Composition(name)
	if !ok {
		return nil, fault.New(fault.Usage, "`greenroom status` lists what the manifest has", "no composition %q", name)
	}
	r := &resolver{m: m, facts: facts, rate: c.FPS, file: filepath.Base(m.Path), done: map[string]*part{}}
	r.film = &timeline.Film{
		Name: c.Name, Width: c.Width, Height: c.Height, FPS: c.FPS, Transparent: c.Transparent,
		Media: map[string]timeline.Media{}, Layers: []timeline.Layer{}, Sounds: []timeline.Sound{},
	}
	p := r.build(c)
	if c.Label != nil && len(r.faults) == 0 {
		r.disclose(p, *c.Label)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	r.film.Frames, r.film.Warnings = p.frames, r.warned
	r.film.Layers = append(r.film.Layers, p.layers...)
	for i := range p.sounds {
		s := &p.sounds[i]
		s.Gain = s.points(p.speech, r.rate)
		r.film.Sounds = append(r.film.Sounds, s.Sound)
	}
	number(r.film)
	r.unused()
	if err := r.film.Validate(); err != nil {
		return nil, fault.Wrap(
			fault.Failed, err, "please report it with the manifest", "composition %s cannot be rendered", name,
		)
	}
	return r.film, nil
}

// resolver turns a composition of the manifest into a film.
//
// size: one method for each kind of layer and each step; all report faults in one list.
type resolver struct {
	m      *manifest.Manifest
	facts  Facts
	rate   timeline.Rate
	film   *timeline.Film
	file   string
	done   map[string]*part
	faults fault.List
	warned []string
}

// part is a composition that is being resolved, on its own canvas, in the film's frames.
//
// size: one field for each list that the steps over a composition fill.
type part struct {
	c      manifest.Composition
	w, h   int
	start  int     // the frame at which its own layers begin: after the intro
	own    int     // frames of its own part
	length float64 // of its own part, seconds
	frames int     // with intro and outro
	spans  []span  // of c.Layers
	layers []timeline.Layer
	sounds []sound
	speech []interval
	people []subject
	texts  map[int]block          // of text layers, by their number
	pages  map[int]manifest.Layer // captions layers with the box that was chosen for them
}

// span is when a layer is visible.
type span struct {
	from, to      float64 // seconds of the composition's own part
	first, frames int     // frames of the composition, after its intro
	ok            bool
}

func (r *resolver) fault(p fault.Place, hint, format string, args ...any) {
	e := fault.New(fault.Manifest, hint, format, args...)
	e.Place = &p
	r.faults = append(r.faults, e)
}

// warn records what is rendered as the manifest has it, but was probably not meant that way.
func (r *resolver) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.warned, text) {
		r.warned = append(r.warned, text)
	}
}

func (r *resolver) err() error {
	r.faults.Sort()
	seen := map[string]bool{}
	r.faults = slices.DeleteFunc(r.faults, func(f *fault.Error) bool {
		key := f.Place.String() + f.Msg
		again := seen[key]
		seen[key] = true
		return again
	})
	return r.faults.Or()
}

// name returns the name of a layer in messages.
func (p *part) name(l manifest.Layer) string { return l.Kind + " " + p.label(l) }

// label returns a layer's own name, or that of what it shows.
func (p *part) label(l manifest.Layer) string {
	switch {
	case l.Name != "":
		return l.Name
	case l.Kind == manifest.LayerText:
		return l.StyleName
	case l.Kind == manifest.LayerImage, l.Kind == manifest.LayerVideo, l.Kind == manifest.LayerAudio:
		return filepath.Base(l.Of)
	}
	return l.Of
}

// build resolves a composition, with what it nests, at the film's rate.
func (r *resolver) build(c manifest.Composition) *part {
	if p, ok := r.done[c.Name]; ok {
		return p
	}
	p := &part{c: c, w: c.Width, h: c.Height}
	r.done[c.Name] = p
	intro := r.reference(c.Intro, c)
	if intro != nil {
		p.start = intro.frames
	}
	r.times(p)
	outro := r.reference(c.Outro, c)
	p.frames = p.start + p.own
	if len(r.faults) > 0 {
		return p
	}
	if intro != nil {
		box := nestedBox(manifest.Box{}, 0, "", p.w, p.h, intro.w, intro.h)
		r.nest(p, intro, c.Intro.Name, box, 0, span{first: 0, frames: intro.frames})
	}
	r.background(p)
	r.arrange(p)
	for i, l := range c.Layers {
		r.layer(p, i, l, p.spans[i])
	}
	if outro != nil {
		box := nestedBox(manifest.Box{}, 0, "", p.w, p.h, outro.w, outro.h)
		r.nest(p, outro, c.Outro.Name, box, 0, span{first: p.frames, frames: outro.frames})
		p.frames += outro.frames
	}
	return p
}

func (r *resolver) reference(ref *manifest.Reference, c manifest.Composition) *part {
	if ref == nil {
		return nil
	}
	n, ok := r.m.Nested(ref.Name, c.Format)
	if !ok {
		r.fault(ref.Place, "name a composition of this manifest", "no composition %q", ref.Name)
		return nil
	}
	return r.build(n)
}

// layer resolves one layer into what is shown and played.
func (r *resolver) layer(p *part, i int, l manifest.Layer, when span) {
	if l.Kind == manifest.LayerCaptions {
		r.captions(p, p.pages[i])
		return
	}
	if !when.ok {
		return
	}
	switch l.Kind {
	case manifest.LayerClip:
		r.clip(p, l, when)
	case manifest.LayerImage:
		m := r.facts.Files[l.Of].Media
		if at, ok := r.put(p, l, still(m, "contain"), when); ok {
			r.picture(p, l, m, at, when)
		}
	case manifest.LayerVideo:
		f := r.facts.Files[l.Of]
		if at, ok := r.put(p, l, still(f.Media, "contain"), when); ok {
			r.video(p, l, f.Media, at, when)
		}
		if f.Sound {
			r.sound(p, l, f.Media, when)
		}
	case manifest.LayerText:
		if b, ok := p.texts[i]; ok {
			r.add(p, l, timeline.Layer{Kind: timeline.KindText, Box: b.box, Text: b.text}, when)
		}
	case manifest.LayerAudio:
		r.sound(p, l, r.facts.Files[l.Of].Media, when)
	case manifest.LayerComposition:
		n, _ := r.m.Nested(l.Of, p.c.Format)
		inner := r.build(n)
		box := nestedBox(l.Box, l.Safe, l.Anchor, p.w, p.h, n.Width, n.Height)
		if box.w < 2 || box.h < 2 || outside(box.rect(), p.w, p.h) {
			r.offCanvas(p, l, box.rect())
			return
		}
		r.nest(p, inner, l.Of, box, r.rate.FrameAt(l.Skip.Seconds()), when)
	}
}

func (r *resolver) clip(p *part, l manifest.Layer, when span) {
	c := r.facts.Clips[l.Of]
	if at, ok := r.put(p, l, presenter(c, l.BoxOf), when); ok {
		r.video(p, l, c.Media, at, when)
	}
	if !c.Sound || l.Gain == 0 {
		return
	}
	r.sound(p, l, c.Media, when)
	from, to := r.rate.Seconds(when.first), r.rate.Seconds(when.first+when.frames)
	if len(c.Captions) == 0 {
		p.speech = append(p.speech, interval{from, to})
	}
	for _, w := range c.Captions {
		i := interval{max(from, from+w.From-l.Skip.Seconds()), min(to, from+w.To-l.Skip.Seconds())}
		if i.to > i.from {
			p.speech = append(p.speech, i)
		}
	}
}

// put places content. It reports a fault if nothing of it would be visible.
func (r *resolver) put(p *part, l manifest.Layer, c content, when span) (placed, bool) {
	at, ok := put(withBox(l, c, p.w, p.h, sceneOf(p.c)), c, p.w, p.h)
	if ok && !outside(at.box, p.w, p.h) {
		at.moves = r.behind(p, l, c, at, when)
	}
	switch {
	case !ok || outside(at.box, p.w, p.h):
		r.offCanvas(p, l, at.box)
		return at, false
	case at.radius > 0 && !at.whole:
		r.fault(l.Places["mask"], "use box-of: presenter", "%s: a mask needs pictures in all of its box", p.name(l))
		return at, false
	}
	return at, true
}

func (r *resolver) offCanvas(p *part, l manifest.Layer, box timeline.Rect) {
	place, ok := l.Places["box"]
	if !ok {
		place = l.Place
	}
	r.fault(place, "bring its box: back into the picture",
		"%s: nothing of it is on the canvas of %dx%d (it lies at %d,%d and is %dx%d)",
		p.name(l), p.w, p.h, box.X, box.Y, box.W, box.H)
}

func (r *resolver) picture(p *part, l manifest.Layer, m timeline.Media, at placed, when span) {
	r.film.Media[m.Public] = m
	r.move(p, l, timeline.Layer{
		Kind: timeline.KindPicture, Box: at.box, Radius: at.radius, Round: at.round,
		Picture: &timeline.Picture{Media: m.Public, Crop: at.crop},
	}, at.moves, when)
}

func (r *resolver) video(p *part, l manifest.Layer, m timeline.Media, at placed, when span) {
	r.film.Media[m.Public] = m
	r.move(p, l, timeline.Layer{
		Kind: timeline.KindVideo, Box: at.box, Radius: at.radius, Round: at.round,
		Video: &timeline.Video{Media: m.Public, Crop: at.crop, Skip: micro(l.Skip.Seconds()), Loop: l.Loop},
	}, at.moves, when)
}

// add adds a layer with its time, opacity and motion.
func (r *resolver) add(p *part, l manifest.Layer, out timeline.Layer, when span) {
	r.move(p, l, out, out.Box, when)
}

// move is add for a layer that moves like one with another box, so that a disc and what is in it stay
// together.
func (r *resolver) move(p *part, l manifest.Layer, out timeline.Layer, as timeline.Rect, when span) {
	if outside(out.Box, p.w, p.h) {
		r.offCanvas(p, l, out.Box)
		return
	}
	out.ID, out.From, out.Frames, out.Opacity = p.name(l), when.first, when.frames, l.Opacity
	out.Enter = motion(l.Enter, as, p.w, p.h, r.rate, true)
	out.Leave = motion(l.Leave, as, p.w, p.h, r.rate, false)
	if total := out.Enter.Frames + out.Leave.Frames; total > out.Frames {
		place, said := l.Places["enter"]
		if !said {
			place, said = l.Places["leave"]
		}
		if said {
			r.fault(place, "shorten them, as in enter: fade 0.2s",
				"%s: it comes in %d frames and goes in %d, but is there for %d",
				p.name(l), out.Enter.Frames, out.Leave.Frames, out.Frames)
			return
		}
		// A style's motion becomes shorter for a short layer.
		out.Enter.Frames = out.Enter.Frames * out.Frames / total
		out.Leave.Frames = out.Leave.Frames * out.Frames / total
		if out.Enter.Frames == 0 {
			out.Enter = timeline.Motion{}
		}
		if out.Leave.Frames == 0 {
			out.Leave = timeline.Motion{}
		}
	}
	p.layers = append(p.layers, out)
}

func (r *resolver) sound(p *part, l manifest.Layer, m timeline.Media, when span) {
	if l.Gain == 0 {
		return
	}
	r.film.Media[m.Public] = m
	p.sounds = append(p.sounds, sound{
		Sound: timeline.Sound{
			ID: p.name(l), Media: m.Public, From: when.first, Frames: when.frames, Skip: micro(l.Skip.Seconds()),
			Loop: l.Loop,
		},
		gain: l.Gain, fadeIn: l.FadeIn.Seconds(), fadeOut: l.FadeOut.Seconds(), duck: l.Duck,
	})
}

// background adds the background of a composition's own part.
func (r *resolver) background(p *part) {
	b := p.c.Background
	if b == nil || p.own == 0 {
		return
	}
	l := manifest.Layer{Kind: "background", Name: "colour", Opacity: 1, Fit: b.Fit, Loop: b.Loop, Place: b.Place}
	when := span{first: p.start, frames: p.own, ok: true}
	if len(b.Colors) > 0 {
		fill := &timeline.Fill{Colors: b.Colors}
		if len(b.Colors) > 1 {
			fill.Angle = b.Angle
		}
		r.add(p, l, timeline.Layer{Kind: timeline.KindFill, Box: timeline.Rect{W: p.w, H: p.h}, Fill: fill}, when)
	}
	file := b.Image + b.Video
	if file == "" {
		return
	}
	m := r.facts.Files[file].Media
	l.Name = filepath.Base(file)
	full := manifest.Dim{V: 1, Percent: true, Set: true}
	l.Box = manifest.Box{Width: full, Height: full}
	at, ok := r.put(p, l, still(m, b.Fit), when)
	switch {
	case !ok:
	case b.Image != "":
		r.picture(p, l, m, at, when)
	case !b.Loop && m.Seconds < p.length-0.5/r.rate.FPS():
		r.fault(b.Place, "set loop: true, or a shorter length:",
			"background video %s ends at %s, the composition at %s",
			l.Name, clock(m.Seconds), clock(p.length))
	default:
		r.video(p, l, m, at, when)
	}
}

func clock(s float64) string { return fmt.Sprintf("%.4g s", s) }

// number makes names unique: "text title", "text title 2".
func number(f *timeline.Film) {
	seen := map[string]int{}
	once := func(id string) string {
		seen[id]++
		if seen[id] == 1 {
			return id
		}
		for {
			next := fmt.Sprintf("%s %d", id, seen[id])
			if seen[next] == 0 {
				seen[next] = 1
				return next
			}
			seen[id]++
		}
	}
	for i := range f.Layers {
		f.Layers[i].ID = once(f.Layers[i].ID)
	}
	clear(seen)
	for i := range f.Sounds {
		f.Sounds[i].ID = once(f.Sounds[i].ID)
	}
}

// unused removes media that no layer uses, because the layer was cut off.
func (r *resolver) unused() {
	used := map[string]bool{}
	for _, l := range r.film.Layers {
		switch {
		case l.Picture != nil:
			used[l.Picture.Media] = true
		case l.Video != nil:
			used[l.Video.Media] = true
		case l.Text != nil:
			for _, f := range l.Text.Fonts {
				used[f.Media] = true
			}
		}
	}
	for _, s := range r.film.Sounds {
		used[s.Media] = true
	}
	for k := range r.film.Media {
		if !used[k] {
			delete(r.film.Media, k)
		}
	}
}

// prefixed is a nested layer's name.
func prefixed(name, id string) string { return strings.TrimSpace(name) + " / " + id }
