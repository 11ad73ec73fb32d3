package cli

import (
	"context"
	_ "embed"

	"github.com/spf13/pflag"
)

//go:embed skill.md
var skill string

func skillCommand() command {
	return command{name: "skill", summary: "print a skill: a page for agents that have a shell", usage: "skill",
		examples: "greenroom skill\ngreenroom skill > skill.md",
		bind: func(*pflag.FlagSet) runFunc {
			return func(_ context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				_, err := e.Stdout.Write([]byte(skill))
				return err
			}
		}}
}
