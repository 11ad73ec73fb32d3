package remotion

import (
	"context"
	"os/exec"
	"slices"
	"strings"

	"greenroom/remotion/project"
	"greenroom/remotion/sources"
	"greenroom/remotion/tools"
)

// Packages that Node must find to render, and to run Studio.
var (
	renderPackages = []string{"@remotion/renderer", "@remotion/bundler"}
	studioPackages = []string{"@remotion/cli"}
)

func (r Renderer) node(ctx context.Context) (string, error) {
	look := exec.LookPath
	if r.Node != "" {
		look = func(string) (string, error) { return exec.LookPath(r.Node) }
	}
	p, _, err := tools.FindNode(ctx, look)
	return p, err
}

// MissingForStudio returns which packages Studio needs and Node does not find; nil when there are none.
func MissingForStudio(dir string) *project.Missing {
	return project.FindMissing(dir, studioPackages...)
}

// packages makes sure that Node finds the packages. It installs missing ones with the project's own package manager if
// MayInstall allows it; else the error names them and the command that installs them. It installs nothing for a project
// that does not depend on them: package.json is the user's.
func (r Renderer) packages(ctx context.Context, node, dir string, names []string, emit func(Event)) error {
	missing := project.FindMissing(dir, names...)
	if missing == nil {
		if versions := tools.Mixed(dir); versions != "" {
			emit(Event{Stage: StageInstall,
				Message: "warning: packages of different versions of Remotion: " + versions + "; install one version of all"})
		}
		return tools.Supported(dir)
	}
	refusal := missing.Refusal()
	if !missing.Installable() || r.MayInstall == nil {
		return refusal
	}
	if yes, err := r.MayInstall(missing); err != nil || !yes {
		if err == nil {
			err = refusal
		}
		return err
	}
	emit(Event{Stage: StageInstall,
		Message: "installing the project's packages: " + missing.Manager.Install() + " in " + missing.Manager.Dir})
	say := func(string) { emit(Event{Stage: StageInstall}) } // it goes on
	if err := missing.Manager.Run(ctx, node, r.Env, say); err != nil {
		return err
	}
	missing = project.FindMissing(dir, names...)
	if missing != nil {
		return missing.Refusal()
	}
	emit(Event{Stage: StageInstall, Done: 1, Total: 1, Message: "packages installed"})
	return tools.Supported(dir)
}

// Installed reports that a project's packages are there.
func Installed(dir string) bool {
	return project.FindMissing(dir, renderPackages...) == nil
}

// Compositions reads the ids of compositions and stills from a project's sources, sorted, without Node or
// packages. all is false where there may be others: an id that is computed, a component under another name.
func Compositions(l project.Layout) (ids []string, all bool, err error) {
	at, err := findProject(l)
	if err != nil {
		return nil, false, err
	}
	file, err := configFile(at)
	all = err == nil && (file == "" || !strings.Contains(sources.Read(at.Path(file)), "setEntryPoint"))
	err = sources.Files(at, func(name string) error {
		found, sure := sources.Registered(sources.Read(at.Path(name)))
		ids, all = append(ids, found...), all && sure
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), all && err == nil && len(ids) > 0, err
}
