//go:build unix

package kill

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

const killManifest = `version: 1
project: kill
size: 320x240
heygen: {api: sandbox}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  one: {script: "One."}
  two: {script: "Two."}
  three: {script: "Three."}
`

// TestKilledBuildsBuyOnce kills -9 a build at random moments, then lets one
// finish: every clip was billed once, and the files are those of a build that
// was not disturbed. GREENROOM_KILL_BUILDS sets how many are killed.
func TestKilledBuildsBuyOnce(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	base := e2etest.Sandbox(t, filepath.Join(dir, "sandbox"), "--speed", "300")
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	build := func(project string) *exec.Cmd {
		c := exec.Command("greenroom", "build")
		c.Dir = project
		c.Env = append(os.Environ(), "HEYGEN_API_BASE="+base, "TMPDIR="+temp)
		return c
	}
	project := filepath.Join(dir, "project")
	if err := os.MkdirAll(project, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, "greenroom.yaml"), []byte(killManifest), 0o644); err != nil {
		t.Fatal(err)
	}
	kills, killed := e2etest.Number("GREENROOM_KILL_BUILDS", 12), 0
	for i := range kills {
		// Early kills hit the submissions, later ones fetch, check and prepare. Drop
		// what was prepared now and then, so that there is always something to kill.
		if i%5 == 4 {
			os.Remove(filepath.Join(project, "greenroom.lock"))
		}
		c := build(project)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rnd.IntN(700))*time.Millisecond, func() { _ = c.Process.Kill() })
		if c.Wait() != nil {
			killed++
		}
		timer.Stop()
	}
	out, err := build(project).CombinedOutput()
	for _, clip := range []string{"one", "two", "three"} {
		// A kill between the record and the request leaves a request whose result is unknown:
		// the account has the answer, which a user would read there.
		if strings.Contains(string(out), "greenroom resolve "+clip) {
			r := exec.Command("greenroom", "resolve", clip, "--not-paid")
			r.Dir, r.Env = project, build(project).Env
			if b, err := r.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			out, err = build(project).CombinedOutput()
		}
	}
	if err != nil {
		t.Fatalf("the clean run: %v\n%s", err, out)
	}
	t.Logf("%d of %d builds were killed", killed, kills)
	noLitter(t, project, temp)
	if n := e2etest.BilledJobs(t, base); n != 3 {
		t.Errorf("%d jobs billed for 3 clips", n)
	}
	calm := filepath.Join(dir, "calm")
	if err := os.MkdirAll(calm, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(calm, "greenroom.yaml"), []byte(killManifest), 0o644); err != nil {
		t.Fatal(err)
	}
	if b, err := build(calm).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	want, _ := filepath.Glob(filepath.Join(calm, "public", "greenroom", "*.webm"))
	for _, w := range want {
		if _, err := os.Stat(filepath.Join(project, "public", "greenroom", filepath.Base(w))); err != nil {
			t.Errorf("%s is missing after killed builds", filepath.Base(w)) // names hold the content's hash
		}
	}
	if len(want) != 3 {
		t.Errorf("an undisturbed build published %v", want)
	}
}
