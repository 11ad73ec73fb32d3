package remotion

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// modules is the folder of the companion's installed packages.
func modules(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GREENROOM_NODE_MODULES")
	if dir == "" {
		dir, _ = filepath.Abs("companion/node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "remotion")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	return dir
}

// project is a scaffolded project with its packages.
func someProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := Scaffold(dir, ScaffoldOptions{Project: "tour"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// publish writes the generated clips as a build does.
func publish(t *testing.T, dir string, p Props) {
	t.Helper()
	j, ts, err := EncodeProps(p)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"src/greenroom/clips.gen.json": string(j), "src/greenroom/clips.gen.ts": string(ts)})
}

// node runs an ES module in dir and returns what it printed.
func node(t *testing.T, dir, script string, stdin []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"--input-type=module", "-e", script, "--"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, bytes.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, errs.String())
	}
	return out.Bytes()
}

// importTS is a function for such a module: it imports a TypeScript file whose own imports are types, packages or
// TypeScript files next to it.
const importTS = `
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {createRequire} from 'node:module';
const ts = createRequire(path.resolve('package.json'))('typescript');
const emitTS = (file) => {
  const {outputText, diagnostics} = ts.transpileModule(fs.readFileSync(file, 'utf8'), {reportDiagnostics: true, compilerOptions: {module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022}});
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, {getCanonicalFileName: (f) => f, getCurrentDirectory: () => '', getNewLine: () => '\n'}));
  const out = path.resolve(file.replace(/\.ts$/, '.' + process.pid + '.mjs'));
  const near = (_, name) => 'from ' + JSON.stringify('./' + path.relative(path.dirname(out), emitTS(path.join(path.dirname(file), name + '.ts'))));
  fs.writeFileSync(out, outputText.replace(/from '(\.\/[^']+)'/g, near));
  return out;
};
const importTS = (file) => import(pathToFileURL(emitTS(file)).href);
`

// tsc type-checks a project and returns what the compiler printed.
func tsc(t *testing.T, dir string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("node_modules", "typescript", "bin", "tsc"), "--noEmit")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// script writes a program into dir.
func script(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}
