package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/allow"
	"greenroom/pipeline/credential"
)

func allowCommand() command {
	return command{name: "allow", summary: "allow the programs of heygen.key and disclose.sign to run in this project",
		usage:    "allow [flags]",
		examples: "greenroom allow\ngreenroom allow --list\ngreenroom allow --revoke",
		bind: func(fs *pflag.FlagSet) runFunc {
			list := fs.Bool("list", false, "list what is allowed, in all projects")
			revoke := fs.Bool("revoke", false, "remove what is allowed in this project")
			return func(_ context.Context, e *env, args []string) error {
				switch err := noArgs(args); {
				case err != nil:
					return err
				case *list && *revoke:
					return fault.New(fault.Usage, "run one after the other", "--list and --revoke exclude each other")
				case *list:
					return e.listAllowed()
				case *revoke:
					return e.revoke()
				}
				return e.allow()
			}
		}}
}

func (e *env) allow() error {
	p, err := e.project(nil)
	if err != nil {
		return err
	}
	defer p.Close()
	commands, err := programs(p)
	if err != nil {
		return err
	}
	if len(commands) == 0 {
		e.say("neither heygen.key nor disclose.sign runs a program; there is nothing to allow")
		return nil
	}
	if err := allow.Set(e.Now(), commands...); err != nil {
		return err
	}
	for _, c := range commands {
		if e.json {
			if err := e.printJSON(c); err != nil {
				return err
			}
			continue
		}
		e.say("allowed in %s: %s", oneLine(c.Project), oneLine(c.Line))
		for _, f := range c.Files {
			e.say("with %s, SHA-256 %s", oneLine(f.Path), f.SHA256)
		}
	}
	if e.json {
		return nil
	}
	e.say("a change of the command or of these files needs `greenroom allow` again")
	return nil
}

// programs returns the programs that a manifest names.
func programs(p *pipeline.Project) (out []*allow.Command, err error) {
	key, err := p.Account.KeyCommand()
	if err != nil {
		return nil, err
	}
	sign, err := credential.Command(p.Dir(), p.Manifest.Disclose.Sign)
	if err != nil {
		return nil, err
	}
	for _, c := range []*allow.Command{key, sign} {
		if c != nil {
			out = append(out, c)
		}
	}
	return out, nil
}

func (e *env) listAllowed() error {
	all, err := allow.List()
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(all)
	}
	for _, r := range all {
		when := r.At.Format("2006-01-02")
		fmt.Fprintf(
			e.Stdout, "%s  %s  (%s, %s)\n", oneLine(r.Project), oneLine(r.Line), count(len(r.Files), "file"), when,
		)
	}
	return nil
}

func (e *env) revoke() error {
	dir, err := filepath.Abs(filepath.Dir(e.options(nil).ManifestPath))
	if err != nil {
		return err
	}
	n, err := allow.Revoke(dir)
	if err != nil {
		return err
	}
	if n == 0 {
		e.say("nothing was allowed in %s", oneLine(dir))
		return nil
	}
	e.say("removed; the programs of the manifest do not run in %s any more", oneLine(dir))
	return nil
}
