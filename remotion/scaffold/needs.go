package scaffold

import (
	"slices"

	"greenroom/remotion/project"
)

// Needs are the packages that greenroom's files import and that a project does not depend on.
type Needs struct {
	Packages []string // with their versions: "@remotion/media@4.0.529"
	Manager  project.Manager
	Dir      string // where the command is run
}

// zodFor is the version of zod that Remotion's packages of a version name as their peer.
func zodFor(remotion string) string {
	switch {
	case project.Older(remotion, "4.0.427"):
		return "3.22.3"
	case project.Older(remotion, "4.0.447"):
		return "4.3.6"
	}
	return "4.5.4"
}

// FindNeeds returns the packages that are missing; nil when there are none. A package that the root of the workspace
// depends on is not missing.
func FindNeeds(l project.Layout) *Needs {
	manager := project.FindManager(l.Dir)
	version := project.RemotionVersion(l.Dir)
	names := map[string]string{"remotion": version, "react": "", "zod": zodFor(version)}
	if !project.Older(version, MediaFrom) {
		names["@remotion/media"] = version
	}
	n := &Needs{Manager: manager, Dir: l.Dir}
	for name, v := range names {
		if declared(l.Dir, name) || manager.Dir != "" && manager.Dir != l.Dir && declared(manager.Dir, name) {
			continue
		}
		if v != "" {
			name += "@" + v
		}
		n.Packages = append(n.Packages, name)
	}
	slices.Sort(n.Packages)
	if len(n.Packages) == 0 {
		return nil
	}
	return n
}

func declared(dir, name string) bool {
	v, err := project.Declared(dir, name)
	return err == nil && v != ""
}

// Command is the package manager's command that adds the packages, exactly.
func (n *Needs) Command() string { return n.Manager.Add("", n.Packages...) }
