//go:build unix

package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
	"greenroom/pipeline/watch"
)

// many is a session of n clips in which clips report progress, as in a long build.
// The files are a real stand-in's; only the work is played.
type many struct {
	mu    sync.Mutex
	state watch.State
	subs  map[chan struct{}]bool
}

func newMany(n int, src, poster string) *many {
	m := &many{subs: map[chan struct{}]bool{}}
	m.state = watch.State{Project: "bench", Sandbox: true, ToBuy: n, Price: "free"}
	for i := range n {
		m.state.Clips = append(m.state.Clips, watch.Clip{Name: fmt.Sprintf("clip-%03d", i), State: watch.StandIn, Line: "not bought yet; a stand-in shows its length", Route: "v2-key", Buyable: true, Price: "free",
			Seconds: 4.2, Src: fmt.Sprintf(src, i), Poster: fmt.Sprintf(poster, i), Script: "Hello there, this is a line of some length, as people write them for a film.", Width: 640, Height: 360,
			Facts: []string{"clip: x", "action: submit", "because: nothing was bought for it yet", "route: v2-key", "take key: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "length: 4.20 s", "stands on: stand-in", "master: 0123456789ab, 300000 bytes, 1920x1080", "poster: 0123456789ab, 30000 bytes", "webm: 0123456789ab, 300000 bytes"}})
	}
	return m
}

func (m *many) State() watch.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	st := m.state
	st.Clips, st.Log = slices.Clone(st.Clips), slices.Clone(st.Log)
	return st
}

func (m *many) Subscribe() (<-chan struct{}, func()) {
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

func (m *many) Buy(context.Context, []string) error { return watch.ErrNothing }
func (m *many) Rebuild(context.Context) error       { return nil }

// step is one event of a build: clip k goes on, and every tenth ends with a log line.
func (m *many) step(k int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.state.Clips[k/10%len(m.state.Clips)]
	c.State, c.Line, c.Progress = watch.Working, "prepare", float64(k%10)/10
	if k%10 == 9 {
		c.State, c.Line, c.Progress = watch.StandIn, "not bought yet", 0
		m.state.Log = append(m.state.Log, watch.LogLine{Time: time.Now(), Clip: c.Name, Text: "prepare done 1920x1080, 105 frames"})
		m.state.Log = slices.Clone(m.state.Log[max(0, len(m.state.Log)-200):])
	}
	m.state.Rev++
	m.state.Busy = true
	for s := range m.subs {
		select {
		case s <- struct{}{}:
		default:
		}
	}
}

// build steps at a pace until stopped.
func (m *many) build(pace time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for k := 0; ; k++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.step(k)
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

// counted counts what the stream of events weighs.
type counted struct {
	http.Handler
	bytes, events atomic.Int64
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/events" {
		w = &counting{w, c}
	}
	c.Handler.ServeHTTP(w, r)
}

type counting struct {
	http.ResponseWriter
	c *counted
}

func (w *counting) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *counting) Write(b []byte) (int, error) {
	w.c.bytes.Add(int64(len(b)))
	if strings.Contains(string(b), "data: ") {
		w.c.events.Add(1)
	}
	return w.ResponseWriter.Write(b)
}

// frames scrolls a tab for two hundred frames and gives their lengths in ms, sorted.
const scroll = `new Promise((done) => {
  const times = []; let last, by = 40;
  const frame = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    const e = document.scrollingElement, before = e.scrollTop;
    e.scrollBy({top: by, behavior: 'instant'});
    if (e.scrollTop === before) by = -by;
    if (times.length < 200) requestAnimationFrame(frame); else done(times.sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})`

type spread struct{ median, p95, longest []float64 }

func (s *spread) add(sorted []float64) {
	s.median = append(s.median, sorted[len(sorted)/2])
	s.p95 = append(s.p95, sorted[len(sorted)*95/100])
	s.longest = append(s.longest, sorted[len(sorted)-1])
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// bare is the least that this browser can do here: as many empty boxes.
var bare = "<!DOCTYPE html><body style='margin:0;background:#fff'>" + strings.Repeat("<div style='height:80px;margin:8px;background:#eee'></div>", 500)

// BenchmarkPage500 scrolls 500 cards in the real headless browser while ten events a
// second arrive, in turn with a bare page of the same browser, and says what frames,
// events and the server cost. Goal: a median frame within 1.5 of the bare page's.
func BenchmarkPage500(b *testing.B) {
	public, src, poster := clipFiles(b, 500)
	m := newMany(500, src, poster)
	p := New(m, public)
	c := &counted{Handler: p}
	web := httptest.NewServer(c)
	defer web.Close()
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, bare) }))
	defer empty.Close()
	tab := browsertest.Tab(b)
	act := func(acts ...chromedp.Action) {
		b.Helper()
		if err := chromedp.Run(tab, acts...); err != nil {
			b.Fatal(err)
		}
	}
	act(chromedp.EmulateViewport(1440, 900))
	var base, page spread
	var used, wall time.Duration
	for b.Loop() {
		for range 3 {
			var times []float64
			act(chromedp.Navigate(empty.URL), chromedp.Evaluate(scroll, &times, awaited))
			base.add(times)
			stop := m.build(100 * time.Millisecond)
			act(chromedp.Navigate(web.URL+p.Path()), chromedp.Poll(`document.querySelectorAll('.clip').length === 500`, nil, chromedp.WithPollingTimeout(time.Minute)))
			events, began, before := c.events.Load(), time.Now(), processor(b)
			act(chromedp.Evaluate(scroll, &times, awaited))
			used, wall = used+processor(b)-before, wall+time.Since(began)
			stop()
			page.add(times)
			if c.events.Load() == events {
				b.Fatal("no event arrived")
			}
		}
	}
	web.CloseClientConnections()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(base.median), "ms-bare-median")
	b.ReportMetric(middle(base.p95), "ms-bare-p95")
	b.ReportMetric(middle(page.median), "ms-median")
	b.ReportMetric(middle(page.p95), "ms-p95")
	b.ReportMetric(slices.Max(page.longest), "ms-longest")
	b.ReportMetric(middle(page.median)/middle(base.median), "median/bare")
	b.ReportMetric(float64(c.bytes.Load())/float64(c.events.Load()), "bytes/event")
	b.ReportMetric(100*used.Seconds()/wall.Seconds(), "%-of-a-core")
}

