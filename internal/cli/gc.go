package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"greenroom/internal/excerpt"
	"greenroom/internal/fault"
	"greenroom/pipeline/gc"
)

func gcCommand() command {
	return command{name: "gc", summary: "remove stored files that nothing uses any more", usage: "gc [flags]",
		examples: "greenroom gc\ngreenroom gc --yes\ngreenroom gc --old-takes --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o gc.Options
			fs.BoolVar(&o.OldTakes, "old-takes", false, "also earlier takes: paid for, but not used by any clip now")
			fs.BoolVarP(&o.Remove, "yes", "y", false, "remove them; without it they are only counted")
			return func(ctx context.Context, e *env, args []string) (err error) {
				if len(args) > 0 {
					return fault.New(fault.Usage, "write `greenroom gc`", "gc takes no arguments")
				}
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				g, err := p.GC(ctx, o)
				if err != nil {
					return err
				}
				switch {
				case e.json:
					return e.printJSON(g)
				case g.Files == 0:
					e.say("nothing to remove; %s used", count(g.Kept, "stored file"))
				case g.Removed:
					e.say("%s removed, %s; %d kept", count(g.Files, "stored file"), excerpt.Size(g.Bytes), g.Kept)
				default:
					remove := "greenroom gc --yes"
					if o.OldTakes {
						remove = "greenroom gc --old-takes --yes"
					}
					e.say("%s to remove, %s; %d kept; `%s` removes them", count(g.Files, "stored file"),
						excerpt.Size(g.Bytes), g.Kept, remove)
				}
				return nil
			}
		}}
}
