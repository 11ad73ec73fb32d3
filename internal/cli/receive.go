package cli

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"

	"greenroom/heygen/webhook"

	"github.com/gofrs/flock"

	"greenroom/internal/fault"
	"greenroom/pipeline"
)

// listen receives events during a build. An event, signed or not, only makes the build poll its jobs sooner: the
// build trusts the job's own record alone.
func (e *env) listen(ctx context.Context, o webhookOptions) (stop func(), look <-chan struct{}, err error) {
	if err := o.validate(); err != nil {
		return nil, nil, err
	}
	secrets, err := e.webhookSecrets(o.secrets)
	if err != nil {
		return nil, nil, err
	}
	j, unlock, err := openJournal(e.path(filepath.Join(pipeline.StateDir, "webhook.jsonl")))
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		unlock()
		return nil, nil, fault.Wrap(fault.Failed, err, "choose another port, or 127.0.0.1:0 for a free one",
			"listen on %s",
			o.listen)
	}
	c := make(chan struct{}, 1)
	ring := func() {
		select {
		case c <- struct{}{}:
		default: // one is waiting already
		}
	}
	r := webhook.New(j, secrets, func(context.Context, webhook.Event) error { ring(); return nil })
	r.Wake = func(webhook.Hint) { ring() }
	r.Refused = func(status int, reason string) { e.say("refused a delivery (%d): %s", status, oneLine(reason)) }
	serving, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Serve(serving, l) // without events the build polls as ever
	}()
	e.say("receiving events on http://%s", l.Addr())
	return func() {
		cancel()
		<-done
		unlock()
	}, c, nil
}

// openJournal opens and locks the journal: two processes would not see each other's repeats. It fails if another
// process holds it.
func openJournal(path string) (*webhook.Journal, func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	lock := flock.New(path + ".lock")
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, nil, fault.New(fault.Locked, "end the other one, or give this one its own --journal",
			"another receiver uses %s", path)
	}
	j, err := webhook.OpenJournal(path)
	if err != nil {
		return nil, nil, errors.Join(fault.Wrap(fault.Failed, err, "", "open the journal"), lock.Unlock())
	}
	return j, func() { _ = errors.Join(j.Close(), lock.Unlock()) }, nil // every line is synced already
}
