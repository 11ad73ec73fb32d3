//go:build unix

package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// stage is a project being watched, its page, and the account behind it.
type stage struct {
	*testing.T
	dir, url string
	session  *watch.Session
	box      *sandbox.Running
}

func begin(t *testing.T) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{T: t, dir: dir}
	s.write("greenroom.yaml", manifest)
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
	p := New(s.session, filepath.Join(dir, "public"))
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

func (s *stage) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

// browser is a tab of the real headless browser at a width.
func (s *stage) browser(width int, dark bool) context.Context {
	s.Helper()
	tab := browsertest.Tab(s)
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

// until polls an expression of the page; it gives how long that took.
func (s *stage) until(tab context.Context, expr string) time.Duration {
	s.Helper()
	began := time.Now()
	if err := chromedp.Run(tab, chromedp.Poll(expr, nil, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(60*time.Second))); err != nil {
		s.Fatalf("%s: %v; the page says %s", expr, err, js[string](s, tab, "document.body.innerText"))
	}
	return time.Since(began)
}

func card(name, what string) string {
	return fmt.Sprintf(`document.querySelector('[data-name="%s"]')%s`, name, what)
}

func (s *stage) shot(tab context.Context, name string) {
	s.Helper()
	dir := os.Getenv("GREENROOM_PAGE_SHOTS")
	if dir == "" {
		return
	}
	var png []byte
	s.do(tab, chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		s.Error(err)
	}
}

// TestAPersonAtThePage: cards appear, an edit flips a card, an error shows and goes,
// buy asks and buys once, a failing clip says why, all of it live.
func TestAPersonAtThePage(t *testing.T) {
	s := begin(t)
	tab := s.browser(1440, false)
	s.until(tab, card("intro", `?.dataset.state === 'stand-in'`)+" && "+card("pricing", `?.dataset.state === 'stand-in'`))
	s.until(tab, card("intro", `.querySelector('video').readyState >= 2`))
	if w := js[float64](s, tab, card("intro", `.querySelector('video').videoWidth`)); w < 100 {
		t.Errorf("the clip is %v pixels wide", w)
	}
	s.shot(tab, "page-stand-ins")

	before := js[string](s, tab, card("intro", `.querySelector('video').dataset.src`))
	s.write("intro.md", "Hello there, this is quite another line than before.")
	took := s.until(tab, card("intro", fmt.Sprintf(`.querySelector('video').dataset.src !== %q`, before)))
	t.Logf("save → the card shows it: %v", took.Round(time.Millisecond))

	s.write("greenroom.yaml", strings.Replace(manifest, "size:", "sise:", 1))
	s.until(tab, `document.querySelector('.fault h2')?.textContent.includes('unknown key sise')`)
	if n := js[int](s, tab, `document.querySelectorAll('.clip').length`); n != 2 {
		t.Errorf("%d cards are left beside an error", n)
	}
	if where := js[string](s, tab, `document.querySelector('.fault pre').textContent`); !strings.Contains(where, "greenroom.yaml:3:1") || !strings.Contains(where, "^") {
		t.Errorf("the error says %q", where)
	}
	s.shot(tab, "page-error")
	s.write("greenroom.yaml", manifest)
	s.until(tab, `!document.querySelector('.fault')`)

	// buy asks first; "not now" buys nothing, "buy" buys once
	s.do(tab, chromedp.Evaluate(card("intro", `.querySelector('.buy').click()`), nil))
	s.until(tab, `document.getElementById('ask').open`)
	s.do(tab, chromedp.Evaluate(`document.querySelector('#ask button[value=no]').click()`, nil))
	if n := s.billed(); n != 0 {
		t.Fatalf("%d jobs were billed by saves and a no", n)
	}
	s.do(tab, chromedp.Evaluate(card("intro", `.querySelector('.buy').click()`), nil), chromedp.Evaluate(`document.getElementById('ask-yes').click()`, nil))
	s.until(tab, card("intro", `.dataset.state === 'final'`))
	if n := s.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
	s.until(tab, card("pricing", `.dataset.state === 'stand-in'`))

	// a clip that fails says why
	s.fault("job-fails=the avatar is not licensed")
	s.do(tab, chromedp.Evaluate(`document.getElementById('buy-all').click()`, nil), chromedp.Evaluate(`document.getElementById('ask-yes').click()`, nil))
	s.until(tab, card("pricing", `.dataset.state === 'failed'`))
	if line := js[string](s, tab, card("pricing", `.querySelector('.line').textContent`)); !strings.Contains(line, "not licensed") {
		t.Errorf("the failed clip says %q", line)
	}
	s.shot(tab, "page-failed")

	// clips come and go
	s.write("greenroom.yaml", manifest+"  third: {script: \"Three.\"}\n")
	s.until(tab, card("third", `?.dataset.state === 'stand-in'`))
	s.write("greenroom.yaml", manifest)
	s.until(tab, `!`+card("third", ""))
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

// TestTheKeyboardAlone: everything a mouse does, without one.
func TestTheKeyboardAlone(t *testing.T) {
	s := begin(t)
	tab := s.browser(1440, false)
	s.until(tab, card("pricing", `?.dataset.state === 'stand-in'`))
	focused := func() string {
		return js[string](s, tab, `document.activeElement.dataset.name || document.activeElement.id`)
	}
	press := func(keys string) {
		s.do(tab, chromedp.KeyEvent(keys))
	}
	press("j")
	if f := focused(); f != "intro" {
		t.Errorf("j chose %q", f)
	}
	press("j")
	press("b")
	s.until(tab, `document.getElementById('ask').open`)
	if f := focused(); f != "ask-yes" {
		t.Errorf("the question has the focus on %q", f)
	}
	press("\r")
	s.until(tab, card("pricing", `.dataset.state === 'final'`))
	press("/")
	if f := focused(); f != "filter" {
		t.Errorf("/ focuses %q", f)
	}
	// The driver sends the letter apart from the key, so that it arrives although the
	// page stopped it; a keyboard does not.
	js[string](s, tab, `document.getElementById('filter').value = ''`)
	press("pri")
	s.until(tab, card("intro", `.hidden`)+" && !"+card("pricing", `.hidden`))
	press("\x1b")
	s.until(tab, "!"+card("intro", `.hidden`))
	press("k")
	press("w")
	s.until(tab, `document.getElementById('why').open && document.getElementById('why-facts').children.length > 6`)
	if n := s.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestTheVoiceIsOfferedFirst: a click buys the voice alone, the next one the clip.
func TestTheVoiceIsOfferedFirst(t *testing.T) {
	s := begin(t)
	s.write("greenroom.yaml", strings.Replace(manifest, "clips:", "  draft: voice\nclips:", 1))
	tab := s.browser(1440, false)
	s.until(tab, card("pricing", `?.querySelector('.buy').textContent === 'Buy its voice (free)'`))
	s.until(tab, `document.getElementById('buy-all').textContent === 'Buy 2 voices (free)'`)
	s.do(tab, chromedp.Evaluate(card("pricing", `.querySelector('.buy').click()`), nil))
	if q := js[string](s, tab, `document.getElementById('ask-title').textContent`); q != "Buy the voice of pricing?" {
		t.Errorf("the page asks %q", q)
	}
	s.do(tab, chromedp.Evaluate(`document.getElementById('ask-yes').click()`, nil))
	s.until(tab, card("pricing", `.querySelector('.buy').textContent === 'Buy (free)'`))
	if st := js[string](s, tab, card("pricing", `.dataset.state`)); st != "stand-in" {
		t.Errorf("with its voice alone the clip is %q", st)
	}
	if n := s.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
	s.shot(tab, "page-voice")
}

// TestTheLooks holds the page at both widths and in both schemes against axe-core.
func TestTheLooks(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("run .ci/setup: %v", err)
	}
	s := begin(t)
	for _, width := range []int{390, 1440} {
		for _, dark := range []bool{false, true} {
			tab := s.browser(width, dark)
			s.until(tab, card("pricing", `?.dataset.state === 'stand-in'`))
			if wide := js[int](s, tab, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("the page is %d pixels wide at %d", wide, width)
			}
			var found []string
			script := string(axe) + `;axe.run({resultTypes:['violations']}).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ').slice(0, 300)))`
			s.do(tab, chromedp.Evaluate(script, &found, chromedp.EvalAsValue, awaited))
			for _, f := range found {
				t.Errorf("%d px, dark %v: %s", width, dark, f)
			}
			s.shot(tab, fmt.Sprintf("page-%d-%v", width, map[bool]string{false: "light", true: "dark"}[dark]))
		}
	}
}

// TestWhoIsLetIn: no token, another origin, another host, a path that climbs.
func TestWhoIsLetIn(t *testing.T) {
	s := begin(t)
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	base, token := "http://"+u.Host, u.Query().Get("token")
	ask := func(method, path string, headers ...string) *http.Response {
		q, err := http.NewRequest(method, base+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			if headers[i] == "Host" {
				q.Host = headers[i+1]
			}
			q.Header.Set(headers[i], headers[i+1])
		}
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(q)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	cookie := tokenName + "=" + token
	for name, c := range map[string]struct {
		res  *http.Response
		want int
	}{
		"no token":         {ask("GET", "/"), 403},
		"state, no token":  {ask("GET", "/state"), 403},
		"buy, no token":    {ask("POST", "/buy"), 403},
		"wrong token":      {ask("GET", "/state?token=x"), 403},
		"token":            {ask("GET", "/state?token="+token), 200},
		"cookie":           {ask("GET", "/state", "Cookie", cookie), 200},
		"another origin":   {ask("POST", "/buy", "Cookie", cookie, "Origin", "http://evil.example"), 403},
		"a cross-site tab": {ask("POST", "/rebuild", "Cookie", cookie, "Sec-Fetch-Site", "cross-site"), 403},
		"another host":     {ask("GET", "/state", "Cookie", cookie, "Host", "evil.example"), 403},
		"a path upwards":   {ask("GET", "/media/..%2f..%2fgreenroom.yaml", "Cookie", cookie), 404},
		"no such media":    {ask("GET", "/media/nothing.webm", "Cookie", cookie), 404},
		"the page itself":  {ask("GET", "/?token="+token), 303},
	} {
		if c.res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, c.res.StatusCode, c.want)
		}
		if csp := c.res.Header.Get("Content-Security-Policy"); c.want == 200 && !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", name, csp)
		}
	}
	if n := s.billed(); n != 0 {
		t.Errorf("%d jobs were billed", n)
	}
}
