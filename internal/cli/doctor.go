package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/compose/media/forms"
	"greenroom/compose/standin"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
	"greenroom/pipeline/live"
	"greenroom/pipeline/units"
	"greenroom/remotion/c2pa"
	"greenroom/remotion/tools"
)

// need is one program that doctor checks.
type need struct {
	Name    string `json:"name"`
	State   string `json:"state"` // ok, missing, optional
	Detail  string `json:"detail"`
	Fix     string `json:"fix,omitempty"`
	missing bool
}

func doctorCommand() command {
	return command{name: "doctor", summary: "check required programs and show how to install missing ones",
		usage:    "doctor",
		examples: "greenroom doctor\ngreenroom doctor --json",
		bind: func(*pflag.FlagSet) runFunc {
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				needs := e.needs(ctx)
				if e.json {
					if err := e.printJSON(needs); err != nil {
						return err
					}
				}
				lacking := 0
				for _, n := range needs {
					if !e.json {
						fmt.Fprintf(e.Stdout, "%-16s %-8s %s\n", n.Name, n.State, n.Detail)
						if n.Fix != "" {
							fmt.Fprintf(e.Stdout, "%-16s fix: %s\n", "", n.Fix)
						}
					}
					if n.missing {
						lacking++
					}
				}
				if lacking > 0 {
					return fault.New(fault.Tool, "run the commands after \"fix:\"",
						"%d of %d needed programs are missing or too old",
						lacking, len(needs))
				}
				return nil
			}
		}}
}

// hevc is whether the rendition hevc can be made.
func hevc(ctx context.Context, t media.Tools) need {
	if err := forms.Makeable(ctx, t, forms.HEVC, true); err != nil {
		return need{Name: "hevc", State: "optional", Detail: err.Error(),
			Fix: "for prepare.renditions: hevc, use ffmpeg 7.1 or newer with x265 4.0 or newer, or a Mac"}
	}
	return need{Name: "hevc", State: "ok", Detail: "HEVC with alpha can be written"}
}

func (e *env) needs(ctx context.Context) []need {
	ok := func(name, detail string) need { return need{Name: name, State: "ok", Detail: detail} }
	lack := func(name, detail, fix string) need { return need{name, "missing", detail, fix, true} }
	var out []need
	if t, err := media.FindTools(ctx, e.LookPath); err == nil {
		out = append(out, ok("ffmpeg", t.Version+" at "+t.FFmpeg), hevc(ctx, t))
	} else {
		out = append(out, lack("ffmpeg", err.Error(), "apt-get install ffmpeg"))
	}
	if p, v, err := tools.FindNode(ctx, e.LookPath); err == nil {
		out = append(out, ok("node", v+" at "+p))
	} else {
		out = append(out, lack("node", err.Error(), "apt-get install nodejs npm (or install Node 20 from nodejs.org)"))
	}
	if p, err := e.LookPath("npm"); err == nil {
		out = append(out, ok("npm", p))
	} else {
		out = append(out, lack("npm", "not installed", "apt-get install npm"))
	}
	if b := tools.FindBrowser("", e.Getenv, e.LookPath); b != "" {
		out = append(out, ok("browser", b))
	} else {
		out = append(out, lack("browser", "no headless Chrome or Chromium", "apt-get install chromium-headless-shell"))
	}
	if p, err := e.LookPath("espeak-ng"); err == nil {
		abs, _ := filepath.Abs(p)
		out = append(out, ok("espeak-ng", abs+", "+standin.VoiceNote()))
	} else {
		out = append(out, need{Name: "espeak-ng", State: "optional", Detail: "the sandbox speaks with a plain voice",
			Fix: "apt-get install espeak-ng"})
	}
	out = append(out, e.sibling(ctx, live.Program, "live sessions", live.Find), e.sibling(ctx, units.Program, "a farm", units.FindProgram))
	return append(out, e.signing()...)
}

// sibling is whether another program of greenroom is installed, in the version of this one. Few users need it.
func (e *env) sibling(
	ctx context.Context, name, use string, find func(func(string) (string, error)) (string, error),
) need {
	path, err := find(e.LookPath)
	if err != nil {
		n := need{Name: name, State: "optional", Detail: "not installed; needed for " + use}
		for _, f := range fault.All(err) {
			n.Fix = f.Hint
		}
		return n
	}
	fix := "replace it with that of the archive that has this greenroom, or build both from one checkout"
	version, err := proc.SiblingVersion(ctx, path)
	switch {
	case err != nil:
		detail := "cannot read the version of " + path + ": " + err.Error()
		return need{Name: name, State: "optional", Detail: outside.Clean(detail), Fix: fix}
	case version != e.Version:
		detail := fmt.Sprintf("%s at %s is of another version than greenroom, which is %s", outside.Short(version, 40), path, e.Version)
		return need{Name: name, State: "optional", Detail: detail, Fix: fix}
	}
	return need{Name: name, State: "ok", Detail: version + " at " + path}
}

// signing is whether films can be signed, in a project that asks for it.
func (e *env) signing() []need {
	p, err := e.project(nil)
	if err != nil {
		return nil // doctor also runs where there is no project
	}
	defer p.Close()
	if p.Manifest.Disclose.Sign == nil {
		return nil
	}
	if err := c2pa.Installed(p.Layout().Dir); err != nil {
		return []need{{"c2pa", "missing", err.Error(), "npm install --save-dev " + c2pa.Package + "@" + c2pa.Version, true}}
	}
	return []need{{Name: "c2pa", State: "ok", Detail: c2pa.Package + " is installed"}}
}
