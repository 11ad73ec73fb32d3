package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

func helpCommand() command {
	return command{name: "help", summary: "explain a command", usage: "help [flags] [command]",
		examples: "greenroom help build\ngreenroom help\ngreenroom help --man man1",
		bind: func(fs *pflag.FlagSet) runFunc {
			man := fs.String("man", "", "write a manual page of every command to `DIR`")
			writes(fs, outputFolder, "man")
			return func(_ context.Context, e *env, args []string) error {
				if *man != "" {
					if err := noArgs(args); err != nil {
						return err
					}
					return writeManual(e, *man)
				}
				if len(args) == 0 {
					return overview(e)
				}
				c, err := lookup(args[0])
				if err != nil {
					return err
				}
				return help(e, c)
			}
		}}
}

func overview(e *env) error {
	var b strings.Builder
	b.WriteString(
		"greenroom turns scripts into verified transparent avatar clips for Remotion.\n\nUsage: greenroom [flags] <command> [flags] [arguments]\n\nCommands:\n",
	)
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-10s %s\n", c.name, c.summary)
	}
	b.WriteString(
		"\nStart here:\n  greenroom init tour && cd tour && greenroom build\n  greenroom render Presenter --install\n\nFlags of every command:\n",
	)
	b.WriteString(usages((&env{}).globals()))
	b.WriteString(precedence)
	b.WriteString("\nExit codes:\n  0   done, or nothing to do\n")
	for _, r := range fault.Table {
		fmt.Fprintf(&b, "  %-3d %s\n", r.Code, r.Meaning)
	}
	_, err := fmt.Fprint(e.Stdout, b.String())
	return err
}

// usages returns the flags' help at 80 columns, without the [=true|false] that pflag adds to every switch.
func usages(fs *pflag.FlagSet) string {
	fs.VisitAll(func(f *pflag.Flag) {
		if f.DefValue == "-1" { // means "not given"
			f.DefValue = "0" // which is not printed
		}
	})
	const noise = "[=true|false]"
	return strings.ReplaceAll(fs.FlagUsagesWrapped(80+len(noise)), noise, strings.Repeat(" ", len(noise)))
}

const precedence = "\nA flag wins over GREENROOM_<FLAG> in the environment, that over the manifest.\n"

func help(e *env, c command) error {
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	c.bind(fs)
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nUsage: greenroom %s\n\nExamples:\n", strings.ToUpper(c.summary[:1])+c.summary[1:], c.usage)
	for _, x := range strings.Split(c.examples, "\n") {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	if fs.HasFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", usages(fs))
	}
	fmt.Fprintf(&b, "\nFlags of every command:\n%s%s", usages((&env{}).globals()), precedence)
	_, err := fmt.Fprint(e.Stdout, b.String())
	return err
}
