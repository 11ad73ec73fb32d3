package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/pflag"

	"greenroom/heygen"
	"greenroom/heygen/webhook"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/account"
)

type webhookOptions struct {
	listen, journal, urlFile string
	secrets                  []string
	public                   bool
	once                     int
}

func webhookCommand() command {
	return command{name: "webhook", summary: "receive HeyGen's events, and confirm each by reading its job", usage: "webhook [flags]",
		examples: "greenroom webhook --secret env:WEBHOOK_SECRET\ngreenroom webhook --secret file:.webhook-secret --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o webhookOptions
			api := apiFlag(fs)
			fs.StringVar(&o.listen, "listen", "127.0.0.1:8090", "receive on this `ADDRESS`")
			fs.StringArrayVar(&o.secrets, "secret", nil, "an endpoint's secret, from `env:NAME|file:PATH`; a file has one a line and may come later")
			fs.StringVar(&o.journal, "journal", "", "record accepted events in `PATH` (default .greenroom/webhook.jsonl)")
			fs.StringVar(&o.urlFile, "url-file", "", "write the address to `PATH` once receiving")
			writes(fs, outputFile, "journal", "url-file")
			fs.IntVar(&o.once, "once", 0, "end after `N` events")
			fs.BoolVar(&o.public, "public", false, "allow an address that other machines reach")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return e.account(*api, func(a *account.Lookups) error { return receive(ctx, e, a, o) })
			}
		}}
}

// validate checks what can be checked before anything is opened.
func (o *webhookOptions) validate() error {
	host, _, err := net.SplitHostPort(o.listen)
	ip := net.ParseIP(host)
	switch {
	case err != nil:
		return fault.New(fault.Usage, "write it like 127.0.0.1:8090", "--listen is not an address: %q", o.listen)
	case !o.public && host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return fault.New(fault.Usage, "put a tunnel or an HTTPS proxy before 127.0.0.1:8090, or give --public", "other machines reach %s", o.listen)
	case o.once < 0:
		return fault.New(fault.Usage, "give a number such as --once 1", "--once must not be negative")
	case len(o.secrets) == 0:
		return fault.New(fault.Usage, "give --secret file:PATH, and let `greenroom webhooks add URL >> PATH` fill that file", "no --secret: nothing could be verified")
	}
	return nil
}

// path makes a path absolute from the working folder.
func (e *env) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.Dir, p)
}

