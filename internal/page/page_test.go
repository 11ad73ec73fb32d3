//go:build unix

package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"greenroom/heygen/sandbox"
	"greenroom/internal/browsertest"
	"greenroom/pipeline"
	"greenroom/pipeline/watch"
)

const manifest = `version: 1
project: tour
size: 640x360
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  intro: {script: intro.md}
  pricing: {script: "Plans start at nine dollars."}
`

// stage is a project being watched, its page, and its account.
type stage struct {
	testing.TB
	dir, url string
	session  *watch.Session
	box      *sandbox.Running
}

func begin(t testing.TB, text string) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{TB: t, dir: dir}
	s.write("greenroom.yaml", text)
	s.write("intro.md", "Hello there, this is the first line.")
	tools := map[string]string{}
	for _, name := range []string{"ffmpeg", "ffprobe", "espeak-ng"} {
		p, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		tools[name] = p
	}
	var err error
	s.box, err = sandbox.Start(context.Background(), "127.0.0.1:0", sandbox.Options{Dir: t.TempDir(), Speed: 600, Tools: sandbox.Tools{FFmpeg: tools["ffmpeg"], Espeak: tools["espeak-ng"]}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.box.Close() })
	env := map[string]string{"HEYGEN_API_BASE": s.box.URL, "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-page-test")}
	s.session, err = watch.New(watch.Options{Project: pipeline.Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath, Version: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.session.Run(ctx) }()
	p := New(s.session, func() string { return filepath.Join(dir, "public") })
	web := httptest.NewServer(p)
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s.url = web.URL + p.Path()
	return s
}

// wait follows the session until f holds.
func (s *stage) wait(f func(watch.State) bool) {
	s.Helper()
	changes, end := s.session.Subscribe()
	defer end()
	for deadline := time.After(3 * time.Minute); ; {
		select {
		case <-changes:
			if f(s.session.State()) {
				return
			}
		case <-deadline:
			s.Fatalf("it did not happen: %+v", s.session.State())
		}
	}
}

func (s *stage) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

// browser is a tab of the real headless browser at a width, with the page open.
func (s *stage) browser(width int, dark bool) context.Context {
	s.Helper()
	return s.open(browsertest.Tab(s), width, dark)
}

func (s *stage) open(tab context.Context, width int, dark bool) context.Context {
	s.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	s.do(tab, chromedp.EmulateViewport(int64(width), 900), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}), chromedp.Navigate(s.url))
	return tab
}

func (s *stage) do(tab context.Context, acts ...chromedp.Action) {
	s.Helper()
	if err := chromedp.Run(tab, acts...); err != nil {
		s.Fatal(err)
	}
}

// js evaluates an expression in the page.
func js[T any](s *stage, tab context.Context, expr string) (out T) {
	s.Helper()
	s.do(tab, chromedp.Evaluate(expr, &out))
	return out
}

// until polls an expression of the page and returns how long that took.
func (s *stage) until(tab context.Context, expr string) time.Duration {
	s.Helper()
	began := time.Now()
	if err := chromedp.Run(tab, chromedp.Poll(expr, nil, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(2*time.Minute))); err != nil {
		s.Fatalf("%s: %v; the page shows %s", expr, err, js[string](s, tab, "document.body.innerText"))
	}
	return time.Since(began)
}

func of(name, what string) string {
	return fmt.Sprintf(`document.querySelector('[data-name="%s"]')%s`, name, what)
}

func (s *stage) fault(name string) {
	s.Helper()
	res, err := http.Post(s.box.URL+"/_sandbox/faults", "application/json", strings.NewReader(fmt.Sprintf("[%q]", name)))
	if err != nil {
		s.Fatal(err)
	}
	res.Body.Close()
}

func (s *stage) billed() int {
	s.Helper()
	res, err := http.Get(s.box.URL + "/_sandbox/account")
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	b := make([]byte, 64)
	n, _ := res.Body.Read(b)
	var jobs int
	if _, err := fmt.Sscanf(string(b[:n]), `{"billed_jobs":%d`, &jobs); err != nil {
		s.Fatalf("%s: %v", b[:n], err)
	}
	return jobs
}
