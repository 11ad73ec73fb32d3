// Package forms is the step that makes what a project asks for besides WebM and poster: files for editors and web
// pages, sound files.
package forms

import (
	"context"
	"maps"
	"os"
	"slices"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/media/forms"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/prepare"
)

// In is a prepared clip of the store and the names of the forms to make. The paths of Spec are set by Run.
type In struct {
	Clip     string            `json:"clip"`
	TakeKey  string            `json:"takeKey"` // names temporary files
	Master   string            `json:"master"`  // SHA-256, hexadecimal
	WebM     string            `json:"webm"`    // SHA-256 of the prepared file
	Spec     media.PrepareSpec `json:"spec"`    // how the WebM was made; Frames and Duration are its own
	Backdrop string            `json:"backdrop"`
	Names    []string          `json:"names"`
	Threads  int               `json:"threads"` // see prepare.In
	// Chapters are those of the sound, ChapterKey is what they were made from.
	Chapters   []forms.Chapter `json:"chapters,omitempty"`
	ChapterKey string          `json:"chapterKey,omitempty"`
}

// Out are the forms, in the store, by their names.
type Out = map[string]lockfile.Rendition

// Step is Run for other machines.
var Step = stage.Step[In, Out]{
	Name: "forms/2", Queue: stage.CPU, Run: Run,
	Clip:  func(in In) string { return in.Clip },
	Files: func(in In) []stage.File { return []stage.File{{Hash: in.Master}, {Hash: in.WebM}} },
	Made: func(out Out) (list []stage.Object) {
		for _, name := range slices.Sorted(maps.Keys(out)) {
			list = append(list, stage.Object{Hash: out[name].Hash, Bytes: out[name].Bytes})
		}
		return list
	},
}

// Run makes the forms and puts them into the store, all or none of them.
func Run(ctx context.Context, env stage.Env, in In) (Out, error) {
	t, err := env.Tools(ctx)
	if err != nil {
		return nil, err
	}
	spec := forms.Spec{
		Spec: in.Spec, WebM: env.Store.Path(assets.Hash(in.WebM)), Backdrop: in.Backdrop,
		Chapters: in.Chapters,
		Dir:      env.Store.TempPath("forms-" + in.Clip + "-" + in.TakeKey[:16]),
	}
	spec.Spec.In, spec.Spec.Threads = env.Store.Path(assets.Hash(in.Master)), in.Threads
	if err := os.RemoveAll(spec.Dir); err != nil { // of a run that was killed
		return nil, err
	}
	if err := os.Mkdir(spec.Dir, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(spec.Dir)
	files, err := encode(ctx, env, t, spec, in)
	if err != nil {
		return nil, err
	}
	out := Out{}
	for name, path := range files {
		hash, size, err := env.Store.Adopt(path)
		if err != nil {
			return nil, err
		}
		key := Key(name, in.Master, in.Spec, in.Backdrop, in.ChapterKey, t)
		out[name] = lockfile.Rendition{Key: key, Hash: string(hash), Bytes: size}
	}
	return out, nil
}

func encode(
	ctx context.Context, env stage.Env, t media.Tools, spec forms.Spec, in In,
) (map[string]string, error) {
	release, err := env.Capacity.Use(ctx, prepare.Work(spec.Spec))
	if err != nil {
		return nil, err
	}
	defer release()
	nameOf := func(path string) (string, error) {
		hash, err := assets.HashFile(path)
		return renditions.Name(in.Clip, forms.StoryboardPicture, hash), err
	}
	return forms.Make(ctx, t, spec, in.Names, nameOf, func(f float64) {
		env.Send(ctx, event.Event{Clip: in.Clip, Stage: "forms", State: event.Progress, Frac: f})
	})
}

// Key returns the hash of master, recipe and ffmpeg's version: a form with the same key is up to date.
func Key(name, master string, s media.PrepareSpec, backdrop, chapters string, t media.Tools) string {
	k := prepare.NewKey(name, master, s, t)
	forms.AddKey(k, name, backdrop, chapters, s.Source)
	return k.Sum()
}
