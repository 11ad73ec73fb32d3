package remotion

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/internal/fault"
)

// living lists the processes that inherited mark in their environment, zombies
// apart, with their command lines.
func living(t *testing.T, mark string) map[int]string {
	t.Helper()
	out := map[int]string{}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no /proc", err)
	}
	for _, d := range dirs {
		env, err := os.ReadFile(filepath.Join(d, "environ"))
		if err != nil || !bytes.Contains(env, []byte(mark)) {
			continue
		}
		args, _ := os.ReadFile(filepath.Join(d, "cmdline"))
		if pid, _ := strconv.Atoi(filepath.Base(d)); len(args) > 0 { // a zombie has none
			out[pid] = string(bytes.ReplaceAll(args, []byte{0}, []byte{' '}))
		}
	}
	return out
}

// held starts a film that hangs after its first frames, and gives its processes.
func held(t *testing.T, ctx context.Context) (mark, temp string, spec RenderSpec, running map[int]string, done chan error) {
	t.Helper()
	r, spec := film(t, "Held")
	mark, temp = "GREENROOM_TEST_MARK="+strings.ReplaceAll(t.Name(), "/", "-")+strconv.Itoa(os.Getpid()), t.TempDir()
	r.Env = append(os.Environ(), mark, "TMPDIR="+temp)
	drawn, done := make(chan bool, 1), make(chan error, 1)
	go func() {
		_, err := r.Render(ctx, spec, func(e Event) {
			if e.Stage == StageRender && e.Done > 0 {
				select {
				case drawn <- true:
				default:
				}
			}
		})
		done <- err
	}()
	select {
	case <-drawn:
	case err := <-done:
		t.Fatalf("ended before a frame was drawn: %v", err)
	}
	running = living(t, mark)
	node, browser := false, false
	for _, args := range running {
		node = node || strings.Contains(args, "driver-")
		browser = browser || strings.Contains(args, "--remote-debugging-port")
	}
	if !node || !browser {
		t.Fatalf("node and the browser should run: %v", running)
	}
	return mark, temp, spec, running, done
}

func TestCancelInMidRenderEndsNodeAndTheBrowser(t *testing.T) {
	t.Parallel()
	why := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	mark, temp, spec, running, done := held(t, ctx)
	groups := map[int]bool{}
	for pid := range running {
		if g, err := syscall.Getpgid(pid); err == nil {
			groups[g] = true
		}
	}
	if len(groups) != 1 {
		t.Errorf("%d process groups, one can be stopped as a whole: %v", len(groups), running)
	}
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	nobody(t, mark)
	empty(t, filepath.Dir(spec.Out))
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
}

// nobody asserts that no marked process is left. A killed one takes a moment to
// go: signals are sent, not awaited, for grandchildren.
func nobody(t *testing.T, mark string) {
	t.Helper()
	until := time.Now().Add(10 * time.Second)
	for {
		left := living(t, mark)
		if len(left) == 0 {
			return
		}
		if time.Now().After(until) {
			t.Errorf("still running: %v", left)
			for pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL) // not to disturb the next run
			}
			return
		}
		_ = exec.Command("true").Run() // gives way without a fixed wait
	}
}

func TestAKilledBrowserIsOneClearError(t *testing.T) {
	t.Parallel()
	mark, _, spec, running, done := held(t, t.Context())
	for pid, args := range running {
		if strings.Contains(args, "--remote-debugging-port") && !strings.Contains(args, "/bin/sh") {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Error(err)
			}
		}
	}
	err := <-done
	refused(t, err, spec, fault.Failed, "the browser ended before the film was whole", "memory")
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("one error in many lines: %v", err)
	}
	nobody(t, mark)
}

func TestAKilledNodeLeavesNoBrowser(t *testing.T) {
	t.Parallel()
	mark, _, spec, running, done := held(t, t.Context())
	for pid, args := range running {
		if strings.Contains(args, "driver-") && !strings.Contains(args, "--remote-debugging-port") {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	refused(t, <-done, spec, fault.Failed, "node", "memory")
	nobody(t, mark)
}

// TestNobodyIsLeftWhenWeAreKilled stands a shell in our place: killed outright, it
// can stop nobody.
func TestNobodyIsLeftWhenWeAreKilled(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Held")
	dir := t.TempDir()
	key, err := bundleKey(spec.ProjectDir, entryPoint(spec.ProjectDir))
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(job{ProjectDir: spec.ProjectDir, BundleDir: filepath.Join(spec.CacheDir, "bundle-"+key), Composition: "Held",
		InputProps: json.RawMessage("{}"), Browser: r.Browser, Concurrency: 1, CRF: 18, Video: filepath.Join(dir, "v.mp4"), Audio: filepath.Join(dir, "a.wav")})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"job.json": string(in), "driver.mjs": string(driverSource)})
	mark := "GREENROOM_TEST_MARK=orphan" + strconv.Itoa(os.Getpid())
	cmd := exec.Command("sh", "-c", "node driver.mjs <job.json & wait")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, append(os.Environ(), mark, "TMPDIR="+dir), &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	drawn := false
	for lines := bufio.NewScanner(out); !drawn && lines.Scan(); {
		drawn = strings.Contains(lines.Text(), `"render","done":1`)
	}
	if !drawn || len(living(t, mark)) < 3 {
		t.Errorf("drawn: %v, running: %v", drawn, living(t, mark))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed, as it should be
	nobody(t, mark)
}
