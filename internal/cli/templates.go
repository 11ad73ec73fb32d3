package cli

import (
	"context"
	"fmt"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"
)

func templatesCommand() command {
	return command{name: "templates", summary: "list templates, or one template's variables",
		usage:    "templates [flags] [ID]",
		examples: "greenroom templates\ngreenroom templates 7c1f0e7a5d1b4e2c --json\ngreenroom templates --languages --api v3",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			languages := fs.Bool("languages", false, "list the languages of `translate:` instead")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) > 1 {
					return noArgs(args[1:])
				}
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *languages:
						return e.languages(ctx, a)
					case len(args) == 1:
						return e.template(ctx, a, args[0])
					}
					list, err := a.Templates(ctx)
					if err != nil {
						return err
					}
					out, rows := []templateRow{}, [][]string{}
					for _, t := range list {
						out = append(out, templateRow{t.ID, t.Name})
						rows = append(rows, []string{t.ID, t.Name})
					}
					if e.json {
						return e.printJSON(out)
					}
					e.table(rows, 34, 42)
					e.say("%s", count(len(out), "template"))
					return nil
				})
			}
		}}
}

func (e *env) languages(ctx context.Context, a *account.Lookups) error {
	list, err := a.Languages(ctx)
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(list)
	}
	for _, l := range list {
		fmt.Fprintln(e.Stdout, oneLine(l))
	}
	e.say("%s", count(len(list), "language"))
	return nil
}

func (e *env) template(ctx context.Context, a *account.Lookups, id string) error {
	t, err := a.Template(ctx, id)
	if err != nil {
		return err
	}
	out, rows := []variableRow{}, [][]string{}
	for _, v := range t.Variables {
		need := "needed"
		if len(v.Properties) > 0 {
			need = "as designed if not given"
		}
		out = append(out, variableRow{v.Name, v.Type, len(v.Properties) == 0, v.Properties})
		rows = append(rows, []string{v.Name, v.Type, need})
	}
	if e.json {
		return e.printJSON(templateReport{t.ID, t.Name, out})
	}
	e.table(rows, 30, 12, 24)
	e.say("%s: %s", oneLine(t.ID), count(len(out), "variable"))
	return nil
}
