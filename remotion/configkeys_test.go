//go:build unix

package remotion

import (
	"os"
	"path/filepath"
	"testing"

	"greenroom/remotion/project"
)

// TestAConfigurationIsInTheKeys of films and bundles: with what it imports, the variables that it reads, and what
// the bundler reads because of it.
func TestAConfigurationIsInTheKeys(t *testing.T) {
	t.Parallel()
	const config = importConfig + `import {lib} from './tools/lib';
Config.overrideWebpackConfig((c) => {
  if (process.env.MODE === 'broken') throw new Error('as asked');
  return {...c, resolve: {...c.resolve, alias: {...c.resolve?.alias, '@': process.cwd() + lib}}};
});
Config.setPublicDir(process.env.WHERE ?? 'static');
`
	dir := configuredProject(t, map[string]string{
		"remotion.config.ts": config, "tools/lib.ts": "export const lib = '/lib';\n", "tools/other.ts": "",
		"src/index.ts": "import './Root'; // calls registerRoot()\n", "src/Root.tsx": root("<Title />", "import {Title} from '@/title';\n"), "lib/title.tsx": "export const Title = () => <i>one</i>;\n",
		"lib/unused.tsx": "", "static/logo.png": picture(), "README.md": "one\n", "other/logo.png": picture(),
	})
	cache := filepath.Join(dir, ".greenroom", "render")
	spec := SessionSpec{Layout: project.Layout{Dir: dir}, CacheDir: cache}
	r := Renderer{Env: append(os.Environ(), "MODE=", "OTHER=")}
	// bundle makes the bundle that is needed now, and reports whether there was none.
	bundle := func() (made bool) {
		t.Helper()
		s, err := r.Open(t.Context(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		_, reused, err := s.Prepare(t.Context(), func(e Event) { made = made || e.Stage == StageBundle })
		if err != nil || reused == made {
			t.Fatalf("reused is %v, made %v: %v", reused, made, err)
		}
		return made
	}
	key := func() string {
		t.Helper()
		k, err := r.Keys(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := k.Film(RenderSpec{Composition: "Own", Out: filepath.Join(dir, "own.mp4")})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if !bundle() || bundle() {
		t.Error("the first bundle is not made, or made twice")
	}
	for _, c := range []struct {
		what    string
		change  func()
		another bool // film
		bundle  bool
	}{
		{"nothing", func() {}, false, false},
		{"a text that nothing reads", func() { put(t, dir, map[string]string{"README.md": "two\n"}) }, false, false},
		{"a module that nothing imports", func() { put(t, dir, map[string]string{"lib/unused.tsx": "export {};\n"}) }, false, false},
		{"what the configuration does not import", func() { put(t, dir, map[string]string{"tools/other.ts": "export {};\n"}) }, false, false},
		{"a variable that it does not read", func() { r.Env = append(r.Env[:len(r.Env)-1:len(r.Env)-1], "OTHER=x") }, false, false},
		{"a file of a folder that is not the public one", func() { put(t, dir, map[string]string{"public/a.txt": "x"}) }, false, false},
		{"a public file", func() { put(t, dir, map[string]string{"static/a.txt": "x"}) }, true, false},
		{"a module behind the alias", func() { put(t, dir, map[string]string{"lib/title.tsx": "export const Title = () => <i>two</i>;\n"}) }, true, true},
		{"what the configuration imports", func() { put(t, dir, map[string]string{"tools/lib.ts": "export const lib: string = '/lib';\n"}) }, true, false},
		{"a variable that its function reads", func() { r.Env = append(r.Env, "MODE=x") }, true, false},
		{"a variable that chooses the public folder", func() { r.Env = append(r.Env, "WHERE=other") }, true, false},
	} {
		before := key()
		c.change()
		if after := key(); (after != before) != c.another {
			t.Errorf("%s: another film is %v, want %v", c.what, after != before, c.another)
		}
		if c.bundle {
			if !bundle() {
				t.Errorf("%s: no new bundle is made", c.what)
			}
			if first := key(); bundle() || key() != first {
				t.Errorf("%s: another bundle or key after the first", c.what)
			}
		}
	}
	bundles, err := filepath.Glob(filepath.Join(cache, "bundle-*"))
	if err != nil || len(bundles) == 0 {
		t.Fatal("no bundle is there", err)
	}
	for _, b := range bundles {
		if to, err := os.Readlink(filepath.Join(b, "public")); err != nil || to != filepath.Join(dir, "static") {
			t.Errorf("the public folder of a bundle is %s, %v", to, err)
		}
	}
}
