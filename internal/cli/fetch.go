package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
)

func fetchCommand() command {
	return command{name: "fetch", summary: "download an existing video of the account", usage: "fetch ID [flags]",
		examples: "greenroom fetch 3f9a0c1b2d\ngreenroom fetch 3f9a0c1b2d -o footage/old.mp4",
		bind: func(fs *pflag.FlagSet) runFunc {
			out := fs.StringP("output", "o", "", "write to `FILE` (default ID.video)")
			writes(fs, outputFile, "output")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 1 {
					return fault.New(fault.Usage, "`greenroom videos` lists them", "name one video")
				}
				if *out == "" {
					*out = args[0] + ".video"
				}
				return e.account(func(a *pipeline.Account) error {
					n, err := a.Fetch(ctx, args[0], e.path(*out))
					if err != nil {
						return err
					}
					e.say("%s: %.1f MB; `greenroom check` looks at it", *out, float64(n)/1e6)
					return nil
				})
			}
		}}
}

func adoptCommand() command {
	return command{name: "adopt", summary: "let an existing video be a clip's take, so that it is not bought", usage: "adopt CLIP ID",
		examples: "greenroom adopt intro 3f9a0c1b2d\ngreenroom adopt intro-es 3f9a0c1b2d -C tour",
		bind: func(*pflag.FlagSet) runFunc {
			return func(ctx context.Context, e *env, args []string) (err error) {
				if len(args) != 2 {
					return fault.New(fault.Usage, "write greenroom adopt CLIP ID", "a clip and a video are needed")
				}
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				if err := p.Adopt(ctx, args[0], args[1]); err != nil {
					return err
				}
				e.say("%s stands on video %s now; `greenroom build` fetches it", args[0], args[1])
				return nil
			}
		}}
}
