package project

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// RunAdd adds packages, with their versions, to the package.json of a project. It is otherwise as Run.
func (m Manager) RunAdd(ctx context.Context, dir string, packages []string, node string, env []string,
	say func(line string)) error {
	shown := m.Add("", packages...)
	args := strings.Fields(shown)[1:]
	switch _, err := os.Stat(filepath.Join(dir, "pnpm-workspace.yaml")); {
	case m.Name == NPM:
		args = append(args, "--no-audit", "--no-fund")
	case m.Name == PNPM && err == nil: // pnpm refuses to add to the root without it
		args = append(args, "--workspace-root")
	case m.Name == Yarn && !m.Berry:
		args = append(args, "--non-interactive")
		if dir == m.Dir && len(workspaces(dir)) > 0 {
			args = append(args, "--ignore-workspace-root-check")
		}
	}
	return m.run(ctx, command{dir: dir, args: args, shown: shown}, node, env, say)
}
