package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/heygen/sandbox"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/project"
)

func sandboxCommand() command {
	return command{name: "sandbox", summary: "serve HeyGen's API on this machine, with real media and simulated faults",
		usage:    "sandbox [flags]",
		examples: "greenroom sandbox --listen 127.0.0.1:8787\ngreenroom sandbox --speed 600 --fault cut=100000 --fault lost-response",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o sandbox.Options
			var listen, urlFile string
			var names []string
			fs.StringVar(&listen, "listen", "127.0.0.1:8787", "serve on this loopback `ADDRESS`")
			fs.Float64Var(&o.Speed, "speed", 60, "run `N` times faster than real time")
			fs.StringVar(&o.Dir, "data", "", "keep jobs and media in `DIR` (default .greenroom/sandbox)")
			fs.BoolVar(
				&o.Canned, "canned", false, "return the same two seconds of video for every job of a size and format",
			)
			fs.IntVar(&o.Concurrency, "concurrency", 3, "render `N` jobs at once; more wait")
			fs.IntVar(&o.Balance, "balance", 1000, "report a constant balance of `DOLLARS`, whatever is bought")
			fs.StringVar(&o.Key, "key", "", "accept only this API `KEY`")
			fs.StringArrayVar(&names, "fault", nil, "simulate the fault `NAME[=VALUE]`; may be repeated")
			fs.StringVar(&urlFile, "url-file", "", "write the address to `PATH` once serving")
			writes(fs, outputFile, "url-file")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				for _, n := range names {
					f, err := sandbox.ParseFault(n)
					if err != nil {
						return err
					}
					o.Faults = append(o.Faults, f)
				}
				if o.Dir == "" {
					o.Dir = filepath.Join(e.Dir, ".greenroom", "sandbox")
				} else if !filepath.IsAbs(o.Dir) {
					o.Dir = filepath.Join(e.Dir, o.Dir)
				}
				t, err := project.Finder(e.Getenv, e.LookPath).Find(ctx)
				if err != nil {
					return err
				}
				o.Tools.FFmpeg = t.FFmpeg
				if p, err := e.LookPath("espeak-ng"); err == nil {
					o.Tools.Espeak = p
				}
				o.Now = e.Now
				r, err := sandbox.Start(ctx, listen, o)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintln(e.Stdout, r.URL); err != nil {
					return err
				}
				e.say("serving HeyGen's API; HEYGEN_API_BASE=%s points greenroom at it. Ctrl-C ends it", r.URL)
				if urlFile != "" {
					if _, err := atomicfile.WriteBytes(e.path(urlFile), 0o644, []byte(r.URL+"\n")); err != nil {
						return err
					}
				}
				select {
				case <-ctx.Done():
				case err := <-r.Failed():
					return errors.Join(
						fault.Wrap(fault.Failed, err, "start it again; what was bought is recorded", "serve"),
						r.Close(),
					)
				}
				if err := r.Close(); err != nil {
					return err
				}
				return errQuiet
			}
		}}
}
