//go:build unix

package main

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// registry serves packed packages on loopback as the npm registry does. Packages of other platforms are described, and
// have no content: a package manager that asked for it would fail.
func registry(t *testing.T, r *release) string {
	t.Helper()
	documents := map[string][]byte{}
	files := http.StripPrefix("/files/", http.FileServer(http.Dir(r.out)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, "/files/") {
			files.ServeHTTP(w, req)
			return
		}
		document, ok := documents[strings.TrimPrefix(req.URL.Path, "/")] // the name comes as @greenroom%2fcli-…
		if !ok {
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document)
	}))
	t.Cleanup(s.Close)
	add := func(p npmPackage, file string) {
		content, err := os.ReadFile(filepath.Join(r.out, file)) // nothing for another platform, and a checksum of that
		if err != nil && p.Name == "greenroom" {
			t.Fatal(err)
		}
		one, two := sha1.Sum(content), sha512.Sum512(content)
		dist := map[string]string{"tarball": s.URL + "/files/" + file, "shasum": hex.EncodeToString(one[:]),
			"integrity": "sha512-" + base64.StdEncoding.EncodeToString(two[:])}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		version := map[string]any{}
		if err := json.Unmarshal(b, &version); err != nil {
			t.Fatal(err)
		}
		version["dist"] = dist
		document, err := json.Marshal(map[string]any{"name": p.Name, "dist-tags": map[string]string{"latest": p.Version},
			"versions": map[string]any{p.Version: version}})
		if err != nil {
			t.Fatal(err)
		}
		documents[p.Name] = document
	}
	for _, p := range platforms {
		add(r.platformPackage(p), "greenroom-cli-"+p.nodeOS+"-"+p.nodeCPU+"-"+r.version+".tgz")
	}
	add(r.mainPackage(), "greenroom-"+r.version+".tgz")
	return s.URL
}

// TestPackageManagers installs the packed packages with npm, pnpm and yarn from a registry on loopback, and runs the
// program. With GREENROOM_TEST_ALL only: it compiles and links greenroom.
func TestPackageManagers(t *testing.T) {
	if os.Getenv("GREENROOM_TEST_ALL") == "" {
		return // `make test-all` sets it
	}
	r := &release{source: filepath.Join("..", ".."), work: t.TempDir(), out: t.TempDir(), version: "1.2.3",
		built: []platform{host()}}
	if err := r.build(t.Context(), host()); err != nil {
		t.Fatal(err)
	}
	if err := r.npm(t.Context()); err != nil {
		t.Fatal(err)
	}
	address := registry(t, r)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	managers := filepath.Join(cache, "greenroom-ci", "package-managers", "node_modules", ".bin")
	t.Run("the shipped workflow", func(t *testing.T) { workflowInstalls(t, address) })
	for name, c := range map[string]struct{ install, without, run []string }{
		"npm": {[]string{"npm", "install", "--no-audit", "--no-fund"},
			[]string{"npm", "install", "--omit=optional", "--no-audit", "--no-fund"}, []string{"npx", "--no-install"}},
		"pnpm": {[]string{filepath.Join(managers, "pnpm"), "install"},
			[]string{filepath.Join(managers, "pnpm"), "install", "--no-optional"},
			[]string{filepath.Join(managers, "pnpm"), "exec"}},
		"yarn": {[]string{filepath.Join(managers, "yarn"), "install"},
			[]string{filepath.Join(managers, "yarn"), "install", "--ignore-optional"},
			[]string{filepath.Join(managers, "yarn"), "--silent", "run"}},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			env := append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home,
				"npm_config_registry="+address,
				"npm_config_cache="+filepath.Join(home, "npm"), "YARN_REGISTRY="+address, "CI=1", "COREPACK_ENABLE_STRICT=0")
			in := func(dir string, words ...string) (string, int) {
				cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
				cmd.Dir, cmd.Env = dir, env
				out, err := cmd.CombinedOutput()
				if err != nil && cmd.ProcessState == nil {
					t.Fatalf("%q: %v; run .ci/setup test", words, err)
				}
				return string(out), cmd.ProcessState.ExitCode()
			}
			project := func(install []string) string {
				dir := t.TempDir()
				if err := os.WriteFile(filepath.Join(dir, "package.json"),
					[]byte(`{"private": true, "devDependencies": {"greenroom": "1.2.3"}}`), 0o644); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, ".npmrc"), []byte("registry="+address+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				if out, code := in(dir, install...); code != 0 {
					t.Fatalf("%q: exit %d\n%s", install, code, out)
				}
				return dir
			}
			dir := project(c.install)
			if out, code := in(dir, append(c.run, "greenroom", "version")...); code != 0 ||
				!strings.Contains(out, "greenroom 1.2.3 (") {
				t.Errorf("version: exit %d\n%s", code, out)
			}
			if out, code := in(dir, append(c.run, "greenroom", "init", "film")...); code != 0 {
				t.Errorf("init: exit %d\n%s", code, out)
			}
			if out, code := in(filepath.Join(dir), append(c.run, "greenroom", "status", "-C", "film",
				"--check")...); code == 0 || !strings.Contains(out, "intro") {
				t.Errorf("status --check of a project that was not built: exit %d\n%s", code, out)
			}
			dir = project(c.without)
			if out, code := in(dir, append(c.run, "greenroom", "version")...); code == 0 ||
				!strings.Contains(out, host().npmName()+" is not installed") {
				t.Errorf("without optional packages: exit %d\n%s", code, out)
			}
		})
	}
}

// workflowInstalls runs the step of the shipped workflow that installs greenroom, and the program that it puts on
// PATH.
func workflowInstalls(t *testing.T, address string) {
	b, err := os.ReadFile(filepath.Join("..", "..", ".github", "workflows", "greenroom.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	if err := yaml.Unmarshal(b, &workflow); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	paths := filepath.Join(temp, "github-path")
	for _, step := range workflow.Jobs["clips"].Steps {
		if step.Name != "install greenroom" {
			continue
		}
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "GITHUB_PATH="+paths, "VERSION=1.2.3",
			"npm_config_registry="+address,
			"npm_config_cache="+filepath.Join(temp, "npm"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	added, err := os.ReadFile(paths)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(added)), "greenroom"),
		"version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "greenroom 1.2.3 (") {
		t.Errorf("%v\n%s", err, out)
	}
}
