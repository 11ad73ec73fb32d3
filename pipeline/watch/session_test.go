package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/heygen/sandbox"
	"greenroom/pipeline"
	"greenroom/remotion/project"
)

// following is a watched project with its account.
type following struct {
	*testing.T
	dir string
	s   *Session
	box *sandbox.Running
	end func()

	plain pipeline.Options // of the session, before it shares anything
}

// watched opens a project of n clips, each with a script of its own, and runs it.
func watched(t *testing.T, n int, poll bool) *following {
	t.Helper()
	return watchedThrough(t, n, poll, func(url string) string { return url })
}

// watchedThrough does so through something in front of the account.
func watchedThrough(t *testing.T, n int, poll bool, through func(url string) string) *following {
	t.Helper()
	p := &following{T: t, dir: t.TempDir()}
	var b strings.Builder
	b.WriteString("version: 1\nproject: t\nsize: 320x240\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n")
	for i := range n {
		fmt.Fprintf(&b, "  c%d: {script: scripts/c%d.md}\n", i, i)
		p.write(fmt.Sprintf("scripts/c%d.md", i), fmt.Sprintf("This is clip %d.", i))
	}
	p.write("greenroom.yaml", b.String())
	ff, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	if p.box, err = sandbox.Start(context.Background(), "127.0.0.1:0", sandbox.Options{Dir: t.TempDir(), Speed: 600, Tools: sandbox.Tools{FFmpeg: ff}}); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HEYGEN_API_BASE": through(p.box.URL), "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-watch-test")}
	how := PollAuto
	if poll {
		how = PollAlways
	}
	p.plain = pipeline.Options{ManifestPath: filepath.Join(p.dir, "greenroom.yaml"), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath, Version: "test"}
	if p.s, err = New(Options{Poll: how, Project: p.plain}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.s.Run(ctx) }()
	ended := false
	p.end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := p.box.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(p.end)
	return p
}

func (p *following) write(name, text string) {
	p.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}

// until follows the state until f holds.
func (p *following) until(what string, f func(State) bool) State {
	p.Helper()
	changes, end := p.s.Subscribe()
	defer end()
	deadline := time.After(90 * time.Second)
	for {
		if st := p.s.State(); f(st) {
			return st
		}
		select {
		case <-changes:
		case <-deadline:
			p.Fatalf("%s did not happen: %+v", what, p.s.State())
		}
	}
}

func (p *following) billed() int {
	p.Helper()
	res, err := http.Get(p.box.URL + "/_sandbox/account")
	if err != nil {
		p.Fatal(err)
	}
	defer res.Body.Close()
	b := make([]byte, 32)
	n, _ := res.Body.Read(b)
	var jobs int
	if _, err := fmt.Sscanf(string(b[:n]), `{"billed_jobs":%d`, &jobs); err != nil {
		// members are sorted: bulk_reads may be first
		if _, err := fmt.Sscanf(strings.TrimPrefix(string(b[:n]), "{"), `"billed_jobs":%d`, &jobs); err != nil {
			p.Fatalf("%s", b[:n])
		}
	}
	return jobs
}

func all(state string) func(State) bool {
	return func(st State) bool {
		for _, c := range st.Clips {
			if c.State != state {
				return false
			}
		}
		return len(st.Clips) > 0 && !st.Busy
	}
}

func clip(st State, name string) Clip {
	for _, c := range st.Clips {
		if c.Name == name {
			return c
		}
	}
	return Clip{}
}

