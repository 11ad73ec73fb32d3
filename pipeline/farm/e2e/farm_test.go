package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// farm is a server, workers and a shared cache in a storage server.
type farm struct {
	testing.TB
	address, db, cache, library string
	api                         string // of HeyGen, for commands; "" without one
	server                      *process
	bucket                      *bucket
}

// process is a program that runs.
type process struct {
	*exec.Cmd
	out  *lines
	done chan struct{}
}

// lines collects what a program prints.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newFarm(t testing.TB) *farm {
	t.Helper()
	dir := t.TempDir()
	f := &farm{TB: t, address: freeAddress(t), db: filepath.Join(dir, "server.db"), library: filepath.Join(dir, "library")}
	f.startBucket()
	f.startServer()
	return f
}

// freeAddress is an address of this machine that nothing listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (f *farm) startServer() {
	f.Helper()
	_, port, _ := net.SplitHostPort(f.address)
	f.server = f.start("", "testserver", "-port", port, "-db", f.db)
	f.server.waitFor(f.TB, "testserver:")
}

// start starts a program. It ends with the test.
func (f *farm) start(dir, name string, args ...string) *process {
	f.Helper()
	return f.startPath(dir, filepath.Join(programs, name), args...)
}

func (f *farm) startPath(dir, path string, args ...string) *process {
	f.Helper()
	p := &process{Cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.Dir = dir
	p.Env = append(os.Environ(), "GREENROOM_CACHE="+f.library, "NO_COLOR=1", "HEYGEN_API_BASE="+f.api,
		"AWS_ACCESS_KEY_ID="+storageUser, "AWS_SECRET_ACCESS_KEY="+storagePassword,
		"PATH="+programs+string(os.PathListSeparator)+os.Getenv("PATH"))
	p.out = &lines{more: make(chan struct{}, 1)}
	p.Stdout, p.Stderr = p.out, p.out
	if err := p.Start(); err != nil {
		f.Fatal(err)
	}
	go func() {
		_ = p.Wait() // ProcessState has it
		close(p.done)
	}()
	f.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.done
		if f.Failed() {
			f.Logf("%s %s:\n%s", filepath.Base(path), strings.Join(args, " "), p.out)
		}
	})
	return p
}

// waitFor waits until the program has printed a text.
func (p *process) waitFor(t testing.TB, text string) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for !strings.Contains(p.out.String(), text) {
		select {
		case <-p.out.more:
		case <-p.done:
			if !strings.Contains(p.out.String(), text) {
				t.Fatalf("it ended without %q:\n%s", text, p.out)
			}
		case <-late:
			t.Fatalf("it has not printed %q:\n%s", text, p.out)
		}
	}
}

// end waits for the program and returns its exit code.
func (p *process) end() int {
	<-p.done
	return p.ProcessState.ExitCode()
}

// worker starts a worker and waits until it reads its queues.
func (f *farm) worker(flags ...string) *process {
	f.Helper()
	w := f.start("", "greenroom-worker", f.workerFlags(flags)...)
	w.waitFor(f.TB, "ready")
	return w
}

func (f *farm) workerFlags(more []string) []string {
	return append([]string{"--server", f.address, "--cache", f.cache, "--state", f.TempDir(), "--listen", "127.0.0.1:0"},
		more...)
}

// pinned starts a worker that runs on one core.
func (f *farm) pinned(taskset string, core int, flags ...string) *process {
	f.Helper()
	program := filepath.Join(programs, "greenroom-worker")
	args := append([]string{"-c", strconv.Itoa(core), program}, f.workerFlags(flags)...)
	p := f.startPath("", taskset, args...)
	p.waitFor(f.TB, "ready")
	return p
}

// get reads a page of a worker.
func (f *farm) get(w *process, path string) string {
	f.Helper()
	m := regexp.MustCompile(`http://[0-9.:]+`).FindString(w.out.String())
	res, err := http.Get(m + path)
	if err != nil {
		f.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		f.Fatal(err)
	}
	return string(b)
}

var doneUnits = regexp.MustCompile(`(?m)^greenroom_units_done_total.* (\d+)$`)

// done returns how many units a worker has answered.
func (f *farm) done(w *process) (n int) {
	f.Helper()
	for _, m := range doneUnits.FindAllStringSubmatch(f.get(w, "/metrics"), -1) {
		k, err := strconv.Atoi(m[1])
		if err != nil {
			f.Fatal(err)
		}
		n += k
	}
	return n
}

// greenroom starts a command on the farm.
func (f *farm) greenroom(dir, command string, args ...string) *process {
	args = append([]string{command, "--engine", "temporal://" + f.address, "--cache", f.cache}, args...)
	return f.start(dir, "greenroom", args...)
}

