package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline/purchase"
)

func resolveCommand() command {
	return command{name: "resolve", summary: "resolve a paid request whose result is unknown",
		usage:    "resolve [flags] CLIP (--paid VIDEO_ID | --not-paid)",
		examples: "greenroom resolve intro --paid 3f9a0c1b2d\ngreenroom resolve intro --not-paid",
		bind: func(fs *pflag.FlagSet) runFunc {
			paid := fs.String("paid", "", "the video is on the account as `VIDEO_ID`")
			not := fs.Bool("not-paid", false,
				"the video is not on the account; the next build may buy it (a lost voice: buy it again)")
			shared := cacheFlags(fs)
			unverified := fs.Bool("unverified", false, "record the answer although the account cannot confirm it")
			return func(ctx context.Context, e *env, args []string) (err error) {
				switch {
				case len(args) != 1:
					return fault.New(fault.Usage, "`greenroom status` names the clips to resolve", "name one clip")
				case (*paid == "") == !*not:
					return fault.New(fault.Usage, "check the account first: `greenroom videos`",
						"give either --paid VIDEO_ID or --not-paid")
				}
				e.cache = *shared
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				if err := p.Resolve(ctx, args[0], purchase.Answer{
					VideoID: *paid, Unverified: *unverified,
				}); err != nil {
					return err
				}
				e.say("%s is resolved; run `greenroom build` to go on", args[0])
				return nil
			}
		}}
}
