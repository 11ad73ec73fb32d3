package cli

import (
	"fmt"

	"greenroom/remotion"
	"greenroom/remotion/project"
)

// mayInstall returns a function that decides whether a Remotion project's packages are installed: yes with --install,
// else it asks the user at the terminal. Without a terminal nothing is installed.
func (e *env) mayInstall(flag bool) func(*project.Missing) (bool, error) {
	if flag || !e.terminal {
		return allowed(flag)
	}
	return func(m *project.Missing) (bool, error) {
		return e.ask(fmt.Sprintf("The packages of the Remotion project are not installed. Run %s in %s?",
			m.Manager.Install(),
			m.Manager.Dir))
	}
}

// allowed returns the fixed answer; nil allows no install.
func allowed(flag bool) func(*project.Missing) (bool, error) {
	if !flag {
		return nil
	}
	return func(*project.Missing) (bool, error) { return true, nil }
}

// installForStudio asks before the session begins: from then on the terminal's keys are its own.
func (e *env) installForStudio(flag bool, dir string) (bool, error) {
	missing := remotion.MissingForStudio(dir)
	if flag || missing == nil || !missing.Installable() || !e.terminal {
		return flag, nil
	}
	return e.mayInstall(false)(missing)
}
