package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
)

// installTimeout bounds an install. A cold one of Remotion takes about a minute.
const installTimeout = 15 * time.Minute

// Run runs the package manager's install for a project, in the folder of the lockfile.
// node is Node's program: npm is looked for in its folder first. env is the environment,
// nil for ours. say receives every line that the package manager prints. A failure is a
// fault of kind Tool with the package manager's own words.
func (m Manager) Run(ctx context.Context, node string, env []string, say func(line string)) error {
	return m.run(ctx, command{dir: m.Dir, args: m.installArgs(), shown: m.Install()}, node, env, say)
}

// command is what a package manager runs.
type command struct {
	dir   string
	args  []string
	shown string // as a user types it
}

func (m Manager) run(ctx context.Context, c command, node string, env []string, say func(line string)) error {
	program, err := m.program(node)
	if err != nil {
		return err
	}
	if env == nil {
		env = proc.ForNpm()
	}
	// never a question on a terminal that it does not have
	env = append(env, "COREPACK_ENABLE_DOWNLOAD_PROMPT=0", "CI=true")
	args := append(program[1:], c.args...)
	words := &output{say: say}
	_, err = proc.Run(ctx, proc.Cmd{Path: program[0], Args: args, Dir: c.dir, Env: env, Stdout: words,
		Stderr:  words.line,
		Timeout: installTimeout})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		return nil
	}
	hint := fmt.Sprintf("run it by hand to see more: cd %s && %s", ShellQuote(c.dir), c.shown)
	if said := words.errors(); said != "" {
		return fault.New(fault.Tool, hint, "%s failed:\n%s", c.shown, said)
	}
	return fault.Wrap(fault.Tool, err, hint, "%s", c.shown)
}

// program finds the package manager: itself, the release that a Yarn project carries, or
// corepack, which comes with Node and runs pnpm and Yarn.
func (m Manager) program(node string) ([]string, error) {
	if m.Name == NPM {
		beside := filepath.Join(filepath.Dir(node), "npm")
		if st, err := os.Stat(beside); err == nil && !st.IsDir() {
			return []string{beside}, nil
		}
	}
	if release := m.yarnRelease(); release != "" {
		return []string{node, release}, nil
	}
	found, err := exec.LookPath(m.Name)
	if err == nil {
		return []string{found}, nil
	}
	if m.Name == PNPM || m.Name == Yarn {
		if corepack, missing := exec.LookPath("corepack"); missing == nil {
			return []string{corepack, m.Name}, nil
		}
	}
	hint := map[string]string{
		NPM:  "install it: apt-get install -y npm (Debian, Ubuntu), or with Node from https://nodejs.org",
		PNPM: "install it: npm install -g pnpm, or run corepack enable",
		Yarn: "install it: npm install -g yarn, or run corepack enable",
		Bun:  "install it: npm install -g bun",
	}[m.Name]
	return nil, fault.Wrap(fault.Tool, err, hint, "find %s, which %s asks for", m.Name, m.Reason)
}

// yarnRelease is the program that .yarnrc.yml names as yarnPath.
func (m Manager) yarnRelease() string {
	if m.Name != Yarn {
		return ""
	}
	rc, err := os.ReadFile(filepath.Join(m.Dir, ".yarnrc.yml"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(rc)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || key != "yarnPath" {
			continue
		}
		at := filepath.Join(m.Dir, filepath.FromSlash(strings.Trim(strings.TrimSpace(value), `"'`)))
		if st, err := os.Stat(at); err == nil && st.Mode().IsRegular() {
			return at
		}
	}
	return ""
}

// kept is how many lines of a package manager are remembered.
const kept = 200

// output remembers the last lines of a program that writes its errors to stdout or stderr.
type output struct {
	say  func(string)
	mu   sync.Mutex
	part string
	all  []string
}

func (o *output) Write(b []byte) (int, error) {
	lines := strings.Split(o.part+string(b), "\n")
	o.part = lines[len(lines)-1]
	if len(o.part) > 1<<16 {
		return 0, errors.New("a line without end")
	}
	for _, l := range lines[:len(lines)-1] {
		o.line(l)
	}
	return len(b), nil
}

func (o *output) line(l string) {
	l = strings.TrimSpace(outside.Clean(colour.ReplaceAllString(l, "")))
	if l == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, l)
	if len(o.all) > kept {
		o.all = o.all[1:]
	}
	if o.say != nil {
		o.say(l)
	}
}

var (
	colour = lazyregexp.New(`\x1b\[[0-9;?]*[A-Za-z]`)
	// anError begins the lines in which npm, pnpm, Yarn 1, Yarn 4 and bun say what failed.
	anError = lazyregexp.New(
		`(?i)^(npm (err!|error)|.?ERR_PNPM|error[: ]|➤ YN(0001|00[1-9][0-9])|➤ YN0028|usage error|internal error)`,
	)
	// noise are their lines that say nothing of the cause.
	noise = lazyregexp.New(
		`(?i)complete log of this run|full report see|debug log can be found|^npm (err!|error)\s*$|➤ YN0000|➤ YN0013|➤ YN0007|➤ YN0008`,
	)
)

// errors are the lines about what failed, at most twelve; without any, the last lines.
func (o *output) errors() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found, last []string
	for _, l := range o.all {
		if noise.MatchString(l) {
			continue
		}
		last = append(last, l)
		if anError.MatchString(l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		found = last[max(0, len(last)-6):]
	}
	return strings.Join(found[:min(len(found), 12)], "\n")
}
