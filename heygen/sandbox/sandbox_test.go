package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/compose/standin"
)

// clip is what the test's maker makes: recognisable bytes of a known length.
func clip(s standin.Spec) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%s|%dx%d|", s.Script, s.Width, s.Height), 500)
}

// maker makes files at once, or when the test lets it.
type maker struct {
	mu   sync.Mutex
	gate chan struct{} // nil: open
	made []standin.Spec
	fail error
}

func (m *maker) Make(ctx context.Context, s standin.Spec, out string) (standin.Result, error) {
	if m.gate != nil {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return standin.Result{}, ctx.Err()
		}
	}
	m.mu.Lock()
	m.made = append(m.made, s)
	m.mu.Unlock()
	if m.fail != nil {
		return standin.Result{}, m.fail
	}
	return standin.Result{Duration: 2}, os.WriteFile(out, clip(s), 0o644)
}

func (m *maker) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.made)
}

// clock is moved by the test alone.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// studio is a running sandbox over HTTP.
type studio struct {
	*testing.T
	url    string
	server *Server
	maker  *maker
	clock  *clock
	dir    string
	close  func()
	http   http.Client
}

func open(t *testing.T, dir string, m *maker, c *clock, change ...func(*Options)) *studio {
	t.Helper()
	o := Options{Dir: dir, Media: m, Now: c.Now, Speed: 1}
	for _, f := range change {
		f(&o)
	}
	s, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	st := &studio{T: t, url: web.URL, server: s, maker: m, clock: c, dir: dir}
	st.close = sync.OnceFunc(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(st.close)
	return st
}

func begin(t *testing.T, change ...func(*Options)) *studio {
	return open(t, t.TempDir(), &maker{}, &clock{now: time.Unix(1_800_000_000, 0)}, change...)
}

func faulty(names ...string) func(*Options) {
	return func(o *Options) {
		for _, n := range names {
			f, err := ParseFault(n)
			if err != nil {
				panic(err)
			}
			o.Faults = append(o.Faults, f)
		}
	}
}

// call sends one request and decodes the answer when it is JSON.
func (s *studio) call(method, path string, body any, headers ...string) (int, map[string]any, error) {
	s.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			s.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	q, err := http.NewRequestWithContext(s.Context(), method, s.url+path, r)
	if err != nil {
		s.Fatal(err)
	}
	q.Header.Set("X-Api-Key", "k")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	var out map[string]any
	b, err := io.ReadAll(res.Body)
	_ = json.Unmarshal(b, &out) // a page is not JSON: out stays nil
	return res.StatusCode, out, err
}

func (s *studio) must(method, path string, body any) map[string]any {
	s.Helper()
	code, out, err := s.call(method, path, body)
	if err != nil || code != http.StatusOK {
		s.Fatalf("%s %s: %d %v %v", method, path, code, out, err)
	}
	return out
}

func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// scene is a valid request that a case changes.
func scene(change func(b, character, voice map[string]any)) map[string]any {
	character := map[string]any{
		"type": "avatar", "avatar_id": avatarList[0].id, "avatar_style": "normal", "matting": true,
	}
	voice := map[string]any{"type": "text", "voice_id": voiceList[0].id, "input_text": "Hello."}
	b := map[string]any{
		"video_inputs": []any{
			map[string]any{
				"character": character, "voice": voice, "background": map[string]any{"type": "color", "value": "#00FF00"},
			},
		},
		"dimension": map[string]any{"width": 320, "height": 240}, "title": "a title",
	}
	if change != nil {
		change(b, character, voice)
	}
	return b
}

func (s *studio) buy(change func(b, c, v map[string]any)) string {
	s.Helper()
	id, _ := at(s.must("POST", "/v2/video/generate", scene(change)), "data", "video_id").(string)
	if id == "" {
		s.Fatal("no video id")
	}
	return id
}

func (s *studio) status(id string) map[string]any {
	s.Helper()
	d, _ := at(s.must("GET", "/v1/video_status.get?video_id="+id, nil), "data").(map[string]any)
	return d
}

// until polls a state that another goroutine brings about.
func (s *studio) until(what string, f func() bool) {
	s.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); !f(); {
		select {
		case <-tick.C:
		case <-deadline:
			s.Fatalf("%s did not happen", what)
		}
	}
}

// finished moves the clock until the job is done and returns its record.
func (s *studio) finished(id string) map[string]any {
	s.Helper()
	s.until("rendering", func() bool {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		return s.server.find(id, false).File != ""
	})
	s.clock.add(renderSeconds*time.Second + 4*time.Second)
	d := s.status(id)
	if d["status"] != "completed" {
		s.Fatalf("%v", d)
	}
	return d
}

func (s *studio) billed() int {
	n, _ := at(s.must("GET", "/_sandbox/account", nil), "billed_jobs").(float64)
	return int(n)
}

// TestASandboxThatCannotServeSaysSo: it had gone on without a word, and every request was
// that are never refused.
func TestASandboxThatCannotServeSaysSo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), Options{Dir: t.TempDir(), Media: &maker{}})
	if err != nil {
		t.Fatal(err)
	}
	r := serve(l, s)
	l.Close()
	if err := <-r.Failed(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	ended, err := Start(t.Context(), "127.0.0.1:0", Options{Dir: t.TempDir(), Media: &maker{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := ended.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended.Failed():
		t.Errorf("a closed sandbox failed: %v", err)
	default:
	}
}
