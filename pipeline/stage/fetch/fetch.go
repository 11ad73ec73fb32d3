// Package fetch is the step that downloads a finished take into the store.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/pipeline/delivery"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// In is a take that is paid for.
type In struct {
	Clip    string        `json:"clip"`
	TakeKey string        `json:"takeKey"` // names the unfinished download
	VideoID string        `json:"videoId"`
	Seconds float64       `json:"seconds"` // its length; 0 when unknown
	Within  time.Duration `json:"within"`  // how long the download may take; 0: no limit
}

// Out is the file in the store.
type Out struct {
	Hash  string `json:"hash"` // SHA-256, hexadecimal
	Bytes int64  `json:"bytes"`
}

// Source is where the file comes from.
type Source struct {
	Fetcher *assets.Fetcher
	// Link returns a link to the file; expired reports that the last one no longer opens.
	Link assets.Link
	// Verify fails with a delivery.Unusable when the file cannot be a take.
	Verify func(path string, h assets.Hash) error
}

// Bounds of a take's size, bytes: 25 MB a second is ten times what HeyGen delivers in 4K.
const (
	sizeBase = 256 << 20
	sizeRate = 25 << 20
)

// SizeLimit returns the size in bytes at which the download of a video of a length in seconds is cancelled; 0 when the
// length is not known: the limit of the Fetcher holds then.
func SizeLimit(seconds float64) int64 {
	if seconds <= 0 {
		return 0
	}
	return sizeBase + int64(seconds*sizeRate)
}

// Part returns the name of a take's unfinished download in the store.
func Part(takeKey string) string { return "take-" + takeKey[:32] }

// Step returns the step that downloads from a source. It continues where an earlier call or process stopped. A file
// that cannot be a take is a fault of kind Media; nothing is stored then.
func Step(src Source) stage.Func[In, Out] {
	return func(ctx context.Context, env stage.Env, in In) (Out, error) {
		send := func(e event.Event) {
			e.Clip, e.Stage = in.Clip, "fetch"
			env.Send(ctx, e)
		}
		send(event.Event{State: event.Started})
		dst := env.Store.ResumePath(Part(in.TakeKey))
		hash, res, err := src.Fetcher.FetchInto(ctx, env.Store, assets.Download{
			Dst: dst, Link: src.Link, Locked: true, MaxBytes: SizeLimit(in.Seconds), Within: in.Within, VerifyContent: src.Verify,
			Progress: func(done, total int64) { send(event.Event{State: event.Progress, Done: done, Total: total}) },
		})
		if err != nil {
			return Out{}, unusable(err, in, res.Attempts)
		}
		send(event.Event{State: event.Done, Done: res.Bytes, Total: res.Bytes, Message: path.Base(dst)})
		return Out{Hash: string(hash), Bytes: res.Bytes}, nil
	}
}

// unusable explains a file that cannot be a take.
func unusable(err error, in In, attempts int) error {
	var bad *delivery.Unusable
	if !errors.As(err, &bad) {
		return err
	}
	hint := fmt.Sprintf("run `greenroom build %s` again later: it is paid for, and nothing is bought; "+
		"if this repeats, open video %s on HeyGen's site", in.Clip, in.VideoID)
	return fault.Wrap(fault.Media, bad.Err, hint, "video %s was downloaded %s and is not a video; it is not stored",
		in.VideoID, delivery.Times(attempts)).For(in.Clip)
}
