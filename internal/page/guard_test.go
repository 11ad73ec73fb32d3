//go:build unix

package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
	"greenroom/pipeline/watch"
)

// TestWhoIsLetIn: no token, another origin, another host, a path that climbs.
func TestWhoIsLetIn(t *testing.T) {
	m := play(watch.State{Clips: []watch.Clip{{Name: "intro", State: watch.Unmade, Buyable: true, Next: watch.NextClip, Price: "$0.40"}}})
	s := m.serve(t, t.TempDir())
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	base, token := "http://"+u.Host, u.Query().Get("token")
	ask := func(body, method, path string, headers ...string) *http.Response {
		q, err := http.NewRequest(method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if method == "POST" {
			q.Header.Set("Content-Type", "application/json")
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
	cookie := "greenroom-" + u.Port() + "=" + token
	one := `{"clips": ["intro"], "shown": {"intro": "$0.40"}}`
	for name, c := range map[string]struct {
		res  *http.Response
		want int
	}{
		"no token":                    {ask("", "GET", "/"), 403},
		"state, no token":             {ask("", "GET", "/state"), 403},
		"events, no token":            {ask("", "GET", "/events"), 403},
		"buy, no token":               {ask(one, "POST", "/buy"), 403},
		"media, no token":             {ask("", "GET", "/media/intro.webm"), 403},
		"a film, no token":            {ask("", "GET", "/film/tour"), 403},
		"a still, no token":           {ask("", "GET", "/still/tour"), 403},
		"a waveform, no token":        {ask("", "GET", "/waveform/clip/intro"), 403},
		"backdrops, no token":         {ask("", "GET", "/backdrops"), 403},
		"a backdrop, no token":        {ask("", "GET", "/backdrop?name=x.png"), 403},
		"wrong token":                 {ask("", "GET", "/state?token=x"), 403},
		"a cookie of another port":    {ask("", "GET", "/state", "Cookie", "greenroom-1="+token), 403},
		"token":                       {ask("", "GET", "/state?token="+token), 200},
		"cookie":                      {ask("", "GET", "/state", "Cookie", cookie), 200},
		"another origin":              {ask(one, "POST", "/buy", "Cookie", cookie, "Origin", "http://evil.example"), 403},
		"another port's origin":       {ask("", "GET", "/state", "Cookie", cookie, "Origin", "http://127.0.0.1:1"), 403},
		"no origin to speak of":       {ask(one, "POST", "/buy", "Cookie", cookie, "Origin", "null"), 403},
		"a cross-site tab":            {ask("{}", "POST", "/rebuild", "Cookie", cookie, "Sec-Fetch-Site", "cross-site"), 403},
		"a tab of another port":       {ask("", "GET", "/state", "Cookie", cookie, "Sec-Fetch-Site", "same-site"), 403},
		"an address typed in":         {ask("", "GET", "/", "Cookie", cookie, "Sec-Fetch-Site", "none"), 200},
		"another host":                {ask("", "GET", "/state", "Cookie", cookie, "Host", "evil.example"), 403},
		"a host like ours":            {ask("", "GET", "/state", "Cookie", cookie, "Host", "127.0.0.1.evil.example"), 403},
		"a form's post":               {ask(one, "POST", "/buy", "Cookie", cookie, "Content-Type", "text/plain"), 415},
		"a purchase of nothing named": {ask("{}", "POST", "/buy", "Cookie", cookie), 400},
		"a purchase that is not JSON": {ask("x", "POST", "/buy", "Cookie", cookie), 400},
		"a price that was not shown":  {ask(`{"clips": ["intro"]}`, "POST", "/buy", "Cookie", cookie), 409},
		"an older price":              {ask(strings.Replace(one, "0.40", "0.30", 1), "POST", "/buy", "Cookie", cookie), 409},
		"a clip that is not there":    {ask(strings.ReplaceAll(one, "intro", "x"), "POST", "/buy", "Cookie", cookie), 409},
		"why of no clip":              {ask("", "GET", "/why/x", "Cookie", cookie), 404},
		"checks of no clip":           {ask("", "GET", "/checks/x", "Cookie", cookie), 404},
		"a path upwards":              {ask("", "GET", "/media/..%2f..%2fgreenroom.yaml", "Cookie", cookie), 404},
		"a template":                  {ask("", "GET", "/web/page.html"), 404},
		"no such media":               {ask("", "GET", "/media/nothing.webm", "Cookie", cookie), 404},
		"a font's licence":            {ask("", "GET", "/web/inter-LICENSE.txt"), 200},
		"the page itself":             {ask("", "GET", "/?token="+token), 303},
	} {
		if c.res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, c.res.StatusCode, c.want)
		}
		csp := c.res.Header.Get("Content-Security-Policy")
		if c.want == 200 && (!strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe")) {
			t.Errorf("%s: policy %q", name, csp)
		}
	}
	if len(m.bought) != 0 {
		t.Errorf("%v were bought", m.bought)
	}
	if res := ask(one, "POST", "/buy", "Cookie", cookie); res.StatusCode != 200 || fmt.Sprint(m.bought) != "[intro]" {
		t.Errorf("the page's own purchase: %d, %v", res.StatusCode, m.bought)
	}
}

// TestAnotherTab: a page of another origin in the same browser, which holds the cookie,
// tries what pages try. Another port is another origin but the same site, so that
// cookies go along; another name is another site.
func TestAnotherTab(t *testing.T) {
	m := play(watch.State{Clips: []watch.Clip{{Name: "intro", State: watch.Unmade, Buyable: true, Next: watch.NextClip, Price: "free", Script: "a secret"}}})
	s := m.serve(t, t.TempDir())
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + u.Host
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><body>another page</body>")
	}))
	defer evil.Close()
	tab := s.browser(1440, false)
	s.until(tab, of("intro", `?.querySelector('.buy').hidden === false`))
	body := `{"clips":["intro"],"shown":{"intro":"free"}}`
	script := fmt.Sprintf(`(async () => {
  const out = {}, at = %q, record = async (name, f) => { try { out[name] = await f(); } catch (e) { out[name] = 'refused'; } };
  await record('state', async () => (await fetch(at + '/state', {credentials: 'include'})).status);
  await record('why', async () => (await fetch(at + '/why/intro', {credentials: 'include'})).text());
  await record('opaque', async () => (await fetch(at + '/state', {credentials: 'include', mode: 'no-cors'})).type);
  await record('events', () => new Promise((yes) => { const e = new EventSource(at + '/events', {withCredentials: true}); e.onmessage = (m) => yes(m.data); e.onerror = () => { e.close(); yes('refused'); }; }));
  await record('buy', async () => (await fetch(at + '/buy', {method: 'POST', credentials: 'include', headers: {'Content-Type': 'application/json'}, body: %q})).status);
  await record('buy as a form does', async () => (await fetch(at + '/buy', {method: 'POST', credentials: 'include', mode: 'no-cors', body: %q})).type);
  await record('script', () => new Promise((yes) => { const e = document.createElement('script'); e.src = at + '/web/view.js'; e.onload = () => yes('loaded'); e.onerror = () => yes('refused'); document.body.append(e); }));
  await record('frame', () => new Promise((yes) => { const e = document.createElement('iframe'); e.src = at + '/'; e.onload = () => { let seen = 'refused'; try { if (e.contentDocument && e.contentDocument.title) seen = e.contentDocument.title; } catch {} yes(seen); }; document.body.append(e); }));
  return out;
})()`, base, body, body)
	for name, from := range map[string]string{"another port": evil.URL, "another site": strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)} {
		other, end := chromedp.NewContext(tab)
		var got map[string]any
		s.do(other, chromedp.Navigate(from), chromedp.Evaluate(script, &got, awaited))
		end()
		for what, came := range got {
			if came != "refused" && came != "opaque" {
				t.Errorf("%s: %s returns %v", name, what, came)
			}
		}
		if len(got) != 8 {
			t.Errorf("%s tried %v", name, got)
		}
	}
	if len(m.bought) != 0 {
		t.Errorf("%v were bought", m.bought)
	}
	s.do(tab, chromedp.Click(`[data-name="intro"] .buy`), chromedp.Click(`#ask-yes`))
	s.until(tab, `document.getElementById('notice').hidden`)
}

