package pipeline

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/manifest"
)

// filmReader looks at what films show. It keeps what the films at hand need and forgets the rest, so that what all rows
// have in common is read once and what one row has is not kept for ten thousand.
type filmReader struct {
	p     *Project
	o     FilmOptions
	tools media.Tools
	ready map[string]readiness // of clips, by name
	names map[string]string    // of published files, by their path
	lost  map[string]error     // files that could not be published, by their path
	facts film.Facts
	bad   map[string]error // of the clips and files at hand that cannot be shown
}

// readiness is what a plan says about a clip.
type readiness struct {
	keep   bool
	reason string
}

// plan asks once about all clips of all films.
func (r *filmReader) plan(ctx context.Context, clips map[string]bool) error {
	r.ready = make(map[string]readiness, len(clips))
	if len(clips) == 0 {
		return nil
	}
	plan, err := r.p.Plan(ctx, slices.Sorted(maps.Keys(clips)))
	if err != nil {
		return err
	}
	for _, s := range plan.Steps {
		r.ready[s.Clip] = readiness{s.Action == Keep, s.Reason}
	}
	r.tools, err = r.p.Tools.Find(ctx)
	return err
}

// read brings the facts of compositions, and drops those of others. Its error is the context's.
func (r *filmReader) read(ctx context.Context, list []manifest.Composition) error {
	clips := map[string]bool{}
	for _, c := range list {
		for _, l := range c.Layers {
			if l.Kind == manifest.LayerClip {
				clips[l.Of] = true
			}
		}
	}
	files := filmNames(map[string]named{}, list)
	maps.DeleteFunc(r.facts.Clips, func(name string, _ film.Clip) bool { return !clips[name] })
	maps.DeleteFunc(r.facts.Files, func(path string, _ film.File) bool { _, ok := files[path]; return !ok })
	maps.DeleteFunc(r.facts.Fonts, func(path string, _ film.Font) bool { _, ok := files[path]; return !ok && filepath.IsAbs(path) })
	maps.DeleteFunc(r.bad, func(key string, _ error) bool { _, ok := files[key]; return !ok && !clips[key] })
	for name := range clips {
		if _, ok := r.facts.Clips[name]; ok || r.bad[name] != nil {
			continue
		}
		if c, err := r.clip(ctx, name); err != nil {
			r.bad[name] = err
		} else {
			r.facts.Clips[name] = c
		}
	}
	for path, n := range files {
		_, isFile := r.facts.Files[path]
		_, isFont := r.facts.Fonts[path]
		if isFile || isFont || r.bad[path] != nil {
			continue
		}
		if err := r.file(ctx, path, n.kind); err != nil {
			r.bad[path] = err
		}
	}
	return context.Cause(ctx)
}

// clip gives the facts of a clip, or says why it cannot be shown.
func (r *filmReader) clip(ctx context.Context, name string) (film.Clip, error) {
	i, ok := r.p.Clips.Index(name)
	if !ok {
		return film.Clip{}, r.p.Clips.Missing(name)
	}
	c := r.p.Manifest.Clips[i]
	e, kind, ok := r.p.shown(c)
	switch plan := r.ready[name]; {
	case ok && kind == routeStandIn && !r.o.AllowStandIns:
		return film.Clip{}, fault.New(fault.Failed, "run `greenroom build` first, or pass --allow-stand-ins", "clip is a stand-in").For(name)
	case kind != routeStandIn && (!plan.keep || !ok):
		return film.Clip{}, r.p.NotReady(name, plan.reason)
	case kind != routeStandIn && e.Warning != "" && !r.o.AllowWarnings:
		return film.Clip{}, RefuseWarned(name, e.Warning)
	}
	out, err := r.p.filmClip(ctx, r.tools, c, e, kind)
	if err != nil {
		var list fault.List
		for _, f := range fault.All(err) {
			list = append(list, f.For(name))
		}
		return out, list.Or()
	}
	return out, nil
}

// file gives the facts of a file that a composition names.
func (r *filmReader) file(ctx context.Context, path, kind string) error {
	if err := r.lost[path]; err != nil {
		return fault.Wrap(fault.Manifest, err, "check the file", "read %s", filepath.Base(path))
	}
	name := r.names[path]
	return r.p.readFile(ctx, path, kind, timeline.Media{File: filepath.Join(r.p.Path(r.p.FilesDir()), name), Public: "greenroom/files/" + name}, &r.facts)
}

// faults are what is wrong with the clips and files of compositions, placed where those name them.
func (r *filmReader) faults(list []manifest.Composition) (out fault.List) {
	seen := map[string]bool{}
	for _, c := range list {
		for _, l := range c.Layers {
			if err := r.bad[l.Of]; l.Kind == manifest.LayerClip && err != nil && !seen[l.Of] {
				seen[l.Of] = true
				out = append(out, fault.All(err)...)
			}
		}
	}
	for path, n := range filmNames(map[string]named{}, list) {
		for _, f := range fault.All(r.bad[path]) {
			e := *f
			out = append(out, placed(&e, n.place))
		}
	}
	out.Sort()
	return out
}
