// Package stage is what the steps of a clip have in common. Each step is a function in a package of its own below this
// one: submit, wait, fetch, check, prepare, voice, standin.
//
// A step does one thing for one clip. Its input and its output are small values that can be written as JSON and name
// files by their hash, so that it can run in another process or on another machine. It may run twice, also at once: it
// writes to a temporary name and adopts the file into the store, which keeps one copy of equal content. It prints
// nothing; progress goes to Env.
package stage

import (
	"context"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/pipeline/event"
)

// Func is a step.
type Func[In, Out any] func(ctx context.Context, env Env, in In) (Out, error)

// Env is what a step may use besides its input.
type Env struct {
	Store *assets.Store
	// Tools returns ffmpeg and ffprobe. It fails when one is missing.
	Tools func(ctx context.Context) (media.Tools, error)
	// Capacity bounds what runs on this machine at once; Threads is how many of its cores one encode uses.
	Capacity *capacity.Capacity
	Threads  int
	Send     func(context.Context, event.Event)
	// Elsewhere runs steps on other machines; nil: this one runs all.
	Elsewhere Elsewhere
	// Again runs steps elsewhere although their output is known.
	Again bool
}
