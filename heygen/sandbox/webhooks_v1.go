package sandbox

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"
)

func v1Error(w http.ResponseWriter, status, code int, message string) {
	reply(w, status, map[string]any{"code": code, "message": message})
}

func (e *endpoint) recordV1() map[string]any {
	return map[string]any{"endpoint_id": e.ID, "username": "sandbox", "space_id": "sandbox", "url": e.URL,
		"status": "enabled",
		"events": e.Events, "secret": e.Secret, "created_at": e.Created.Unix()}
}

// addHookV1 sends OPTIONS to the address before it registers it.
func (s *Server) addHookV1(w http.ResponseWriter, r *http.Request) {
	b, _, wrong := readHook(w, r, "")
	switch {
	case wrong != "":
		v1Error(w, http.StatusBadRequest, 400175, wrong)
		return
	case b.URL == nil:
		v1Error(w, http.StatusBadRequest, 400175, "url is required")
		return
	case toLoopback(*b.URL) && !answersOptions(r.Context(), *b.URL):
		v1Error(w, http.StatusBadRequest, 400175, "url is invalid: it must answer OPTIONS within one second")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &endpoint{Secret: rand.Text()}
	if err := s.addHook(e, b); err != nil {
		v1Error(w, http.StatusInternalServerError, 400500, "the endpoint could not be recorded")
		return
	}
	v1(w, e.recordV1())
}

func answersOptions(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodOptions, address, nil)
	if err != nil {
		return false
	}
	res, err := deliveryClient.Do(q)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode/100 == 2
}

func (s *Server) listHooksV1(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for _, e := range s.hooks.Endpoints {
		if !e.V3 {
			out = append(out, e.recordV1())
		}
	}
	v1(w, out)
}

func (s *Server) updateHookV1(w http.ResponseWriter, r *http.Request) {
	b, _, wrong := readHook(w, r, "")
	if wrong != "" {
		v1Error(w, http.StatusBadRequest, 400175, wrong)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.hook(b.ID, false)
	if e == nil {
		v1Error(w, http.StatusNotFound, 400404, "webhook endpoint not found")
		return
	}
	e.change(b)
	_ = s.saveHooks() // as with jobs: what could not be saved holds until a restart
	v1(w, e.recordV1())
}

func (s *Server) deleteHookV1(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.hook(r.URL.Query().Get("endpoint_id"), false)
	if e == nil {
		v1Error(w, http.StatusNotFound, 400404, "webhook endpoint not found")
		return
	}
	_ = s.removeHook(e)
	v1(w, nil)
}
