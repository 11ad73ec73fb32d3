//go:build unix

package page

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
	"greenroom/pipeline/watch"
)

// watchPolicy records in each new document what its policy refuses.
func watchPolicy(ctx context.Context) error {
	_, err := cdp.AddScriptToEvaluateOnNewDocument(`window.refusedByPolicy = []; document.addEventListener('securitypolicyviolation', (e) => window.refusedByPolicy.push(e.violatedDirective + ' ' + e.blockedURI))`).Do(ctx)
	return err
}

// scene is a state of the page that people meet, and what shows that it is there.
type scene struct {
	name  string
	state watch.State
	there string // an expression that holds then
	keys  string // pressed once it is there
	then  string // holds after the keys
}

func scenes() []scene {
	now := time.Now()
	clip := func(name, state, line string, f func(*watch.Clip)) watch.Clip {
		c := watch.Clip{Name: name, State: state, Line: line, Next: watch.NextClip, Seconds: 4.2, Price: "$0.40", Script: "Hello there.", Facts: []string{"clip: " + name, "because: it is so", "take key: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}, Since: now.Add(-75 * time.Second)}
		if state != watch.Unmade {
			c.Src, c.Poster, c.Frames, c.FPSNum, c.FPSDen, c.Width, c.Height = "greenroom/"+name+".webm", "greenroom/"+name+".webp", 105, 25, 1, 640, 360
		}
		if f != nil {
			f(&c)
		}
		return c
	}
	buyable := func(c *watch.Clip) { c.Buyable = true }
	all := watch.State{Project: "product-tour", ToBuy: 2, Price: "$0.80", Log: []watch.LogLine{{Time: now, Clip: "final", Text: "publish done"}}, Clips: []watch.Clip{
		clip("fresh", watch.Unmade, "nothing was bought for it yet", buyable), clip("standing", watch.StandIn, "not bought yet", buyable), clip("final", watch.Final, "up to date", nil),
		clip("waiting", watch.Waiting, "wait processing, about 40s left", nil), clip("working", watch.Working, "prepare", func(c *watch.Clip) { c.Progress = 0.4 }),
		clip("failed", watch.Broken, "HeyGen reports that the clip failed: the avatar is not licensed for this account and will not be until its owner requests it", nil),
		clip("a-name-that-is-very-long-because-names-may-be-long-and-no-rule-of-the-manifest-stops-it", watch.StandIn, strings.Repeat("word", 60), nil)}}
	busy, broken, whole := all, all, `document.querySelectorAll('#clips > .clip').length === 7 && `+of("standing", `?.querySelector('.buy').hidden === false`)
	busy.Busy = true
	one, films := all, all
	one.Clips = all.Clips[2:3]
	for i, state := range []string{watch.FilmFinished, watch.FilmOlder, watch.FilmNew, watch.FilmFailed} {
		films.Films = append(films.Films, watch.Film{Name: fmt.Sprintf("film-%d", i), State: state, Line: "run `greenroom render film`", Width: 1920, Height: 1080, Frames: 250, FPSNum: 25, FPSDen: 1, Seconds: 10, Still: i < 3})
	}
	broken.Faults = []watch.Fault{{Message: "unknown key sise", Hint: "did you mean size?", File: "greenroom.yaml", Line: 3, Column: 1, Text: "sise: 1920x1080 # " + strings.Repeat("long ", 60)}, {Message: "another greenroom build works on this project", Hint: "what it builds shows here when it ends", Waits: true}}
	return []scene{
		{name: "empty", there: `!document.getElementById('empty').hidden`},
		{name: "busy with nothing yet", state: watch.State{Project: "product-tour", Busy: true}, there: `document.getElementById('empty').hidden && document.body.classList.contains('busy')`},
		{name: "all states", state: all, there: whole + ` && ` + of("working", `?.querySelector('.percent').textContent === '40 %'`)},
		{name: "busy", state: busy, there: whole + ` && document.getElementById('summary').textContent.includes('working')`},
		{name: "broken", state: broken, there: `document.querySelectorAll('.fault').length === 2 && document.querySelectorAll('.fault pre').length === 1`},
		{name: "the question", state: all, there: whole, keys: "jb", then: `document.getElementById('ask').open && document.getElementById('ask-text').textContent === 'HeyGen charges up to $0.40.'`},
		{name: "why", state: all, there: whole, keys: "jjw", then: `document.querySelectorAll('#why-checks tbody tr').length === 3 && document.querySelector('#why-checks .advice') !== null`},
		{name: "a view", state: all, there: whole, keys: "jjjv", then: `document.getElementById('view').open && document.getElementById('view-frame').textContent === 'frame 0 of 104' && viewing.peaks !== null`},
		{name: "one clip", state: one, there: `document.querySelectorAll('.one > .clip').length === 1`},
		{name: "films", state: films, there: whole + ` && !document.getElementById('tabs').hidden`, keys: "f", then: `document.querySelectorAll('#films > .film').length === 4`},
		{name: "one state alone", state: all, there: whole + ` && (() => { const o = document.getElementById('only'); o.value = 'final'; o.dispatchEvent(new Event('change')); return true; })()`, then: `document.querySelectorAll('.one > .clip:not([hidden])').length === 1`},
		{name: "the keys", state: all, there: whole, keys: "?", then: `document.getElementById('keys').open`},
	}
}

// TestAccessibility checks every state of the page, at both widths and in both schemes, against
// axe-core, and never lets it be wider than the window.
func TestAccessibility(t *testing.T) {
	m := play(watch.State{})
	s := m.serve(t, t.TempDir())
	tab := browsertest.Tab(s)
	s.do(tab, chromedp.ActionFunc(watchPolicy))
	for _, width := range []int{390, 1440} {
		for _, dark := range []bool{false, true} {
			for _, x := range scenes() {
				// Width and scheme are apart from one another: the scenes with most in them
				// are tested in all four pairs, the others in two.
				if dark == (width == 1440) && x.name != "all states" && x.name != "broken" {
					continue
				}
				at := fmt.Sprintf("%s, %d px, dark %v", x.name, width, dark)
				m.set(func(st *watch.State) { rev := st.Rev; *st = x.state; st.Rev = rev })
				s.open(tab, width, dark)
				s.until(tab, x.there)
				for _, key := range x.keys {
					s.do(tab, chromedp.KeyEvent(string(key)))
				}
				if x.then != "" {
					s.until(tab, x.then)
				}
				s.accessible(tab, at, width)
				if refused := js[[]string](s, tab, `window.refusedByPolicy`); len(refused) != 0 {
					t.Errorf("%s: the policy refused %v", at, refused)
				}
			}
		}
	}
	// a state is shown by its word and mark, not by its colour alone
	for state, want := range map[string]string{"fresh": "○ new", "standing": "◌ stand-in", "final": "● final", "waiting": "◔ waiting", "working": "◑ working", "failed": "✕ failed"} {
		if got := js[string](s, tab, of(state, `.querySelector('.state').textContent`)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", state, got)
		}
	}
}

// accessible holds what a tab shows against axe-core, and the window's width.
func (s *stage) accessible(tab context.Context, at string, width int) {
	s.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		s.Fatalf("run .ci/setup test: %v", err)
	}
	if wide := js[int](s, tab, `document.documentElement.scrollWidth`); wide > width {
		s.Errorf("%s: the page is %d pixels wide", at, wide)
	}
	const check = `axe.run({resultTypes:['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' ').slice(0, 400)))`
	var found []string
	s.do(tab, chromedp.Evaluate(string(axe)+";0", nil), chromedp.Evaluate(check, &found, awaited))
	for _, f := range found {
		s.Errorf("%s: %s", at, f)
	}
}

// everyLook checks the texts at the page's foot with axe-core at both widths and in both schemes, in the page's
// present state: visible, not overlapping, legible.
func (s *stage) everyLook(tab context.Context, what string, shown ...string) {
	s.Helper()
	for _, width := range []int{390, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			at := fmt.Sprintf("%s, %d px, %s", what, width, scheme)
			s.do(tab, chromedp.EmulateViewport(int64(width), 900), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			s.accessible(tab, at, width)
			boxes := js[[][]float64](s, tab, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => !e.hidden).map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])`, strings.Join(shown, ", ")))
			if len(boxes) != len(shown) {
				s.Errorf("%s: of %v %d are shown", at, shown, len(boxes))
			}
			for i, b := range boxes {
				if b[0] < 0 || b[1] < 0 || b[2] > float64(width) || b[3] > 900 || b[2]-b[0] < 100 || b[3]-b[1] < 30 {
					s.Errorf("%s: %v is at %v", at, shown, b)
				}
				if i > 0 && b[1] < boxes[i-1][3] {
					s.Errorf("%s: %v lie upon one another: %v", at, shown, boxes)
				}
			}
			if dir := os.Getenv("GREENROOM_TEST_PICTURES"); dir != "" {
				var png []byte
				s.do(tab, chromedp.CaptureScreenshot(&png))
				if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(strings.ReplaceAll(at, ", ", "-"), " ", "-")+".png"), png, 0o600); err != nil {
					s.Error(err)
				}
			}
		}
	}
}

// TestStillness: under reduced motion nothing plays by itself and numbers do not count;
// a person who asks gets the clip.
func TestStillness(t *testing.T) {
	m := play(watch.State{Clips: []watch.Clip{{Name: "intro", State: watch.StandIn, Src: "greenroom/intro.webm", Poster: "greenroom/intro.webp"}}})
	s := m.serve(t, m.files(t))
	tab := browsertest.Tab(s)
	s.do(tab, chromedp.EmulateViewport(1440, 900), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}), chromedp.Navigate(s.url))
	s.until(tab, of("intro", `?.querySelector('.poster').complete`)+` && document.getElementById('say') !== null`)
	// the page's own moment of rest, twice over
	s.do(tab, chromedp.Evaluate(`new Promise((yes) => setTimeout(yes, 400))`, nil, awaited))
	if n := js[int](s, tab, `document.querySelectorAll('video').length`); n != 0 {
		t.Errorf("%d clips play by themselves", n)
	}
	if d := js[string](s, tab, `getComputedStyle(document.querySelector('button')).transitionDuration`); d != "0s" {
		t.Errorf("buttons move for %s", d)
	}
	s.do(tab, chromedp.KeyEvent("j"), chromedp.KeyEvent(" "))
	s.until(tab, of("intro", `.querySelector('.plays video')?.paused === false`))
}

// TestFewPlay: of 500 cards a few in sight play, and none while the page scrolls; a
// filter and a scroll move the play along.
func TestFewPlay(t *testing.T) {
	m := fiveHundred()
	s := m.serve(t, m.files(t))
	tab := s.browser(1440, false)
	playing := `[...document.querySelectorAll('video')].filter(v => !v.paused)`
	s.until(tab, playing+`.length === 4`)
	if far := js[int](s, tab, `[...document.querySelectorAll('video')].filter(v => v.getBoundingClientRect().top > innerHeight).length`); far != 0 {
		t.Errorf("%d clips play out of sight", far)
	}
	s.do(tab, chromedp.Evaluate(`scrollTo({top: 20000, behavior: 'instant'})`, nil))
	s.until(tab, playing+`.length === 4 && [...document.querySelectorAll('video')].every(v => v.getBoundingClientRect().bottom > 0)`)
	s.do(tab, chromedp.Evaluate(`const f = document.getElementById('filter'); f.value = 'clip-49'; f.dispatchEvent(new Event('input'))`, nil))
	s.until(tab, `document.querySelectorAll('#clips > .clip:not([hidden])').length === 10 && `+playing+`.length === 4 && `+playing+`.every(v => !v.closest('.clip').hidden && v.parentElement.classList.contains('plays'))`)
	if n := js[int](s, tab, `document.querySelectorAll('video').length`); n != 4 {
		t.Errorf("%d decoders are kept", n)
	}
	// one clip's change touches its card alone
	s.do(tab, chromedp.Evaluate(`window.touched = new Set(); new MutationObserver((l) => l.forEach(x => touched.add((x.target.closest ? x.target : x.target.parentElement).closest('.clip')?.dataset.name))).observe(document.getElementById('clips'), {subtree: true, childList: true, attributes: true, characterData: true})`, nil))
	m.set(func(st *watch.State) {
		st.Clips = append([]watch.Clip(nil), st.Clips...)
		st.Clips[250].Line = "changed"
	})
	s.until(tab, of("clip-250", `.querySelector('.line').textContent === 'changed'`))
	if got := js[[]string](s, tab, `[...touched]`); len(got) != 1 || got[0] != "clip-250" {
		t.Errorf("a change of one clip touches %v", got)
	}
	// and is announced, in words
	m.set(func(st *watch.State) {
		st.Clips = append([]watch.Clip(nil), st.Clips...)
		st.Clips[250].State = watch.Final
	})
	s.until(tab, `document.getElementById('say').textContent === 'clip-250 is final'`)
}

// TestTheConnection: the page shows when the server is gone, disables purchases, and continues by itself with what it
// missed; it recognises a session that was started again.
func TestTheConnection(t *testing.T) {
	m := play(watch.State{Clips: []watch.Clip{{Name: "intro", State: watch.Unmade, Buyable: true, Next: watch.NextClip, Price: "$0.40"}, {Name: "gone", State: watch.Unmade}}})
	p := New(m, t.TempDir)
	web := httptest.NewServer(p)
	addr := web.Listener.Addr().String()
	stop := func(w *httptest.Server) { w.CloseClientConnections(); w.Close() }
	serve := func(h http.Handler) *httptest.Server {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		w := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
		w.Start()
		return w
	}
	s := &stage{TB: t, url: web.URL + p.Path()}
	tab := s.browser(1440, false)
	s.until(tab, of("intro", `?.querySelector('.buy').disabled === false`))
	// HeyGen cannot be reached: a purchase reports it, and its button can be pressed again
	m.err = errors.New("cannot reach api.heygen.com: connection refused; nothing was bought, and the same button buys when it responds again, for the price that it shows")
	s.do(tab, chromedp.Click(`[data-name="intro"] .buy`), chromedp.Click(`#ask-yes`))
	s.until(tab, `document.getElementById('notice').innerText.includes('connection refused') && `+of("intro", `.querySelector('.buy').disabled === false`))
	s.do(tab, chromedp.Evaluate(`clearTimeout(hiding)`, nil)) // it stays during the check
	s.everyLook(tab, "a notice", "#notice")
	stop(web)
	s.until(tab, `document.getElementById('lost').innerText.includes('trying again') && `+of("intro", `.querySelector('.buy').disabled`))
	s.everyLook(tab, "a notice and no connection", "#notice", "#lost")
	s.do(tab, chromedp.Evaluate(`notice('')`, nil))
	s.everyLook(tab, "no connection", "#lost")
	s.do(tab, chromedp.EmulateViewport(390, 900), chromedp.Evaluate(`scrollTo({top: 1e6, behavior: 'instant'})`, nil))
	if !js[bool](s, tab, `document.getElementById('log-box').getBoundingClientRect().bottom <= document.getElementById('lost').getBoundingClientRect().top`) {
		t.Error("the page's end is hidden below the words")
	}
	m.set(func(st *watch.State) {
		st.Clips = []watch.Clip{{Name: "new", State: watch.Unmade}, {Name: "intro", State: watch.Final}}
	})
	web = serve(p)
	s.until(tab, `document.getElementById('lost').hidden && [...document.querySelectorAll('#clips > .clip')].map(e => e.dataset.name + ' ' + e.dataset.state).join() === 'new new,intro final'`)
	stop(web)
	web = serve(New(m, t.TempDir)) // another token
	defer func() { stop(web) }()
	s.until(tab, `document.getElementById('lost').innerText.includes('started again')`)
	s.everyLook(tab, "a session started again", "#lost")
}
