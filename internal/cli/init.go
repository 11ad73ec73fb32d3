package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline"
	"greenroom/remotion"
)

const firstManifest = `# The clips of this film. ` + "`greenroom plan`" + ` says what a build would do.
version: 1
project: %s
fps: 25
size: 1280x720
heygen:
  api: sandbox        # no account, no money; v3 uses HEYGEN_API_KEY
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
  transparent: true
clips:
  intro: {script: scripts/intro.md}
`

const firstScript = `Hello, and welcome to the green room. <break time="0.3s"/> I am only a drawing, but my edges are real.
`

func initCommand() command {
	return command{name: "init", summary: "start a project, or add greenroom to a Remotion project", usage: "init [DIR]",
		examples: "greenroom init tour\ncd my-remotion-project && greenroom init",
		bind: func(*pflag.FlagSet) runFunc {
			return func(_ context.Context, e *env, args []string) error {
				dir := e.Dir
				if len(args) > 1 {
					return noArgs(args[1:])
				}
				if len(args) == 1 {
					dir = args[0]
					if !filepath.IsAbs(dir) {
						dir = filepath.Join(e.Dir, dir)
					}
				}
				return runInit(e, dir)
			}
		}}
}

var notProject = lazyregexp.New(`[^a-z0-9]+`)

func runInit(e *env, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, pipeline.ManifestName)); err == nil {
		return fault.New(fault.Usage, "edit it, or choose another folder", "%s already has a %s", dir, pipeline.ManifestName)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "choose a folder you may write to", "create %s", dir)
	}
	name := strings.Trim(notProject.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-")
	if name == "" {
		name = "film"
	}
	written, err := remotion.Scaffold(dir, remotion.ScaffoldOptions{Project: name})
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{
		{"scripts/intro.md", firstScript},
		{pipeline.ManifestName, fmt.Sprintf(firstManifest, name)}, // last: it is what makes a project
	} {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			continue // the user's own
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", f.name)
		}
		if _, err := atomicfile.WriteBytes(path, 0o644, []byte(f.text)); err != nil {
			return fault.Wrap(fault.Failed, err, "make the folder writable", "write %s", f.name)
		}
		written = append(written, f.name)
	}
	for _, w := range written {
		fmt.Fprintln(e.Stdout, w)
	}
	rel := dir
	if r, err := filepath.Rel(e.Env.Dir, dir); err == nil {
		rel = r
	}
	if rel == "." {
		e.say("%d files here. Next: greenroom build && greenroom render Presenter", len(written))
		return nil
	}
	e.say("%d files in %s. Next: cd %s && greenroom build && greenroom render Presenter", len(written), rel, rel)
	return nil
}
