//go:build unix

package page

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// see is what is visible of a playing card: the transparency of the corner and of
// the middle of its lowest row, 0 to 255.
const see = `(() => { const v = document.querySelector('[data-name="intro"] video'), c = document.createElement('canvas'); c.width = v.videoWidth; c.height = v.videoHeight;
const g = c.getContext('2d'); g.drawImage(v, 0, 0); let most = 0; const d = g.getImageData(0, c.height - 8, c.width, 1).data; for (let i = 3; i < d.length; i += 4) most = Math.max(most, d[i]);
return [g.getImageData(2, 2, 1, 1).data[3], most]; })()`

// TestUserSession: cards appear and play with alpha, an edit changes a card, an error is shown and removed, buy asks
// and buys once, a failed clip shows its reason, all of it live.
func TestUserSession(t *testing.T) {
	s := begin(t, manifest)
	tab := s.browser(1440, false)
	s.until(tab, ready("intro", "pricing"))
	s.until(tab, of("intro", `.querySelector('.plays video')?.readyState >= 2`))
	if alpha := js[[]int](s, tab, see); alpha[0] != 0 || alpha[1] < 200 {
		t.Errorf("the clip's alpha is %d in its corner and %d where the presenter is", alpha[0], alpha[1])
	}

	before := js[string](s, tab, of("intro", `.dataset.src`))
	s.write("intro.md", "Hello there, this is quite another line than before.")
	took := s.until(tab, of("intro", fmt.Sprintf(`.dataset.src !== %q`, before)))
	t.Logf("save → the card shows it: %v", took.Round(time.Millisecond))

	s.write("greenroom.yaml", strings.Replace(manifest, "size:", "sise:", 1))
	s.until(tab, `document.querySelector('.fault h2')?.textContent.includes('unknown key sise')`)
	if n := js[int](s, tab, `document.querySelectorAll('#clips > .clip').length`); n != 2 {
		t.Errorf("%d cards are left next to an error", n)
	}
	if where := js[string](s, tab, `document.querySelector('.fault pre').textContent`); !strings.Contains(where, "greenroom.yaml:3:1\n3 | sise: 640x360\n    ^") {
		t.Errorf("the error is %q", where)
	}
	s.write("greenroom.yaml", manifest)
	s.until(tab, `!document.querySelector('.fault')`)

	// buy asks first; "not now" buys nothing, "buy" buys once
	s.do(tab, chromedp.Click(`[data-name="intro"] .buy`))
	s.until(tab, `document.getElementById('ask').open`)
	if words := js[string](s, tab, `document.getElementById('ask').innerText`); !strings.Contains(words, "Buy intro?") || !strings.Contains(words, "nothing is paid") {
		t.Errorf("it asks %q", words)
	}
	s.do(tab, chromedp.Click(`#ask button[value=no]`))
	if n := s.billed(); n != 0 {
		t.Fatalf("%d jobs were billed by saves and a no", n)
	}
	s.do(tab, chromedp.Click(`[data-name="intro"] .buy`), chromedp.Click(`#ask-yes`))
	s.until(tab, of("intro", `.dataset.state === 'final'`))
	if n := s.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
	s.until(tab, of("pricing", `.dataset.state === 'stand-in'`)+` && document.getElementById('log').childElementCount > 3`)

	// why: the words, the facts, and the verdicts with their numbers
	s.do(tab, chromedp.Click(`[data-name="intro"] .why`))
	s.until(tab, `document.querySelectorAll('#why-checks tbody tr').length > 5`)
	for _, want := range []string{"quite another line", "current take", "first timestamp", "0.000 s"} {
		if words := js[string](s, tab, `document.getElementById('why').innerText`); !strings.Contains(words, want) {
			t.Errorf("why does not show %q: %s", want, words)
		}
	}
	if n := js[int](s, tab, `document.querySelectorAll('#why-checks [data-verdict="fail"]').length`); n != 0 {
		t.Errorf("%d checks of a good clip fail", n)
	}
	s.do(tab, chromedp.KeyEvent(kb.Escape))

	// a failed clip shows its reason
	s.fault("job-fails=the avatar is not licensed")
	s.do(tab, chromedp.Click(`#buy-all`), chromedp.Click(`#ask-yes`))
	s.until(tab, of("pricing", `.dataset.state === 'failed'`))
	if line := js[string](s, tab, of("pricing", `.querySelector('.line').textContent`)); !strings.Contains(line, "not licensed") {
		t.Errorf("the failed clip shows %q", line)
	}

	// clips come and go
	s.write("greenroom.yaml", manifest+"  third: {script: \"Three.\"}\n")
	s.until(tab, ready("third"))
	s.write("greenroom.yaml", manifest)
	s.until(tab, `!`+of("third", ""))
	if n := s.billed(); n != 2 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestBuyingOnce: pressed twice, double-clicked, held, and from two tabs at once.
func TestBuyingOnce(t *testing.T) {
	s := begin(t, strings.Replace(manifest, "clips:\n", "clips:\n  third: {script: \"The third one.\"}\n  fourth: {script: \"The fourth one.\"}\n  fifth: {script: \"The fifth one.\"}\n", 1))
	tab := s.browser(1440, false)
	s.until(tab, ready("intro", "pricing", "third", "fourth", "fifth"))

	// A double click opens the question and does not answer it, wherever its button is.
	s.double(tab, `[data-name="intro"] .buy`)
	s.until(tab, `document.getElementById('ask').open`)
	js[bool](s, tab, `document.getElementById('ask-yes').dispatchEvent(new MouseEvent('click', {detail: 2, bubbles: true, cancelable: true}))`)
	if !js[bool](s, tab, `document.getElementById('ask').open`) {
		t.Error("the second half of a double click is an answer")
	}
	s.double(tab, `#ask-yes`)
	s.until(tab, of("intro", `.dataset.state === 'final'`))

	// b twice and Enter held: the repeats of a held key do not count.
	s.do(tab, chromedp.Evaluate(of("pricing", `.querySelector('.buy').focus()`), nil))
	enter := func(repeat bool) chromedp.Action {
		return input.DispatchKeyEvent(input.KeyDown).WithKey("Enter").WithCode("Enter").WithText("\r").WithWindowsVirtualKeyCode(13).WithAutoRepeat(repeat)
	}
	s.do(tab, enter(false))
	for range 6 {
		s.do(tab, enter(true))
	}
	s.do(tab, input.DispatchKeyEvent(input.KeyUp).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13))
	if !js[bool](s, tab, `document.getElementById('ask').open`) || s.billed() != 1 {
		t.Errorf("a held Enter answers its own question; %d jobs were billed", s.billed())
	}
	s.do(tab, chromedp.KeyEvent(kb.Escape))
	s.until(tab, `!document.getElementById('ask').open`)
	s.do(tab, chromedp.Evaluate(of("pricing", `.focus()`), nil), chromedp.KeyEvent("b"))
	s.until(tab, `document.getElementById('ask').open`)
	s.do(tab, chromedp.KeyEvent("\r"), chromedp.KeyEvent("b"), chromedp.KeyEvent("b"))
	s.until(tab, of("pricing", `.dataset.state === 'final'`))
	if n := s.billed(); n != 2 {
		t.Errorf("%d jobs were billed", n)
	}

	// An answer holds, however soon the next question follows it.
	s.do(tab, chromedp.Evaluate(of("fifth", `.querySelector('.buy').click()`)+`; document.getElementById('ask-yes').click(); `+of("third", `.querySelector('.buy').click()`), nil))
	s.do(tab, chromedp.KeyEvent(kb.Escape))
	s.until(tab, of("fifth", `.dataset.state === 'final'`))

	// Two tabs have asked; both get a yes.
	other, end := chromedp.NewContext(tab)
	defer end()
	s.open(other, 1440, false)
	s.until(other, of("third", `?.querySelector('.buy').hidden === false`))
	for _, x := range []string{"third", "fourth"} {
		s.do(tab, chromedp.Evaluate(of(x, `.querySelector('.buy').click()`), nil))
		s.do(other, chromedp.Evaluate(of(x, `.querySelector('.buy').click()`), nil))
		s.do(tab, chromedp.Evaluate(`document.getElementById('ask-yes').click()`, nil))
		s.do(other, chromedp.Evaluate(`document.getElementById('ask-yes').click()`, nil))
		s.until(other, `document.getElementById('notice').innerText.includes('nothing to buy')`) // it goes after 12 s
		s.until(tab, of(x, `.dataset.state === 'final'`))
		s.until(other, of(x, `.dataset.state === 'final'`))
	}
	if n := s.billed(); n != 5 {
		t.Errorf("%d jobs were billed for five clips", n)
	}
}

