//go:build unix

package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
)

// build steps at a pace until stopped.
func (m *played) build(pace time.Duration) (stop func()) {
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

// scroll scrolls a tab for a hundred frames and returns their lengths in ms, sorted.
const scroll = `new Promise((done) => {
  const times = []; let last, by = 40;
  const frame = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    const e = document.scrollingElement, before = e.scrollTop;
    e.scrollBy({top: by, behavior: 'instant'});
    if (e.scrollTop === before) by = -by;
    if (times.length < 100) requestAnimationFrame(frame); else done(times.sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})`

// load500 is how long the page took to load, and to show its first words, in ms since the address was opened.
const load500 = `new Promise((done) => { const wait = () => {
  const n = performance.getEntriesByType('navigation')[0], p = performance.getEntriesByName('first-contentful-paint')[0];
  if (n.loadEventEnd > 0 && p) done([n.loadEventEnd, p.startTime]); else setTimeout(wait, 20);
}; wait(); })`

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
// second arrive, in turn with a bare page of the same browser, and reports what frames,
// events and the server cost. Goal: a median frame within 1.5 of the bare page's.
func BenchmarkPage500(b *testing.B) {
	m := fiveHundred()
	public := m.files(b)
	p := New(m, func() string { return public })
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
	var told, heavy int64
	var loaded, painted []float64
	for b.Loop() {
		var times []float64
		act(chromedp.Navigate(empty.URL), chromedp.Evaluate(scroll, &times, awaited))
		base.add(times)
		stop := m.build(100 * time.Millisecond)
		act(chromedp.Navigate(web.URL+p.Path()), chromedp.Poll(`document.querySelectorAll('.clip').length === 500`, nil, chromedp.WithPollingTimeout(time.Minute)))
		var load [2]float64
		act(chromedp.Evaluate(load500, &load, awaited))
		loaded, painted = append(loaded, load[0]), append(painted, load[1])
		events, weight, began, before := c.events.Load(), c.bytes.Load(), time.Now(), processor(b)
		act(chromedp.Evaluate(scroll, &times, awaited))
		used, wall = used+processor(b)-before, wall+time.Since(began)
		stop()
		page.add(times)
		if c.events.Load() == events {
			b.Fatal("no event arrived")
		}
		told, heavy = told+c.events.Load()-events, heavy+c.bytes.Load()-weight
	}
	act(chromedp.Navigate("about:blank")) // it would connect again while the server closes
	web.CloseClientConnections()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(loaded), "ms-load")
	b.ReportMetric(middle(painted), "ms-first-paint")
	b.ReportMetric(middle(base.median), "ms-bare-median")
	b.ReportMetric(middle(base.p95), "ms-bare-p95")
	b.ReportMetric(middle(page.median), "ms-median")
	b.ReportMetric(middle(page.p95), "ms-p95")
	b.ReportMetric(slices.Max(page.longest), "ms-longest")
	b.ReportMetric(middle(page.median)/middle(base.median), "median/bare")
	b.ReportMetric(float64(heavy)/float64(told), "bytes/event")
	b.ReportMetric(100*used.Seconds()/wall.Seconds(), "%-of-a-core")
}

// BenchmarkEvents500 is what one event costs the server with 500 clips and one reader,
// who reads nothing but the stream.
func BenchmarkEvents500(b *testing.B) {
	m := fiveHundred()
	p := New(m, b.TempDir)
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
	read(2) // when to reconnect, and the complete state
	first, before, k := all, processor(b), 0
	for b.Loop() {
		for range 20 {
			m.step(k)
			k++
			read(k + 2)
		}
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
