package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"greenroom/assets"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/manifest"
)

// FilesDir is where images, videos, sounds and fonts of compositions are published, by content.
const FilesDir = PublicDir + "/files"

// FilmOptions say what may be in a film.
type FilmOptions struct {
	AllowStandIns bool
}

// Films resolves compositions into films that a renderer can draw: those named, or all without names. A composition's own
// name means all of its formats, "tour-9x16" one of them. Clips that are not up to date are faults that name them; so are
// stand-ins unless they are allowed. Files and fonts that the compositions name are published, so that Media.File and
// Media.Public of every film can be read. It sends no request and buys nothing.
//
// The length of a film is Film.Frames: whatever draws it must come to exactly that.
func (p *Project) Films(ctx context.Context, names []string, o FilmOptions) ([]*timeline.Film, error) {
	films, err := p.compositions(names)
	if err != nil {
		return nil, err
	}
	if err := p.openState(); err != nil {
		return nil, err
	}
	f := film.Facts{Files: map[string]film.File{}, Fonts: map[string]film.Font{}}
	if f.Clips, err = p.filmClips(ctx, films, o); err != nil {
		return nil, err
	}
	if err := p.filmFiles(ctx, films, &f); err != nil {
		return nil, err
	}
	var out []*timeline.Film
	var bad fault.List
	for _, c := range films {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		resolved, err := film.Resolve(p.Manifest, c.Name, f)
		if err != nil {
			bad = append(bad, fault.All(err)...)
			continue
		}
		out = append(out, resolved)
	}
	if len(bad) > 0 {
		bad.Sort()
		return nil, onceEach(bad).Or()
	}
	return out, nil
}

// onceEach drops what several formats of one composition say alike.
func onceEach(list fault.List) fault.List {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e *fault.Error) bool {
		key := e.Place.String() + e.Msg
		again := seen[key]
		seen[key] = true
		return again
	})
}

// compositions gives the films of the names, in the manifest's order, each once.
func (p *Project) compositions(names []string) ([]manifest.Composition, error) {
	all := p.Manifest.Compositions
	if len(all) == 0 {
		return nil, fault.New(fault.Usage, "add one:  compositions: {tour: {layers: [{clip: NAME}]}}", "%s has no compositions", filepath.Base(p.Manifest.Path))
	}
	if len(names) == 0 {
		return all, nil
	}
	want := map[string]bool{}
	for _, n := range names {
		list := p.Manifest.Variants(n)
		if len(list) == 0 {
			var known []string
			for _, c := range all {
				known = append(known, c.Base, c.Name)
			}
			hint := "the manifest has " + someOf(known)
			if near := manifest.Nearest(n, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return nil, fault.New(fault.Usage, hint, "no composition %q in %s", n, filepath.Base(p.Manifest.Path))
		}
		for _, c := range list {
			want[c.Name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c manifest.Composition) bool { return !want[c.Name] }), nil
}

func someOf(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	const most = 8
	if len(names) > most {
		names = append(names[:most], "…")
	}
	s := ""
	for i, n := range names {
		if i > 0 {
			s += ", "
		}
		s += n
	}
	return s
}

// within gives compositions with everything that they nest, each once.
func (p *Project) within(films []manifest.Composition) []manifest.Composition {
	var out []manifest.Composition
	seen := map[string]bool{}
	var add func(c manifest.Composition)
	add = func(c manifest.Composition) {
		if seen[c.Name] {
			return
		}
		seen[c.Name] = true
		out = append(out, c)
		for _, ref := range c.Nests() {
			if n, ok := p.Manifest.Nested(ref.Name, c.Format); ok {
				add(n)
			}
		}
	}
	for _, c := range films {
		add(c)
	}
	return out
}

// filmClips gives the facts of every clip that the films show, and refuses those that are not ready.
func (p *Project) filmClips(ctx context.Context, films []manifest.Composition, o FilmOptions) (map[string]film.Clip, error) {
	shows := map[string]bool{}
	for _, c := range p.within(films) {
		for _, l := range c.Layers {
			if l.Kind == manifest.LayerClip {
				shows[l.Of] = true
			}
		}
	}
	out := map[string]film.Clip{}
	var names []string
	for _, c := range p.Manifest.Clips {
		if shows[c.Name] {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return out, nil
	}
	plan, err := p.Plan(ctx, names)
	if err != nil {
		return nil, err
	}
	t, err := p.tools(ctx)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	for _, s := range plan.Steps {
		if !shows[s.Clip] {
			continue // the source of a translation
		}
		e, kind, ok := p.shown(s.clip)
		switch {
		case ok && kind == routeStandIn && !o.AllowStandIns:
			bad = append(bad, fault.New(fault.Failed, "run `greenroom build` first, or pass --allow-stand-ins", "clip is a stand-in").For(s.Clip))
		case kind != routeStandIn && (s.Action != Keep || !ok):
			bad = append(bad, fault.New(fault.Failed, "run `greenroom build` first", "clip is not ready: %s", s.Reason).For(s.Clip))
		default:
			c, err := p.filmClip(ctx, t, s.clip, e, kind)
			if err != nil {
				bad = append(bad, clipFaults(err, s.Clip)...)
				continue
			}
			out[s.Clip] = c
		}
	}
	return out, bad.Or()
}

// clipFaults says of every fault which clip it is about.
func clipFaults(err error, clip string) (out fault.List) {
	for _, f := range fault.All(err) {
		out = append(out, f.For(clip))
	}
	return out
}

// publishFiles puts files of compositions below public/, in a folder of their own.
func (p *Project) publishFiles(files []assets.File) error {
	// The folder above must be ours before something of ours lies in it.
	if err := assets.Own(p.path(PublicDir)); err != nil {
		return err
	}
	if _, err := p.store.Publish(p.path(FilesDir), files); err != nil {
		return err
	}
	return p.store.Sweep(p.path(FilesDir))
}
