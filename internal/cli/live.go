package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/live"
	"greenroom/pipeline/project"
	"greenroom/pipeline/rows"
)

// liveScript is what the drawn presenter speaks when nothing else is given.
const liveScript = "Hello, and welcome to this session. I am drawn on this machine, " +
	"and I speak until you end the recording."

// liveOptions are the flags of `greenroom live`.
type liveOptions struct {
	output, script, listen, fault string
	length, wait                  time.Duration
	force                         bool
}

func liveCommand() command {
	return command{name: "live", summary: "record a live session (WHEP) as footage, or serve a drawn presenter as one",
		usage: "live record [URL] [flags]\n  greenroom live serve [flags]",
		examples: "greenroom live record https://media.example.com/whep/room --for 30s -o footage/talk.mkv\n" +
			"greenroom live record --for 10s\n" +
			"greenroom live serve --script \"Hello.\"",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o liveOptions
			fs.DurationVar(&o.length, "for", 30*time.Second, "record for this `TIME` from the first picture, at most 1h")
			fs.DurationVar(&o.wait, "wait", 20*time.Second, "end when no picture comes for this `TIME`")
			fs.StringVarP(&o.output, "output", "o", "live.mkv", "write the recording to `FILE`, a .mkv")
			fs.BoolVar(&o.force, "force", false, "replace a file that exists")
			fs.StringVar(&o.script, "script", liveScript, "the `TEXT` that the drawn presenter speaks")
			fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "serve on this loopback `ADDRESS`")
			fs.StringVar(&o.fault, "fault", "",
				"simulate the fault `NAME`: silent, garbage, page, end=SECONDS or drop=N")
			writes(fs, outputFile, "output")
			return func(ctx context.Context, e *env, args []string) error {
				switch {
				case len(args) == 1 && args[0] == "serve":
					return e.liveServe(ctx, o)
				case len(args) == 1 && args[0] == "record":
					return e.liveRecord(ctx, o, "")
				case len(args) == 2 && args[0] == "record":
					return e.liveRecord(ctx, o, args[1])
				}
				return fault.New(
					fault.Usage, "`greenroom live record URL`, or `greenroom live serve`", "name record or serve",
				)
			}
		}}
}

func (e *env) liveServe(ctx context.Context, o liveOptions) error {
	p, err := e.presenter(ctx, o, e.Dir)
	if err != nil {
		return err
	}
	p.Token = e.Getenv("GREENROOM_LIVE_TOKEN")
	err = p.Serve(ctx, func(url string) {
		fmt.Fprintln(e.Stdout, url)
		e.say("a drawn presenter speaks there; `greenroom live record %s` records it. Ctrl-C ends it", url)
	})
	if err == nil {
		err = errQuiet
	}
	return err
}

// presenter returns the drawn presenter of this machine.
func (e *env) presenter(ctx context.Context, o liveOptions, dir string) (live.Presenter, error) {
	tools, err := project.Finder(e.Getenv, e.LookPath).Find(ctx)
	if err != nil {
		return live.Presenter{}, err
	}
	program, err := live.Find(e.LookPath)
	p := live.Presenter{
		Script: o.script, Dir: dir, Program: program, FFmpeg: tools.FFmpeg, Listen: o.listen, Fault: o.fault,
	}
	if path, err := e.LookPath("espeak-ng"); err == nil {
		p.Espeak = path
	}
	return p, err
}

// check returns a mistake in the flags of a recording.
func (o liveOptions) check(out string) error {
	_, err := os.Stat(out)
	switch {
	case o.length < time.Second || o.length > live.MaxLength:
		return fault.New(fault.Usage, "write --for 30s", "--for %s: 1s to %s can be recorded", o.length, live.MaxLength)
	case o.wait < time.Second || o.wait > 10*time.Minute:
		return fault.New(fault.Usage, "write --wait 20s", "--wait %s: 1s to 10m", o.wait)
	case filepath.Ext(out) != ".mkv":
		return fault.New(
			fault.Usage, "write -o live.mkv", "a recording is a .mkv file, not %s", oneLine(filepath.Base(out)),
		)
	case err == nil && !o.force:
		return fault.New(fault.Usage, "name another with -o, or use --force", "%s exists", oneLine(o.output))
	}
	return nil
}

