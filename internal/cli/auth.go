package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline/account"
)

func authCommand() command {
	return command{name: "auth", summary: "show which key is used, and what it may do", usage: "auth status",
		examples: "greenroom auth status\ngreenroom auth status --api v3 --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 1 || args[0] != "status" {
					return fault.New(fault.Usage,
						"`greenroom auth status`; a key is set as HEYGEN_API_KEY or heygen.key, and there is no login",
						"name status")
				}
				return e.account(*api, func(a *account.Lookups) error {
					s, err := a.Auth(ctx)
					if err != nil {
						return err
					}
					if e.json {
						return e.printJSON(s)
					}
					e.printAuth(s)
					return nil
				})
			}
		}}
}

// printAuth prints a credential as a table.
func (e *env) printAuth(s account.Auth) {
	row := func(name, value string) { fmt.Fprintf(e.Stdout, "%-8s %s\n", name, oneLine(value)) }
	what := "API key from " + s.Place
	switch {
	case s.Place == "sandbox":
		what = "none: the sandbox needs none"
	case s.Kind == "token":
		what = "access token from " + s.Place + "; videos are billed to the user's plan"
	}
	row("key", what)
	row("server", s.Server)
	user := s.User
	if user == "" {
		user = "not reported"
	}
	row("user", user)
	if s.Name != "" {
		row("name", s.Name)
	}
	switch {
	case !s.Reported:
		row("scopes", "not reported")
	case !s.Limited:
		row("scopes", "everything")
	default:
		row("scopes", strings.Join(s.Scopes, " "))
	}
	if s.Status != "" && s.Status != "active" {
		row("status", s.Status)
	}
	if s.Expires != "" {
		row("expires", s.Expires)
	}
	for _, n := range account.Needed {
		for _, missing := range s.Missing {
			if n.Scope == missing {
				e.say("warning: the key does not have the scope %s, for %s", n.Scope, n.For)
			}
		}
	}
}
