package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/heygen/webhook"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline"
)

type webhookOptions struct {
	listen, journal, urlFile string
	secrets                  []string
	public                   bool
	once                     int
}

func webhookCommand() command {
	return command{name: "webhook", summary: "receive HeyGen's events, and confirm each by reading its job",
		usage:    "webhook [flags]",
		examples: "greenroom webhook --secret env:WEBHOOK_SECRET\ngreenroom webhook --secret file:.webhook-secret --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o webhookOptions
			api := apiFlag(fs)
			fs.StringVar(&o.listen, "listen", "127.0.0.1:8090", "receive on this `ADDRESS`")
			fs.StringArrayVar(&o.secrets, "secret", nil,
				"an endpoint's secret, from `env:NAME|file:PATH`; a file has one a line and may come later")
			fs.StringVar(
				&o.journal, "journal", "", "record accepted events in `PATH` (default .greenroom/webhook.jsonl)",
			)
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
	switch {
	case err != nil:
		return fault.New(fault.Usage, "write it like 127.0.0.1:8090", "--listen is not an address: %q", o.listen)
	case !o.public && !netutil.IsLoopback(host):
		return fault.New(
			fault.Usage, "put a tunnel or an HTTPS proxy in front of 127.0.0.1:8090, or add --public",
			"other machines reach %s", o.listen,
		)
	case o.once < 0:
		return fault.New(fault.Usage, "give a number such as --once 1", "--once must not be negative")
	case len(o.secrets) == 0:
		return fault.New(fault.Usage,
			"give --secret file:PATH, and let `greenroom webhooks add URL >> PATH` fill that file",
			"no --secret: no event could be verified")
	}
	return nil
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
		return fault.Wrap(
			fault.Failed, err, "choose another port, or 127.0.0.1:0 for a free one", "listen on %s", o.listen,
		)
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	r := webhook.New(j, secrets, (&eventPrinter{e: e, a: a, left: int64(o.once), stop: stop}).event)
	r.Now = e.Now
	if e.verbose {
		r.Log = slog.New(slog.NewTextHandler(e.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	r.Refused = func(status int, reason string) { e.say("refused a delivery (%d): %s", status, oneLine(reason)) }
	r.Wake = func(h webhook.Hint) {
		e.say("an unsigned callback names video %q, callback %q; it is not verified and not recorded", h.VideoID,
			h.CallbackID)
	}
	if err := announce(e, o, l); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := r.Serve(serving, l); err != nil {
		return fault.Wrap(fault.KindOf(err), err, "start it again: HeyGen sends events again that were not confirmed",
			"receive events")
	}
	if ctx.Err() != nil {
		return errQuiet // Main prints why
	}
	return nil
}

func announce(e *env, o webhookOptions, l net.Listener) error {
	address := "http://" + l.Addr().String()
	e.say("receiving events on %s; signed ones on any path, a job's unsigned callback on %s. Ctrl-C ends it", address,
		webhook.CallbackPath)
	if o.public {
		e.say("HeyGen delivers over HTTPS only: put a proxy with a certificate in front of this address")
	}
	if o.urlFile == "" {
		return nil
	}
	_, err := atomicfile.WriteBytes(e.path(o.urlFile), 0o644, []byte(address+"\n"))
	return err
}
