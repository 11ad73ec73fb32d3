package kill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

const rowFilmsManifest = `version: 1
project: t
size: 320x180
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
each:
  welcome: {rows: people.csv, name: "{{id}}", script: "Hello."}
compositions:
  hello:
    each: welcome
    length: 3s
    background: "#203040"
    layers: [{text: "Hello {{id}}", size: 10%}]
`

// TestKilledRowFilmsGoOn kills -9 a run of row films when another film of it is complete, or when the next one is half
// written. No film that was complete is drawn again, no name ever holds half a film, and nothing that was begun is
// left: no file, no process.
func TestKilledRowFilmsGoOn(t *testing.T) {
	const rows, kills = 6, 4
	dir := t.TempDir()
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	table := "id\n"
	for i := range rows {
		table += fmt.Sprintf("r%d\n", i)
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), rowFilmsManifest)
	e2etest.Write(t, filepath.Join(dir, "people.csv"), table)
	mark := "GREENROOM_TEST_MARK=" + t.Name() + strconv.Itoa(os.Getpid())
	start := func(log *strings.Builder) *exec.Cmd {
		c := exec.Command("greenroom", "render", "hello")
		c.Dir, c.Env, c.Stderr = dir, append(os.Environ(), mark, "TMPDIR="+temp), log
		c.WaitDelay = 10 * time.Second // a child that outlives it holds the pipe
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	// A film counts once its record exists, which is written last.
	recorded := func() int {
		r, _ := filepath.Glob(filepath.Join(dir, ".greenroom", "render", "films", "*"))
		n := 0
		for _, f := range r {
			if !strings.HasPrefix(filepath.Base(f), ".") {
				n++
			}
		}
		return n
	}
	whole := map[string]os.FileInfo{}
	look := func() {
		t.Helper()
		films, _ := filepath.Glob(filepath.Join(dir, "out", "hello-r?.mp4"))
		for _, f := range films {
			frames := e2etest.Run(t, dir, "ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", f)
			if strings.TrimSpace(frames) != "75" {
				t.Errorf("%s has %q frames", filepath.Base(f), frames)
			}
		}
	}
	killed := 0
	halves := func() []string {
		parts, _ := filepath.Glob(filepath.Join(dir, "out", "*.part.mp4"))
		return parts
	}
	for i := range kills {
		var log strings.Builder
		c, before := start(&log), recorded()
		ended := make(chan struct{})
		go func() { _ = c.Wait(); close(ended) }()
		tick := time.NewTicker(2 * time.Millisecond)
		for over := false; !over && (recorded() == before || i%2 == 1 && len(halves()) == 0); {
			select {
			case <-ended:
				over = true
			case <-tick.C:
			}
		}
		tick.Stop()
		_ = c.Process.Kill()
		<-ended
		if c.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		look()
		e2etest.Eventually(t, "the end of what it started", func() bool { return len(e2etest.Marked(mark)) == 0 })
	}
	if killed == 0 {
		t.Fatal("no run was killed")
	}
	done := recorded()
	films, _ := filepath.Glob(filepath.Join(dir, "out", "hello-r?.mp4"))
	for _, f := range films {
		fi, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		whole[f] = fi
	}
	var log strings.Builder
	if err := start(&log).Wait(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	want := fmt.Sprintf("%d films: %d drawn, %d up to date", rows, rows-done, done)
	if !strings.Contains(log.String(), want) {
		t.Errorf("%d films were complete; the run printed\n%s", done, log.String())
	}
	// A kill between a film's rename and its record costs that one film again, of each run.
	again := 0
	for f, old := range whole {
		if fi, err := os.Stat(f); err != nil || !os.SameFile(fi, old) {
			again++
		}
	}
	if again != len(whole)-done {
		t.Errorf("%d of %d films were drawn again, %d had a record", again, len(whole), done)
	}
	look()
	if rows > done { // whoever draws the next film takes away what the killed ones left
		if left, _ := filepath.Glob(filepath.Join(dir, ".greenroom", "render", "greenroom-render-*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	for _, sub := range []string{"out", "temp", filepath.Join(".greenroom", "render", "films"), "."} {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := e.Name()
			fine := sub == "out" && strings.HasPrefix(name, "hello-r") && len(name) == len("hello-r0.mp4") ||
				sub == filepath.Join(".greenroom", "render", "films") && !strings.HasPrefix(name, ".") ||
				sub == "." && (name == ".greenroom" || !strings.HasPrefix(name, "."))
			if !fine {
				t.Errorf("left in %s: %s", sub, name)
			}
		}
	}
	if len(films) > rows {
		t.Errorf("%d films of %d rows", len(films), rows)
	}
}