// TestNothingFromElsewhere records every request of the browser, and what its policy
// refused: all goes to this server, and nothing is refused. The fonts are ours.
func TestNothingFromElsewhere(t *testing.T) {
	s := begin(t, manifest)
	tab := browsertest.Tab(s)
	var mu sync.Mutex
	var asked []string
	chromedp.ListenTarget(tab, func(e any) {
		if r, ok := e.(*network.EventRequestWillBeSent); ok {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, r.Request.URL)
		}
	})
	s.do(tab, network.Enable(), chromedp.ActionFunc(watchPolicy))
	s.open(tab, 1440, false)
	s.until(tab, of("intro", `?.querySelector('.plays video')?.readyState >= 2`))
	s.do(tab, chromedp.KeyEvent("j"), chromedp.KeyEvent("w")) // fonts load when they are used
	for _, font := range []string{"15px Inter", "13px JetBrains Mono"} {
		s.until(tab, fmt.Sprintf(`document.fonts.check(%q) && [...document.fonts].some(f => f.status === 'loaded' && %q.includes(f.family.replaceAll('"', '')))`, font, font))
	}
	s.do(tab, chromedp.KeyEvent("\x1b"), chromedp.KeyEvent("v"))
	s.until(tab, `viewing?.peaks?.length > 0 && document.getElementById('view-video').readyState >= 2`)
	for _, key := range []string{"\x1b", "g", "b", "\x1b", "?", "\x1b"} {
		s.do(tab, chromedp.KeyEvent(key))
	}
	if refused := js[[]string](s, tab, `window.refusedByPolicy`); len(refused) != 0 {
		t.Errorf("the policy refused %v", refused)
	}
	mu.Lock()
	defer mu.Unlock()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, a := range asked {
		to, err := url.Parse(a)
		if err != nil || to.Host != u.Host || to.Scheme != "http" {
			t.Errorf("the browser asked %s", a)
			continue
		}
		kinds[strings.SplitN(to.Path, "/", 3)[1]] = true
	}
	for _, want := range []string{"web", "events", "media", "why", "waveform", "backdrops"} {
		if !kinds[want] {
			b, _ := json.Marshal(asked)
			t.Errorf("nothing asked for %s: %s", want, b)
		}
	}
}