// TestAnEditStorm: a thousand saves over twenty files in ten seconds end in the right state, with no
// purchase, few runs, no child and no goroutine left.
func TestAnEditStorm(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := watched(t, 20, false)
	p.until("stand-ins", all(StandIn))
	runs := p.s.State().Runs
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	last := map[int]string{}
	began := time.Now()
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for k := range 1000 {
		<-pace.C
		i := rnd.IntN(20)
		last[i] = fmt.Sprintf("Take %d of clip %d.", k%7, i)
		p.write(fmt.Sprintf("scripts/c%d.md", i), last[i])
	}
	took := time.Since(began)
	st := p.until("the last words", func(st State) bool {
		for i, want := range last {
			if clip(st, fmt.Sprintf("c%d", i)).Script != want {
				return false
			}
		}
		return all(StandIn)(st)
	})
	t.Logf("1,000 saves in %v, %d runs", took.Round(time.Millisecond), st.Runs-runs)
	// Three a second, however slowly this machine saves.
	if n, most := st.Runs-runs, max(30, int(3*took.Seconds())); n > most {
		t.Errorf("%d runs, at most %d", n, most)
	}
	if n := p.billed(); n != 0 {
		t.Errorf("%d jobs were billed", n)
	}
	for _, c := range st.Clips {
		if _, err := os.Stat(filepath.Join(p.dir, "public", filepath.FromSlash(c.Src))); err != nil {
			t.Error(err)
		}
	}
	p.end()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
	out, err := exec.Command("ps", "--ppid", fmt.Sprint(os.Getpid()), "-o", "comm=").Output()
	if err != nil {
		t.Fatal(err)
	}
	if left := strings.TrimSpace(strings.ReplaceAll(string(out), "ps", "")); left != "" {
		t.Errorf("children are left: %s", left)
	}
}

// TestWhatEditorsDo: swap files, the same bytes again, an atomic save, a renamed
// folder, a manifest that goes and comes back, a folder that goes and comes back.
func TestWhatEditorsDo(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll %v", poll), func(t *testing.T) {
			p := watched(t, 2, poll)
			st := p.until("stand-ins", all(StandIn))
			runs := st.Runs
			p.write("scripts/.c0.md.swp", "swap")
			p.write("scripts/c0.md~", "backup")
			p.write("scripts/c0.md", "This is clip 0.") // the same bytes
			p.write("public/greenroom/x", "ours")
			// An atomic save, as most editors make it; its run shows that the others made none.
			p.write("scripts/new.md", "A new line.")
			if err := os.Rename(filepath.Join(p.dir, "scripts/new.md"), filepath.Join(p.dir, "scripts/c0.md")); err != nil {
				t.Fatal(err)
			}
			st = p.until("the new line", func(st State) bool { return clip(st, "c0").Script == "A new line." && all(StandIn)(st) })
			if n := st.Runs - runs; n > 2 {
				t.Errorf("%d runs for one change", n)
			}
			good := clip(st, "c0").Src

			// the manifest goes: the last good state stays; it comes back: work goes on
			text, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(p.dir, "greenroom.yaml")); err != nil {
				t.Fatal(err)
			}
			st = p.until("a fault", func(st State) bool { return len(st.Faults) > 0 })
			if clip(st, "c0").Src != good {
				t.Error("the last good state is gone")
			}
			p.write("greenroom.yaml", string(text))
			p.until("no fault", func(st State) bool { return len(st.Faults) == 0 && all(StandIn)(st) })

			// a renamed folder is an error with a place, and back again none
			if err := os.Rename(filepath.Join(p.dir, "scripts"), filepath.Join(p.dir, "words")); err != nil {
				t.Fatal(err)
			}
			st = p.until("a fault", func(st State) bool { return len(st.Faults) == 2 })
			if f := st.Faults[0]; f.Line != 8 || f.File != "greenroom.yaml" || f.Hint == "" {
				t.Errorf("%+v", f)
			}
			if err := os.Rename(filepath.Join(p.dir, "words"), filepath.Join(p.dir, "scripts")); err != nil {
				t.Fatal(err)
			}
			p.until("no fault", func(st State) bool { return len(st.Faults) == 0 })

			// a new folder with a new clip inside is watched
			p.write("more/deep/d.md", "Deep down.")
			p.write("greenroom.yaml", string(text)+"  d: {script: more/deep/d.md}\n")
			p.until("a third clip", func(st State) bool { return clip(st, "d").State == StandIn && !st.Busy })
			p.write("more/deep/d.md", "Deeper down.")
			p.until("its edit", func(st State) bool { return clip(st, "d").Script == "Deeper down." && all(StandIn)(st) })
			if n := p.billed(); n != 0 {
				t.Errorf("%d jobs were billed", n)
			}
		})
	}
}

