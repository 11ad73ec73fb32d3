//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wrapper installs the npm wrapper as it is published, without a package for any platform, and returns its folder.
func wrapper(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	r := &release{source: filepath.Join("..", ".."), work: t.TempDir(), out: out, version: "1.2.3"}
	if err := r.npm(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "node_modules", "greenroom")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	unpack := exec.Command("tar", "-xzf", filepath.Join(out, "greenroom-1.2.3.tgz"), "-C", dir, "--strip-components=1")
	if text, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return dir
}

// host is this machine's platform.
func host() platform {
	for _, p := range platforms {
		if p.os == runtime.GOOS && p.arch == runtime.GOARCH {
			return p
		}
	}
	panic("no release for this platform")
}

// place copies a program into the package of a platform, next to the wrapper.
func place(t *testing.T, dir string, p platform, program string, mode os.FileMode) {
	t.Helper()
	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(filepath.Dir(dir), filepath.FromSlash(p.npmName()))
	err = errors.Join(os.MkdirAll(filepath.Join(to, "bin"), 0o755),
		os.WriteFile(filepath.Join(to, "bin", p.program()), b, mode),
		os.WriteFile(filepath.Join(to, "package.json"), []byte(`{"name": "`+p.npmName()+`", "version": "1.2.3"}`), 0o644))
	if err != nil {
		t.Fatal(err)
	}
}

func launch(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "node", append([]string{filepath.Join(dir, "bin", "greenroom.js")}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// TestLauncherWithoutAProgram: each way in which the program can be missing has its own message and hint.
func TestLauncherWithoutAProgram(t *testing.T) {
	t.Parallel()
	dir := wrapper(t)
	says := func(name string, env []string, want ...string) {
		t.Helper()
		out, err := launch(t.Context(), dir, env, "version").CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 6 {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("%s: %q is not in:\n%s", name, w, out)
			}
		}
	}
	says("no optional packages", nil, host().npmName()+" is not installed", "--omit=optional",
		"npm install --include=optional")
	for _, p := range platforms {
		if p.os == "windows" {
			place(t, dir, p, "launcher_test.go", 0o644)
		}
	}
	says("copied from Windows", nil,
		"@greenroom/cli-win32-arm64, @greenroom/cli-win32-x64 is: node_modules comes from another platform",
		"remove node_modules")
	place(t, dir, host(), "launcher_test.go", 0o644)
	manifest := filepath.Join(filepath.Dir(dir), filepath.FromSlash(host().npmName()), "package.json")
	if err := os.WriteFile(manifest, []byte(`{"name": "x", "version": "1.2.2"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	says("another version", nil, "has version 1.2.2, and the package greenroom has version 1.2.3", "install both again")
	says("a program that is not there", []string{"GREENROOM_BINARY=/nowhere/greenroom"}, "cannot start", "ENOENT")
	says("another processor", []string{"NODE_OPTIONS=--require=" + preload(t,
		`Object.defineProperty(process, 'arch', {value: 'riscv64'})`)},
		"there is no program for "+host().nodeOS+"-riscv64", "darwin-arm64", "GREENROOM_BINARY")
	if runtime.GOOS == "linux" {
		says("Alpine", []string{"NODE_OPTIONS=--require=" + preload(t, `process.report.getReport = () => ({header: {}})`)},
			"needs glibc", "node:20-slim")
	}
}

// preload is a file that node runs first, to see another platform.
func preload(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "preload.js")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLauncherPassesThrough: arguments, standard streams, the exit code and signals are the program's own.
func TestLauncherPassesThrough(t *testing.T) {
	t.Parallel()
	dir := wrapper(t)
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	place(t, dir, host(), shell, 0o644) // not executable, as some tools unpack it
	cmd := launch(t.Context(), dir, nil, "-c", `cat; echo "$1" >&2; exit 10`, "sh", "an argument *")
	cmd.Stdin = strings.NewReader("from stdin")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 10 || out.String() != "from stdin" ||
		errOut.String() != "an argument *\n" {
		t.Errorf("%v, stdout %q, stderr %q", err, out.String(), errOut.String())
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		// One program tidies up and exits by itself, the other one ends by the signal.
		if got := signalled(t, dir, sig,
			`trap 'exit 42' INT TERM HUP; echo ready; while :; do read -r x <&3; done`); got != "exit status 42" {
			t.Errorf("%s to a program that handles it: %s", sig, got)
		}
		if got := signalled(t, dir, sig, `echo ready; exec cat <&3`); got != "signal: "+sig.String() {
			t.Errorf("%s to a program that does not: %s", sig, got)
		}
	}
}

// signalled starts a script, sends a signal to the launcher alone, and returns how the launcher ended.
func signalled(t *testing.T, dir string, sig syscall.Signal, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// The program reads from a pipe without a writer.
	cmd := launch(ctx, dir, nil, "-c", "exec 3<&0; "+script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, 6)
	if _, err := out.Read(ready); err != nil || string(ready) != "ready\n" {
		t.Errorf("the program prints %q, %v", ready, err)
	}
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		return err.Error()
	}
	return "exit status 0"
}
