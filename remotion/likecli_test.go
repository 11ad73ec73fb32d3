//go:build unix

package remotion

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// likeCLI is a project whose pictures must be those of Remotion's own command line.
type likeCLI struct {
	files map[string]string
	in    string // the project's folder among the files; "" is the only one
	film  bool   // compare a film's frames; otherwise a still
	env   string
	// always: in the default run. The others need GREENROOM_TEST_ALL=1.
	always bool
}

// root registers a composition that shows what a component returns.
func root(body string, more ...string) string {
	text := "import React from 'react';\nimport {AbsoluteFill, Composition, Img, registerRoot, staticFile, useCurrentFrame} from 'remotion';\n"
	for _, m := range more {
		text += m
	}
	return text + `const Own = () => {
  const frame = useCurrentFrame();
  return <AbsoluteFill style={{backgroundColor: 'rgb(40, ' + 30 * frame + ', 90)', fontFamily: 'DejaVu Sans', fontSize: 30}}>` + body + `</AbsoluteFill>;
};
registerRoot(() => <Composition id="Own" component={Own} fps={25} width={320} height={180} durationInFrames={6} />);
`
}

// picture is a small PNG.
func picture() string {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 * 40 {
		m.Set(i%40, i/40, color.NRGBA{uint8(6 * (i % 40)), uint8(6 * (i / 40)), 200, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // our own picture
	}
	return b.String()
}

func likeCLIs() map[string]likeCLI {
	set := func(lines string) string { return importConfig + lines }
	override := func(name string) string {
		return "Config." + name + "((c) => ({...c, resolve: {...c.resolve, alias: {...c.resolve?.alias, '@': process.cwd() + '/lib'}}}));\n"
	}
	title := root("<Title />", "import {Title} from '@/title';\n")
	lib := "export const Title = () => <b style={{color: 'gold'}}>behind an alias</b>;\n"
	return map[string]likeCLI{
		"Tailwind 4, another public folder": {always: true, files: map[string]string{
			"remotion.config.ts": set("import {enableTailwind} from '@remotion/tailwind-v4';\nConfig.overrideWebpackConfig((c) => enableTailwind(c));\nConfig.setPublicDir('./static');\n"),
			"src/index.tsx":      root(`<div className="bg-rose-500 rounded-xl p-4 m-6 text-white font-bold">styled</div><Img src={staticFile('logo.png')} />`, "import './style.css';\n"),
			"src/style.css":      "@import 'tailwindcss';\n", "static/logo.png": picture()}},
		"plain": {files: map[string]string{"src/index.tsx": root("<h1>plain</h1>")}},
		"an alias, two overrides": {files: map[string]string{"src/index.tsx": root("<Title />{text}", "import {Title} from '@/title';\nimport text from './words.txt';\n"), "lib/title.tsx": lib,
			"src/words.txt": "raw words", "remotion.config.ts": set(override("overrideWebpackConfig") + "Config.overrideWebpackConfig(async (c) => ({...c, module: {...c.module, rules: [...(c.module?.rules ?? []), {test: /\\.txt$/, type: 'asset/source'}]}}));\n")}},
		"an override of any bundler": {files: map[string]string{"src/index.tsx": title, "lib/title.tsx": lib, "remotion.config.ts": set(override("overrideBundlerConfig"))}},
		"Rspack":                     {files: map[string]string{"src/index.tsx": title, "lib/title.tsx": lib, "remotion.config.ts": set("Config.setRspack(true);\n" + override("overrideRspackConfig"))}},
		"SCSS":                       {files: map[string]string{"src/index.tsx": root(`<div className="box"><i>nested</i></div>`, "import './style.scss';\n"), "src/style.scss": "$c: #0bd;\n.box { margin: 20px; i { color: $c; font-size: 50px; } }\n", "remotion.config.ts": set("import {enableScss} from '@remotion/enable-scss';\nConfig.overrideWebpackConfig((c) => enableScss(c));\n")}},
		"MDX": {files: map[string]string{"src/index.tsx": root("<Text />", "import Text from './text.mdx';\n"), "src/text.mdx": "# A heading\n\nand *words*\n",
			"remotion.config.ts": set("Config.overrideWebpackConfig((c) => ({...c, module: {...c.module, rules: [...(c.module?.rules ?? []), {test: /\\.mdx$/, use: [{loader: '@mdx-js/loader'}]}]}}));\n")}},
		"an entry point in src/remotion": {files: map[string]string{"src/remotion/index.ts": "import './Root'; // calls registerRoot()\n", "src/remotion/Root.tsx": root("<h1>deep</h1>")}},
		"another entry point": {files: map[string]string{"src/index.tsx": root("<h1>not this one</h1>"), "video/main.tsx": root("<h1>this one</h1>"),
			"remotion.config.ts": set("Config.setEntryPoint('video/main.tsx');\n")}},
		"variables": {env: "REMOTION_SHOWN=from the shell", files: map[string]string{"config/video.env": "SHOWN=from a file\nQUOTED=\"two\\nlines # 1\"\n", ".env": "SHOWN=wrong\n",
			"src/index.tsx":      root("{process.env.SHOWN} {process.env.QUOTED} {process.env.REMOTION_SHOWN}"),
			"remotion.config.ts": set("Config.setDotEnvLocation('./config/video.env');\n")}},
		".env": {files: map[string]string{".env": "SHOWN=from .env\n", "src/index.tsx": root("{process.env.SHOWN}")}},
		"JavaScript": {files: map[string]string{"remotion.config.js": set("Config.setPublicDir('static');\n"), "src/index.js": "import './Root.jsx'; // calls registerRoot()\n",
			"src/Root.jsx": root("<Img src={staticFile('logo.png')} />"), "static/logo.png": picture()}},
		"a browser of another kind": {files: map[string]string{"src/index.tsx": root("<h1>{matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'} {navigator.userAgent}</h1>"),
			"remotion.config.ts": set("Config.setChromiumOpenGlRenderer('swangle');\nConfig.setChromiumDarkMode(true);\nConfig.setChromiumUserAgent('someone');\nConfig.setScale(1.5);\n")}},
		"a package of a workspace": {in: "packages/video", files: map[string]string{"package.json": `{"workspaces":["packages/*"]}`,
			"packages/ui/package.json": `{"name":"@acme/ui","main":"./index.tsx"}`, "packages/ui/index.tsx": lib, "node_modules/@acme/ui": "-> ../../packages/ui",
			"packages/video/src/index.tsx": root("<Title />", "import {Title} from '@acme/ui';\n")}},
		"a film's settings": {film: true, files: map[string]string{"src/index.tsx": root("<h1>film</h1>"), "remotion.config.ts": set("Config.setColorSpace('bt709');\nConfig.setCrf(12);\n" +
			"Config.setX264Preset('veryfast');\nConfig.setJpegQuality(95);\nConfig.setScale(2);\nConfig.setPixelFormat('yuv444p');\nConfig.setGopSize(3);\n")}},
		"a film's size": {film: true, files: map[string]string{"src/index.tsx": root("<h1>film</h1>"), "remotion.config.ts": set("Config.setColorSpace('bt709');\nConfig.setVideoImageFormat('png');\nConfig.setCrf(18);\n" +
			"Config.overrideWidth(200);\nConfig.overrideHeight(100);\nConfig.overrideFps(10);\nConfig.overrideDuration(4);\n" +
			"Config.overrideFfmpegCommand(({args}) => [...args.slice(0, -1), '-tune', 'stillimage', args[args.length - 1]]);\n")}},
	}
}

// TestPicturesAreThoseOfRemotionsCLI renders projects with Remotion's own command line and with a session: the pixels
// are the same.
func TestPicturesAreThoseOfRemotionsCLI(t *testing.T) {
	all := os.Getenv("GREENROOM_TEST_ALL") == "1"
	more := []string{ciModules(t)}
	if all {
		more = append(more, projectModules(t))
	}
	for _, name := range slices.Sorted(maps.Keys(likeCLIs())) {
		c := likeCLIs()[name]
		if !c.always && !all {
			continue
		}
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			c.write(t, top)
			linkModules(t, top, more...)
			copyCLI(t, top)
			dir := filepath.Join(top, c.in)
			browser := tools.FindBrowser("", os.Getenv, exec.LookPath)
			env := append(os.Environ(), c.env)
			theirs, ours := filepath.Join(top, "theirs.png"), filepath.Join(top, "ours.png")
			args := []string{filepath.Join(top, "node_modules/@remotion/cli/remotion-cli.js"), "still", "Own", theirs, "--frame=3"}
			if c.film {
				theirs, ours = filepath.Join(top, "theirs.mp4"), filepath.Join(top, "ours.mp4")
				args = []string{args[0], "render", "Own", theirs}
			}
			cmd := exec.CommandContext(t.Context(), "node", append(args, "--log=error", "--browser-executable="+browser)...)
			cmd.Dir, cmd.Env = dir, env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("Remotion's command line: %v\n%s", err, out)
			}
			r := Renderer{Browser: browser, Env: env}
			s, err := r.Open(t.Context(), SessionSpec{Layout: project.Layout{Dir: dir}, CacheDir: filepath.Join(top, "cache")}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if c.film {
				_, err = s.Render(t.Context(), RenderSpec{Composition: "Own", Out: ours}, nil)
			} else {
				_, err = s.Still(t.Context(), StillSpec{Composition: "Own", Out: ours, Frame: 3}, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			if want, got := pixels(t, theirs), pixels(t, ours); want != got {
				kept := filepath.Join(os.TempDir(), "greenroom-like-cli")
				_ = os.RemoveAll(kept) // of an earlier run
				_ = os.CopyFS(kept, os.DirFS(top))
				t.Errorf("the pixels differ; the project is in %s\n%s\n%s", kept, want, got)
			}
		})
	}
}

// copyCLI puts Remotion's command line itself into node_modules: it resolves what a configuration imports from its own
// real place.
func copyCLI(t *testing.T, dir string) {
	t.Helper()
	to := filepath.Join(dir, "node_modules/@remotion/cli")
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(filepath.Join(modules(t), "@remotion/cli"))); err != nil {
		t.Fatal(err)
	}
}

// write puts the files in place. A text that begins with "-> " is a link.
func (c likeCLI) write(t *testing.T, top string) {
	t.Helper()
	put(t, filepath.Join(top, c.in), map[string]string{"tsconfig.json": `{"compilerOptions":{"jsx":"react-jsx"}}`, "package.json": "{}"})
	for name, text := range c.files {
		if to, ok := bytes.CutPrefix([]byte(text), []byte("-> ")); ok {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(top, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(string(to), filepath.Join(top, name)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		put(t, top, map[string]string{name: text})
	}
}

// pixels are the decoded frames of a picture or a film: a hash of each, with their size and format.
func pixels(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// ciModules are the packages of the tests' projects that the companion does not have.
func ciModules(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../.ci/node_modules")
	if given := os.Getenv("GREENROOM_CI_MODULES"); given != "" {
		dir, err = given, nil
	}
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "@remotion", "tailwind-v4"))
	}
	if err != nil {
		t.Fatalf("the packages of the tests are not installed; run make setup: %v", err)
	}
	return dir
}

// projectModules installs what only some projects need, once, outside of the checkout.
func projectModules(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "greenroom-ci", "remotion-projects")
	want := `{"private":true,"dependencies":{"@mdx-js/loader":"3.1.1","@remotion/enable-scss":"4.0.486","sass":"1.94.0"}}`
	if have, err := os.ReadFile(filepath.Join(dir, "package.json")); err == nil && string(have) == want {
		return filepath.Join(dir, "node_modules")
	}
	put(t, dir, map[string]string{"package.json": want + "\n"})
	cmd := exec.CommandContext(t.Context(), "npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm install in %s: %v\n%s", dir, err, out)
	}
	put(t, dir, map[string]string{"package.json": want}) // complete
	return filepath.Join(dir, "node_modules")
}
