package fault

import (
	"context"
	"errors"
)

// Kind groups faults by what the caller of the program can do about them. Each
// kind has one exit code; 0 to 4 agree with HeyGen's own command line client.
type Kind string

const (
	Failed      Kind = "failed"
	Usage       Kind = "usage"
	Auth        Kind = "auth"
	Wait        Kind = "gave-up-waiting"
	Manifest    Kind = "manifest-invalid"
	Tool        Kind = "tool-missing"
	Media       Kind = "media-check-failed"
	Provider    Kind = "provider-failed"
	Locked      Kind = "locked"
	Stale       Kind = "not-up-to-date"
	Interrupted Kind = "interrupted"
	Terminated  Kind = "terminated"
)

// Row is one line of the exit code table.
type Row struct {
	Kind    Kind
	Code    int
	Meaning string
}

// Table lists every exit code except 0. README and help print it.
var Table = []Row{
	{Failed, 1, "failed, none of the others"},
	{Usage, 2, "bad flag or argument"},
	{Auth, 3, "key missing or refused"},
	{Wait, 4, "gave up waiting; safe to run again"},
	{Manifest, 5, "manifest invalid"},
	{Tool, 6, "ffmpeg, ffprobe, node or browser missing or too old"},
	{Media, 7, "a media check failed"},
	{Provider, 8, "the provider reports a failed clip"},
	{Locked, 9, "another run holds the lock"},
	{Stale, 10, "not up to date (status --check, build --frozen)"},
	{Interrupted, 130, "interrupted"},
	{Terminated, 143, "terminated"},
}

// ErrInterrupted and ErrTerminated are the causes a signal gives to the context.
var (
	ErrInterrupted = &Error{Kind: Interrupted, Msg: "interrupted", Hint: "everything paid for is on record; run the same command again to go on"}
	ErrTerminated  = &Error{Kind: Terminated, Msg: "terminated", Hint: "everything paid for is on record; run the same command again to go on"}
)

// Code gives the exit code of a kind, 1 for an unknown one.
func (k Kind) Code() int {
	for _, r := range Table {
		if r.Kind == k {
			return r.Code
		}
	}
	return 1
}

// KindOf finds the kind of the first fault inside err.
func KindOf(err error) Kind {
	var list List
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Kind
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	return Failed
}

// ExitCode maps an error to the program's exit code; nil is 0. An interruption
// wins over whatever else failed because of it.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrInterrupted):
		return Interrupted.Code()
	case errors.Is(err, ErrTerminated):
		return Terminated.Code()
	}
	return KindOf(err).Code()
}
