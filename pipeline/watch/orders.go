package watch

import (
	"context"
	"errors"
	"slices"
	"strings"

	"greenroom/pipeline"
)

// ErrSuperseded is the answer to a purchase of clips that were edited before their
// requests left.
var ErrSuperseded = errors.New("edited before it was bought; nothing was bought for the old words")

// handle runs an order of the user. A save that comes before a purchase has sent its requests
// goes first: stand-ins do not wait for a provider that is slow or away. Then the purchase goes
// on, without the clips that the save changed. A request that is being sent is never cancelled.
func (s *Session) handle(ctx context.Context, o order) error {
	if o.what == "" {
		s.work(ctx, true)
		return nil
	}
	offered := s.offered(o, nil)
	if len(offered) == 0 {
		return ErrNothing
	}
	for {
		err, saved := s.purchase(ctx, pipeline.BuildOptions{
			Clips: names(offered), Draft: o.what == NextVoice, NoWait: true,
		})
		if !saved {
			s.work(ctx, true)
			return err
		}
		s.work(ctx, true)
		still := s.offered(o, offered)
		if len(still) == 0 {
			return s.superseded(offered)
		}
		offered = still
	}
}

// offered returns the take keys of the clips of an order, by name: those that can be bought
// now, and of earlier ones only those that have not changed.
func (s *Session) offered(o order, earlier map[string]string) map[string]string {
	out := map[string]string{}
	for _, c := range s.State().Clips {
		if !c.Buyable || c.Next != o.what || len(o.buy) > 0 && !slices.Contains(o.buy, c.Name) {
			continue
		}
		if key, ok := earlier[c.Name]; earlier == nil || ok && key == c.key {
			out[c.Name] = c.key
		}
	}
	return out
}

func names(offered map[string]string) []string {
	out := make([]string, 0, len(offered))
	for n := range offered {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// superseded returns an error that names the clips that were edited; the others are bought.
func (s *Session) superseded(offered map[string]string) error {
	var edited []string
	for _, c := range s.State().Clips {
		if key, ok := offered[c.Name]; ok && c.key != key {
			edited = append(edited, c.Name)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	return &supersededError{edited}
}

// supersededError names the clips.
type supersededError struct{ clips []string }

func (e *supersededError) Error() string {
	return strings.Join(e.clips, ", ") + ": " + ErrSuperseded.Error()
}
func (e *supersededError) Unwrap() error { return ErrSuperseded }

// purchase runs a build that buys; saved reports that a save cut it short.
func (s *Session) purchase(ctx context.Context, o pipeline.BuildOptions) (err error, saved bool) {
	in := s.read()
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- s.build(run, in, o) }()
	for {
		select {
		case err := <-over:
			return err, saved
		case <-s.files.hints:
			if !saved && s.files.debounce(ctx, 0) && s.fingerprint() != in.hash {
				cancel()
				saved = true
			}
		}
	}
}