func receive(ctx context.Context, e *env, a *account.Lookups, o webhookOptions) error {
	if err := o.validate(); err != nil {
		return err
	}
	secrets, err := e.webhookSecrets(o.secrets)
	if err != nil {
		return err
	}
	if err := a.Connect(ctx); err != nil { // now, not at the first event
		return err
	}
	if o.journal == "" {
		o.journal = filepath.Join(pipeline.StateDir, "webhook.jsonl")
	}
	j, unlock, err := openJournal(e.path(o.journal))
	if err != nil {
		return err
	}
	defer unlock()
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "choose another port, or 127.0.0.1:0 for a free one", "listen on %s", o.listen)
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	r := webhook.New(j, secrets, (&clerk{e: e, a: a, left: int64(o.once), stop: stop}).event)
	r.Now = e.Now
	if e.verbose {
		r.Log = slog.New(slog.NewTextHandler(e.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	r.Refused = func(status int, reason string) { e.say("refused a delivery (%d): %s", status, oneLine(reason)) }
	r.Wake = func(h webhook.Hint) {
		e.say("an unsigned callback speaks of video %q, callback %q; it proves nothing and is not recorded", h.VideoID, h.CallbackID)
	}
	if err := announce(e, o, l); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := r.Serve(serving, l); err != nil {
		return fault.Wrap(fault.KindOf(err), err, "start it again: events HeyGen got no yes for come again", "receive events")
	}
	if ctx.Err() != nil {
		return errQuiet // Main says why
	}
	return nil
}

// openJournal takes the journal for this process: two would not know each other's
// repeats.
func openJournal(path string) (*webhook.Journal, func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	lock := flock.New(path + ".lock")
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, nil, fault.New(fault.Locked, "end the other one, or give this one its own --journal", "another receiver uses %s", path)
	}
	j, err := webhook.OpenJournal(path)
	if err != nil {
		return nil, nil, errors.Join(fault.Wrap(fault.Failed, err, "", "open the journal"), lock.Unlock())
	}
	return j, func() { _ = errors.Join(j.Close(), lock.Unlock()) }, nil // every line is synced already
}

func announce(e *env, o webhookOptions, l net.Listener) error {
	address := "http://" + l.Addr().String()
	e.say("receiving events on %s; signed ones on any path, a job's unsigned callback on %s. Ctrl-C ends it", address, webhook.CallbackPath)
	if o.public {
		e.say("HeyGen delivers over HTTPS only: a proxy with a certificate belongs before this address")
	}
	if o.urlFile == "" {
		return nil
	}
	_, err := atomicfile.WriteBytes(e.path(o.urlFile), 0o644, []byte(address+"\n"))
	return err
}

// clerk prints events, each with what its job's own record says.
type clerk struct {
	e    *env
	a    *account.Lookups
	left int64 // 0: no end
	n    atomic.Int64
	stop func()
}

// receivedEvent is a line of `webhook --json`. Record is null when the event ends no video or the job cannot be
// read now.
type receivedEvent struct {
	Received time.Time `json:"received"`
	webhook.Event
	Record *jobRecord `json:"record" jsonschema:"nullable"`
}

// jobRecord is what the API says about the job now.
type jobRecord struct {
	Status   string  `json:"status"`
	Title    string  `json:"title,omitempty"`
	Duration float64 `json:"seconds,omitempty"`
	Reason   string  `json:"reason,omitempty"`
}

// event reads the job and prints one line. An event whose job cannot be read now is
// printed as that, and comes again at the next start.
func (c *clerk) event(ctx context.Context, ev webhook.Event) error {
	record, err := c.confirm(ctx, ev)
	if ctx.Err() != nil && err != nil {
		return err
	}
	if err != nil {
		c.e.say("%v", err)
	}
	if perr := c.print(ev, record); perr != nil {
		return perr
	}
	if c.n.Add(1) == c.left {
		c.stop()
	}
	return err
}

func (c *clerk) confirm(ctx context.Context, ev webhook.Event) (*jobRecord, error) {
	if !ev.EndsVideo() {
		return nil, nil
	}
	v, err := c.a.Video(ctx, ev.VideoID)
	if heygen.NotFound(err) {
		return &jobRecord{Status: "not on this account"}, nil
	}
	if err != nil {
		return nil, err
	}
	r := &jobRecord{Status: string(v.State), Title: v.Title, Duration: v.Duration}
	if v.Failure != nil {
		r.Reason = strings.TrimSpace(v.Failure.Code + " " + v.Failure.Message)
	}
	return r, nil
}

func (c *clerk) print(ev webhook.Event, r *jobRecord) error {
	if c.e.json {
		b, err := json.Marshal(receivedEvent{c.e.Now().UTC(), ev, r})
		if err == nil {
			_, err = fmt.Fprintln(c.e.Stdout, string(b))
		}
		return err
	}
	_, err := fmt.Fprintln(c.e.Stdout, oneLine(sentence(ev, r)))
	return err
}

// sentence is the event, and behind the arrow what counts.
func sentence(ev webhook.Event, r *jobRecord) string {
	subject := ev.VideoID
	if subject == "" {
		subject = ev.JobID
	}
	text := strings.TrimRight(ev.Type+" "+subject, " ")
	switch {
	case ev.Ignored:
		return text + " -> ignored, this version does not know it"
	case !ev.EndsVideo():
		return text + " -> nothing to confirm"
	case r == nil:
		return text + " -> the job could not be read"
	}
	text += " -> " + r.Status
	if r.Duration > 0 {
		text += fmt.Sprintf(" %.1fs", r.Duration)
	}
	for _, s := range []string{r.Title, r.Reason} {
		if s != "" {
			text += fmt.Sprintf(" %q", s)
		}
	}
	return text
}
