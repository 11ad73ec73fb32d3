package remotion

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

func (r Renderer) node(ctx context.Context) (string, error) {
	look := exec.LookPath
	if r.Node != "" {
		look = func(string) (string, error) { return exec.LookPath(r.Node) }
	}
	p, _, err := FindNode(ctx, look)
	return p, err
}

// install runs npm ci when the project's packages are not there.
func (r Renderer) install(ctx context.Context, node, project string, emit func(Event)) error {
	if Installed(project) {
		return nil
	}
	npm := filepath.Join(filepath.Dir(node), "npm")
	if _, err := os.Stat(npm); err != nil {
		if npm, err = exec.LookPath("npm"); err != nil {
			return fault.Wrap(fault.Tool, err, "install it: apt-get install -y npm", "find npm")
		}
	}
	// Not `npm ci`: it refuses a lockfile that lacks other systems' optional
	// packages. With the lockfile there, install takes the same versions.
	args := []string{"install", "--no-save", "--no-audit", "--no-fund"}
	emit(Event{Stage: StageInstall, Message: "installing the project's packages: npm " + strings.Join(args, " ")})
	env := r.Env
	if env == nil {
		env = proc.ForNpm()
	}
	_, err := proc.Run(ctx, proc.Cmd{Path: npm, Args: args, Dir: project, Env: env, Timeout: 15 * time.Minute})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fault.Wrap(fault.Tool, err, "run it by hand to see more: cd "+strconv.Quote(project)+" && npm "+strings.Join(args, " "), "install the project's packages")
	}
	if _, err := os.Stat(filepath.Join(project, "node_modules", "@remotion", "renderer")); err != nil {
		return fault.New(fault.Tool, "run npm install --save-exact @remotion/renderer@4.0.529 @remotion/bundler@4.0.529 in the project", "find @remotion/renderer: the project does not depend on it")
	}
	emit(Event{Stage: StageInstall, Done: 1, Total: 1, Message: "packages installed"})
	return nil
}
