//go:build unix

package remotion

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// configuredProject is a project with the companion's packages and a configuration.
func configuredProject(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, map[string]string{"package.json": "{}", "tsconfig.json": "{}"})
	put(t, dir, map[string]string{"src/index.ts": "import {registerRoot} from 'remotion';\n"})
	put(t, dir, files)
	linkModules(t, dir)
	return dir
}

// linkModules links every package into node_modules, where a test may add its own.
func linkModules(t *testing.T, dir string, more ...string) {
	t.Helper()
	for _, from := range append([]string{modules(t)}, more...) {
		names, err := filepath.Glob(filepath.Join(from, "*"))
		if err != nil {
			t.Fatal(err)
		}
		scoped, err := filepath.Glob(filepath.Join(from, "@*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range append(names, scoped...) {
			rel, err := filepath.Rel(from, name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(rel, "@") && !strings.Contains(rel, "/") {
				continue
			}
			to := filepath.Join(dir, "node_modules", rel)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(name, to); err != nil && !os.IsExist(err) {
				t.Fatal(err)
			}
		}
	}
}

const importConfig = "import {Config} from '@remotion/cli/config';\n"

// readCase is a configuration and what is read of it, or the error.
type readCase struct {
	config        string // of remotion.config.ts, after the import of Config
	files         map[string]string
	layout        project.Layout
	entry, public string
	wanted        string // in the error
}

const static = "Config.setPublicDir('static');\n"

func readCases() map[string]readCase {
	esm := map[string]string{
		"node_modules/only-esm/package.json": `{"name":"only-esm","type":"module","exports":{"import":"./index.js"}}`,
		"node_modules/only-esm/index.js":     "export const folder = './esm';\n",
	}
	paths := map[string]string{
		"tsconfig.json": `{"compilerOptions":{"baseUrl":".","paths":{"@/*":["./lib/*"]}}}`, "lib/at.ts": "export const at = 'static';\n",
	}
	// of a Remotion that has one setting more
	newer := map[string]string{
		"node_modules/@remotion/cli/package.json": `{"name":"@remotion/cli","exports":{"./config":"./config.js"}}`,
		"node_modules/@remotion/cli/config.js":    "exports.Config = {setBlur() {}};\n",
	}
	const prints = `import fs from 'node:fs';
import {execSync} from 'node:child_process';
console.log('{"id":1,"ok":true}');
fs.writeSync(1, 'no end of line');
execSync('printf "nor here"', {stdio: 'inherit'});
`
	js := func(text string) map[string]string {
		return map[string]string{"remotion.config.js": text, "remotion.config.ts": "-"}
	}
	return map[string]readCase{
		"TypeScript":     {config: "const at: string = './static/';\nConfig.setPublicDir(at);\n", public: "static"},
		"JavaScript":     {files: js(importConfig + static), public: "static"},
		"CommonJS":       {files: js("require('@remotion/cli/config').Config.setPublicDir('static');\n"), public: "static"},
		"both":           {files: map[string]string{"remotion.config.js": "throw new Error('it is not read');"}},
		"in a folder":    {files: map[string]string{"a/c.ts": importConfig + static}, layout: project.Layout{Config: "a/c.ts"}, public: "static"},
		"not there":      {layout: project.Layout{Config: "video/c.ts"}, wanted: "there is no file video/c.ts"},
		"twice":          {config: "Config.setPublicDir('a');\nConfig.setPublicDir('b');\n", public: "b"},
		"the manifest":   {config: static, layout: project.Layout{Public: "b"}, public: "b"},
		"no tsconfig":    {config: "Config.setPublicDir('static' as string);\n", files: map[string]string{"tsconfig.json": "-"}, public: "static"},
		"an alias":       {config: "import {at} from '@/at';\nConfig.setPublicDir(at);\n", files: paths, public: "static"},
		"a variable":     {config: "Config.setPublicDir(process.env.WHERE ?? 'nowhere');\n", public: "static"},
		"a set variable": {config: "process.env.WHERE = process.env.NEW = 'set';\nConfig.setPublicDir(process.env.WHERE);\n", public: "set"},
		"the place":      {config: "Config.setPublicDir(process.cwd() + '/static');\n", public: "static"},
		"its folder":     {config: "Config.setPublicDir(__dirname + '/static');\n", public: "static"},
		"type: module":   {config: static, files: map[string]string{"package.json": `{"type":"module"}`}, public: "static"},
		"a late import":  {config: "Config.overrideWebpackConfig(async (c) => (await import('only-esm'), c));\n" + static, files: esm, public: "static"},
		"it prints":      {config: prints + static, public: "static"},
		"an entry": {config: "Config.setEntryPoint('./video/main.tsx');\n", files: map[string]string{"video/main.tsx": ""},
			entry: "video/main.tsx"},

		"it throws":       {config: "type T = 1;\n\nthrow new Error('not today');\n", wanted: "remotion.config.ts:4: not today"},
		"a wrong import":  {config: "import './more';\n", files: map[string]string{"more.ts": "export const x = ;\n"}, wanted: "more.ts:1:18: Unexpected"},
		"a package":       {config: "import 'no-such-package';\n", wanted: "Cannot find module 'no-such-package'"},
		"a missing file":  {config: "import './nothing';\n", wanted: `Could not resolve "./nothing"`},
		"it ends Node":    {config: "process.exit(3);\n", wanted: "it called process.exit(3)"},
		"it kills Node":   {config: "process.kill(process.pid, 'SIGKILL');\n", wanted: "run remotion.config.ts: node ended in the middle"},
		endless:           {config: "for (;;);\n", wanted: "look for a loop"},
		"it fails later":  {config: "void Promise.reject(new Error('too late'));\n", wanted: "too late"},
		"await":           {config: "await Promise.resolve();\n", wanted: "Top-level await"},
		"a wrong value":   {config: "Config.setChromiumOpenGlRenderer('paint' as never);\n", wanted: "paint is not a valid GL backend"},
		"an old name":     {config: "Config.setQuality(1);\n", wanted: "setJpegQuality"},
		"an unknown name": {config: "Config.setNothing(1);\n", wanted: "setNothing is not a function"},
		"a newer name":    {config: "Config.setBlur(3);\n", files: newer, wanted: "Config.setBlur(): this version of greenroom does not know it"},
		"no such entry":   {config: "Config.setEntryPoint('a.ts');\n", wanted: `Config.setEntryPoint("a.ts"): there is no such file`},
		"public outside":  {config: "Config.setPublicDir('../static');\n", wanted: `Config.setPublicDir("../static") is outside of the project`},
	}
}

// endless is the configuration that never ends.
const endless = "it waits for ever"

// TestAConfigurationIsRead as Remotion's CLI reads it.
func TestAConfigurationIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range readCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := configuredProject(t, map[string]string{"remotion.config.ts": importConfig + c.config})
			for file, text := range c.files {
				if strings.HasPrefix(file, "node_modules/@remotion/cli/") {
					_ = os.Remove(filepath.Join(dir, "node_modules/@remotion/cli")) // a link to the real one, at first
				}
				if text == "-" {
					if err := os.Remove(filepath.Join(dir, file)); err != nil {
						t.Fatal(err)
					}
					continue
				}
				put(t, dir, map[string]string{file: text})
			}
			r := Renderer{Env: append(os.Environ(), "WHERE=static")}
			if name == endless {
				r.Stall = 3 * time.Second
			}
			c.layout.Dir = dir
			config, err := r.configuration(t.Context(), c.layout, filepath.Join(dir, "cache"))
			at := c.layout
			if err == nil {
				at, err = config.layout(c.layout)
			}
			if c.wanted != "" {
				if text := fault.Format(err, true); err == nil || !strings.Contains(text, c.wanted) || !strings.Contains(text, "hint: ") {
					t.Errorf("want %q and a hint, got %s", c.wanted, text)
				}
				return
			}
			if err != nil || at.Entry != c.entry || at.Public != c.public {
				t.Errorf("entry %q, public %q, want %q and %q: %v", at.Entry, at.Public, c.entry, c.public, err)
			}
		})
	}
}

