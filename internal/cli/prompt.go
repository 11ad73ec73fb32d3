package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
	"greenroom/pipeline/prompt"
)

type promptOptions struct{ check, strict, send, write bool }

func promptCommand() command {
	return command{name: "prompt", summary: "check and structure a Video Agent prompt; show what would be sent",
		usage:    "prompt [flags] FILE...",
		examples: "greenroom prompt prompts/film.md\ngreenroom prompt --check prompts/film.md\ngreenroom prompt --send prompts/film.md",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o promptOptions
			fs.BoolVar(&o.check, "check", false, "print the mistakes only; exit 5 if there are any")
			fs.BoolVar(&o.strict, "strict", false, "count warnings as errors")
			fs.BoolVar(&o.send, "send", false, "print only the text that would be sent")
			fs.BoolVar(&o.write, "write", false, "rewrite the file in its structured form")
			return func(_ context.Context, e *env, args []string) error {
				if err := o.validate(args); err != nil {
					return err
				}
				return e.prompts(o, args)
			}
		}}
}

func (o promptOptions) validate(args []string) error {
	modes, stdin := 0, 0
	for _, on := range []bool{o.check, o.send, o.write} {
		if on {
			modes++
		}
	}
	for _, a := range args {
		if a == "-" {
			stdin++
		}
	}
	switch {
	case len(args) == 0:
		return fault.New(fault.Usage, "name a file, or - for standard input", "no prompt is named")
	case modes > 1:
		return fault.New(fault.Usage, "run the command once for each", "--check, --send and --write exclude each other")
	case stdin > 1:
		return fault.New(fault.Usage, "name - once", "standard input is named twice")
	case stdin > 0 && o.write:
		return fault.New(fault.Usage, "use --send, and redirect it", "standard input cannot be rewritten")
	}
	return nil
}

// promptReport is an element of `prompt --json`.
type promptReport struct {
	File   string         `json:"file"`
	Prompt *prompt.Prompt `json:"prompt"`
	Spoken float64        `json:"spokenSeconds"`
	Error  float64        `json:"spokenErrorSeconds"` // that it may take longer
	Least  float64        `json:"spokenLeastSeconds"`
	Most   float64        `json:"spokenMostSeconds"`
	Sends  string         `json:"sends"`
}

// prompts handles every file and returns the errors of all of them.
func (e *env) prompts(o promptOptions, names []string) error {
	var errs []error
	reports := []promptReport{}
	for _, name := range names {
		p, err := e.readPrompt(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		bad := e.promptFindings(name, p, o.strict)
		if bad != nil {
			errs = append(errs, bad)
		}
		switch {
		case o.check:
		case o.write && bad == nil:
			err = e.rewrite(name, p)
		case o.write:
			e.say("%s is not changed", name)
		case e.json:
			said := p.Spoken()
			reports = append(reports, promptReport{name, p, said.Likely, said.High - said.Likely, said.Low, said.High,
				prompt.Compose(p)})
		case o.send:
			_, err = fmt.Fprintln(e.Stdout, prompt.Compose(p))
		default:
			if len(names) > 1 {
				fmt.Fprintf(e.Stdout, "%s\n", oneLine(name))
			}
			e.showPrompt(p)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if e.json && !o.check && !o.write {
		if err := e.printJSON(reports); err != nil {
			return err
		}
	}
	return joined(errs)
}

// joined keeps every fault, so that they are counted and printed together.
func joined(errs []error) error {
	var all fault.List
	for _, err := range errs {
		all = append(all, fault.All(err)...)
	}
	return all.Or()
}

func (e *env) readPrompt(name string) (*prompt.Prompt, error) {
	in, dir := e.Stdin, e.Dir
	if name != "-" {
		path := e.path(name)
		if fi, err := os.Stat(path); err == nil && fi.IsDir() {
			return nil, fault.New(fault.Usage, "name the file inside it", "%s is a folder", name)
		}
		f, err := regular.Open(path)
		if errors.Is(err, regular.ErrNotFile) {
			return nil, fault.New(fault.Usage, "write - to read standard input", "%s is not a regular file", name)
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
		defer f.Close()
		in, dir = f, filepath.Dir(path)
	}
	b, err := readUntil(e.ctx, io.LimitReader(in, prompt.MaxBytes+1))
	if err != nil && e.ctx.Err() != nil {
		return nil, context.Cause(e.ctx)
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(b) > prompt.MaxBytes {
		return nil, &fault.Error{Kind: fault.Manifest, Hint: "shorten it; a prompt is about a page",
			Place: &fault.Place{File: name, Line: 1, Column: 1},
			Msg:   fmt.Sprintf("the prompt is larger than %d bytes", prompt.MaxBytes)}
	}
	p := prompt.Parse(string(b))
	prompt.CheckFiles(p, dir)
	return p, nil
}

// unreadable names the file as it was given: the system's error holds a longer path.
func unreadable(name string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fault.Wrap(fault.Usage, err, "name a prompt file, or - for standard input", "read the prompt %s", name)
}

// readUntil is io.ReadAll that stops when ctx is done: standard input may never end.
func readUntil(ctx context.Context, in io.Reader) ([]byte, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := io.ReadAll(in)
		done <- result{b, err}
	}()
	select {
	case r := <-done:
		return r.b, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
