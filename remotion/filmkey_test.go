//go:build unix

package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"greenroom/remotion/companion"
	"greenroom/remotion/project"
)

// keyed is a project, a browser that is a script as Debian's is, and the keys of two films.
type keyed struct {
	dir     string
	browser string
	r       Renderer
	k       *Keys
	timed   RenderSpec // of the manifest
	own     RenderSpec // of the project
}

const shownClip = "greenroom/a.0123abcd.webm"

func newKeyed(t *testing.T) *keyed {
	t.Helper()
	root := t.TempDir()
	e := &keyed{dir: filepath.Join(root, "project"), browser: filepath.Join(root, "browser")}
	if _, err := Scaffold(e.dir, ScaffoldOptions{Project: "film"}); err != nil {
		t.Fatal(err)
	}
	// To read it takes Node and packages: TestAConfigurationIsInTheKeys has them.
	if err := os.Remove(filepath.Join(e.dir, "remotion.config.ts")); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(root, "lib", "program")
	shown := clip("a")
	shown.Src, shown.Poster, shown.Captions = shownClip, "greenroom/a.4567abcd.webp", nil
	props, ts, err := EncodeProps(Props{Version: 1, Project: "film", FPS: 25, Width: 320, Height: 180, Clips: map[string]Clip{"a": shown}})
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, map[string]string{"browser": "#!/bin/sh -e\n\n" + program + " \"$@\"\n", "lib/program": "browser 1"})
	put(t, e.dir, map[string]string{
		"public/" + shownClip: "video", "public/greenroom/a.4567abcd.webp": "poster", "public/greenroom/props.json": string(props), "public/logo.png": "logo", "public/deep/words.json": "{}",
		"public/greenroom/files/0123456789abcdef.png": "picture", "public/greenroom/published.1234": "",
		"src/greenroom/clips.gen.json": string(props), "src/greenroom/clips.gen.ts": string(ts),
		"node_modules/remotion/package.json":             `{"version":"4.0.529"}`,
		"node_modules/@remotion/renderer/package.json":   `{"version":"4.0.529"}`,
		"node_modules/@remotion/compositor/package.json": `{"version":"4.0.529"}`,
		"node_modules/react/package.json":                `{"version":"19.2.3"}`,
	})
	if err := os.Chmod(e.browser, 0o755); err != nil {
		t.Fatal(err)
	}
	e.r = Renderer{Browser: e.browser}
	film, err := json.Marshal(map[string]any{"film": map[string]any{"name": "card", "media": map[string]any{"a": map[string]any{"public": shownClip}}}})
	if err != nil {
		t.Fatal(err)
	}
	e.timed = RenderSpec{Composition: Timeline, Out: filepath.Join(root, "card.mp4"), InputProps: film, Exact: true}
	e.own = RenderSpec{Composition: "Own", Out: filepath.Join(root, "own.mp4"), PropsJSON: props}
	e.open(t)
	return e
}

func (e *keyed) open(t *testing.T) {
	t.Helper()
	var err error
	if e.k, err = e.r.Keys(t.Context(), SessionSpec{Layout: project.Layout{Dir: e.dir}, CacheDir: filepath.Join(e.dir, ".greenroom", "render")}); err != nil {
		t.Fatal(err)
	}
}

func (e *keyed) keys(t *testing.T) (timed, own string) {
	t.Helper()
	e.k.Forget()
	timed, err := e.k.Film(e.timed)
	if err != nil {
		t.Fatal(err)
	}
	if own, err = e.k.Film(e.own); err != nil {
		t.Fatal(err)
	}
	return timed, own
}

