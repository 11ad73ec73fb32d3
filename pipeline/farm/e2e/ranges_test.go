package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// rangesManifest has films of three scenes, of which they have one in common, and a sound over a cut.
const rangesManifest = `version: 1
project: ranges
size: 256x144
fps: 29.97
clips: {hi: {file: hi.mp4, transparent: false}}
compositions:
  film:
    length: 6s
    background: "#203040"
    layers:
      - {image: red.png, at: 0s, for: 2s}
      - {clip: hi, at: 1s, box: {left: 0, top: 0, width: 50%}}
      - {image: red.png, at: 4s, for: 2s}
      - {text: Second, style: title, at: 4s, for: 2s}
  other:
    length: 2s
    background: "#203040"
    layers: [{image: red.png, at: 0s, for: 2s}]
`

// modules is the folder of the companion's packages.
func modules(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GREENROOM_NODE_MODULES")
	if dir == "" {
		dir, _ = filepath.Abs("../../../remotion/companion/node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "remotion")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	return dir
}

// remotionProject is a Remotion project with films. Those of one round are equal.
func (f *farm) remotionProject(t *testing.T, round int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "film")
	f.must(f.start(filepath.Dir(dir), "greenroom", "init", dir))
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	manifest := strings.ReplaceAll(rangesManifest, "#203040", fmt.Sprintf("#2030%02x", 0x40+round))
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"-i testsrc2=s=256x144:d=3:r=25 -f lavfi -i sine=d=3 hi.mp4",
		"-i color=c=red:s=32x16 -frames:v 1 red.png"} {
		c := exec.Command("ffmpeg", append([]string{"-v", "error", "-f", "lavfi"}, strings.Fields(args)...)...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	f.must(f.start(dir, "greenroom", "build"))
	return dir
}

// packages is a folder with Remotion's packages and nothing else.
func packages(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

var allByRemotion = []string{"--all", "--renderer", "remotion"}

// TestRangesOfRemotionOnWorkers: the films are those of one machine, also after a worker was killed in the middle of a
// range, on a worker with fewer cores, and where a worker has no Remotion.
func TestRangesOfRemotionOnWorkers(t *testing.T) {
	f := newFarm(t)
	here := f.remotionProject(t, 0)
	f.must(f.start(here, "greenroom", append([]string{"render"}, allByRemotion...)...))

	killed := f.worker("--remotion", packages(t))
	there := f.remotionProject(t, 0)
	c := f.greenroom(there, "render", allByRemotion...)
	f.running(killed, c)
	stop(killed)
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		t.Fatal(err)
	}
	a := f.pinned(taskset, 0, "--remotion", packages(t)) // with other cores an encoder has other threads
	f.must(c)
	f.same(here, there)
	if n := f.done(a); n == 0 {
		t.Error("the second worker has rendered nothing")
	}
	if strings.Contains(c.out.String(), "on this machine") {
		t.Errorf("the command has rendered ranges itself:\n%s", c.out)
	}
	stop(a)

	f.cache = strings.Replace(f.cache, "clips/farm", "clips/another", 1) // the first one has the ranges
	f.worker()                                                           // without Remotion
	alone := f.remotionProject(t, 0)
	c = f.greenroom(alone, "render", allByRemotion...)
	f.must(c)
	f.same(here, alone)
	if n := strings.Count(c.out.String(), "runs on this machine"); n != 1 {
		t.Errorf("%d warnings of refused ranges:\n%s", n, c.out)
	}
}

// TestKillsLoseNoRange kills the client, workers, the server and the storage at random while Remotion's ranges are rendered.
// In the end the films are those of one machine.
func TestKillsLoseNoRange(t *testing.T) {
	f := newFarm(t)
	k := newKiller(f, max(6, killsOf(t)/10), "--remotion", packages(t))
	for round := 0; k.left > 0; round++ {
		here := f.remotionProject(t, round)
		f.must(f.start(here, "greenroom", append([]string{"render"}, allByRemotion...)...))
		there := f.remotionProject(t, round)
		k.run(there, append([]string{"render"}, allByRemotion...)...)
		f.same(here, there)
	}
	t.Logf("killed: %v", k.killed)
}

var running = regexp.MustCompile(`(?m)^greenroom_units_running.* [1-9]`)

// running waits until a worker runs a unit of a command.
func (f *farm) running(w, command *process) {
	f.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(2 * time.Minute)
	for !running.MatchString(f.get(w, "/metrics")) {
		select {
		case <-tick.C:
		case <-command.done:
			f.Fatalf("the command has ended:\n%s", command.out)
		case <-late:
			f.Fatalf("the worker runs nothing:\n%s", command.out)
		}
	}
}
