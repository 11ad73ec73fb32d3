package remotion

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/proc"
	"greenroom/remotion/project"
	"greenroom/remotion/scaffold"
	"greenroom/remotion/tools"
)

// The tests here install packages from the registry: make test-all.

// run runs a program in dir and returns what it printed.
func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(proc.ForNpm(), "NEXT_TELEMETRY_DISABLED=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	if out, err := run(t, dir, program, args...); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// npmInstall installs packages into a folder.
func npmInstall(t *testing.T, dir string, packages ...string) {
	t.Helper()
	mustRun(t, dir, "npm", append([]string{"install", "--no-audit", "--no-fund", "--legacy-peer-deps"}, packages...)...)
}

func TestNpmCIWorksInANewProject(t *testing.T) {
	t.Parallel()
	if !everything() {
		return
	}
	dir := t.TempDir()
	if _, err := Scaffold(dir, ScaffoldOptions{Project: "My Film 2026!"}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, dir, "npm", "ci", "--no-audit", "--no-fund")
	mustRun(t, dir, "npm", "run", "check")
	mustRun(t, dir, "npm", "install", "--no-audit", "--no-fund")
	if after, err := os.ReadFile(filepath.Join(dir, "package-lock.json")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("npm install changes the lockfile, %v", err)
	}
}

// TestANextAppBuilds is the layout of Remotion's Next.js template: a page with @remotion/player shows a clip.
func TestANextAppBuilds(t *testing.T) {
	t.Parallel()
	if !everything() {
		return
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/next")); err != nil {
		t.Fatal(err)
	}
	npmInstall(t, dir)
	s := scaffold.Read(dir)
	if s.Layout.SourceDir() != "src/remotion/greenroom" {
		t.Fatalf("read as %+v", s)
	}
	if _, err := Scaffold(dir, ScaffoldOptions{Project: "next", Layout: s.Layout}); err != nil {
		t.Fatal(err)
	}
	_, ts, err := EncodeProps(props(clip("intro")))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"src/remotion/greenroom/clips.gen.ts": string(ts)})
	mustRun(t, dir, "npx", "next", "build")
	mustRun(t, dir, "npx", "next", "build", "--webpack")
	page, err := os.ReadFile(filepath.Join(dir, ".next", "server", "app", "index.html"))
	if err != nil || !strings.Contains(string(page), "__remotion-player") {
		t.Errorf("the page has no player: %v\n%s", err, page)
	}
}

func TestRemotionsESLintConfig(t *testing.T) {
	t.Parallel()
	if !everything() {
		return
	}
	dir := example(t)
	if err := os.Remove(filepath.Join(dir, "node_modules")); err != nil { // a link to the companion's
		t.Fatal(err)
	}
	put(t, dir, map[string]string{
		"package.json":      `{"private": true, "type": "module"}`,
		"eslint.config.mjs": "import {config} from '@remotion/eslint-config-flat';\nexport default config;\n",
		"bad/Bad.tsx":       "import {useMemo} from 'react';\nexport const Bad = (p: {x: number}) => <b>{useMemo(() => p.x, [])}</b>;\n",
	})
	npmInstall(t, dir, "eslint@9.19.0", "@remotion/eslint-config-flat@4.0.527", "typescript@5.9.3")
	if out, err := run(t, dir, "npx", "eslint", "--max-warnings", "0", "src"); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, dir, "npx", "eslint", "--max-warnings", "0", "bad"); err == nil || !strings.Contains(out, "exhaustive-deps") {
		t.Errorf("the rules do not run: %s", out)
	}
}

func TestOlderAndNewerCompilers(t *testing.T) {
	t.Parallel()
	if !everything() {
		return
	}
	dir := example(t)
	tools := t.TempDir()
	put(t, tools, map[string]string{"package.json": "{}"})
	for _, version := range []string{"5.0.4", "6", "7.0.2"} {
		at := filepath.Join(tools, version)
		put(t, at, map[string]string{"package.json": "{}"})
		npmInstall(t, at, "typescript@"+version)
		options := settings(strictest, bundler, map[string]any{"verbatimModuleSyntax": true})
		if msg := compile(t, dir, filepath.Join(at, "node_modules", "typescript"), options); msg != "" {
			t.Errorf("TypeScript %s:\n%s", version, msg)
		}
	}
}

// TestRemotionWithoutMedia compiles what init writes into projects of the time before @remotion/media, with zod 3: of
// the oldest version that renders, and of a late one.
func TestRemotionWithoutMedia(t *testing.T) {
	t.Parallel()
	if !everything() {
		return
	}
	for _, version := range []string{tools.Oldest, "4.0.331"} {
		dir := t.TempDir()
		put(t, dir, map[string]string{"package.json": `{"private": true}`})
		npmInstall(t, dir, "remotion@"+version, "react@18.3.1", "react-dom@18.3.1", "zod@3.22.3", "@types/react@18.3.12", "typescript@5.9.3")
		if v := project.RemotionVersion(dir); v != version {
			t.Fatal(v)
		}
		if _, err := Scaffold(dir, ScaffoldOptions{Project: "old"}); err != nil {
			t.Fatal(err)
		}
		publish(t, dir, props(clip("intro")))
		if msg := compile(t, dir, filepath.Join("node_modules", "typescript"), settings()); msg != "" {
			t.Errorf("Remotion %s: %s", version, msg)
		}
	}
}