// TestAFilmsKey: which changes render a film of the manifest, and one of the project, again.
func TestAFilmsKey(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(*testing.T, *keyed) {
		return func(t *testing.T, e *keyed) { put(t, e.dir, map[string]string{name: text}) }
	}
	edit := func(f func(e *keyed)) func(*testing.T, *keyed) {
		return func(_ *testing.T, e *keyed) { f(e) }
	}
	for name, c := range map[string]struct {
		change     func(*testing.T, *keyed)
		timed, own bool // drawn again
	}{
		"nothing":                    {edit(func(*keyed) {}), false, false},
		"a component":                {write("src/Own.tsx", "export {};\n"), true, true},
		"the lockfile":               {write("package-lock.json", "{}"), true, true},
		"Remotion's version":         {write("node_modules/remotion/package.json", `{"version":"4.0.530"}`), true, true},
		"the renderer's version":     {write("node_modules/@remotion/renderer/package.json", `{"version":"4.0.530"}`), true, true},
		"the compositor's version":   {write("node_modules/@remotion/compositor/package.json", `{"version":"4.0.530"}`), true, true},
		"React's version":            {write("node_modules/react/package.json", `{"version":"19.2.4"}`), true, true},
		"another field of a package": {write("node_modules/react/package.json", `{"version":"19.2.3","x":1}`), false, false},
		"the browser's script":       {func(t *testing.T, e *keyed) { put(t, filepath.Dir(e.dir), map[string]string{"browser": "#!/bin/sh\n"}) }, true, true},
		"the browser behind the script": {func(t *testing.T, e *keyed) {
			put(t, filepath.Dir(e.dir), map[string]string{"lib/program": "browser 2"})
		}, true, true},
		"a public file":                     {write("public/logo.png", "LOGO"), true, true},
		"a new public file":                 {write("public/new.png", ""), true, true},
		"a deep public file":                {write("public/deep/words.json", "[]"), true, true},
		"the published clip's bytes":        {write("public/"+shownClip, "VIDEO"), true, true},
		"a clip more":                       {write("public/greenroom/b.0123abcd.webm", "video"), false, false},
		"a film's picture":                  {write("public/greenroom/files/fedcba9876543210.png", "x"), false, false},
		"whose files they are":              {write("public/greenroom/files/.greenroom-owned.json", "{}"), false, false},
		"Studio's signal":                   {write("public/greenroom/published.9999", ""), false, false},
		"a user's file next to the clips":   {write("public/greenroom/mine.txt", "x"), false, true},
		"the generated clips":               {write("src/greenroom/clips.gen.ts", "export const clips = {};\n"), false, true},
		"the manifest":                      {write("greenroom.yaml", "version: 2\n"), false, false},
		"a key in .env, which no page gets": {write(".env", "HEYGEN_API_KEY=x\n"), false, false},
		"a variable in .env":                {write(".env", "TITLE=x\n"), true, true},
		"a variable in .env.local":          {write(".env.local", "TITLE=x\n"), true, true},
		"a variable of Remotion's":          {edit(func(e *keyed) { e.k.r.Env = []string{"REMOTION_TITLE=x"} }), true, true},
		"a variable of another name":        {edit(func(e *keyed) { e.k.r.Env = []string{"TITLE=x"} }), false, false},
		"the configuration of Tailwind 3":   {write("tailwind.config.ts", "export default {};\n"), true, true},
		"the configuration of PostCSS":      {write("postcss.config.cjs", "module.exports = {};\n"), true, true},
		"tabs":                              {edit(func(e *keyed) { e.timed.Concurrency, e.own.Concurrency = 4, 4 }), false, false},
		"the file's place":                  {edit(func(e *keyed) { e.timed.Out, e.own.Out = "/tmp/x.mp4", "/tmp/y.mp4" }), false, false},
		"the file's format":                 {edit(func(e *keyed) { e.timed.Out, e.own.Out = "/tmp/x.webm", "/tmp/y.mov" }), true, true},
		"quality":                           {edit(func(e *keyed) { e.timed.CRF, e.own.CRF = 30, 30 }), true, true},
		"the usual quality, by name":        {edit(func(e *keyed) { e.timed.CRF, e.own.CRF = 18, 18 }), false, false},
		"exactness":                         {edit(func(e *keyed) { e.timed.Exact, e.own.Exact = false, true }), true, true},
		"props":                             {edit(func(e *keyed) { e.own.InputProps = []byte(`{"title":"x"}`) }), false, true},
		"another composition":               {edit(func(e *keyed) { e.own.Composition = "Other" }), false, true},
		"the same bytes at another time": {func(t *testing.T, e *keyed) {
			for _, n := range []string{"public/logo.png", "src/Root.tsx", "../browser"} {
				if err := os.Chtimes(filepath.Join(e.dir, n), time.Now(), time.Now().Add(-time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
		}, false, false},
		"the project's place": {func(t *testing.T, e *keyed) {
			to := filepath.Join(t.TempDir(), "moved")
			if err := os.Rename(e.dir, to); err != nil {
				t.Fatal(err)
			}
			e.dir = to
			e.open(t)
		}, false, false},
		"another run": {func(t *testing.T, e *keyed) { e.k.Save(); e.open(t) }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newKeyed(t)
			timed, own := e.keys(t)
			c.change(t, e)
			timedNow, ownNow := e.keys(t)
			if (timed != timedNow) != c.timed {
				t.Errorf("the manifest's film: drawn again is %v, want %v", timed != timedNow, c.timed)
			}
			if (own != ownNow) != c.own {
				t.Errorf("the project's film: drawn again is %v, want %v", own != ownNow, c.own)
			}
		})
	}
}

// TestATimelineOfTheUsers shows anything: everything is in its key.
func TestATimelineOfTheUsers(t *testing.T) {
	t.Parallel()
	root, err := companion.Files.ReadFile("src/Root.tsx")
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string]string{
		"a changed component":   {"src/greenroom/Timeline.tsx": "export const Timeline = () => null;\n"},
		"a changed helper":      {"src/greenroom/timelineFilm.ts": "export {};\n"},
		"another registration":  {"src/Root.tsx": `import {Timeline} from './greenroom/Timeline'; <Composition id="Timeline" component={() => <Timeline />} />`},
		"another's component":   {"src/Root.tsx": `import {Timeline} from './mine/Timeline'; <Composition id="Timeline" component={Timeline} />`},
		"registered twice":      {"src/Root.tsx": string(root) + `<Composition id="Timeline" component={Mine} />`},
		"registered elsewhere":  {"src/More.tsx": `<Composition id={'Timeline'} component={Mine} />`},
		"not registered at all": {"src/Root.tsx": ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newKeyed(t)
			put(t, e.dir, files)
			before, _ := e.keys(t)
			put(t, e.dir, map[string]string{"src/greenroom/clips.gen.ts": "export const clips = {};\n"})
			if after, _ := e.keys(t); before == after {
				t.Error("the clips that it may show changed, and the film keeps its key")
			}
		})
	}
}
