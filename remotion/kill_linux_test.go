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
	"greenroom/internal/workdir"
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

// noneLeft asserts that no marked process is left. A killed one takes a moment to
// go: signals are sent, not awaited, for grandchildren.
func noneLeft(t *testing.T, mark string) {
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
		_ = exec.Command("true").Run() // yields without a fixed wait
	}
}

// held starts a film that waits at its frame 8, in the second of three chunks, until gate
// is in public/. It reports each time the film waits there.
func held(t *testing.T, ctx context.Context, gate string) (mark, temp string, spec RenderSpec, waiting chan map[int]string, done chan error) {
	t.Helper()
	r, spec := film(t, "Held")
	mark, temp = "GREENROOM_TEST_MARK="+strings.ReplaceAll(t.Name(), "/", "-")+strconv.Itoa(os.Getpid()), t.TempDir()
	r.Env = append(os.Environ(), mark, "TMPDIR="+temp)
	spec.InputProps, spec.ChunkFrames = []byte(`{"gate":"`+gate+`","hold":8}`), 5
	waiting, done = make(chan map[int]string, 1), make(chan error, 1)
	go func() {
		second := false
		res, err := r.Render(ctx, spec, func(e Event) {
			if e.Stage != StageRender || e.Message != "" {
				return
			}
			second = second || e.Done > 5
			if second && e.Done < 5 {
				t.Errorf("a complete chunk is made again: %d frames are done", e.Done)
			}
			if e.Done == 8 {
				select {
				case waiting <- living(t, mark):
				default: // reported before
				}
			}
		})
		if err == nil && res.Frames != 15 {
			t.Errorf("%+v", res)
		}
		done <- err
	}()
	return mark, temp, spec, waiting, done
}

// await returns the film's processes once it waits.
func await(t *testing.T, waiting chan map[int]string, done chan error) (running map[int]string) {
	t.Helper()
	select {
	case running = <-waiting:
	case err := <-done:
		t.Fatalf("ended before its eighth frame: %v", err)
	}
	if one(running, isNode) == 0 || one(running, isBrowser) == 0 {
		t.Fatalf("node and the browser should run: %v", running)
	}
	return running
}

func isNode(args string) bool {
	return strings.Contains(args, "driver-") && !strings.Contains(args, "--remote-debugging-port")
}

// isBrowser reports whether a process is the browser's main process, not its wrapper or a child.
func isBrowser(args string) bool {
	return strings.Contains(args, "--remote-debugging-port") && !strings.Contains(args, "/bin/sh") && !strings.Contains(args, "--type=")
}

func one(running map[int]string, is func(string) bool) int {
	for pid, args := range running {
		if is(args) {
			return pid
		}
	}
	return 0
}

func kill(t *testing.T, running map[int]string, is func(string) bool) {
	t.Helper()
	if err := syscall.Kill(one(running, is), syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
}

func TestCancelInMidRenderEndsNodeAndTheBrowser(t *testing.T) {
	t.Parallel()
	why := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	mark, temp, spec, stands, done := held(t, ctx, "")
	running := await(t, stands, done)
	groups := map[int]bool{}
	for pid := range running {
		if g, err := syscall.Getpgid(pid); err == nil {
			groups[g] = true
		}
	}
	if len(groups) != 1 {
		t.Errorf("%d process groups, one can be stopped: %v", len(groups), running)
	}
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	noneLeft(t, mark)
	empty(t, filepath.Dir(spec.Out))
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
}

func TestAFilmOutlivesNodeAndTheBrowser(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]func(string) bool{"node": isNode, "browser": isBrowser} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := "gate-" + name
			mark, temp, spec, stands, done := held(t, t.Context(), gate)
			running := await(t, stands, done)
			put(t, spec.Layout.Dir, map[string]string{"public/" + gate: "open"})
			kill(t, running, is)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			numbered(t, spec.Out, 15)
			noneLeft(t, mark)
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("left in the temporary folder: %v", left)
			}
		})
	}
}

func TestWhatIsKilledAgainAndAgainIsOneClearError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		is   func(string) bool
		says string
	}{
		"node":    {isNode, "node"},
		"browser": {isBrowser, "the browser exited before the render finished"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark, _, spec, stands, done := held(t, t.Context(), "")
			for range tries {
				kill(t, await(t, stands, done), c.is)
			}
			err := <-done
			refused(t, err, spec, fault.Failed, c.says, "memory")
			if name == "browser" && err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("one error in many lines: %v", err)
			}
			noneLeft(t, mark)
		})
	}
}

func TestNobodyIsLeftWhenWeAreKilled(t *testing.T) {
	t.Parallel()
	_, spec := film(t, "Held")
	spec.CacheDir = t.TempDir() // other tests' renders have folders in the common one
	in, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	mark := "GREENROOM_TEST_MARK=orphan" + strconv.Itoa(os.Getpid())
	temp := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mark, "GREENROOM_TEST_RENDER="+string(in), "TMPDIR="+temp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	drawn := false
	for lines := bufio.NewScanner(out); !drawn && lines.Scan(); {
		drawn = strings.HasPrefix(lines.Text(), "render 2")
	}
	if !drawn || len(living(t, mark)) < 3 {
		t.Errorf("drawn: %v, running: %v", drawn, living(t, mark))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed, as it should be
	noneLeft(t, mark)
	sweptAtTheNextStart(t, temp, spec.CacheDir)
}

// sweptAtTheNextStart starts again where a render was killed: its folders in the temporary
// folder and in the cache are gone. They stayed for ever, and for an hour.
func sweptAtTheNextStart(t *testing.T, temp, cache string) {
	t.Helper()
	renders := func() []string {
		left, err := filepath.Glob(filepath.Join(cache, renderPrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	before, err := os.ReadDir(temp)
	if err != nil || len(before) == 0 || len(renders()) == 0 {
		t.Fatalf("a killed render left nothing: %v %v %v", before, renders(), err)
	}
	next, _, err := ownTemp([]string{"TMPDIR=" + temp})
	if err != nil {
		t.Fatal(err)
	}
	workdir.Sweep(cache, renderPrefix) // as Render does
	next.Close()
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v %v", left, err)
	}
	if left := renders(); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}