// TestBuyingWhileEditing: results of what was bought arrive while edits go on; what
// was edited since is a stand-in again, and nothing is bought twice.
func TestBuyingWhileEditing(t *testing.T) {
	p := watched(t, 2, false)
	p.until("stand-ins", all(StandIn))
	if err := p.s.Buy(t.Context(), []string{"c0"}); err != nil {
		t.Fatal(err)
	}
	if n := p.billed(); n != 1 {
		t.Fatalf("%d jobs were billed", n)
	}
	p.write("scripts/c1.md", "Edited meanwhile.")
	p.until("the take and the edit", func(st State) bool {
		return clip(st, "c0").State == Final && clip(st, "c1").State == StandIn && clip(st, "c1").Script == "Edited meanwhile."
	})
	p.write("scripts/c0.md", "Another text.")
	p.until("a stand-in again", func(st State) bool { return clip(st, "c0").State == StandIn && !st.Busy })
	p.write("scripts/c0.md", "This is clip 0.")
	p.until("the take again", func(st State) bool { return clip(st, "c0").State == Final && !st.Busy })
	if n := p.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
	if err := p.s.Buy(t.Context(), nil); err != nil { // all that can be bought
		t.Fatal(err)
	}
	p.until("everything", all(Final))
	if err := p.s.Buy(t.Context(), nil); err != ErrNothing {
		t.Errorf("buying nothing: %v", err)
	}
	if n := p.billed(); n != 2 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestALoopOfLinksEnds: symlinks are not followed.
func TestALoopOfLinksEnds(t *testing.T) {
	p := watched(t, 1, false)
	if err := os.Symlink(p.dir, filepath.Join(p.dir, "scripts", "loop")); err != nil {
		t.Fatal(err)
	}
	p.until("a stand-in", all(StandIn))
	p.write("scripts/c0.md", "Still noticed.")
	p.until("the edit", func(st State) bool { return clip(st, "c0").Script == "Still noticed." && all(StandIn)(st) })
}

func TestIgnored(t *testing.T) {
	for path, want := range map[string]bool{
		"greenroom.yaml": false, "scripts/a.md": false, "public/logo.png": false, "src/Root.tsx": false,
		"public/greenroom/a.webm": true, "src/greenroom/clips.gen.json": true, "greenroom.lock": true, ".greenroom/ledger.db": true, "node_modules/x/y": true,
		"scripts/a.md~": true, "scripts/.a.md.swp": true, "scripts/4913": true, "scripts/.#a.md": true, ".git/index": true, "out/Film.mp4": true,
		"scripts/a.md___jb_tmp___": true, "scripts/a.md___jb_old___": true, "scripts/.a.md.swx": true, "scripts/.a.md.un~": true, "scripts/#a.md#": true, "scripts/.goutputstream-X1Y2Z3": true,
		"scripts/.sublime-a1b": true, "scripts/a.md.tmp": true, "scripts/~$a.docx": true, "scripts/.~lock.a.odt#": true, "scripts/a.bak": true, "videos/a.mp4.crdownload": true,
		"scripts/a~b.md": false, "scripts/tmp.md": false, "scripts/a.tmp.md": false, "scripts/.hidden.md": false, "scripts/swap.swp.md": false, "partial/a.md": false,
	} {
		if got := ignored(project.Layout{Dir: "/p"}, filepath.Join("/p", path)); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// TestTheProviderGoesAway: what is paid for arrives when it is back.
func TestTheProviderGoesAway(t *testing.T) {
	p := watched(t, 1, false)
	p.until("a stand-in", all(StandIn))
	fault := func(list string) {
		res, err := http.Post(p.box.URL+"/_sandbox/faults", "application/json", strings.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	fault(`["job-never-ends"]`)
	if err := p.s.Buy(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	fault(`["gone=404"]`)
	p.until("an error on the card", func(st State) bool { return strings.Contains(clip(st, "c0").Line, "404") })
	fault(`[]`)
	p.until("the take", all(Final))
	if n := p.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestTwoSessions: the second of one project is refused.
func TestTwoSessions(t *testing.T) {
	p := watched(t, 1, false)
	p.until("a stand-in", all(StandIn))
	two, err := New(p.s.o)
	if err != nil {
		t.Fatal(err)
	}
	if err := two.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "another greenroom watch") {
		t.Errorf("the second session: %v", err)
	}
}
