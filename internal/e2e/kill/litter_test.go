//go:build unix

package kill

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// unfinished are the names of files that only a running process needs.
var unfinished = regexp.MustCompile(`^\..*\.tmp|^\.standin-|^render-|^run-|\.part(\.|$)`)

// noLitter asserts that killed runs left nothing in a project and in a temporary folder.
func noLitter(t *testing.T, project, temp string) {
	t.Helper()
	err := filepath.WalkDir(project, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(project, path)
		inTmp := strings.HasPrefix(rel, filepath.Join(".greenroom", "store", "tmp")+string(filepath.Separator))
		if inTmp || unfinished.MatchString(d.Name()) {
			t.Errorf("left in the project: %s", rel)
			if d.IsDir() {
				return fs.SkipDir
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Error(err)
	}
	for _, e := range left {
		t.Errorf("left in the temporary folder: %s", e.Name())
	}
}

// TestTheNextStartSweepsEverything: the names that killed runs of every command leave are
// gone after the next build, also when that has nothing else to do; what a living process or
// the user has stays.
func TestTheNextStartSweepsEverything(t *testing.T) {
	dir := t.TempDir()
	temp := filepath.Join(dir, "temp")
	e2etest.Write(t, filepath.Join(temp, "mine", "notes.txt"), "mine")
	project := filepath.Join(dir, "project")
	e2etest.Write(t, filepath.Join(project, "greenroom.yaml"), killManifest)
	build := func() {
		t.Helper()
		c := exec.Command("greenroom", "build")
		c.Dir, c.Env = project, append(os.Environ(), "TMPDIR="+temp)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	build()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	dead := fmt.Sprintf("tmp-%d-1", ended.Process.Pid)
	for _, name := range []string{
		".greenroom.lock." + dead, "src/greenroom/.clips.gen.json." + dead, ".greenroom/.account.json." + dead,
		".greenroom/store/.checked." + dead, ".greenroom/store/tmp/run-1/greenroom.lock", ".greenroom/store/tmp/run-1/prepare-one.webm",
		".greenroom/store/tmp/run-2/.standin-3/voice.wav", ".greenroom/store/tmp/run-2/greenroom.lock",
		".greenroom/store/tmp/take-0123456789abcdef0123456789abcdef.part", ".greenroom/store/tmp/take-0123456789abcdef0123456789abcdef.part.json",
		".greenroom/render/render-1/greenroom.lock", ".greenroom/render/render-1/0.ts", ".greenroom/render/films/.a.json." + dead,
		"../temp/greenroom-run-1/greenroom.lock", "../temp/greenroom-run-1/puppeteer/profile",
	} {
		e2etest.Write(t, filepath.Join(project, name), "left")
	}
	os.Remove(filepath.Join(project, ".greenroom", "fresh")) // a killed run wrote none
	build()
	if err := os.RemoveAll(filepath.Join(temp, "mine")); err != nil {
		t.Error(err)
	}
	noLitter(t, project, temp)
}