// TestTheKeyboardAlone: everything a mouse does, without one.
func TestTheKeyboardAlone(t *testing.T) {
	s := begin(t, manifest)
	tab := s.browser(1440, false)
	s.until(tab, ready("intro", "pricing"))
	focused := func() string {
		return js[string](s, tab, `document.activeElement.dataset.name || document.activeElement.id`)
	}
	press := func(keys string) {
		t.Helper()
		s.do(tab, chromedp.KeyEvent(keys))
	}
	press("j")
	if f := focused(); f != "intro" {
		t.Errorf("j chose %q", f)
	}
	press("j")
	press(" ") // with sound, from the start, and stopped again
	s.until(tab, of("pricing", `.querySelector('video')?.muted === false`))
	press(" ")
	s.until(tab, of("pricing", `.querySelector('video').paused`))
	press("b")
	s.until(tab, `document.getElementById('ask').open`)
	if f := focused(); f != "ask-yes" {
		t.Errorf("the question has the focus on %q", f)
	}
	press("\r")
	s.until(tab, of("pricing", `.dataset.state === 'final'`))
	if f := focused(); f != "pricing" {
		t.Errorf("after the answer the focus is on %q", f)
	}
	press("/")
	if f := focused(); f != "filter" {
		t.Errorf("/ focuses %q", f)
	}
	// The driver sends the letter apart from the key, so that it arrives although the
	// page stopped it; a keyboard does not.
	js[string](s, tab, `document.getElementById('filter').value = ''`)
	press("pri")
	s.until(tab, of("intro", `.hidden`)+" && !"+of("pricing", `.hidden`))
	press("zzz")
	s.until(tab, of("pricing", `.hidden`)+` && document.getElementById('none').innerText.includes('prizzz')`)
	press("\x1b")
	s.until(tab, "!"+of("intro", `.hidden`)+" && !"+of("pricing", `.hidden`))
	press("k")
	press("w")
	s.until(tab, `document.getElementById('why').open && document.getElementById('why-facts').children.length > 6 && document.querySelectorAll('#why-checks tbody tr').length > 5`)
	press("\x1b")
	s.until(tab, `!document.getElementById('why').open`)
	press("?")
	s.until(tab, `document.getElementById('keys').open`)
	press("\x1b")
	runs := s.session.State().Runs
	press("r")
	s.until(tab, `!document.getElementById('rebuild').disabled`)
	if n := s.session.State().Runs; n == runs {
		t.Error("r runs nothing")
	}
	press("B")
	s.until(tab, `document.getElementById('ask').open`)
	press("\r")
	s.until(tab, of("intro", `.dataset.state === 'final'`))
	if n := s.billed(); n != 2 {
		t.Errorf("%d jobs were billed", n)
	}
}

// ready is true when clips have a stand-in that can be played and a button that buys them. Their state comes earlier
// than both, and a key that is pressed until then does nothing.
func ready(names ...string) string {
	all := "true"
	for _, n := range names {
		all += " && " + of(n, `?.matches('.has-media[data-state=stand-in]:has(.buy:not([hidden]))')`)
	}
	return all
}

// double clicks at the place of an element as a mouse does: the second click goes to whatever is there by then.
func (s *stage) double(tab context.Context, selector string) {
	s.Helper()
	at := js[[]float64](s, tab, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector))
	s.do(tab, chromedp.MouseClickXY(at[0], at[1]), chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(2)))
}
