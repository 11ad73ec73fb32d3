package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"greenroom/pipeline/event"
)

// Step is a step with what another machine must know to run it.
type Step[In, Out any] struct {
	Name string // with a version, such as "prepare/1": raised when input or output change their meaning
	// Queue names the machines that run it: CPU or Render.
	Queue string
	Run   Func[In, Out]
	// Clip returns the name in events.
	Clip func(In) string
	// Files returns the files that Run reads from the store.
	Files func(In) []File
	// Key is what the output depends on besides the machine's programs; nil: the complete input.
	Key func(In) string
	// Made returns the files that Run has put into the store.
	Made func(Out) []Object
}

// Queues of the machines of a farm.
const (
	CPU    = "cpu"    // checks, prepares and draws clips
	Render = "render" // encodes pieces of films
)

// File is a file that a step reads.
type File struct {
	Hash string
	Path string // on this machine; empty: it is in the store
}

// Object is a file of the store.
type Object struct {
	Hash  string `json:"sha256"`
	Bytes int64  `json:"bytes"`
}

// Unit is one run of a step, without its code.
type Unit struct {
	Step  string          `json:"step"`
	Queue string          `json:"queue"`
	In    json.RawMessage `json:"in"`
	Key   string          `json:"key,omitempty"` // see Step.Key
	Files []File          `json:"-"`
	Clip  string          `json:"-"` // of its events
	// Again runs it although an output is known.
	Again bool `json:"-"`
}

// Stage returns the stage of the unit's events.
func (u Unit) Stage() string {
	name, _, _ := strings.Cut(u.Step, "/")
	return name
}

// Elsewhere runs units on other machines.
type Elsewhere interface {
	// Do runs a unit and returns its output as JSON. The files that the output names are in the store then. The error
	// is the step's own, ErrRefused, or why no machine could run it.
	Do(ctx context.Context, u Unit, send func(context.Context, event.Event)) (json.RawMessage, error)
}

// ErrRefused reports a unit that the other machines must not run, because they would make other bytes than this one.
var ErrRefused = errors.New("the unit is not for these machines")

// Do runs a step: elsewhere if the environment has other machines, otherwise here.
func Do[In, Out any](ctx context.Context, env Env, s Step[In, Out], in In) (Out, error) {
	var out Out
	if env.Elsewhere == nil {
		return s.Run(ctx, env, in)
	}
	text, err := json.Marshal(in)
	if err != nil {
		return out, fmt.Errorf("write the input of %s: %w", s.Name, err)
	}
	u := Unit{Step: s.Name, Queue: s.Queue, In: text, Files: s.Files(in), Clip: s.Clip(in), Again: env.Again}
	if s.Key != nil {
		u.Key = s.Key(in)
	}
	answer, err := env.Elsewhere.Do(ctx, u, env.Send)
	if errors.Is(err, ErrRefused) {
		return s.Run(ctx, env, in)
	}
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, fmt.Errorf("read the output of %s: %w", s.Name, err)
	}
	return out, nil
}

// Runner is a step whose input and output are JSON.
type Runner struct {
	Name string
	Run  func(ctx context.Context, env Env, in json.RawMessage) (out json.RawMessage, made []Object, err error)
}

// Runner returns the step for machines that know it by its name only.
func (s Step[In, Out]) Runner() Runner {
	run := func(ctx context.Context, env Env, text json.RawMessage) (json.RawMessage, []Object, error) {
		var in In
		if err := json.Unmarshal(text, &in); err != nil {
			return nil, nil, fmt.Errorf("read the input of %s: %w", s.Name, err)
		}
		out, err := s.Run(ctx, env, in)
		if err != nil {
			return nil, nil, err
		}
		answer, err := json.Marshal(out)
		if err != nil {
			return nil, nil, fmt.Errorf("write the output of %s: %w", s.Name, err)
		}
		return answer, s.Made(out), nil
	}
	return Runner{Name: s.Name, Run: run}
}