// must runs a command and fails if it does.
func (f *farm) must(p *process) {
	f.Helper()
	if code := p.end(); code != 0 {
		f.Fatalf("exit code %d:\n%s", code, p.out)
	}
}

// project is a folder with clips of the user's own files and films of them: nothing in it differs from run to run.
func (f *farm) project(clips, films int) string {
	f.Helper()
	return f.numbered(clips, films, 0)
}

// numbered is one of any number of projects whose clips and films are all different.
func (f *farm) numbered(clips, films, number int) string {
	f.Helper()
	dir := f.TempDir()
	var text strings.Builder
	text.WriteString("version: 1\nproject: t\nsize: 320x180\nclips:\n")
	for i := range clips {
		name := fmt.Sprintf("clip%d.mp4", i)
		source := fmt.Sprintf("testsrc=s=320x180:r=25:d=2,hue=h=%d", 10*i+number)
		c := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-f", "lavfi", "-i",
			fmt.Sprintf("sine=f=%d:d=2", 300+20*i+number), "-pix_fmt", "yuv420p", filepath.Join(dir, name))
		if out, err := c.CombinedOutput(); err != nil {
			f.Fatalf("%v\n%s", err, out)
		}
		fmt.Fprintf(&text, "  clip%d: {file: %s, transparent: false}\n", i, name)
	}
	text.WriteString("compositions:\n")
	for i := range films {
		fmt.Fprintf(&text, "  film%d: {layers: [{clip: clip%d}, {text: Number %d, at: 0s, for: 1s}]}\n", i, i%clips, 100*number+i)
	}
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(text.String()), 0o600); err != nil {
		f.Fatal(err)
	}
	return dir
}

// copyOf returns a project with the same files, in which nothing is built.
func (f *farm) copyOf(dir string) string {
	f.Helper()
	out := f.TempDir()
	files, err := os.ReadDir(dir)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range files {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".lock") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(out, e.Name()), b, 0o600)
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	return out
}

// same fails unless two projects have the same lockfile, props and films.
func (f *farm) same(a, b string) {
	f.Helper()
	names := []string{"greenroom.lock", "src/greenroom/clips.gen.json"}
	films, err := filepath.Glob(filepath.Join(a, "out", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range films {
		names = append(names, filepath.Join("out", filepath.Base(path)))
	}
	for _, name := range names {
		x, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			f.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, name))
		if err != nil || !bytes.Equal(x, y) {
			f.Errorf("%s differs: %v", name, err)
		}
	}
}

// local builds and renders a project on this machine.
func (f *farm) local(dir string) string {
	f.Helper()
	f.must(f.start(dir, "greenroom", "build"))
	f.must(f.start(dir, "greenroom", "render", "--all"))
	return dir
}

func TestAFarmMakesWhatOneMachineMakes(t *testing.T) {
	f := newFarm(t)
	here := f.local(f.project(3, 4))
	a, b := f.worker(), f.worker("--queues", "cpu", "--slots", "cpu=2")
	there := f.copyOf(here)
	f.must(f.greenroom(there, "build"))
	f.must(f.greenroom(there, "render", "--all"))
	f.same(here, there)
	// A check and a preparation of each clip; the pictures of each film, two of which have the same sound.
	if n := f.done(a) + f.done(b); n != 3*2+4+3 {
		t.Errorf("the workers have answered %d units", n)
	}
	if got := f.get(a, "/healthz"); got != "ok\n" {
		t.Errorf("health: %q", got)
	}
}

// TestAnInterruptedRunAttachesAgain: Ctrl-C ends the client, the worker goes on, and the next run takes its results.
func TestAnInterruptedRunAttachesAgain(t *testing.T) {
	f := newFarm(t)
	dir := f.project(3, 1)
	c := f.greenroom(dir, "build")
	c.waitFor(t, "no worker of this version")
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := c.end(); code != 130 {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
	w := f.worker()
	f.must(f.greenroom(dir, "build"))
	if n := f.done(w); n != 6 {
		t.Errorf("%d units for 3 clips: the interrupted run's units were run again", n)
	}
}

// TestATerminatedWorkerDrains: it finishes what it has, takes nothing new, and ends in time.
func TestATerminatedWorkerDrains(t *testing.T) {
	f := newFarm(t)
	here := f.local(f.project(4, 1))
	a := f.worker()
	dir := f.copyOf(here)
	c := f.greenroom(dir, "build")
	c.waitFor(t, "check done")
	begin := time.Now()
	if err := a.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := a.end(); code != 0 {
		t.Errorf("the worker's exit code is %d", code)
	}
	t.Logf("drained in %s", time.Since(begin).Round(time.Millisecond))
	f.worker()
	f.must(c)
	f.must(f.greenroom(dir, "render", "--all"))
	f.same(here, dir)
}
