package cli

import (
	"context"
	"fmt"

	"greenroom/pipeline/account"
	"greenroom/pipeline/request"

	"github.com/spf13/pflag"
)

func quotaCommand() command {
	return command{name: "quota", summary: "print what the account has left", usage: "quota",
		examples: "greenroom quota\ngreenroom quota --api v3 --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return e.account(*api, func(a *account.Lookups) error {
					q, err := a.Quota(ctx)
					if err != nil {
						return err
					}
					switch {
					case e.json:
						return e.printJSON(quotaReport{q.Known, q.Left, q.Currency, q.Plan})
					case !q.Known && q.Total > 0:
						e.say(
							"HeyGen does not report what this account has left for the API; %.1f credits in all",
							q.Total,
						)
					case !q.Known:
						e.say("HeyGen does not report what this account has left")
					case q.Currency == "usd":
						fmt.Fprintf(e.Stdout, "%s left\n", request.Dollars(q.Left))
					case q.Total > 0:
						fmt.Fprintf(e.Stdout, "%.1f API credits, %.1f in all\n", q.Left, q.Total)
					default:
						fmt.Fprintf(e.Stdout, "%.1f credits left, plan %s\n", q.Left, oneLine(q.Plan))
					}
					return nil
				})
			}
		}}
}
