package remotion

import (
	"context"
	"os/exec"

	"greenroom/remotion/project"
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
	p, _, err := FindNode(ctx, look)
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
		if versions := mixed(dir); versions != "" {
			emit(Event{Stage: StageInstall,
				Message: "warning: packages of different versions of Remotion: " + versions + "; install one version of all"})
		}
		return supported(dir)
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
	return supported(dir)
}
