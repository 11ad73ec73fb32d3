//go:build unix

package page

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTheVoiceIsOfferedFirst: a click buys the voice alone, the next one the clip.
func TestTheVoiceIsOfferedFirst(t *testing.T) {
	s := begin(t, strings.Replace(manifest, "clips:", "  draft: voice\nclips:", 1))
	tab := s.browser(1440, false)
	s.until(tab, of("pricing", `?.querySelector('.buy').textContent === 'Buy its voice (free)'`))
	s.until(tab, `document.getElementById('buy-all').textContent === 'Buy 2 voices (free)'`)
	s.do(tab, chromedp.Click(`[data-name="pricing"] .buy`))
	if q := js[string](s, tab, `document.getElementById('ask-title').textContent`); q != "Buy the voice of pricing?" {
		t.Errorf("the page asks %q", q)
	}
	s.do(tab, chromedp.Click(`#ask-yes`))
	s.until(tab, of("pricing", `.querySelector('.buy').textContent === 'Buy (free)'`))
	if st := js[string](s, tab, of("pricing", `.dataset.state`)); st != "stand-in" {
		t.Errorf("with its voice alone the clip is %q", st)
	}
	if n := s.billed(); n != 1 {
		t.Errorf("%d jobs were billed", n)
	}
	s.do(tab, chromedp.Click(`[data-name="pricing"] .buy`), chromedp.Click(`#ask-yes`))
	s.until(tab, of("pricing", `.dataset.state === 'final'`))
	if n := s.billed(); n != 2 {
		t.Errorf("%d jobs were billed for a voice and a clip", n)
	}
}
