package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/internal/page"
	"greenroom/pipeline/event"
	"greenroom/pipeline/watch"
	"greenroom/remotion"
	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

type watchOptions struct {
	listen, urlFile string
	noPage          bool
	poll            string
	buy             string
	studio          bool
	studioPort      int
	install         bool
}

func watchCommand() command {
	return command{name: "watch", summary: "rebuild on every save without spending; buy only on request",
		usage:    "watch [flags]",
		examples: "greenroom watch --studio\ngreenroom watch --listen 127.0.0.1:4400\ngreenroom watch --no-page --poll",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o watchOptions
			fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "serve the page on this loopback `ADDRESS`")
			fs.StringVar(&o.urlFile, "url-file", "", "write the page's address to `FILE`")
			writes(fs, outputFile, "url-file")
			fs.BoolVar(&o.noPage, "no-page", false, "serve no page")
			fs.StringVar(&o.poll, "poll", "auto",
				"poll for changes: `WHEN` is always, never or auto (only where file events do not work)")
			fs.Lookup("poll").NoOptDefVal = "always"
			fs.StringVar(&o.buy, "buy", "", "buy what a save changes without asking: `WHAT` is all, or voices")
			fs.Lookup("buy").NoOptDefVal = "all"
			fs.BoolVar(&o.studio, "studio", false, "start Remotion Studio too, and end it with this command")
			fs.IntVar(&o.studioPort, "studio-port", 0, "Studio's `PORT` (default: a free one)")
			fs.BoolVar(&o.install, "install", false,
				"install the Remotion project's packages first if they are missing, for --studio")
			network := networkFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				e.networkFolder = *network
				switch o.buy { // as a switch, also from the environment
				case "true":
					o.buy = "all"
				case "false":
					o.buy = ""
				}
				if o.buy != "" && o.buy != "all" && o.buy != "voices" {
					return fault.New(
						fault.Usage, "write --buy, or --buy=voices", "--buy=%s: it must be all or voices", o.buy,
					)
				}
				switch o.poll { // as a switch, also from the environment
				case "true":
					o.poll = "always"
				case "false", "":
					o.poll = "auto"
				}
				if o.poll != "auto" && o.poll != "always" && o.poll != "never" {
					return fault.New(fault.Usage, "write --poll, --poll=never, or omit it",
						"--poll=%s: it must be auto, always or never", o.poll)
				}
				return runWatch(ctx, e, o)
			}
		}}
}

func runWatch(ctx context.Context, e *env, o watchOptions) error {
	opts := e.options(func(event.Event) {}) // the session shows events; this records what is paid for
	if _, err := os.Stat(opts.ManifestPath); err != nil {
		return fault.New(fault.Manifest, "run `greenroom init` here, or point at a manifest with -f", "no %s in %s",
			filepath.Base(opts.ManifestPath), filepath.Dir(opts.ManifestPath))
	}
	s, err := watch.New(watch.Options{Project: opts, Poll: watch.Poll(o.poll), Buy: o.buy == "all",
		Draft: o.buy == "voices", Notice: func(m string) { e.say("%s", m) }})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if !o.noPage {
		stop, err := e.servePage(s, o)
		if err != nil {
			return err
		}
		defer stop()
	}
	if o.studio {
		o.install, err = e.installForStudio(o.install, s.Layout().Dir)
		if err != nil {
			return err
		}
		defer e.studio(ctx, o, s.Layout(), cancel)()
	}
	defer e.readKeys(ctx, s, cancel)()
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.printChanges(ctx, s)
	}()
	err = s.Run(ctx)
	cancel(nil)
	<-done
	if errors.Is(context.Cause(ctx), errEnded) {
		return nil
	}
	return errors.Join(err, causeOf(ctx))
}

// studio runs Remotion Studio next to the session; when Studio ends, so does the session.
func (e *env) studio(ctx context.Context, o watchOptions, at project.Layout,
	end context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := remotion.Renderer{MayInstall: allowed(o.install)}.Studio(ctx,
			remotion.StudioSpec{Layout: at, Port: o.studioPort, Browser: tools.FindBrowser("", e.Getenv, e.LookPath),
				Log:   func(l string) { e.say("studio: %s", oneLine(l)) },
				Ready: func(url string) { e.say("studio: %s", url) }})
		if err != nil {
			end(err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// errEnded is the cause of an end that the user or the parent program requested.
var errEnded = errors.New("ended")

func causeOf(ctx context.Context) error {
	if c := context.Cause(ctx); c != nil && !errors.Is(c, context.Canceled) {
		return c
	}
	return nil
}

// servePage starts the watch page and prints its address.
func (e *env) servePage(s *watch.Session, o watchOptions) (stop func(), err error) {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil || !netutil.IsLoopback(host) {
		return nil, fault.New(
			fault.Usage, "write it like --listen 127.0.0.1:4400", "the page is served to this machine only, not on %q",
			o.listen,
		)
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "choose another port, or omit --listen for a free one",
			"serve the page on %s", o.listen)
	}
	public := func() string {
		l := s.Layout()
		return l.Path(l.PublicDir())
	}
	p := page.New(s, public)
	web := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(l) }() // ends with Close
	url := "http://" + l.Addr().String() + p.Path()
	fmt.Fprintln(e.Stdout, url)
	if o.urlFile != "" {
		if _, err := atomicfile.WriteBytes(e.path(o.urlFile), 0o600, []byte(url+"\n")); err != nil {
			return nil, errors.Join(err, web.Close())
		}
	}
	return func() { _ = web.Close() }, nil
}

// offer prints what a purchase would cost and returns its step and clips. Voices come before clips.
func (e *env) offer(s *watch.Session, names []string) (step string, clips []string) {
	st := s.State()
	next := map[string][]string{}
	var offered []watch.Clip
	for _, c := range st.Clips {
		if c.Buyable && (len(names) == 0 || slices.Contains(names, c.Name)) {
			next[c.Next], offered = append(next[c.Next], c.Name), append(offered, c)
		}
	}
	step, object := watch.NextVoice, "the voice of "
	if next[step] == nil {
		step, object = watch.NextClip, ""
	}
	clips = next[step]
	if clips == nil {
		e.say("nothing to buy")
		return "", nil
	}
	_, usd := watch.Total(offered, step)
	cost := watch.PriceOf(offered, step, usd)
	if cost == watch.Price(usd) && cost != "free" {
		cost = "up to " + cost
	}
	e.say("buy %s%s, %s? y buys", object, strings.Join(clips, ", "), cost)
	return step, clips
}
