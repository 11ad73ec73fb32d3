package pipeline

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
)

// busy answers 429 to the first n purchases.
func (f *gate) busy(n int, header, code string) {
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if !isPurchase(r) || n == 0 {
			return false
		}
		n--
		if header != "" {
			w.Header().Set("Retry-After", header)
		}
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":{"code":"` + code + `","message":"slow down"}}`))
		return true
	})
}

// TestARefusalForBeingBusyIsWaitedFor: with Retry-After in every form, for both
// generations; each try has a key of its own because the refusal may be stored.
func TestARefusalForBeingBusyIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"v2", "v3"} {
		for name, header := range map[string]string{
			"seconds": "1", "date": time.Now().Add(time.Second).UTC().Format(http.TimeFormat), "absent": "", "past": "Mon, 02 Jan 2006 15:04:05 GMT",
			"huge": "99999999999", "negative": "-5", "rubbish": "soon",
		} {
			if api == "v2" && name != "date" && name != "absent" {
				continue // they are read by the same code
			}
			t.Run(api+" "+name, func(t *testing.T) {
				t.Parallel()
				f := newGate(t)
				p := newProjectAt(t, api, `one: {script: "One."}`)
				p.env["HEYGEN_API_BASE"] = f.srv.URL
				f.busy(2, header, "rate_limit_exceeded")
				var messages []string
				sum, err := p.build(BuildOptions{}, func(o *Options) {
					o.Sink = func(e event.Event) { messages = append(messages, e.Message) }
				})
				if err != nil || sum.Bought != 1 || f.billed() != 1 || len(f.posts) != 3 {
					t.Fatalf("%+v, %v, %d billed, %d requests", sum, err, f.billed(), len(f.posts))
				}
				if !slices.ContainsFunc(messages, func(s string) bool { return strings.Contains(s, "busy (429)") }) {
					t.Errorf("it does not report that it waits: %q", messages)
				}
				if api == "v3" && (f.posts[0] == f.posts[1] || f.posts[1] == f.posts[2] || f.posts[0] == "") {
					t.Errorf("a refusal may be stored under its key: %q", f.posts)
				}
			})
		}
	}
}

// TestWaitingForABusyProviderEnds: --wait bounds it, nothing was bought, and the next run
// goes on.
func TestWaitingForABusyProviderEnds(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	p := newProjectAt(t, "v3", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	f.busy(-1, "86400", "resource_limit_exceeded")
	_, err := p.build(BuildOptions{Wait: 2 * time.Second})
	mustContain(t, err, "HeyGen is busy", "nothing was bought")
	if fault.KindOf(err) != fault.Wait {
		t.Errorf("kind %v", fault.KindOf(err))
	}
	if r := p.rows()[0]; r.State != ledger.Intended || r.Pending != 0 || f.billed() != 0 {
		t.Errorf("%+v", r)
	}
	f.answer(nil)
	if _, err := p.build(BuildOptions{}); err != nil || f.billed() != 1 {
		t.Errorf("%v, %d billed", err, f.billed())
	}
}

// TestABatchLargerThanThePlanHasRoomFor: the plan lets two jobs run at once.
func TestABatchLargerThanThePlanHasRoomFor(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	p := newProjectAt(t, "v3", `one: {script: "One."}, two: {script: "Two."}, three: {script: "Three."}, four: {script: "Four."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	f.busy(2, "", "resource_limit_exceeded")
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 4 || f.billed() != 4 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
}

// TestARefusalStoredUnderItsKeyBlocksNothing: a provider that repeats a stored 402 for a
// day gets a new key once nothing is open.
func TestARefusalStoredUnderItsKeyBlocksNothing(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	p := newProjectAt(t, "v3", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	stored := map[string]bool{}
	full := false
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		key := r.Header.Get("Idempotency-Key")
		if !isPurchase(r) || full && !stored[key] {
			return false
		}
		stored[key] = true
		w.WriteHeader(http.StatusPaymentRequired)
		_, _ = w.Write([]byte(`{"error":{"code":"insufficient_credit","message":"no credit"}}`))
		return true
	})
	_, err := p.build(BuildOptions{})
	mustContain(t, err, "no credit", "top the account up")
	full = true
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 1 || f.billed() != 1 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
}

// TestAStatusAnswerNeverReplacesTheBoughtID: answers that name other videos, or a
// placeholder, leave the record as it is.
func TestAStatusAnswerNeverReplacesTheBoughtID(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"v2", "v3"} {
		f := newGate(t)
		p := newProjectAt(t, api, `one: {script: "One."}`)
		p.env["HEYGEN_API_BASE"] = f.srv.URL
		n := 0
		var asked []string
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet || r.URL.Path != "/v1/video_status.get" && !strings.HasPrefix(r.URL.Path, "/v3/videos/") {
				return false
			}
			asked = append(asked, r.URL.String())
			if n++; n > 3 {
				return false
			}
			_, _ = w.Write([]byte(`{"code":100,"data":{"id":"` + []string{"AAAA", "BBBB", "<id>"}[n-1] + `","status":"processing"}}`))
			return true
		})
		warned := 0
		if _, err := p.build(BuildOptions{}, func(o *Options) {
			o.Sink = func(e event.Event) {
				if e.State == event.Warned && strings.Contains(e.Message, "AAAA") {
					warned++
				}
			}
		}); err != nil {
			t.Fatalf("%s: %v", api, err)
		}
		id := p.props().Clips["one"].Take.VideoID
		if r := p.rows()[0]; r.VideoID != id || id == "AAAA" || id == "BBBB" || warned != 1 {
			t.Errorf("%s: %+v, warned %d times", api, r, warned)
		}
		for _, u := range asked {
			if !strings.Contains(u, id) {
				t.Errorf("%s: asked for %s, bought %s", api, u, id)
			}
		}
	}
}

// TestAStatusAnswerOfAnotherClip: the id of a video that is another clip's take is refused
// by name, and both clips keep their own.
func TestAStatusAnswerOfAnotherClip(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	p := newProjectAt(t, "v2", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	if _, err := p.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	one := p.props().Clips["one"].Take.VideoID
	p.manifest("v2", `one: {script: "One."}, two: {script: "Two."}`)
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v1/video_status.get" {
			return false
		}
		_, _ = w.Write([]byte(`{"code":100,"data":{"id":"` + one + `","status":"completed","video_url":"` + f.srv.URL + `/x.mp4"}}`))
		return true
	})
	_, err := p.build(BuildOptions{})
	mustContain(t, err, one, "the take of one")
	f.answer(nil)
	if _, err := p.build(BuildOptions{}); err != nil || f.billed() != 2 {
		t.Errorf("%v, %d billed", err, f.billed())
	}
}
