package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/schema"
	"greenroom/remotion"
	"greenroom/remotion/project"
	"greenroom/remotion/scaffold"
)

type initOptions struct {
	dir                        string // absolute
	yes, install, update, both bool
}

func initCommand() command {
	return command{name: "init", summary: "start a project, or add greenroom to a Remotion project",
		usage: "init [DIR]",
		examples: "greenroom init tour\ncd my-remotion-project && greenroom init\n" +
			"greenroom init --in apps/video --install\ngreenroom init --update",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o initOptions
			in := fs.String("in", "", "add greenroom to the existing project in `DIR`")
			fs.BoolVarP(&o.yes, "yes", "y", false, "write into a folder that has other files without asking")
			fs.BoolVar(&o.install, "install", false,
				"install the packages that greenroom's files need if the project does not depend on them")
			fs.BoolVar(&o.update, "update", false,
				"restore greenroom's own files, or bring them to this version; files that you changed are kept")
			fs.BoolVar(&o.both, "new", false,
				"with --update: write the new text of a file that you changed next to it, as NAME.new")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) > 1 {
					return noArgs(args[1:])
				}
				if o.both && !o.update {
					return fault.New(fault.Usage, "run greenroom init --update --new", "--new belongs to --update")
				}
				var err error
				o.dir, err = initFolder(e, *in, args, o.update)
				if err != nil {
					return err
				}
				if o.update {
					return runInitUpdate(e, o)
				}
				return runInit(ctx, e, o)
			}
		}}
}

// initFolder is the folder that init works on. One that must exist is not created, nor are the folders above an
// absolute path: a mistyped one would be.
func initFolder(e *env, in string, args []string, update bool) (string, error) {
	name := in
	if len(args) == 1 {
		if in != "" {
			return "", fault.New(fault.Usage, "name one folder: greenroom init --in "+project.ShellQuote(in),
				"two folders: %s and %s", in, args[0])
		}
		name = args[0]
	}
	dir := name
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.Dir, dir)
	}
	st, err := os.Stat(dir)
	switch {
	case err == nil && !st.IsDir():
		return "", fault.New(fault.Usage, "name a folder", "%s is a file", name)
	case err == nil:
	case in != "" || update:
		return "", fault.Wrap(fault.Usage, err, "a new project: greenroom init "+project.ShellQuote(name),
			"find the project in %s", name)
	case filepath.IsAbs(name):
		if _, err := os.Stat(filepath.Dir(dir)); err != nil {
			return "", fault.Wrap(fault.Usage, err, "create it first: mkdir -p "+project.ShellQuote(filepath.Dir(dir)),
				"create %s", dir)
		}
	}
	return dir, nil
}

var notProject = lazyregexp.New(`[^a-z0-9]+`)

// projectName is a folder's name as the manifest takes it.
func projectName(dir string) string {
	name := strings.Trim(notProject.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-")
	if name == "" {
		return "film"
	}
	return name
}

func runInit(ctx context.Context, e *env, o initOptions) error {
	existing, err := scaffold.IsRemotion(o.dir)
	if err != nil {
		return err
	}
	layout, known, err := manifestLayout(e, o.dir)
	if err != nil {
		return err
	}
	var survey *scaffold.Survey
	files := map[string][]byte{}
	switch {
	case known && existing:
		have, err := scaffold.Compare(layout)
		if err != nil {
			return err
		}
		if have != nil {
			update := inFolder(e, o.dir, "greenroom init --update")
			restore := update + " restores greenroom's own files in " + layout.SourceDir()
			return fault.New(fault.Usage, "edit it; "+restore,
				"%s already has a %s", e.place(o.dir), pipeline.ManifestName)
		}
		s := scaffold.Read(o.dir)
		s.Layout = layout
		survey = &s
	case known && layout.SourceDir() != project.DefaultSource:
		return fault.New(fault.Usage, "remove remotion.source, or add Remotion to the project first",
			"%s names remotion.source: %s, but %s is not a Remotion project",
			pipeline.ManifestName, layout.SourceDir(), e.place(o.dir))
	case known:
	case existing:
		s := scaffold.Read(o.dir)
		survey, layout = &s, s.Layout
	default:
		if err := mayFill(e, o); err != nil {
			return err
		}
	}
	if !known {
		files[pipeline.ManifestName] = []byte(
			schema.Comment + "\n" + scaffold.FirstManifest(projectName(o.dir), survey),
		)
		files[schema.FileName] = schema.JSON()
		files["scripts/intro.md"] = []byte(scaffold.FirstScript)
	}
	written, err := remotion.Scaffold(o.dir, remotion.ScaffoldOptions{
		Project: projectName(o.dir), Layout: layout, Version: e.Version, Files: files,
	})
	if err != nil {
		return err
	}
	layout.Dir = o.dir
	return e.initialised(ctx, o, layout, survey, written)
}

// manifestLayout returns the layout that the manifest in dir names; known is false without a manifest. For a manifest
// with mistakes it returns the default layout: init must work while the user writes the manifest.
func manifestLayout(e *env, dir string) (l project.Layout, known bool, err error) {
	l.Dir = dir
	path := filepath.Join(dir, pipeline.ManifestName)
	if _, err := os.Stat(path); err != nil {
		return l, false, nil
	}
	m, err := manifest.Load(e.ctx, path)
	if err != nil {
		e.say("%s has mistakes, so init uses the default folders; greenroom plan shows the mistakes", e.short(path))
		return l, true, nil
	}
	l = m.Remotion
	l.Dir = dir
	return l, true, nil
}

// mayFill refuses the root of a workspace, and asks before a complete project is written between other files.
func mayFill(e *env, o initOptions) error {
	if project.IsWorkspace(o.dir) {
		at := project.RemotionPackages(o.dir)
		if len(at) == 0 {
			film := project.ShellQuote(filepath.Join(e.short(o.dir), "packages", "film"))
			return fault.New(fault.Usage, "name the package's folder, such as greenroom init "+film,
				"%s is the root of a workspace, and none of its packages uses Remotion", e.place(o.dir))
		}
		var commands []string
		for _, p := range at {
			commands = append(commands, "greenroom init --in "+project.ShellQuote(filepath.Join(e.short(o.dir),
				filepath.FromSlash(p))))
		}
		return fault.New(fault.Usage, strings.Join(commands, "\nor "),
			"%s is the root of a workspace; these packages use Remotion: %s",
			e.place(o.dir), strings.Join(at, ", "))
	}
	if _, err := os.Stat(filepath.Join(o.dir, "package.json")); err == nil {
		return nil // of another kind: refused by name
	}
	others, err := scaffold.Others(o.dir)
	if err != nil || len(others) == 0 || o.yes {
		return err
	}
	if !e.terminal {
		return fault.New(fault.Usage, "add --yes to write a project there, or name a new folder: greenroom init NAME",
			"%s is not a Remotion project and has other files: %s", e.place(o.dir), someOf(others))
	}
	yes, err := e.ask(e.place(o.dir) + " has other files (" + someOf(others) +
		"). Write a project of about 40 files there?")
	if err == nil && !yes {
		err = fault.New(fault.Usage, "name a new folder: greenroom init NAME", "nothing was written")
	}
	return err
}

// someOf lists the first names.
func someOf(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + ", …"
}
