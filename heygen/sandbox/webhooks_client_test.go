package sandbox

import (
	"errors"
	"fmt"
	"testing"

	"greenroom/heygen"
)

// The client and the sandbox mean the same routes, in both generations.
func TestTheClientManagesWebhooks(t *testing.T) {
	t.Parallel()
	for _, v3 := range []bool{false, true} {
		t.Run(fmt.Sprint("v3 ", v3), func(t *testing.T) {
			t.Parallel()
			s, l := begin(t), listen(t)
			w := heygen.New("k", heygen.WithBaseURL(s.url)).Webhooks(v3)
			e, err := w.Add(t.Context(), l.url, []string{"avatar_video.fail"})
			if err != nil || e.ID == "" || e.Secret.Reveal() == "" || e.URL != l.url || len(e.Events) != 1 ||
				e.CreatedAt.IsZero() {
				t.Fatalf("%+v %v", e, err)
			}
			_, err = w.Update(t.Context(), e.ID, heygen.EndpointChange{URL: l.url + "/b"})
			if err != nil {
				t.Error(err)
			}
			list, err := w.Endpoints(t.Context())
			if err != nil || len(list) != 1 || list[0].URL != l.url+"/b" || len(list[0].Events) != 1 ||
				(list[0].Secret == "") != v3 {
				t.Errorf("%+v %v", list, err)
			}
			if u, err := w.Update(t.Context(), e.ID, heygen.EndpointChange{AllEvents: true}); err != nil || u.Events != nil {
				t.Errorf("%+v %v", u, err)
			}
			types, err := w.EventTypes(t.Context())
			if err != nil || len(types) != 30 || types[0].Name == "" || (types[0].Description != "") != v3 {
				t.Errorf("%v %v", types, err)
			}
			secret, err := w.Rotate(t.Context(), e.ID)
			if v3 && (err != nil || secret == e.Secret || secret == "") || !v3 && !errors.Is(err, heygen.ErrV3Only) {
				t.Error(err)
			}
			if err := w.Delete(t.Context(), e.ID); err != nil {
				t.Error(err)
			}
			if err := w.Delete(t.Context(), e.ID); !heygen.NotFound(err) {
				t.Error(err)
			}
			if list, err := w.Endpoints(t.Context()); err != nil || len(list) != 0 {
				t.Error(list, err)
			}
		})
	}
}

func TestTheClientReadsTheEventsThatWereSent(t *testing.T) {
	t.Parallel()
	s := begin(t, faulty("job-fails=no credit"))
	client := heygen.New("k", heygen.WithBaseURL(s.url))
	for range 4 {
		s.buyV3(nil)
	}
	s.until(
		"four ends", func() bool { s.server.mu.Lock(); defer s.server.mu.Unlock(); return len(s.server.hooks.Events) == 4 },
	)
	for limit, want := range map[int]int{0: 4, 3: 3, 100: 4} {
		events, err := client.Webhooks(true).Events(t.Context(), "", limit)
		if err != nil || len(events) != want || events[0].Message != "no credit" || events[0].ID == "" ||
			events[0].CreatedAt.IsZero() {
			t.Errorf("%d: %+v %v", limit, events, err)
		}
	}
	if events, err := client.Webhooks(true).Events(t.Context(), "avatar_video.success", 0); err != nil ||
		len(events) != 0 {
		t.Error(events, err)
	}
	if _, err := client.Webhooks(false).Events(t.Context(), "", 0); !errors.Is(err, heygen.ErrV3Only) {
		t.Error(err)
	}
}

// A registration whose answer was lost is sent again and registers once.
func TestALostAnswerRegistersOnce(t *testing.T) {
	t.Parallel()
	s, l := begin(t), listen(t)
	head := []string{"Idempotency-Key", "once"}
	_, one, _ := s.call("POST", "/v3/webhooks/endpoints", map[string]any{"url": l.url}, head...)
	_, two, _ := s.call("POST", "/v3/webhooks/endpoints", map[string]any{"url": l.url}, head...)
	if at(one, "data", "secret") != at(two, "data", "secret") || at(one, "data", "secret") == nil {
		t.Error(one, two)
	}
	if d := s.must("GET", "/v3/webhooks/endpoints", nil); at(d, "data", 1) != nil {
		t.Error(d)
	}
}
