package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// metrics count what a worker has done, by queue.
type metrics struct {
	mu    sync.Mutex
	queue map[string]*counts
}

type counts struct {
	running, done, failed int
	seconds               float64
}

func newMetrics(queues []string) *metrics {
	m := &metrics{queue: map[string]*counts{}}
	for _, q := range queues {
		m.queue[q] = &counts{}
	}
	return m
}

// start counts a unit that begins; finish counts its end.
func (m *metrics) start(queue string) (finish func(error)) {
	begin := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.queue[queue]
	if c == nil {
		c = &counts{}
		m.queue[queue] = c
	}
	c.running++
	return func(err error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		c.running--
		c.seconds += time.Since(begin).Seconds()
		if err != nil {
			c.failed++
		} else {
			c.done++
		}
	}
}

// ServeHTTP writes the metrics in the text format of Prometheus.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range []struct {
		name, kind, help string
		value            func(*counts) float64
	}{
		{"greenroom_units_running", "gauge", "Units that run now.", func(c *counts) float64 { return float64(c.running) }},
		{"greenroom_units_done_total", "counter", "Units that have an answer.",
			func(c *counts) float64 { return float64(c.done) }},
		{"greenroom_units_failed_total", "counter", "Attempts that have failed.",
			func(c *counts) float64 { return float64(c.failed) }},
		{"greenroom_unit_seconds_total", "counter", "Time of all attempts.",
			func(c *counts) float64 { return c.seconds }},
	} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, q := range slices.Sorted(maps.Keys(m.queue)) {
			fmt.Fprintf(w, "%s{queue=%q} %g\n", f.name, q, f.value(m.queue[q]))
		}
	}
}

// handler serves /metrics, and /healthz, which fails while the server cannot be reached.
func (m *metrics) handler(healthy func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		if err := healthy(ctx); err != nil {
			http.Error(w, "the server cannot be reached", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}