// BenchmarkEvents500 is what one event costs the server with 500 clips and one reader,
// who reads nothing but the stream.
func BenchmarkEvents500(b *testing.B) {
	m := newMany(500, "greenroom/c%d.webm", "greenroom/c%d.webp")
	p := New(m, b.TempDir())
	web := httptest.NewServer(p)
	defer web.Close()
	res, err := http.Get(web.URL + "/events" + strings.TrimPrefix(p.Path(), "/"))
	if err != nil {
		b.Fatal(err)
	}
	defer web.CloseClientConnections()
	defer res.Body.Close()
	got, buf, all := 0, make([]byte, 1<<20), 0
	read := func(until int) {
		for got < until {
			n, err := res.Body.Read(buf)
			if err != nil {
				b.Fatal(err)
			}
			all += n
			got += strings.Count(string(buf[:n]), "\n\n")
		}
	}
	read(1) // the whole state comes first
	first, before, k := all, processor(b), 0
	for b.Loop() {
		m.step(k)
		k++
		read(k + 1)
	}
	b.ReportMetric(float64((processor(b)-before).Microseconds())/float64(k), "µs-cpu/event")
	b.ReportMetric(float64(all-first)/float64(k), "bytes/event")
	b.ReportMetric(float64(first), "bytes-first")
}

func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// clipFiles makes one real stand-in with its poster, and n names for it; src
// and poster are patterns of the names.
func clipFiles(t testing.TB, n int) (public, src, poster string) {
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
	public, src, poster = t.TempDir(), "greenroom/c%d.webm", "greenroom/c%d.webp"
	if err := os.Mkdir(filepath.Join(public, "greenroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for from, to := range map[string]string{c.Src: fmt.Sprintf(src, i), c.Poster: fmt.Sprintf(poster, i)} {
			if err := os.Link(filepath.Join(s.dir, "public", filepath.FromSlash(from)), filepath.Join(public, filepath.FromSlash(to))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return public, src, poster
}
