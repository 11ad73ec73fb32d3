package films

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"greenroom/assets"
	"greenroom/compose/marks"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/manifest"
)

// publicFiles is the path of published files as films have it: below the Remotion project's public folder.
const publicFiles = "greenroom/"

// reader reads what films show. It keeps what the current films need and drops the rest: files that all rows share
// are read once, and a table of ten thousand rows does not fill the memory.
type reader struct {
	src   *Source
	store Store
	o     Options
	clip  func(name string) (Clip, error)
	files map[string]assets.File // as published, by the path that the manifest names
	lost  map[string]error       // why a file could not be published, by its path
	facts resolve.Facts
	// hashes are those of clips and files, by the key of timeline.Film.Media.
	hashes map[string]assets.Hash
	made   map[string]marks.Source // of clips, by name
	bad    map[string]error        // of the current clips, by name, and files, by path
}

func newReader(src *Source, store Store, o Options) *reader {
	facts := resolve.Facts{
		Clips: map[string]resolve.Clip{}, Files: map[string]resolve.File{}, Fonts: map[string]resolve.Font{},
	}
	return &reader{src: src, store: store, o: o, facts: facts, files: map[string]assets.File{},
		lost:   map[string]error{},
		hashes: map[string]assets.Hash{}, made: map[string]marks.Source{}, bad: map[string]error{}}
}

// read reads the facts of compositions and drops those of others. The error is the context's.
func (r *reader) read(ctx context.Context, list []manifest.Composition) error {
	clips := map[string]bool{}
	addClips(clips, list)
	files := map[string]namedFile{}
	addNamedFiles(files, list)
	r.drop(clips, files)
	for name := range clips {
		if _, ok := r.facts.Clips[name]; ok || r.bad[name] != nil {
			continue
		}
		if c, err := r.readClip(name); err != nil {
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
		if err := r.readFile(ctx, path, n.kind); err != nil {
			r.bad[path] = err
		}
	}
	return context.Cause(ctx)
}

// drop forgets clips and files that are not in these maps. The built-in fonts stay: their keys are not paths.
func (r *reader) drop(clips map[string]bool, files map[string]namedFile) {
	unused := func(path string) bool {
		_, ok := files[path]
		return !ok
	}
	maps.DeleteFunc(r.facts.Clips, func(name string, c resolve.Clip) bool {
		if !clips[name] {
			delete(r.hashes, c.Media.Public)
		}
		return !clips[name]
	})
	maps.DeleteFunc(r.facts.Files, func(path string, _ resolve.File) bool { return unused(path) })
	maps.DeleteFunc(
		r.facts.Fonts, func(path string, _ resolve.Font) bool { return unused(path) && filepath.IsAbs(path) },
	)
	maps.DeleteFunc(r.bad, func(key string, _ error) bool { return unused(key) && !clips[key] })
}

// readClip returns the facts of a clip. It fails if the clip must not be shown.
func (r *reader) readClip(name string) (resolve.Clip, error) {
	c, err := r.clip(name)
	if err != nil {
		return resolve.Clip{}, err
	}
	switch {
	case c.StandIn && !r.o.AllowStandIns:
		const hint = "run `greenroom build` first, or pass --allow-stand-ins"
		return resolve.Clip{}, fault.New(fault.Failed, hint, "clip is a stand-in").For(name)
	case c.NotReady != nil:
		return resolve.Clip{}, c.NotReady
	case c.Warned != nil && !r.o.AllowWarnings:
		return resolve.Clip{}, c.Warned
	}
	out, failed := c.facts(r.src.Public())
	if failed != nil {
		return out, failed.For(name)
	}
	r.hashes[out.Media.Public], r.made[name] = c.Video.Hash, c.MadeBy
	return out, nil
}

// facts reads the published files of a clip.
func (c Clip) facts(public string) (resolve.Clip, *fault.Error) {
	const hint = "run `greenroom build`"
	in := c.Info
	out := resolve.Clip{
		FPS: timeline.Rate{Num: in.FPSNum, Den: max(1, in.FPSDen)}, Frames: in.Frames, StandIn: c.StandIn,
		Script: c.Script,
		Box:    timeline.Rect{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H},
		Width:  in.Width, Height: in.Height,
	}
	if c.Video.Name == "" {
		return out, fault.New(fault.Failed, hint, "it has no published file")
	}
	path := filepath.Join(public, c.Video.Name)
	info, err := media.Walk(path)
	if err != nil {
		return out, fault.New(fault.Failed, hint, "its published file cannot be read: %v", err)
	}
	out.Sound = info.AudioCodec != ""
	out.Media = timeline.Media{File: path, Public: publicFiles + c.Video.Name, Width: info.Width, Height: info.Height,
		Seconds: in.Duration, Codec: info.VideoCodec, Alpha: in.Transparent}
	if c.Captions.Name == "" {
		return out, nil
	}
	var list []struct {
		Text    string
		StartMs int64
		EndMs   int64
	}
	b, err := os.ReadFile(filepath.Join(public, c.Captions.Name))
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if err != nil {
		return out, fault.New(fault.Failed, hint, "its captions cannot be read: %v", err)
	}
	for _, k := range list {
		from, to := float64(k.StartMs)/1000, float64(k.EndMs)/1000
		out.Captions = append(out.Captions, resolve.Caption{Text: k.Text, From: from, To: to})
	}
	return out, nil
}

// readFile adds the facts of a file that a composition names.
func (r *reader) readFile(ctx context.Context, path, kind string) error {
	if err := r.lost[path]; err != nil {
		return fault.Wrap(fault.Manifest, err, "check the file", "read %s", filepath.Base(path))
	}
	f := r.files[path]
	return readFacts(ctx, r.src.Tools, path, kind, r.media(f), &r.facts)
}

// faults returns what is wrong with the clips and files of compositions, with the places that name them.
func (r *reader) faults(list []manifest.Composition) (out fault.List) {
	seen := map[string]bool{}
	for _, c := range list {
		for _, l := range c.Layers {
			if err := r.bad[l.Of]; l.Kind == manifest.LayerClip && err != nil && !seen[l.Of] {
				seen[l.Of] = true
				out = append(out, fault.All(err)...)
			}
		}
	}
	files := map[string]namedFile{}
	addNamedFiles(files, list)
	for path, n := range files {
		for _, f := range fault.All(r.bad[path]) {
			e, at := *f, n.place
			e.Place = &at
			out = append(out, &e)
		}
	}
	out.Sort()
	return out
}

// content returns the hashes of the files of a film.
func (r *reader) content(f *timeline.Film) map[string]string {
	out := make(map[string]string, len(f.Media))
	for key := range f.Media {
		out[key] = string(r.hashes[key])
	}
	return out
}

// takes returns the clips that a film shows and that AI made.
func (r *reader) takes(f *timeline.Film) (out []Take) {
	for _, name := range slices.Sorted(maps.Keys(r.facts.Clips)) {
		c := r.facts.Clips[name]
		if _, shown := f.Media[c.Media.Public]; shown && r.made[name] != "" && !c.StandIn {
			out = append(out, Take{name, string(r.hashes[c.Media.Public]), r.made[name]})
		}
	}
	return out
}
