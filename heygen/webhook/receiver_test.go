package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/heygen"
)

const (
	newSecret = heygen.Secret("whsec_new")
	oldSecret = heygen.Secret("whsec_old")
)

var noon = time.Unix(1_800_000_000, 0)

// testReceiver is a receiver with a fixed clock, and the events that it passed on.
type desk struct {
	t *testing.T
	*Receiver
	path  string
	log   bytes.Buffer
	mu    sync.Mutex
	got   []Event
	hints []Hint
	fail  error
}

func open(t *testing.T, path string) *desk {
	t.Helper()
	j, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, path: path}
	d.Receiver = New(j, func() []heygen.Secret { return []heygen.Secret{newSecret, oldSecret} }, d.handle)
	d.Now = func() time.Time { return noon }
	d.Wake = func(h Hint) { d.hints = append(d.hints, h) }
	d.Refused = func(status int, reason string) { fmt.Fprintln(&d.log, status, reason) }
	d.Log = slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() { j.Close() })
	return d
}

func begin(t *testing.T) *desk {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "j", "webhook.jsonl"))
}

func (d *desk) handle(_ context.Context, e Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got = append(d.got, e)
	return d.fail
}

// run passes on what waits, and ends when n events were passed on.
func (d *desk) run(n int) []Event {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	d.until(func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, waits := d.Journal.next()
		return len(d.got) >= n && !waits
	})
	cancel()
	if err := <-done; err != nil {
		d.t.Fatal(err)
	}
	return d.got
}

func (d *desk) until(f func() bool) {
	d.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); !f(); {
		select {
		case <-tick.C:
		case <-deadline:
			d.t.Fatal("did not happen")
		}
	}
}

func (d *desk) send(q *http.Request) *http.Response {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, q)
	return w.Result()
}

