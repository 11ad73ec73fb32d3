//go:build unix

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

const claimManifest = `version: 1
project: kill
size: %s
heygen: {api: %s}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  one: {script: "One, %s."}
  two: {script: "Two, %s."}
`

// TestTwoMachinesBuyOnce builds one project on two machines at the same time: two folders with a ledger each, and one
// shared cache. Builds are killed -9 at random moments. In every second round the first machine is lost for good, with
// its ledger, and a user answers for it. In the end each clip was billed once.
// GREENROOM_KILL_MACHINES sets the number of rounds.
func TestTwoMachinesBuyOnce(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	dir := t.TempDir()
	base := e2etest.Sandbox(t, filepath.Join(dir, "sandbox"), "--speed", "300", "--canned")
	rounds, killed, answers := e2etest.Number("GREENROOM_KILL_MACHINES", 2), 0, 0
	for round := range rounds {
		r := &twoMachines{t: t, base: base, dir: filepath.Join(dir, fmt.Sprint(round))}
		text := fmt.Sprint("round ", round)
		for _, name := range []string{"a", "b"} {
			size, api := "320x240", "v2"
			if round%2 != round/2%2 {
				size, api = "1280x720", "v3"
			}
			manifest := fmt.Sprintf(claimManifest, size, api, text, text)
			e2etest.Write(t, filepath.Join(r.dir, name, "greenroom.yaml"), manifest)
		}
		r.disturb(rnd, 4)
		if round%2 == 1 {
			if err := os.RemoveAll(filepath.Join(r.dir, "a")); err != nil {
				t.Fatal(err)
			}
		} else {
			r.finish("a")
		}
		r.finish("b")
		killed, answers = killed+r.killed, answers+r.answers
		if n := e2etest.BilledJobs(t, base); n != 2*(round+1) {
			t.Fatalf("round %d: %d jobs billed for %d clips", round, n, 2*(round+1))
		}
	}
	t.Logf("%d rounds, %d kills, %d answers of the user, 0 clips bought twice", rounds, killed, answers)
}

type twoMachines struct {
	t               *testing.T
	base, dir       string
	killed, answers int
}

func (r *twoMachines) command(machine string, args ...string) *exec.Cmd {
	c := exec.Command("greenroom", args...)
	c.Dir = filepath.Join(r.dir, machine)
	c.Env = append(os.Environ(), "HEYGEN_API_KEY=k", "HEYGEN_API_BASE="+r.base,
		"GREENROOM_CACHE_URL=file://"+filepath.Join(r.dir, "cache"))
	return c
}

// disturb builds on both machines and kills one after the other at random moments.
func (r *twoMachines) disturb(rnd *rand.Rand, kills int) {
	names := []string{"a", "b"}
	start := func(i int) *exec.Cmd {
		c := r.command(names[i], "build", "--yes")
		if err := c.Start(); err != nil {
			r.t.Fatal(err)
		}
		return c
	}
	two := []*exec.Cmd{start(0), start(1)}
	for range kills {
		i := rnd.IntN(2)
		died := make(chan error, 1)
		go func() { died <- two[i].Wait() }()
		select {
		case <-died:
		case <-time.After(time.Duration(20+rnd.IntN(1200)) * time.Millisecond):
			if two[i].Process.Kill() == nil {
				r.killed++
			}
			<-died
		}
		two[i] = start(i)
	}
	for _, c := range two {
		if c.Process.Kill() == nil {
			r.killed++
		}
		_ = c.Wait()
	}
}

// finish builds on a machine until it is done, with a user who answers what the program asks for.
func (r *twoMachines) finish(machine string) {
	r.t.Helper()
	var out []byte
	for range 4 {
		var err error
		if out, err = r.command(machine, "build", "--yes", "--wait", "2s").CombinedOutput(); err == nil {
			return
		}
		for _, clip := range []string{"one", "two"} {
			if strings.Contains(string(out), "greenroom resolve "+clip) {
				r.answers++
				if b, err := r.command(machine, "resolve", clip, "--not-paid").CombinedOutput(); err != nil {
					r.t.Fatalf("%v\n%s", err, b)
				}
			}
		}
	}
	r.t.Fatalf("machine %s does not finish:\n%s", machine, out)
}
