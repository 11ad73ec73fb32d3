package kill

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

const renderKillManifest = `version: 1
project: renders
size: 320x180
clips: {hi: {file: hi.mp4, transparent: false}}
compositions:
  card: {length: 3s, background: "#204080", layers: [{clip: hi, box: {left: 0, top: 0, width: 100%}}]}
`

// TestKilledRendersLeaveNothing kills -9 renders of both renderers at random moments. No film
// is ever half there, no process and, after the next start, no file stays, and the film that
// is made in the end is that of a run that was not disturbed. GREENROOM_KILL_RENDERS sets how
// many are killed.
func TestKilledRendersLeaveNothing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	kills := e2etest.Number("GREENROOM_KILL_RENDERS", 4)
	dir := e2etest.FilmProject(t)
	temp := filepath.Join(t.TempDir(), "temp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:d=3", "-f", "lavfi", "-i", "sine=d=3", "hi.mp4")
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), renderKillManifest)
	e2etest.Run(t, dir, "greenroom", "build")
	mark := "GREENROOM_TEST_MARK=" + t.Name() + strconv.Itoa(os.Getpid())
	render := func(renderer string) *exec.Cmd {
		c := exec.Command("greenroom", "render", "card", "--force", "--renderer", renderer, "-o", "out/"+renderer+".mp4")
		c.Dir, c.Env = dir, append(os.Environ(), mark, "TMPDIR="+temp)
		c.WaitDelay = 10 * time.Second
		return c
	}
	film := func(renderer string) string { return filepath.Join(dir, "out", renderer+".mp4") }
	renderers := []string{"native", "remotion"}
	want, took := map[string][]byte{}, map[string]time.Duration{}
	for _, r := range renderers {
		began := time.Now()
		if out, err := render(r).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		took[r] = time.Since(began)
		want[r] = e2etest.Read(t, film(r))
	}
	killed := 0
	for i := range kills {
		r := renderers[i%2]
		if err := os.RemoveAll(film(r)); err != nil {
			t.Fatal(err)
		}
		c := render(r)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rnd.Int64N(int64(took[r]))), func() { _ = c.Process.Kill() })
		_ = c.Wait() // it is killed, or was quicker
		timer.Stop()
		if c.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		if b, err := os.ReadFile(film(r)); err == nil && !bytes.Equal(b, want[r]) {
			t.Errorf("a killed %s render left a film of %d bytes, not %d", r, len(b), len(want[r]))
		}
		for late, gone := time.After(30*time.Second), false; !gone && len(e2etest.Marked(mark)) > 0; {
			select {
			case <-time.After(50 * time.Millisecond):
			case <-late:
				gone = true
			}
		}
		if left := e2etest.Marked(mark); len(left) > 0 {
			t.Errorf("a %s render was killed and left %v", r, left)
			for pid := range left { // a failed test leaves nothing behind
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
	t.Logf("%d of %d renders were killed", killed, kills)
	if killed == 0 {
		t.Error("no render was killed")
	}
	for _, r := range renderers {
		if out, err := render(r).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !bytes.Equal(e2etest.Read(t, film(r)), want[r]) {
			t.Errorf("the %s film differs after kills", r)
		}
	}
	for _, sub := range []string{".greenroom", "out", "public", "src"} {
		noLitter(t, filepath.Join(dir, sub), temp)
	}
}
