// Package prepare is the step that makes the renditions of a take: a transparent WebM and a poster.
package prepare

import (
	"context"
	"maps"
	"os"
	"slices"

	"greenroom/assets"
	"greenroom/compose/marks"
	"greenroom/compose/media"
	"greenroom/compose/media/poster"
	"greenroom/internal/capacity"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
)

// posterAt is where in the clip the poster is taken when no picture was chosen, seconds: after the pose in which presenters
// start.
const posterAt = 0.6

// In is a take of the store and how it is prepared. The paths of Spec are set by Run.
type In struct {
	Clip     string            `json:"clip"`
	TakeKey  string            `json:"takeKey"` // names temporary files
	Master   string            `json:"master"`  // SHA-256, hexadecimal
	Spec     media.PrepareSpec `json:"spec"`
	Duration float64           `json:"duration"` // of the prepared file, seconds
	Expect   media.Expect      `json:"expect"`   // of the prepared file
	// Poster is when the picture of the poster is shown, seconds; nil when none was chosen.
	Poster *float64 `json:"poster,omitempty"`
	// Threads is how many the encoder has. Its bytes depend on it: they are those of the machine that asks.
	Threads int `json:"threads"`
}

// Out are the renditions, in the store, and what the check of the prepared file found.
type Out struct {
	Renditions map[string]lockfile.Rendition `json:"renditions"`
	Tool       string                        `json:"tool"` // version of ffmpeg
	Report     *media.Report                 `json:"report"`
}

// Step is Run for other machines.
var Step = stage.Step[In, Out]{
	Name: "prepare/2", Queue: stage.CPU, Run: Run,
	Clip:  func(in In) string { return in.Clip },
	Files: func(in In) []stage.File { return []stage.File{{Hash: in.Master}} },
	Made: func(out Out) (list []stage.Object) {
		for _, name := range slices.Sorted(maps.Keys(out.Renditions)) {
			list = append(list, stage.Object{Hash: out.Renditions[name].Hash, Bytes: out.Renditions[name].Bytes})
		}
		return list
	},
}

// Run encodes, checks the result and puts it into the store. A failed check is a fault of kind Media; nothing is stored
// then.
func Run(ctx context.Context, env stage.Env, in In) (Out, error) {
	t, err := env.Tools(ctx)
	if err != nil {
		return Out{}, err
	}
	spec := in.Spec
	spec.In = env.Store.Path(assets.Hash(in.Master))
	spec.Out = env.Store.TempPath("prepare-" + in.Clip + "-" + in.TakeKey[:16] + ".webm")
	spec.Threads = in.Threads
	defer os.Remove(spec.Out) // gone already when it was adopted
	if err := encode(ctx, env, in.Clip, t, spec); err != nil {
		return Out{}, err
	}
	still := media.PosterSpec{
		In: spec.Out, Out: env.Store.TempPath("poster-" + in.Clip + "-" + in.TakeKey[:16] + ".webp"), At: min(posterAt, in.Duration/2),
	}
	if in.Poster != nil {
		still.At = *in.Poster
	}
	defer os.Remove(still.Out)
	expect := in.Expect
	expect.Poster = &still
	report, err := check.File(ctx, env, in.Clip, spec.Out, expect, "the prepared file")
	if err != nil {
		return Out{}, err
	}
	if spec.Source != "" {
		if err := marks.Write(still.Out, spec.Source); err != nil {
			return Out{}, err
		}
	}
	out := Out{Renditions: map[string]lockfile.Rendition{}, Tool: t.Version, Report: report}
	for name, path := range map[string]string{renditions.WebM: spec.Out, renditions.Poster: still.Out} {
		hash, size, err := env.Store.Adopt(path)
		if err != nil {
			return Out{}, err
		}
		out.Renditions[name] = lockfile.Rendition{Key: Key(name, in.Master, spec, t), Hash: string(hash), Bytes: size}
	}
	return out, nil
}

// Work is what encoding takes on this machine, by the size of the master; unknown if another machine checked that.
func Work(s media.PrepareSpec) capacity.Work {
	if s.Checked == nil {
		return capacity.Encoding(0, 0, s.Threads)
	}
	return capacity.Encoding(s.Checked.Info.Width, s.Checked.Info.Height, s.Threads)
}

// encode runs the one heavy job of a clip.
func encode(ctx context.Context, env stage.Env, clip string, t media.Tools, spec media.PrepareSpec) error {
	release, err := env.Capacity.Use(ctx, Work(spec))
	if err != nil {
		return err
	}
	defer release()
	return media.Prepare(ctx, t, spec, func(f float64) {
		env.Send(ctx, event.Event{Clip: clip, Stage: "prepare", State: event.Progress, Frac: f})
	})
}

// NewKey returns the fields that the keys of all renditions begin with.
func NewKey(name, master string, s media.PrepareSpec, t media.Tools) *hashkey.Key {
	k := hashkey.New("rendition/1")
	k.Field("name", name)
	k.Field("master", master)
	k.Field("tool", t.Version)
	for _, a := range s.Recipe(t) {
		k.Field("arg", a)
	}
	return k
}

// Key returns the hash of master, recipe and ffmpeg's version: a rendition with the same key is up to date. The picture of
// the poster follows from the master by the rule, so plans need not know it.
func Key(name, master string, s media.PrepareSpec, t media.Tools) string {
	k := NewKey(name, master, s, t)
	if name == renditions.Poster {
		posterFields(k)
		k.Field("rule", poster.Rule)
	}
	return k.Sum()
}

// EarlierPosterKey returns the key of posters that were always taken at the same time. They stay valid: a new version of
// greenroom must not make all clips of a project out of date for their posters.
func EarlierPosterKey(master string, s media.PrepareSpec, t media.Tools) string {
	k := NewKey(renditions.Poster, master, s, t)
	posterFields(k)
	return k.Sum()
}

func posterFields(k *hashkey.Key) {
	for _, a := range (media.PosterSpec{At: posterAt}).Recipe() {
		k.Field("arg", a)
	}
}
