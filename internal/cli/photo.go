package cli

import (
	"context"
	"fmt"
	"strings"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

func photoCommand() command {
	return command{name: "photo", summary: "make a picture speak; print its state, or delete it",
		usage:    "photo [flags] [FILE...]",
		examples: "greenroom photo footage/me.png\ngreenroom photo --status 3f9a0c1b2d\ngreenroom photo --delete 3f9a0c1b2d --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			status := fs.String("status", "", "print the state of the photo avatar `ID`")
			drop := fs.String("delete", "", "delete the photo avatar `ID` for good")
			yes := fs.BoolP("yes", "y", false, "do not ask before deleting")
			return func(ctx context.Context, e *env, args []string) error {
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *drop != "":
						return e.destroy(*yes, "photo", *drop, func() error { return a.DeletePhoto(ctx, *drop) })
					case *status != "":
						t, err := a.PhotoStatus(ctx, *status)
						if err != nil {
							return err
						}
						if e.json {
							return e.printJSON(photoReport{*status, t.Status, t.Message})
						}
						_, err = fmt.Fprintln(e.Stdout, oneLine(strings.TrimSpace(t.Status+" "+t.Message)))
						return err
					case len(args) == 0:
						return fault.New(fault.Usage, "`greenroom avatars` lists talking photos", "name a picture")
					}
					return e.each(args, func(path string) (string, error) { return a.Photo(ctx, path) })
				})
			}
		}}
}
