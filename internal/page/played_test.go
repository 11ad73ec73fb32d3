//go:build unix

package page

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"greenroom/pipeline/watch"
)

// played is a session whose state a test sets: for states that a real one passes
// through too quickly to be tested, and for more clips than a test can build.
type played struct {
	mu     sync.Mutex
	state  watch.State
	subs   map[chan struct{}]bool
	bought []string
	err    error // of a purchase

	still     string // of every film
	backdrops []watch.Backdrop
}

func play(st watch.State) *played { return &played{state: st, subs: map[chan struct{}]bool{}} }

func (m *played) State() watch.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	st := m.state
	st.Clips, st.Log, st.Faults = slices.Clone(st.Clips), slices.Clone(st.Log), slices.Clone(st.Faults)
	return st
}

func (m *played) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	c <- struct{}{}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs[c] = true
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.subs, c)
	}
}

// set changes the state and notifies every subscriber.
func (m *played) set(f func(*watch.State)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.state)
	m.state.Rev++
	for s := range m.subs {
		select {
		case s <- struct{}{}:
		default:
		}
	}
}

func (m *played) Buy(_ context.Context, names []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bought = append(m.bought, names...)
	return m.err
}

func (m *played) BuyVoices(ctx context.Context, names []string) error { return m.Buy(ctx, names) }

func (m *played) Rebuild(context.Context) error { return nil }

func (m *played) Check(context.Context, string) ([]watch.Finding, error) {
	return []watch.Finding{{Name: "first timestamp", Verdict: "ok", Value: "0.000 s", Limit: "0.000 s"}, {Name: "loudness", Verdict: "warn", Value: "-31.0 LUFS", Limit: "-16.0 LUFS", Advice: "set prepare.loudness"},
		{Name: "coverage", Verdict: "fail", Value: "91 %", Limit: "2 % to 80 %", Advice: "the background is not gone"}}, nil
}

func (m *played) Waveform(context.Context, string) (watch.Waveform, error) {
	return watch.Waveform{Peaks: []int{10, 200, 40, 255}, Seconds: 4}, nil
}

func (m *played) FilmStill(context.Context, string) (string, error) { return m.still, nil }

func (m *played) Backdrops() []watch.Backdrop { return m.backdrops }

// serve puts a page before a played session.
func (m *played) serve(t testing.TB, public string) *stage {
	t.Helper()
	p := New(m, func() string { return public })
	web := httptest.NewServer(p)
	t.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	return &stage{TB: t, url: web.URL + p.Path()}
}

// fiveHundred is a session with that many stand-ins.
func fiveHundred() *played {
	st := watch.State{Project: "bench", Sandbox: true, ToBuy: 500, Price: "free"}
	for i := range 500 {
		st.Clips = append(st.Clips, watch.Clip{Name: fmt.Sprintf("clip-%03d", i), State: watch.StandIn, Line: "not bought yet; a stand-in shows its length", Route: "v2-key", Buyable: true, Price: "free",
			Seconds: 4.2, Src: fmt.Sprintf("greenroom/c%d.webm", i), Poster: fmt.Sprintf("greenroom/c%d.webp", i), Script: "Hello there, this is a line of some length, as people write them for a film.", Width: 640, Height: 360,
			Facts: []string{"clip: x", "action: submit", "because: nothing was bought for it yet", "route: v2-key", "take key: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "length: 4.20 s", "current take: stand-in", "master: 0123456789ab, 300000 bytes, 1920x1080", "poster: 0123456789ab, 30000 bytes", "webm: 0123456789ab, 300000 bytes"}})
	}
	return play(st)
}

// step is one event of a build: clip k/10 goes on, and every tenth ends with a log line.
func (m *played) step(k int) {
	m.set(func(st *watch.State) {
		st.Clips = slices.Clone(st.Clips)
		c := &st.Clips[k/10%len(st.Clips)]
		c.State, c.Line, c.Progress = watch.Working, "prepare", float64(k%10)/10
		if k%10 == 9 {
			c.State, c.Line, c.Progress = watch.StandIn, "not bought yet", 0
			st.Log = append(st.Log, watch.LogLine{Time: time.Now(), Clip: c.Name, Text: "prepare done 640x360, 105 frames"})
			st.Log = slices.Clone(st.Log[max(0, len(st.Log)-200):])
		}
		st.Busy = true
	})
}

// files returns a public folder in which every clip has the file and poster of one real
// stand-in, each under its own name.
func (m *played) files(t testing.TB) (public string) {
	t.Helper()
	s := begin(t, manifest)
	var c watch.Clip
	s.wait(func(st watch.State) bool {
		for _, c = range st.Clips {
			if c.Name == "intro" && c.State == watch.StandIn && !st.Busy {
				return true
			}
		}
		return false
	})
	public = t.TempDir()
	if err := os.Mkdir(filepath.Join(public, "greenroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, to := range m.State().Clips {
		for from, to := range map[string]string{c.Src: to.Src, c.Poster: to.Poster} {
			if to == "" {
				continue
			}
			if err := os.Link(filepath.Join(s.dir, "public", filepath.FromSlash(from)), filepath.Join(public, filepath.FromSlash(to))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return public
}
