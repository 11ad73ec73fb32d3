package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

// cacheOptions are the flags of the shared cache.
type cacheOptions struct {
	url      string
	readOnly bool
}

func cacheFlags(fs *pflag.FlagSet) *cacheOptions {
	var o cacheOptions
	fs.StringVar(&o.url, "cache", "",
		"the shared cache's `URL` (default: the manifest's), or none; environment GREENROOM_CACHE_URL")
	fs.BoolVar(&o.readOnly, "read-only", false, "read the shared cache, never write to it")
	return &o
}

func cacheCommand() command {
	return command{name: "cache", summary: "send clips to the shared cache, or verify its files",
		usage:    "cache push|verify [flags] [clip...]",
		examples: "greenroom cache push\ngreenroom cache verify --read-only\ngreenroom cache push --cache s3://team-clips/tour",
		bind: func(fs *pflag.FlagSet) runFunc {
			shared := cacheFlags(fs)
			return func(ctx context.Context, e *env, args []string) (err error) {
				if len(args) == 0 || args[0] != "push" && args[0] != "verify" {
					return fault.New(
						fault.Usage,
						"push sends files that are missing in the cache; verify also reads and verifies the files that it has",
						"name push or verify",
					)
				}
				e.cache = *shared
				out := newPrinter(e)
				p, err := e.project(out.event)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				s, err := p.Share(ctx, args[1:], args[0] == "verify")
				out.close()
				switch {
				case e.json && s.Read:
					return errors.Join(err, e.printJSON(s))
				case err == nil:
					e.say(
						"%s sent, %d found corrupt; the cache has every file of this project", count(s.Sent, "file"),
						s.Corrupt,
					)
				}
				return err
			}
		}}
}
