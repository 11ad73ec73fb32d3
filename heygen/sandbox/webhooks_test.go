package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/heygen"
	"greenroom/heygen/webhook"
)

// delivery is one request a listener got.
type delivery struct {
	head http.Header
	body string
	said int
}

func (d delivery) data(name string) any {
	var m map[string]any
	_ = json.Unmarshal([]byte(d.body), &m)
	return at(m, "event_data", name)
}

// listener answers deliveries with the statuses it was given, then with yes.
type listener struct {
	url string
	mu  sync.Mutex
	got []delivery
	say []int
}

func listen(t *testing.T, say ...int) *listener {
	t.Helper()
	l := &listener{say: say}
	web := httptest.NewServer(l)
	t.Cleanup(web.Close)
	l.url = web.URL
	return l
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	status := http.StatusOK
	if r.Method == http.MethodPost {
		if len(l.say) > 0 {
			status, l.say = l.say[0], l.say[1:]
		}
		l.got = append(l.got, delivery{r.Header, string(b), status})
	}
	w.WriteHeader(status)
}

func (l *listener) all() []delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]delivery{}, l.got...)
}

func (s *studio) deliveries(l *listener, n int) []delivery {
	s.Helper()
	s.until(fmt.Sprint(n, " deliveries"), func() bool { return len(l.all()) >= n })
	return l.all()
}

func (s *studio) add(v3 bool, address string) (id string, secret heygen.Secret) {
	s.Helper()
	path := "/v1/webhook/endpoint.add"
	if v3 {
		path = "/v3/webhooks/endpoints"
	}
	d := s.must("POST", path, map[string]any{"url": address})
	id, _ = at(d, "data", "endpoint_id").(string)
	text, _ := at(d, "data", "secret").(string)
	if id == "" || text == "" || v3 && !strings.HasPrefix(text, "whsec_") {
		s.Fatal(d)
	}
	return id, heygen.Secret(text)
}

func (s *studio) buyV3(change func(map[string]any)) string {
	s.Helper()
	b := map[string]any{
		"type": "avatar", "avatar_id": avatarList[0].id, "script": "Hello.", "voice_id": voiceList[0].id, "title": "t",
	}
	if change != nil {
		change(b)
	}
	id, _ := at(s.must("POST", "/v3/videos", b), "data", "video_id").(string)
	return id
}

// later moves the clock past the end of every job.
func (s *studio) later() {
	s.Helper()
	s.until("rendering", func() bool {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		for _, j := range s.server.jobs {
			if j.File == "" && j.Status != "failed" {
				return false
			}
		}
		return true
	})
	s.clock.add(renderSeconds*time.Second + 4*time.Second)
}

func quick(o *Options) { o.Speed = 100_000 }

func TestTheEndIsSentOnceAndSigned(t *testing.T) {
	t.Parallel()
	s := begin(t)
	first, third, own := listen(t), listen(t), listen(t)
	_, secret := s.add(false, first.url)
	_, secretV3 := s.add(true, third.url)
	id := s.buy(func(b, _, _ map[string]any) { b["callback_url"], b["callback_id"] = own.url, "mine" })
	s.later()
	if s.status(id)["status"] != "completed" {
		t.Fatal(s.status(id))
	}
	d := s.deliveries(first, 1)[0]
	if p, err := webhook.Verify(d.head, []byte(d.body), []heygen.Secret{secret}, s.clock.Now()); err != nil || p.V3 {
		t.Error(p, err)
	}
	if d.data("video_id") != id || d.data("callback_id") != "mine" || strings.Contains(d.body, "event_id") {
		t.Error(d.body)
	}
	link, _ := d.data("url").(string)
	if res, err := http.Get(link); err != nil || res.StatusCode != 200 {
		t.Error("the event's link:", link, err)
	}
	if c := s.deliveries(own, 1)[0]; c.head.Get("Signature") != "" || c.data("video_id") != id {
		t.Error("callback:", c)
	}
	v3id := s.buyV3(func(b map[string]any) { b["callback_url"], b["callback_id"] = own.url, "third" })
	s.later()
	d = s.deliveries(third, 1)[0]
	p, err := webhook.Verify(d.head, []byte(d.body), []heygen.Secret{secretV3}, s.clock.Now())
	if err != nil || !p.V3 || p.EventID == "" || d.data("video_id") != v3id || !strings.Contains(d.body, p.EventID) {
		t.Error(p, err, d.body)
	}
	if c := s.deliveries(own, 2)[1]; c.data("callback_id") != "third" {
		t.Error(c.body)
	}
	log := s.must("GET", "/v3/webhooks/events?event_type=avatar_video.success", nil)
	if at(log, "data", 0, "event_id") != p.EventID || at(log, "data", 1) != nil {
		t.Error(log)
	}
	s.close()
	if len(first.all()) != 1 || len(third.all()) != 1 { // each generation receives its own jobs
		t.Error(first.all(), third.all())
	}
}

func TestV3InsistsAndV1DoesNot(t *testing.T) {
	t.Parallel()
	s := begin(t, quick)
	first, third := listen(t, 500), listen(t, 503, 302, 500)
	s.add(false, first.url)
	s.add(true, third.url)
	s.buy(nil)
	s.buyV3(nil)
	s.later()
	s.deliveries(first, 1)
	got := s.deliveries(third, 4)
	for _, d := range got {
		if d.body != got[0].body || d.head.Get("Heygen-Event-Id") != got[0].head.Get("Heygen-Event-Id") {
			t.Error("a repeat is another event:", d)
		}
	}
	s.close()
	if len(first.all()) != 1 || len(third.all()) != 4 {
		t.Error(len(first.all()), len(third.all()))
	}
}

func TestFailuresAreSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault string
		fail  error
		msg   string
	}{
		"on purpose":   {"job-fails=no credit", nil, "no credit"},
		"silently":     {"job-fails-silently", nil, ""},
		"by rendering": {"head-403", fmt.Errorf("broken"), "rendering_failed: broken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir(), &maker{fail: c.fail}, &clock{now: time.Unix(1_800_000_000, 0)}, faulty(c.fault))
			l := listen(t)
			s.add(true, l.url)
			s.buyV3(nil)
			d := s.deliveries(l, 1)[0]
			if !strings.Contains(d.body, "avatar_video.fail") || d.data("msg") != c.msg || d.data("url") != nil {
				t.Error(d.body)
			}
		})
	}
}

func TestDeliveryFaults(t *testing.T) {
	t.Parallel()
	s := begin(t, quick, faulty("webhook-forged", "webhook-late", "webhook-twice"))
	l := listen(t)
	_, secret := s.add(true, l.url)
	s.buyV3(nil)
	s.later()
	var said []string
	for _, d := range s.deliveries(l, 4) {
		_, err := webhook.Verify(d.head, []byte(d.body), []heygen.Secret{secret}, s.clock.Now())
		said = append(said, fmt.Sprint(err))
	}
	if want := []string{
		webhook.ErrForged.Error(), webhook.ErrLate.Error(), "<nil>", "<nil>",
	}; strings.Join(said, "|") != strings.Join(want, "|") {
		t.Errorf("%q", said)
	}
	s.must(
		"DELETE",
		"/v3/webhooks/endpoints/"+at(s.must("GET", "/v3/webhooks/endpoints", nil), "data", 0, "endpoint_id").(string), nil,
	)

	swap := listen(t)
	s.add(true, swap.url)
	_, _, _ = s.call("POST", "/_sandbox/faults", []string{"webhook-out-of-order"})
	one := s.buyV3(nil)
	s.later()
	s.until("an event held back", func() bool { return !s.server.faults.on("webhook-out-of-order") })
	two := s.buyV3(func(b map[string]any) { b["script"] = "Two." })
	s.later()
	got := s.deliveries(swap, 2)
	if got[0].data("video_id") != two || got[1].data("video_id") != one {
		t.Error("in order:", got)
	}
}

// A sandbox that was ended continues its deliveries where it stopped, and repeats none.
func TestDeliveriesOutliveTheProcess(t *testing.T) {
	t.Parallel()
	s := begin(t)
	l := listen(t, 500)
	s.add(true, l.url)
	id := s.buyV3(nil)
	s.later()
	s.deliveries(l, 1)
	s.close()
	again := open(t, s.dir, s.maker, s.clock)
	if d := again.deliveries(l, 2)[1]; d.data("video_id") != id || d.said != 200 {
		t.Error(d)
	}
	again.until("crossed off", func() bool {
		again.server.mu.Lock()
		defer again.server.mu.Unlock()
		return len(again.server.hooks.Events[0].Todo) == 0
	})
	again.close()
	third := open(t, s.dir, s.maker, s.clock)
	if e := third.must("GET", "/v3/webhooks/endpoints", nil); at(e, "data", 0, "url") != l.url ||
		at(e, "data", 0, "secret") != nil {
		t.Error(e)
	}
	third.close()
	if len(l.all()) != 2 {
		t.Error(len(l.all()))
	}
}

func TestWhatMayBeRegistered(t *testing.T) {
	t.Parallel()
	s := begin(t)
	l := listen(t)
	deaf := httptest.NewServer(http.NotFoundHandler())
	defer deaf.Close()
	for _, c := range []struct {
		path string
		body any
		want int
	}{
		{"/v1/webhook/endpoint.add", map[string]any{"url": l.url}, 200},
		{"/v1/webhook/endpoint.add", map[string]any{"url": deaf.URL}, 400},
		{"/v1/webhook/endpoint.add", map[string]any{"url": "https://example.com/hook"}, 200},
		{"/v3/webhooks/endpoints", map[string]any{"url": "https://example.com/hook"}, 200},
		{"/v3/webhooks/endpoints", map[string]any{"url": "http://example.com/hook"}, 400},
		{"/v1/webhook/endpoint.add", map[string]any{}, 400},
		{"/v3/webhooks/endpoints", map[string]any{"url": l.url, "events": []string{"avatar_video.fail"}}, 200},
		{"/v3/webhooks/endpoints", map[string]any{"url": "https://10.0.0.1/"}, 400},
		{"/v3/webhooks/endpoints", map[string]any{"url": "file:///etc/passwd"}, 400},
		{"/v3/webhooks/endpoints", map[string]any{"url": l.url, "events": []string{"tea.ready"}}, 400},
		{"/v3/webhooks/endpoints", map[string]any{"url": 7}, 400},
		{"/v3/webhooks/endpoints", "hello", 400},
		{"/v3/webhooks/endpoints", map[string]any{}, 400},
	} {
		if code, out, err := s.call("POST", c.path, c.body); code != c.want || err != nil {
			t.Errorf("%s %v: %d %v %v", c.path, c.body, code, out, err)
		}
	}
	for i := range 11 {
		s.must("POST", "/v3/webhooks/endpoints", map[string]any{"url": l.url + "/" + strconv.Itoa(i)})
	}
	d := s.must("GET", "/v3/webhooks/endpoints?limit=5&token=t11", nil)
	if at(d, "data", 1, "url") != l.url+"/10" || d["has_more"] != false {
		t.Error(d)
	}
}