// TestWhatABuildKnows of the public folder without running code of the project.
func TestWhatABuildKnows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config, given, public string
		doubt                 bool
	}{
		"nothing":            {config: "Config.setScale(2);\n"},
		"a literal":          {config: "Config.setPublicDir('./static');\n", public: "static"},
		"in double quotes":   {config: "Config . setPublicDir( \"assets/video\" )\n", public: "assets/video"},
		"in a comment":       {config: "// Config.setPublicDir('old');\n/* Config.setPublicDir('older') */\nConfig.setPublicDir('static');\n", public: "static"},
		"only in a comment":  {config: "  // Config.setPublicDir('old');\n"},
		"twice":              {config: "if (x) Config.setPublicDir('a');\nelse Config.setPublicDir('b');\n", doubt: true},
		"computed":           {config: "Config.setPublicDir(process.env.WHERE);\n", doubt: true},
		"a template":         {config: "Config.setPublicDir(`./${x}`);\n", doubt: true},
		"outside":            {config: "Config.setPublicDir('../static');\n", doubt: true},
		"by the manifest":    {config: "Config.setPublicDir(process.env.WHERE);\n", given: "mine", public: "mine"},
		"by the manifest, 2": {config: "Config.setPublicDir('static');\n", given: "mine", public: "mine"},
	} {
		dir := t.TempDir()
		put(t, dir, map[string]string{"package.json": "{}", "remotion.config.ts": importConfig + c.config})
		l, doubt := Renderer{}.KnownLayout(project.Layout{Dir: dir, Public: c.given}, filepath.Join(dir, "cache"))
		if l.Public != c.public || (doubt != "") != c.doubt {
			t.Errorf("%s: public folder %q, doubt %q", name, l.Public, doubt)
		}
	}
	dir, r := t.TempDir(), Renderer{Env: []string{"WHERE=static"}}
	put(t, dir, map[string]string{"remotion.config.ts": importConfig + "Config.setPublicDir(process.env.WHERE);\n"})
	at := project.Layout{Dir: dir}
	c := configuration{file: "remotion.config.ts", Inputs: []string{filepath.Join(dir, "remotion.config.ts")}, Env: []string{"WHERE"}, Public: "static"}
	c.stamp = r.stamp(at, c)
	r.remember(filepath.Join(dir, "cache"), at, c)
	if l, doubt := r.KnownLayout(at, filepath.Join(dir, "cache")); l.Public != "static" || doubt != "" {
		t.Errorf("what a render read is not used: %q, %q", l.Public, doubt)
	}
	r.Env = []string{"WHERE=other"}
	if l, doubt := r.KnownLayout(at, filepath.Join(dir, "cache")); l.Public != "" || doubt == "" {
		t.Errorf("what a render read with another environment is used: %q, %q", l.Public, doubt)
	}
}