func (d *desk) lines() string {
	b, err := os.ReadFile(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func v1(secret heygen.Secret, body string) *http.Request {
	q := httptest.NewRequest("POST", "/hook", strings.NewReader(body))
	q.Header.Set(HeaderV1, Sign(secret, []byte(body)))
	return q
}

func v3(secret heygen.Secret, id string, sent time.Time, body string) *http.Request {
	q := httptest.NewRequest("POST", "/", strings.NewReader(body))
	q.Header.Set(HeaderV3, Sign(secret, []byte(body)))
	q.Header.Set(HeaderTimestamp, strconv.FormatInt(sent.Unix(), 10))
	q.Header.Set(HeaderEventID, id)
	return q
}

// news is a body; the link is one that must never be seen again.
func news(id string) string {
	return fmt.Sprintf(
		`{"event_type":"avatar_video.success","event_data":{"video_id":%q,"url":"https://files.heygen.ai/v.webm?Signature=precious"}}`,
		id,
	)
}

func TestDeliveries(t *testing.T) {
	body := news("vid")
	change := func(q *http.Request, f func(*http.Request)) *http.Request { f(q); return q }
	for name, c := range map[string]struct {
		q       *http.Request
		status  int
		written bool
	}{
		"v1":                       {v1(newSecret, body), 200, true},
		"v1 with the older secret": {v1(oldSecret, body), 200, true},
		"v3":                       {v3(newSecret, "e1", noon, body), 200, true},
		"v3 with the older secret": {v3(oldSecret, "e1", noon, body), 200, true},
		"v3 just in time":          {v3(newSecret, "e1", noon.Add(-MaxSkew), body), 200, true},
		"upper case signature": {change(v1(newSecret, body), func(q *http.Request) {
			q.Header.Set(HeaderV1, strings.ToUpper(q.Header.Get(HeaderV1)))
		}), 200, true},
		"an unknown event": {v1(newSecret, `{"event_type":"tea.ready","event_data":{}}`), 200, true},
		"a wrong secret":   {v1("whsec_other", body), 401, false},
		"no secret's key":  {v1("", body), 401, false},
		"wrong secret, v3": {v3("whsec_other", "e1", noon, body), 401, false},
		"not signed":       {httptest.NewRequest("POST", "/", strings.NewReader(body)), 401, false},
		"v3 too late":      {v3(newSecret, "e1", noon.Add(-MaxSkew-time.Second), body), 401, false},
		"v3 from tomorrow": {v3(newSecret, "e1", noon.Add(24*time.Hour), body), 401, false},
		"v3 without a time": {
			change(v3(newSecret, "e1", noon, body), func(q *http.Request) { q.Header.Del(HeaderTimestamp) }), 401, false,
		},
		"not hex": {
			change(v1(newSecret, body), func(q *http.Request) { q.Header.Set(HeaderV1, "zz") }), 401, false,
		},
		"half a signature": {change(v1(newSecret, body), func(q *http.Request) {
			q.Header.Set(HeaderV1, q.Header.Get(HeaderV1)[:32])
		}), 401, false},
		"a forged body": {change(v1(newSecret, body), func(q *http.Request) {
			q.Body = http.NoBody
		}), 401, false},
		"a v1 signature next to a wrong v3 one": {
			change(v1(newSecret, body), func(q *http.Request) { q.Header.Set(HeaderV3, "00") }), 401, false,
		},
		"signed nonsense":      {v1(newSecret, "hello"), 400, false},
		"nonsense, not signed": {httptest.NewRequest("POST", "/", strings.NewReader("hello")), 401, false},
		"huge":                 {v1(newSecret, strings.Repeat("x", maxBody+1)), 413, false},
		"huge callback": {
			httptest.NewRequest("POST", CallbackPath, strings.NewReader(strings.Repeat("x", maxBody+1))), 413, false,
		},
		"GET":                              {httptest.NewRequest("GET", "/", nil), 405, false},
		"PUT":                              {httptest.NewRequest("PUT", "/", strings.NewReader(body)), 405, false},
		"the question before registration": {httptest.NewRequest("OPTIONS", "/", nil), 200, false},
		"a callback, though signed": {
			change(v1(newSecret, body), func(q *http.Request) { q.URL.Path = CallbackPath }), 200, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := begin(t)
			res := d.send(c.q)
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			if written := d.lines() != ""; written != c.written {
				t.Errorf("in the journal: %v", written)
			}
			if c.status == 405 && res.Header.Get("Allow") != "POST, OPTIONS" {
				t.Errorf("Allow %q", res.Header.Get("Allow"))
			}
			for _, s := range []string{"precious", "whsec"} {
				if strings.Contains(d.lines()+d.log.String(), s) {
					t.Errorf("%q was written down", s)
				}
			}
		})
	}
}

func TestRepeatsAreHandedOverOnce(t *testing.T) {
	t.Parallel()
	body, other := news("one"), news("two")
	resigned := strings.Replace(body, "precious", "fresh", 1)
	withID := `{"event_id":"b1","event_type":"avatar_video.success","event_data":{"video_id":"three"}}`
	for name, c := range map[string]struct {
		sent []*http.Request
		want int
	}{
		"v1 twice":                    {[]*http.Request{v1(newSecret, body), v1(newSecret, body)}, 1},
		"v1, the second other secret": {[]*http.Request{v1(newSecret, body), v1(oldSecret, body)}, 1},
		"v3 twice": {
			[]*http.Request{v3(newSecret, "e1", noon, body), v3(newSecret, "e1", noon, body)}, 1,
		},
		"v3 again with a new link": {
			[]*http.Request{v3(newSecret, "e1", noon, body), v3(newSecret, "e1", noon, resigned)}, 1,
		},
		"replayed under another id": {
			[]*http.Request{v3(newSecret, "e1", noon, body), v3(newSecret, "e2", noon, body)}, 1,
		},
		"replayed as v1": {[]*http.Request{v3(newSecret, "e1", noon, body), v1(newSecret, body)}, 1},
		"the signed id wins": {
			[]*http.Request{v3(newSecret, "e1", noon, withID), v3(newSecret, "b1", noon, body)}, 1,
		},
		"two events": {
			[]*http.Request{v3(newSecret, "e1", noon, body), v3(newSecret, "e2", noon, other)}, 2,
		},
		"two of v1": {[]*http.Request{v1(newSecret, body), v1(newSecret, other)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := begin(t)
			for _, q := range c.sent {
				if res := d.send(q); res.StatusCode != 200 {
					t.Errorf("status %d: a repeat is answered with yes too", res.StatusCode)
				}
			}
			if got := d.run(c.want); len(got) != c.want {
				t.Errorf("passed on: %v", got)
			}
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	d := begin(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() { d.send(v3(newSecret, fmt.Sprint("e", i%4), noon, news(fmt.Sprint(i%4)))) })
	}
	wg.Wait()
	if got := d.run(4); len(got) != 4 {
		t.Errorf("%d passed on", len(got))
	}
}

// The order of arrival is kept, whatever order the facts had: the reader of the
// job finds out.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	d := begin(t)
	late := `{"event_type":"avatar_video.fail","created_at":1700000000,"event_data":{"video_id":"v","msg":"no"}}`
	d.send(v3(newSecret, "e2", noon, news("v")))
	d.send(v3(newSecret, "e1", noon, late))
	got := d.run(2)
	if got[0].ID != "e2" || got[1].ID != "e1" || got[1].Created.Unix() != 1700000000 {
		t.Errorf("%+v", got)
	}
}

// A process that ends between the journal and the answer, or between the answer
// and the handler, loses nothing; one that dealt with an event does not again.
func TestRestart(t *testing.T) {
	t.Parallel()
	d := begin(t)
	d.send(v3(newSecret, "e1", noon, news("one")))
	if !strings.Contains(d.lines(), `"id":"e1"`) || len(d.got) != 0 {
		t.Fatalf("not on disk before the answer: %s", d.lines())
	}
	d.Journal.Close()

	again := open(t, d.path)
	if res := again.send(v3(newSecret, "e1", noon, news("one"))); res.StatusCode != 200 {
		t.Errorf("the repeat: %d", res.StatusCode)
	}
	if got := again.run(1); len(got) != 1 || got[0].VideoID != "one" {
		t.Fatalf("after a crash: %+v", got)
	}
	again.Journal.Close()

	third := open(t, d.path)
	third.send(v3(newSecret, "e1", noon, news("one")))
	third.send(v3(newSecret, "e2", noon, news("two")))
	if got := third.run(1); len(got) != 1 || got[0].ID != "e2" {
		t.Errorf("passed on again: %+v", got)
	}
}

func TestAnEventNobodyCouldDealWithComesAtTheNextStart(t *testing.T) {
	t.Parallel()
	d := begin(t)
	d.fail = errors.New("the API does not answer")
	d.send(v1(newSecret, news("one")))
	d.run(1)
	d.Journal.Close()
	if got := open(t, d.path).run(1); len(got) != 1 || got[0].VideoID != "one" {
		t.Errorf("%+v", got)
	}
}

func TestCallbacksOnlyWake(t *testing.T) {
	t.Parallel()
	d := begin(t)
	for _, body := range []string{
		news("v1"), `{"event_type":"x","event_data":{"callback_id":"c1"}}`,
		`{"event_type":"x","event_data":{"video_id":"a b\n"}}`, `{"event_type":"x"}`,
	} {
		if res := d.send(httptest.NewRequest("POST", CallbackPath, strings.NewReader(body))); res.StatusCode != 200 {
			t.Errorf("%s: %d", body, res.StatusCode)
		}
	}
	if fmt.Sprint(d.hints) != "[{v1 } { c1}]" || d.lines() != "" {
		t.Errorf("%v %q", d.hints, d.lines())
	}
	if res := d.send(httptest.NewRequest("POST", CallbackPath, strings.NewReader("hello"))); res.StatusCode != 400 {
		t.Errorf("nonsense: %d", res.StatusCode)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	d := begin(t)
	web := httptest.NewUnstartedServer(nil) // only its listener is used
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx, web.Listener) }()
	q := v1(newSecret, news("one"))
	q.URL.Scheme, q.URL.Host, q.RequestURI = "http", web.Listener.Addr().String(), ""
	res, err := http.DefaultClient.Do(q)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	res.Body.Close()
	d.until(func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.got) == 1 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
