package cli

import (
	"context"
	"embed"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

//go:embed completion
var completionScripts embed.FS

// shells are the shells with a completion script, and how each loads it.
var shells = []struct{ name, file string }{
	{"bash", "completion/greenroom.bash"}, {"zsh", "completion/greenroom.zsh"}, {"fish", "completion/greenroom.fish"},
	{"powershell", "completion/greenroom.ps1"},
}

func shellNames() (out []string) {
	for _, s := range shells {
		out = append(out, s.name)
	}
	return out
}

func completionCommand() command {
	return command{name: "completion", summary: "print the completion script of a shell",
		usage: "completion bash|zsh|fish|powershell",
		examples: "greenroom completion bash > ~/.local/share/bash-completion/completions/greenroom\n" +
			"greenroom completion zsh > ~/.zfunc/_greenroom\n" +
			"greenroom completion fish > ~/.config/fish/completions/greenroom.fish\n" +
			"greenroom completion powershell > greenroom.ps1",
		bind: func(*pflag.FlagSet) runFunc {
			return func(_ context.Context, e *env, args []string) error {
				if len(args) != 1 {
					return fault.New(fault.Usage, "name one: greenroom completion "+strings.Join(shellNames(), "|"),
						"%d shells are named, one is needed", len(args))
				}
				at := slices.IndexFunc(shells, func(s struct{ name, file string }) bool { return s.name == args[0] })
				if at < 0 {
					return fault.New(
						fault.Usage, "there are "+strings.Join(shellNames(), ", "), "unknown shell %q", args[0],
					)
				}
				b, err := completionScripts.ReadFile(shells[at].file)
				if err != nil {
					return err
				}
				_, err = e.Stdout.Write(b)
				return err
			}
		}}
}
