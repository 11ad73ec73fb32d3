package watch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a line to the account that can fall silent or be cut.
type wire struct {
	t    *testing.T
	to   string
	addr string
	mu   sync.Mutex
	l    net.Listener
	open map[net.Conn]bool
	mute bool
}

func newWire(t *testing.T, url string) *wire {
	t.Helper()
	w := &wire{t: t, to: strings.TrimPrefix(url, "http://"), addr: "127.0.0.1:0", open: map[net.Conn]bool{}}
	w.connect()
	t.Cleanup(w.cut)
	return w
}

// connect answers again, at the address it had.
func (w *wire) connect() {
	w.t.Helper()
	l, err := net.Listen("tcp", w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.l, w.addr, w.mute = l, l.Addr().String(), false
	w.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // cut
			}
			w.mu.Lock()
			w.open[c] = true
			mute := w.mute
			w.mu.Unlock()
			if !mute {
				go w.carry(c)
			}
		}
	}()
}

func (w *wire) carry(c net.Conn) {
	defer c.Close()
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer far.Close()
	w.mu.Lock()
	w.open[far] = true
	w.mu.Unlock()
	go func() { _, _ = io.Copy(far, c) }() // it ends with either end
	_, _ = io.Copy(c, far)
}

// silence keeps the line and sends nothing on it any more.
func (w *wire) silence() {
	w.mu.Lock()
	w.mute = true
	w.mu.Unlock()
	w.drop()
}

// cut refuses connections.
func (w *wire) cut() {
	w.mu.Lock()
	l := w.l
	w.mu.Unlock()
	l.Close()
	w.drop()
}

func (w *wire) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		c.Close()
	}
	clear(w.open)
}

func (w *wire) url() string { return "http://" + w.addr }

// TestSavesDoNotWaitForASilentProvider: a purchase hangs, and what is saved meanwhile is
// a stand-in all the same. The clip that was edited is not bought for its old words.
func TestSavesDoNotWaitForASilentProvider(t *testing.T) {
	var w *wire
	p := watchedThrough(t, 1, false, func(url string) string { w = newWire(t, url); return w.url() })
	p.until("a stand-in", all(StandIn))
	w.silence()
	bought := make(chan error, 1)
	go func() { bought <- p.s.Buy(t.Context(), nil) }()
	p.until("a purchase under way", func(st State) bool { return st.Busy })
	p.write("scripts/c0.md", "Written while no answer comes.")
	p.until("its stand-in", func(st State) bool {
		return clip(st, "c0").State == StandIn && clip(st, "c0").Script == "Written while no answer comes."
	})
	if err := <-bought; !errors.Is(err, ErrSuperseded) || !strings.HasPrefix(err.Error(), "c0: ") {
		t.Errorf("the purchase ended with %v", err)
	}
	if n := p.billed(); n != 0 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestTheProviderRefusesForAWhile: nothing answers at the address while a job is under
// way; saves go on, and the job arrives when it is back.
func TestTheProviderRefusesForAWhile(t *testing.T) {
	var w *wire
	p := watchedThrough(t, 2, false, func(url string) string { w = newWire(t, url); return w.url() })
	p.until("stand-ins", all(StandIn))
	if err := p.s.Buy(t.Context(), []string{"c0"}); err != nil {
		t.Fatal(err)
	}
	w.cut()
	p.write("scripts/c1.md", "Written while it is away.")
	p.until("the stand-in of what was written", func(st State) bool {
		return clip(st, "c1").State == StandIn && clip(st, "c1").Script == "Written while it is away."
	})
	w.connect()
	p.until("the take", func(st State) bool { return clip(st, "c0").State == Final })
	if n := p.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestTenThousandFiles are made at once next to the scripts, and removed again: their
// events change nothing, and the next save is noticed.
func TestTenThousandFiles(t *testing.T) {
	p := watched(t, 1, false)
	p.until("a stand-in", all(StandIn))
	runs := p.s.State().Runs
	dir := filepath.Join(p.dir, "footage", "raw")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.txt", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(p.dir, "footage")); err != nil {
		t.Fatal(err)
	}
	p.write("scripts/c0.md", "After the flood.")
	st := p.until("the save", func(st State) bool { return clip(st, "c0").Script == "After the flood." && all(StandIn)(st) })
	if st.Runs > runs+3 {
		t.Errorf("%d runs for one save", st.Runs-runs)
	}
}

// TestTheProjectIsMovedAway and put back, and its manifest replaced by a rename.
func TestTheProjectIsMovedAway(t *testing.T) {
	p := watched(t, 1, false)
	p.until("a stand-in", all(StandIn))
	away := p.dir + "-away"
	if err := os.Rename(p.dir, away); err != nil {
		t.Fatal(err)
	}
	p.until("the loss", func(st State) bool { return len(st.Faults) > 0 })
	if err := os.Rename(away, p.dir); err != nil {
		t.Fatal(err)
	}
	p.until("its return", func(st State) bool { return len(st.Faults) == 0 && all(StandIn)(st) })
	manifest := filepath.Join(p.dir, "greenroom.yaml")
	b, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	p.write("greenroom.yaml.new", string(b)+"  more: {script: \"One more.\"}\n")
	if err := os.Rename(manifest+".new", manifest); err != nil {
		t.Fatal(err)
	}
	p.until("the new clip", func(st State) bool { return len(st.Clips) == 2 && all(StandIn)(st) })
}

// TestAClockThatJumps: files from the past and from the future are noticed like others.
func TestAClockThatJumps(t *testing.T) {
	p := watched(t, 1, false)
	p.until("a stand-in", all(StandIn))
	for _, at := range []time.Time{time.Now().Add(48 * time.Hour), time.Unix(1_000_000_000, 0)} {
		text := "Saved at " + at.UTC().Format("2006") + "."
		p.write("scripts/c0.md", text)
		if err := os.Chtimes(filepath.Join(p.dir, "scripts", "c0.md"), at, at); err != nil {
			t.Fatal(err)
		}
		p.until(text, func(st State) bool { return clip(st, "c0").Script == text && all(StandIn)(st) })
	}
}
