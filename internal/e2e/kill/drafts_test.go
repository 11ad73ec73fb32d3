//go:build linux

package kill

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

// draftKills is how many voices are bought by builds that are killed first.
const draftKills = 5

// TestKilledDraftsBuyVoicesOnce kills -9 a build that buys a voice at a random moment,
// then lets one finish: nothing is billed twice, apart from what the user resolved as not paid.
func TestKilledDraftsBuyVoicesOnce(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	base := e2etest.Sandbox(t, filepath.Join(dir, "sandbox"))
	project := filepath.Join(dir, "project")
	greenroom := func(args ...string) *exec.Cmd {
		c := exec.Command("greenroom", args...)
		c.Dir, c.Env = project, append(os.Environ(), "HEYGEN_API_BASE="+base, "GREENROOM_CACHE="+filepath.Join(dir, "cache"))
		return c
	}
	killed, resolved := 0, 0
	for i := range draftKills {
		e2etest.Write(t, filepath.Join(project, "greenroom.yaml"), fmt.Sprintf("version: 1\nsize: 128x128\ndefaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}, draft: voice}\nclips: {one: {script: Words %d.}}\n", i))
		c := greenroom("build", "--draft")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(50+rnd.IntN(900))*time.Millisecond, func() { _ = c.Process.Kill() })
		if c.Wait() != nil {
			killed++
		}
		timer.Stop()
		out, err := greenroom("build", "--draft").CombinedOutput()
		if err != nil && strings.Contains(string(out), "greenroom resolve one --not-paid") {
			resolved++
			if b, err := greenroom("resolve", "one", "--not-paid").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			out, err = greenroom("build", "--draft").CombinedOutput()
		}
		if err != nil {
			t.Fatalf("the clean run: %v\n%s", err, out)
		}
	}
	n := e2etest.BilledJobs(t, base)
	t.Logf("%d of %d builds were killed, the user resolved %d times, %d voices were billed", killed, draftKills, resolved, n)
	if n < draftKills || n > draftKills+resolved {
		t.Errorf("%d voices billed for %d texts and %d manual resolutions", n, draftKills, resolved)
	}
}
