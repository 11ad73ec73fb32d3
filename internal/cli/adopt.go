package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

func adoptCommand() command {
	return command{name: "adopt", summary: "use an existing video as a clip's take instead of buying it",
		usage:    "adopt CLIP ID",
		examples: "greenroom adopt intro 3f9a0c1b2d\ngreenroom adopt intro-es 3f9a0c1b2d -C tour",
		bind: func(*pflag.FlagSet) runFunc {
			return func(ctx context.Context, e *env, args []string) (err error) {
				if len(args) != 2 {
					return fault.New(fault.Usage, "write greenroom adopt CLIP ID", "name a clip and a video")
				}
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				if err := p.Adopt(ctx, args[0], args[1]); err != nil {
					return err
				}
				e.say("%s uses video %s now; `greenroom build` fetches it", args[0], args[1])
				return nil
			}
		}}
}
