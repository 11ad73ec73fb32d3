package sandbox

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"greenroom/heygen/webhook"
)

// recordV3 has the secret only right after it was made.
func (e *endpoint) recordV3(secret any) map[string]any {
	return map[string]any{
		"endpoint_id": e.ID, "url": e.URL, "events": e.Events, "status": "enabled",
		"created_at": e.Created.Format(time.RFC3339), "secret": secret,
	}
}

func (s *Server) addHookV3(w http.ResponseWriter, r *http.Request) {
	b, param, wrong := readHook(w, r, "POST /v3/webhooks/endpoints")
	if wrong == "" && b.URL == nil {
		param, wrong = "url", "Field required"
	}
	if wrong != "" {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", param, wrong)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &endpoint{V3: true, Secret: "whsec_" + rand.Text()}
	if err := s.addHook(e, b); err != nil {
		v3Error(w, http.StatusInternalServerError, "internal_error", "", "the endpoint could not be recorded")
		return
	}
	v3(w, e.recordV3(e.Secret))
}

func (s *Server) listHooksV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []map[string]any{}
	for _, e := range s.hooks.Endpoints {
		if e.V3 {
			all = append(all, e.recordV3(nil))
		}
	}
	replyPage(w, r, all)
}

func (s *Server) updateHookV3(w http.ResponseWriter, r *http.Request) {
	b, param, wrong := readHook(w, r, "PATCH /v3/webhooks/endpoints/{endpoint_id}")
	if wrong != "" {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", param, wrong)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.hookOf(w, r)
	if e == nil {
		return
	}
	e.change(b)
	_ = s.saveHooks()
	v3(w, e.recordV3(nil))
}

func (s *Server) deleteHookV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.hookOf(w, r)
	if e == nil {
		return
	}
	_ = s.removeHook(e)
	v3(w, map[string]any{"endpoint_id": e.ID, "deleted": true})
}

func (s *Server) rotateHookV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.hookOf(w, r)
	if e == nil {
		return
	}
	e.Secret = "whsec_" + rand.Text()
	_ = s.saveHooks()
	v3(w, map[string]any{"endpoint_id": e.ID, "secret": e.Secret})
}

func eventTypesV3(w http.ResponseWriter, _ *http.Request) {
	out := []map[string]any{}
	for _, t := range webhook.Types {
		out = append(out, map[string]any{
			"event_type": t, "description": strings.NewReplacer("_", " ", ".", ": ").Replace(t),
		})
	}
	v3(w, out)
}

// listEventsV3 is what was delivered, newest first.
func (s *Server) listEventsV3(w http.ResponseWriter, r *http.Request) {
	want := r.URL.Query().Get("event_type")
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []map[string]any{}
	for _, e := range slices.Backward(s.hooks.Events) {
		if e.V3 && (want == "" || want == e.Type) {
			all = append(all, e.body())
		}
	}
	replyPage(w, r, all)
}
