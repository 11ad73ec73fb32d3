// Package standin is the step that makes a stand-in: a free, local clip of the take's size, rate and length in which a
// built-in presenter speaks the script.
package standin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"greenroom/assets"
	"greenroom/compose/standin"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage"
)

// Route is the route of stand-ins in props and records.
const Route = "stand-in"

// version changes when the same clip would be rendered another way.
const version = "3"

// Rate is HeyGen's frame rate, pictures a second.
const Rate = 25

// In is a clip's stand-in.
type In struct {
	Clip string `json:"clip"`
	Key  string `json:"key"` // see Key
	// Spec has no AudioPath: that is Sound.
	Spec  standin.Spec `json:"spec"`
	Sound string       `json:"sound,omitempty"` // SHA-256 of the sound that is spoken instead of the script
	Voice string       `json:"voice"`           // see standin.Maker.Voice
	Path  string       `json:"-"`               // of the sound, if it is not in the store
}

// Out is the stand-in, in the store.
type Out struct {
	Entry lockfile.Entry `json:"entry"` // without captions
}

// Maker is what makes a stand-in on this machine.
type Maker struct {
	*standin.Maker
	Folder string // of the library: presenters and spoken sentences, shared by all projects
	// Library returns a clip's presenter.
	Library func(ctx context.Context, clip string, s standin.Spec) (*standin.Library, error)
}

// PresenterFolder returns the folder of presenters in a library.
func PresenterFolder(library string) string { return filepath.Join(library, "presenters") }

// Key returns the hash of everything that a stand-in shows and speaks. sound is the SHA-256 of the clip's own sound;
// empty for none.
func Key(s standin.Spec, sound string) string {
	k := hashkey.New("stand-in/" + version)
	k.Field("drawings", standin.Drawings())
	k.Field("presenter", s.Presenter)
	k.Field("style", s.Style)
	k.Number("width", float64(s.Width))
	k.Number("height", float64(s.Height))
	k.Number("scale", s.Scale)
	k.Number("x", s.OffsetX)
	k.Number("y", s.OffsetY)
	k.Number("speed", s.Speed)
	k.Number("silence", s.Silence)
	k.Field("locale", s.Locale)
	k.Field("script", s.Script)
	if sound != "" {
		k.Field("audio", sound)
	}
	if c := s.Captions; c.On {
		k.Field("captions", fmt.Sprintf("%d %d", c.Size, c.Alignment))
	}
	for _, w := range s.Words {
		k.Field("word", fmt.Sprintf("%g %g %s", w.Start, w.End, w.Text))
	}
	return k.Sum()
}

// Step returns the step that makes stand-ins with a maker. It fails when a program is missing or fails.
func Step(m Maker) stage.Step[In, Out] {
	return stage.Step[In, Out]{
		Name: "stand-in/1", Queue: stage.CPU, Run: m.run,
		Clip: func(in In) string { return in.Clip },
		Files: func(in In) []stage.File {
			if in.Sound == "" {
				return nil
			}
			return []stage.File{{Hash: in.Sound, Path: in.Path}}
		},
		Made: func(out Out) (list []stage.Object) {
			for _, r := range []string{renditions.WebM, renditions.Poster} {
				list = append(list, stage.Object{Hash: out.Entry.Renditions[r].Hash, Bytes: out.Entry.Renditions[r].Bytes})
			}
			return list
		},
	}
}

// run makes a stand-in. It refuses one that is spoken by another voice than this machine has.
func (m Maker) run(ctx context.Context, env stage.Env, in In) (Out, error) {
	voice, err := m.Voice(ctx)
	if err != nil {
		return Out{}, err
	}
	if voice != in.Voice {
		return Out{}, fmt.Errorf("%w: the voice is %q here, not %q", stage.ErrRefused, voice, in.Voice)
	}
	if in.Sound != "" {
		in.Spec.AudioPath = in.Path
		if in.Path == "" {
			in.Spec.AudioPath = env.Store.Path(assets.Hash(in.Sound))
		}
	}
	env.Send(ctx, event.Event{Clip: in.Clip, Stage: "stand-in", State: event.Started})
	library, err := m.Library(ctx, in.Clip, in.Spec)
	if err != nil {
		return Out{}, err
	}
	name := "stand-in-" + in.Clip + "-" + in.Key[:16]
	file, poster := env.Store.TempPath(name+".webm"), env.Store.TempPath(name+".webp")
	q, err := m.Quick(ctx, library, in.Spec, filepath.Join(m.Folder, "voice"), file)
	if err != nil {
		return Out{}, err
	}
	e := lockfile.Entry{
		Clip: in.Clip, TakeKey: in.Key, Route: Route, Duration: q.Duration, Renditions: map[string]lockfile.Rendition{},
		Info: lockfile.Info{
			Width: q.Frame[0], Height: q.Frame[1], FPSNum: Rate, FPSDen: 1, Frames: q.Frames, Duration: q.Duration,
			Transparent: true, Box: lockfile.Box{X: q.Box.X, Y: q.Box.Y, W: q.Box.W, H: q.Box.H},
			OutWidth: q.Width, OutHeight: q.Height,
		},
	}
	if err := os.WriteFile(poster, library.Poster, 0o644); err != nil {
		return Out{}, err
	}
	for name, path := range map[string]string{renditions.WebM: file, renditions.Poster: poster} {
		hash, size, err := env.Store.Adopt(path)
		if err != nil {
			return Out{}, err
		}
		e.Renditions[name] = lockfile.Rendition{Key: in.Key, Hash: string(hash), Bytes: size}
	}
	// A lockfile entry has a master: the stand-in is its own.
	e.Master, e.MasterBytes = e.Renditions[renditions.WebM].Hash, e.Renditions[renditions.WebM].Bytes
	return Out{Entry: e}, nil
}