// liveRecord records a session, or the drawn presenter when there is no address, and checks the file.
func (e *env) liveRecord(ctx context.Context, o liveOptions, url string) error {
	out := e.path(o.output)
	if err := o.check(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "record into %s", oneLine(o.output))
	}
	p, err := e.presenter(ctx, o, filepath.Dir(out))
	if err != nil {
		return err
	}
	r := live.Options{
		URL: url, Token: e.Getenv("GREENROOM_LIVE_TOKEN"), Out: out, Length: o.length, Wait: o.wait, Program: p.Program,
		FFmpeg: p.FFmpeg, Started: func() {
			e.say("recording for %s; Ctrl-C ends it and keeps what was recorded", o.length)
		},
	}
	var rec live.Recording
	if url != "" {
		rec, err = live.Record(ctx, r)
	} else {
		rec, err = e.recordPresenter(ctx, p, r)
	}
	if err != nil {
		return err
	}
	return e.recorded(ctx, o, rec)
}

// recordPresenter records the drawn presenter.
func (e *env) recordPresenter(ctx context.Context, p live.Presenter, r live.Options) (rec live.Recording, err error) {
	e.say("no address: a drawn presenter is recorded")
	// The presenter outlives an interruption, until the recording is complete.
	served, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- p.Serve(served, func(url string) { address <- url }) }()
	select {
	case r.URL = <-address:
		rec, err = live.Record(ctx, r)
	case err = <-ended:
		ended <- nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	stop()
	return rec, errors.Join(err, <-ended)
}

// recorded reports a recording: what arrived, and whether its file passes the checks.
func (e *env) recorded(ctx context.Context, o liveOptions, rec live.Recording) error {
	interrupted := context.Cause(ctx)
	tools, err := project.Finder(e.Getenv, e.LookPath).Find(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	report, err := media.Check(context.WithoutCancel(ctx), tools, rec.File, media.Expect{}, nil)
	if err != nil {
		return err
	}
	if e.json {
		rec.File, report.File = o.output, o.output
		if err := e.printJSON(liveFile{rec, report}); err != nil {
			return err
		}
	} else {
		e.printVerdict(o.output, report)
		e.printStreams(rec)
	}
	switch {
	case interrupted != nil:
		e.say("interrupted; %s has what was recorded until then", oneLine(o.output))
		return interrupted
	case report.Verdict() == media.Fail:
		return fault.New(fault.Media, "record again", "%s failed", oneLine(o.output))
	}
	name := cmp.Or(rows.Slug(strings.TrimSuffix(filepath.Base(o.output), filepath.Ext(o.output)), 40), "live")
	e.say("the clip in greenroom.yaml: `%s: {file: %s, transparent: false}`; then `greenroom build`", name, oneLine(o.output))
	return nil
}

// printStreams prints what was lost, and why the recording ended early.
func (e *env) printStreams(rec live.Recording) {
	for name, s := range map[string]*live.Stream{"picture": rec.Video, "sound": rec.Audio} {
		if s != nil && s.Lost > 0 {
			e.say("%s: %d of %d packets were lost", name, s.Lost, s.Packets+s.Lost)
		}
	}
	if rec.Video.Skipped > 0 {
		e.say("%d pictures after a loss are missing; the last one before stays", rec.Video.Skipped)
	}
	if rec.Audio == nil {
		e.say("the session sent no sound")
	}
	switch rec.Ended {
	case "session":
		e.say("the session ended before the time")
	case "silent":
		e.say("the session stopped sending before the time")
	case "files":
		e.say("the recording could not be written any further")
	case "size":
		e.say("the recording reached its largest size before the time")
	}
}

// liveFile is the JSON of a recording.
type liveFile struct {
	live.Recording
	Check *media.Report `json:"check"`
}
