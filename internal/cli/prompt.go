package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/prompt"
)

// maxPromptFile bounds what is read, bytes.
const maxPromptFile = 1 << 20

func promptCommand() command {
	return command{name: "prompt", summary: "check and structure a Video Agent prompt; show what would be sent", usage: "prompt [flags] FILE...",
		examples: "greenroom prompt prompts/film.md\ngreenroom prompt --check prompts/film.md\ngreenroom prompt --send prompts/film.md",
		bind: func(fs *pflag.FlagSet) runFunc {
			check := fs.Bool("check", false, "say what is wrong and nothing else; exit 5 when something is")
			strict := fs.Bool("strict", false, "count warnings as errors")
			send := fs.Bool("send", false, "print only the text that would be sent")
			write := fs.Bool("write", false, "rewrite the file in its structured form")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return fault.New(fault.Usage, "name a file, or - for standard input", "no prompt is named")
				}
				var bad fault.List
				for _, name := range args {
					p, err := e.readPrompt(name)
					if err != nil {
						return err
					}
					bad = append(bad, e.findings(name, p, *strict)...)
					switch {
					case *check:
					case e.json:
						err = e.printJSON(map[string]any{"file": name, "prompt": p, "sends": p.Compose()})
					case *send:
						_, err = fmt.Fprintln(e.Stdout, p.Compose())
					case *write:
						err = e.rewrite(name, p)
					default:
						e.showPrompt(p)
					}
					if err != nil {
						return err
					}
				}
				return bad.Or()
			}
		}}
}

func (e *env) readPrompt(name string) (*prompt.Prompt, error) {
	in := e.Stdin
	if name != "-" {
		f, err := os.Open(e.path(name))
		if err != nil {
			return nil, fault.Wrap(fault.Usage, err, "name a prompt file, or - for standard input", "read the prompt")
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxPromptFile+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Usage, err, "name a prompt file, or - for standard input", "read the prompt")
	case len(b) > maxPromptFile:
		return nil, fault.New(fault.Manifest, "a prompt is a page, not a book", "%s is larger than %d bytes", name, maxPromptFile)
	}
	return prompt.Parse(string(b)), nil
}

// findings prints warnings and gives the errors.
func (e *env) findings(name string, p *prompt.Prompt, strict bool) (bad fault.List) {
	for _, f := range p.Findings {
		if f.Severity == prompt.Error || strict {
			x := fault.New(fault.Manifest, f.Hint, "%s", f.Message)
			x.Place = &fault.Place{File: name, Line: f.Line, Column: f.Column}
			bad = append(bad, x)
			continue
		}
		e.say("warning: %s:%d: %s; %s", name, f.Line, f.Message, f.Hint)
	}
	return bad
}

func (e *env) rewrite(name string, p *prompt.Prompt) error {
	if name == "-" || p.Bad() {
		return nil // what is wrong is said; a broken prompt is left alone
	}
	changed, err := atomicfile.WriteBytes(e.path(name), 0o644, []byte(p.Head()+p.Compose()+"\n"))
	if err == nil && changed {
		e.say("%s is rewritten: %s", name, count(len(p.Scenes), "scene"))
	}
	return err
}

// showPrompt prints the structure, at 80 columns.
func (e *env) showPrompt(p *prompt.Prompt) {
	rows := [][]string{{"#", "time", "words", "spoken", "media", "scene", "on screen"}}
	for i, s := range p.Scenes {
		when := "-"
		if s.To > 0 {
			when = fmt.Sprintf("%g-%gs", s.From, s.To)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), when, fmt.Sprint(len(strings.Fields(s.Words))), fmt.Sprintf("%.0f s ±%.0f", s.Spoken(), s.Spoken()*prompt.PaceError), s.Media, s.Title, s.OnScreen})
	}
	e.table(rows, 3, 9, 5, 9, 13, 14, 16)
	fmt.Fprintf(e.Stdout, "\n%s\n", p.Compose())
	length := "no duration named"
	if p.Seconds > 0 {
		length = fmt.Sprintf("film of %d s", p.Seconds)
	}
	e.say("%s, %s spoken, %s", count(len(p.Scenes), "scene"), fmt.Sprintf("%.0f s ±%.0f %%", p.Spoken(), prompt.PaceError*100), length)
}
