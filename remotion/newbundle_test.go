//go:build unix

package remotion

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// fakeRenderer has a browser that takes empty pictures, and finds every composition.
const fakeRenderer = `
const page = {close: async () => {}, _client: () => ({send: async () => ({value: {}})})};
exports.openBrowser = async () => ({newPage: async () => page, close: async () => {}});
exports.selectComposition = async () => ({durationInFrames: 1, width: 2, height: 2, fps: 25});`

// TestANewBundle is made once a session although nothing changed, takes the old one's place, and reports when it cannot
// be made: the old one is not what the caller requested. The packages are ours; their bundles hold what a file outside
// of the key holds.
func TestANewBundle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	put(t, dir, map[string]string{
		"package.json": "{}", "src/index.tsx": "", "unseen": "one",
		"node_modules/@remotion/renderer/package.json": `{"version":"1"}`,
		"node_modules/@remotion/renderer/index.js":     fakeRenderer,
		"node_modules/@remotion/bundler/package.json":  `{"version":"1"}`,
		"node_modules/@remotion/bundler/index.js": `const fs = require('fs'); exports.bundle = async ({outDir, rootDir}) => {
			fs.mkdirSync(outDir); fs.writeFileSync(outDir + '/index.html', fs.readFileSync(rootDir + '/unseen')); };`,
	})
	begin := func(s *Session) (reused bool, err error) {
		w, reused, err := s.begin(t.Context(), &work{composition: "Tiny", input: []byte("{}")})
		if err == nil {
			s.end(w)
		}
		return reused, err
	}
	session := func(anew bool) *Session {
		t.Helper()
		s, err := Renderer{}.Open(t.Context(), SessionSpec{Layout: project.Layout{Dir: dir}, CacheDir: cache, NewBundle: anew}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	want := func(what, text string) {
		t.Helper()
		bundles, _ := filepath.Glob(filepath.Join(cache, "bundle-*"))
		if len(bundles) != 1 {
			t.Fatalf("%s: bundles are %v", what, bundles)
		}
		if b, err := os.ReadFile(filepath.Join(bundles[0], "index.html")); err != nil || string(b) != text {
			t.Errorf("%s: the bundle holds %q, %v", what, b, err)
		}
	}
	if reused, err := begin(session(false)); err != nil || reused {
		t.Fatalf("reused %v, %v", reused, err)
	}
	put(t, dir, map[string]string{"unseen": "two"})
	if reused, err := begin(session(false)); err != nil || !reused {
		t.Errorf("reused %v, %v", reused, err)
	}
	want("as ever", "one")
	idle := session(false)
	if dir, reused, err := idle.Prepare(t.Context(), nil); err != nil || !reused || !bundled(dir) || idle.driver != nil {
		t.Errorf("bundle %q, reused %v, node started: %v, %v", dir, reused, idle.driver != nil, err)
	}
	s := session(true)
	if reused, err := begin(s); err != nil || reused {
		t.Errorf("reused %v, %v", reused, err)
	}
	want("anew", "two")
	put(t, dir, map[string]string{"unseen": "three"})
	if reused, err := begin(s); err != nil || !reused {
		t.Errorf("the session's second film: reused %v, %v", reused, err)
	}
	want("the second film", "two")
	if err := os.Remove(filepath.Join(dir, "unseen")); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(session(true)); fault.KindOf(err) != fault.Failed {
		t.Errorf("a bundle that cannot be made: %v", err)
	}
	want("after a fault", "two")
}

// TestABrowserThatCannotBeDownloaded: Remotion brings its own where none is named, and what fails on the way is a
// rejection that nothing awaits. It was reported as a crash, with a hint about memory.
func TestABrowserThatCannotBeDownloaded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"package.json": "{}", "src/index.tsx": "",
		"node_modules/@remotion/renderer/package.json": `{"version":"1"}`,
		"node_modules/@remotion/renderer/index.js":     `exports.openBrowser = () => new Promise(() => { Promise.reject(new Error('getaddrinfo ENOTFOUND browsers.example')); });`,
		"node_modules/@remotion/bundler/package.json":  `{"version":"1"}`,
		"node_modules/@remotion/bundler/index.js":      `const fs = require('fs'); exports.bundle = async ({outDir}) => { fs.mkdirSync(outDir); fs.writeFileSync(outDir + '/index.html', ''); };`,
	})
	s, err := Renderer{}.Open(t.Context(), SessionSpec{Layout: project.Layout{Dir: dir}, CacheDir: filepath.Join(dir, "cache")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, _, err = s.begin(t.Context(), &work{composition: "Tiny", input: []byte("{}")})
	if fault.KindOf(err) != fault.Tool || !strings.Contains(fault.Format(err, true), "ENOTFOUND") || !strings.Contains(fault.Format(err, true), "chromium-headless-shell") {
		t.Errorf("the fault is %v", err)
	}
}
