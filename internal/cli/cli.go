// Package cli is greenroom's command line: one file per command. It is the only package that prints, and the only one
// that knows flags, the environment and exit codes. Results go to stdout, messages and progress to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/units"
)

// Env is what the commands use of the operating system.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	LookPath       func(string) (string, error)
	Now            func() time.Time
	Dir            string // working folder
	Version        string
}

// env is Env with the global flags.
//
// size: one method for each thing that a command prints or asks, with the settings of the global flags.
type env struct {
	Env
	ctx           context.Context // of the command; ends the reading of files
	manifest      string
	json, verbose bool
	cache         cacheOptions
	engine        units.Engine
	networkFolder bool
	annotations   string // where faults are printed besides stderr: "github", "none", "" decides by the environment
	noColor       bool
	terminal      bool      // stderr is one
	raw           io.Writer // stderr without the guard, for text without outside words; nil: Stderr
	flags         *pflag.FlagSet
	paid          paid
}

type runFunc func(ctx context.Context, e *env, args []string) error

// command is one row of the table.
type command struct {
	name, summary, usage string
	examples             string
	bind                 func(*pflag.FlagSet) runFunc
}

func commands() []command {
	return []command{initCommand(), newCommand(), planCommand(), buildCommand(), watchCommand(), renderCommand(), exportCommand(),
		checkCommand(), statusCommand(), resolveCommand(), cacheCommand(), gcCommand(),
		fetchCommand(), adoptCommand(),
		avatarsCommand(), voicesCommand(), soundsCommand(), templatesCommand(), quotaCommand(), authCommand(), apiCommand(), allowCommand(), videosCommand(), uploadCommand(), photoCommand(), promptCommand(), webhookCommand(), webhooksCommand(), sandboxCommand(), liveCommand(), mcpCommand(), skillCommand(), schemaCommand(), doctorCommand(), completionCommand(), versionCommand(), helpCommand()}
}

func commandNames() (names []string) {
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

// Main runs one command and returns the exit code.
func Main(ctx context.Context, args []string, world Env) int {
	e := &env{Env: world, ctx: ctx, noColor: world.Getenv("NO_COLOR") != ""}
	if f, ok := world.Stderr.(*os.File); ok {
		e.terminal = term.IsTerminal(int(f.Fd()))
	}
	e.noColor = e.noColor || !e.terminal
	e.guardOutput()
	err := dispatch(ctx, e, args)
	if cause := context.Cause(ctx); cause != nil && err != nil {
		err = e.interrupted(cause)
	}
	if err == nil || errors.Is(err, errQuiet) {
		return 0
	}
	e.json = e.json || slices.Contains(args, "--json") // also if the flags could not be parsed
	report(e, err)
	e.annotate(err)
	return fault.ExitCode(err)
}

// errQuiet ends a command with success and prints nothing more.
var errQuiet = errors.New("done")

func report(e *env, err error) {
	if !e.json {
		fmt.Fprint(e.Stderr, fault.Format(err, e.noColor))
		return
	}
	for _, l := range errorLines(err) {
		printLine(e, l)
	}
}

func (e *env) globals() *pflag.FlagSet {
	fs := pflag.NewFlagSet("global", pflag.ContinueOnError)
	fs.SortFlags = false
	fs.StringVarP(&e.manifest, "file", "f", "", "the manifest's `PATH` (default greenroom.yaml)")
	fs.StringVarP(&e.Dir, "directory", "C", e.Dir, "act as if started in `DIR`")
	fs.BoolVar(&e.json, "json", false, "print JSON, as docs/json.md describes")
	fs.BoolVarP(&e.verbose, "verbose", "v", false, "print more detail")
	return fs
}

func dispatch(ctx context.Context, e *env, args []string) error {
	here := e.Dir // before -C
	global := e.globals()
	top := pflag.NewFlagSet("greenroom", pflag.ContinueOnError)
	top.SetOutput(io.Discard)
	top.Usage = func() {}
	top.SetInterspersed(false)
	top.AddFlagSet(global)
	version := top.Bool("version", false, "print the version")
	if err := top.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return overview(e)
		}
		return usageError(err, top)
	}
	if *version {
		return versionCommand().bind(top)(ctx, e, nil)
	}
	if top.NArg() == 0 {
		if err := overview(e); err != nil {
			return err
		}
		return nil
	}
	name, rest := top.Arg(0), top.Args()[1:]
	if name == completeName {
		return runComplete(e, rest)
	}
	c, err := lookup(name)
	if err != nil {
		return err
	}
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.SortFlags = false
	run := c.bind(fs)
	fs.AddFlagSet(global)
	if err := fs.Parse(rest); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return help(e, c)
		}
		return usageError(err, fs)
	}
	if err := fromEnvironment(e, fs); err != nil {
		return err
	}
	if e.json {
		e.onlyJSON()
	}
	if !filepath.IsAbs(e.Dir) {
		e.Dir = filepath.Join(here, e.Dir)
	}
	e.flags = fs
	if err := e.prepareOutputs(fs); err != nil {
		return err
	}
	account.HideKeyVariable(e.options(nil).ManifestPath)
	return run(ctx, e, fs.Args())
}

func lookup(name string) (command, error) {
	for _, c := range commands() {
		if c.name == name {
			return c, nil
		}
	}
	return command{}, unknownCommand(name, commandNames())
}

// usageError turns pflag's typed errors into faults; an unknown flag suggests the
// nearest.
func usageError(err error, fs *pflag.FlagSet) error {
	hint := fmt.Sprintf("`greenroom %s --help` shows the flags", fs.Name())
	if fs.Name() == "greenroom" {
		hint = "`greenroom help` shows the flags"
	}
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		var names []string
		fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := fault.Nearest(missing.GetSpecifiedName(), names); near != "" {
			hint = fmt.Sprintf("did you mean --%s?", near)
		}
	}
	return fault.New(fault.Usage, hint, "%v", err)
}

func noArgs(args []string) error {
	if len(args) > 0 {
		return fault.New(fault.Usage, "", "unexpected argument %q", args[0])
	}
	return nil
}
