package studio

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

// TestStudioEndsWhenWatchIsKilled: a watch that is killed cannot end Studio. Studio and
// everything that it started end all the same, whenever that happens.
func TestStudioEndsWhenWatchIsKilled(t *testing.T) {
	dir := e2etest.FilmProject(t)
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), studioManifest)
	e2etest.Write(t, filepath.Join(dir, "scripts", "intro.md"), "Hello.")
	port := regexp.MustCompile(`studio: (http://localhost:\d+)\n`)
	for _, x := range []struct {
		when string
		now  func(said string, procs map[int]string) bool
	}{
		{"Studio begins", func(_ string, procs map[int]string) bool {
			for _, args := range procs {
				if strings.Contains(args, "remotion-cli.js") {
					return true
				}
			}
			return false
		}},
		{"Studio answers", func(said string, _ map[int]string) bool { return port.MatchString(said) }},
		{"Studio has built", func(said string, _ map[int]string) bool { return strings.Contains(said, "Built in") }},
	} {
		t.Run(x.when, func(t *testing.T) {
			mark := "GREENROOM_TEST_MARK=" + strings.ReplaceAll(t.Name(), " ", "-") + strconv.Itoa(os.Getpid())
			story, err := os.Create(filepath.Join(t.TempDir(), "story"))
			if err != nil {
				t.Fatal(err)
			}
			defer story.Close()
			said := func() string { b, _ := os.ReadFile(story.Name()); return string(b) }
			watch := exec.Command("greenroom", "watch", "--studio", "--no-page")
			watch.Dir, watch.Env, watch.Stderr = dir, append(os.Environ(), mark), story
			watch.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			keys, err := watch.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer keys.Close()
			if err := watch.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				for pid := range e2etest.Marked(mark) { // a failed test leaves nothing behind
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}()
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			await := func(what string, most time.Duration, f func() bool) {
				t.Helper()
				for end := time.Now().Add(most); !f(); <-tick.C {
					if time.Now().After(end) {
						t.Fatalf("%s did not happen; there are %v\n%s", what, e2etest.Marked(mark), said())
					}
				}
			}
			await(x.when, 6*time.Minute, func() bool { return x.now(said(), e2etest.Marked(mark)) })
			if len(e2etest.Marked(mark)) < 2 {
				t.Fatalf("Studio cannot be found\n%s", said())
			}
			began := time.Now()
			if err := watch.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = watch.Wait() // killed: an error, as it should be
			await("the end of everything", time.Minute, func() bool { return len(e2etest.Marked(mark)) == 0 })
			t.Logf("everything ended within %v", time.Since(began).Round(time.Millisecond))
			if m := port.FindStringSubmatch(said()); m != nil {
				if out, err := exec.Command("curl", "-s", "-m", "2", m[1]).Output(); err == nil {
					t.Errorf("something answers at %s: %.200s", m[1], out)
				}
			}
		})
	}
}
