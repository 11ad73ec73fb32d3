package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"greenroom/heygen/webhook"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
)

// hooks is the state of webhooks. The server's mu guards it, except for host; the exported part
// is on disk before an answer is sent.
type hooks struct {
	host      atomic.Pointer[string] // the host that clients use, for the links in events
	held      []*event               // delayed by a fault
	Endpoints []*endpoint            `json:"endpoints"`
	Events    []*event               `json:"events"` // oldest first
}

// endpoint is a registered address; v1 and v3 do not see each other's.
type endpoint struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`
	Events  []string  `json:"events"` // nil: all
	Secret  string    `json:"secret"`
	Created time.Time `json:"created"`
	V3      bool      `json:"v3,omitempty"`
}

func (s *Server) webhookRoutes(api func(string, http.HandlerFunc)) {
	api("POST /v1/webhook/endpoint.add", s.addHookV1)
	api("GET /v1/webhook/endpoint.list", s.listHooksV1)
	api("PATCH /v1/webhook/endpoint.update", s.updateHookV1)
	api("DELETE /v1/webhook/endpoint.delete", s.deleteHookV1)
	api("GET /v1/webhook/webhook.list", func(w http.ResponseWriter, _ *http.Request) { v1(w, webhook.Types) })
	api("POST /v3/webhooks/endpoints", s.once(s.addHookV3))
	api("GET /v3/webhooks/endpoints", s.listHooksV3)
	api("PATCH /v3/webhooks/endpoints/{id}", s.updateHookV3)
	api("DELETE /v3/webhooks/endpoints/{id}", s.deleteHookV3)
	api("POST /v3/webhooks/endpoints/{id}/rotate-secret", s.once(s.rotateHookV3))
	api("GET /v3/webhooks/event-types", eventTypesV3)
	api("GET /v3/webhooks/events", s.listEventsV3)
}

func (s *Server) hooksFile() string { return filepath.Join(s.o.Dir, "webhooks.json") }

func (s *Server) loadHooks() error {
	b, err := os.ReadFile(s.hooksFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	if err := json.Unmarshal(b, &s.hooks); err != nil {
		return fault.Wrap(fault.Failed, err, "remove the folder to start again", "read the sandbox's webhooks")
	}
	return nil
}

// saveHooks writes endpoints and events; the caller holds mu.
func (s *Server) saveHooks() error {
	b, err := json.Marshal(&s.hooks)
	if err == nil {
		_, err = atomicfile.WriteBytes(s.hooksFile(), 0o600, b)
	}
	return err
}

// hookBody is the body of add and update, in both generations.
type hookBody struct {
	ID     string   `json:"endpoint_id"`
	URL    *string  `json:"url"`
	Events []string `json:"events"`
	all    bool     // events was there, and null
}

// readHook reads a body; param and wrong are the member and the reason of a refusal.
// The body of an operation of v3 has to fit the contract; v1 has no operation.
func readHook(w http.ResponseWriter, r *http.Request, operation string) (b hookBody, param, wrong string) {
	var raw map[string]json.RawMessage
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil || json.Unmarshal(text, &raw) != nil {
		return b, "", "request body is not valid JSON"
	}
	if operation != "" {
		if no := decode(operation, text, &struct{}{}); no.message != "" {
			return b, no.param, no.message
		}
	}
	for k, into := range map[string]any{"endpoint_id": &b.ID, "url": &b.URL, "events": &b.Events} {
		if v, ok := raw[k]; ok && json.Unmarshal(v, into) != nil {
			return b, k, "Input should be valid"
		}
	}
	_, given := raw["events"]
	b.all = given && b.Events == nil
	for _, e := range b.Events {
		if !slices.Contains(webhook.Types, e) {
			return b, "events", fmt.Sprintf("Input should be a known event type, not %q", e)
		}
	}
	if b.URL != nil && !toLoopback(*b.URL) {
		u, err := url.Parse(*b.URL)
		if err != nil || u.Scheme != "https" || !public(u) {
			return b, "url", "url must be a public HTTPS address"
		}
		w.Header().Set("X-Greenroom-Delivery", "never: the sandbox connects to this machine only")
	}
	return b, "", ""
}

// toLoopback reports an address on this machine, to which the sandbox may connect.
func toLoopback(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && netutil.IsLoopback(u.Hostname())
}

// hook finds an endpoint of one generation; the caller holds mu.
func (s *Server) hook(id string, v3 bool) *endpoint {
	for _, e := range s.hooks.Endpoints {
		if e.ID == id && e.V3 == v3 {
			return e
		}
	}
	return nil
}

func (e *endpoint) change(b hookBody) {
	if b.URL != nil {
		e.URL = *b.URL
	}
	if b.all || b.Events != nil {
		e.Events = b.Events
	}
}

// addHook registers an address before its answer is sent; the caller holds mu.
func (s *Server) addHook(e *endpoint, b hookBody) error {
	e.ID, e.Created = strings.ToLower(rand.Text()), s.o.Now().UTC()
	e.change(b)
	s.hooks.Endpoints = append(s.hooks.Endpoints, e)
	return s.saveHooks()
}

func (s *Server) removeHook(e *endpoint) error {
	s.hooks.Endpoints = slices.DeleteFunc(s.hooks.Endpoints, func(x *endpoint) bool { return x == e })
	return s.saveHooks()
}

// hookOf returns the endpoint of v3 that a request names, or answers 404 and returns nil;
// the caller holds mu.
func (s *Server) hookOf(w http.ResponseWriter, r *http.Request) *endpoint {
	e := s.hook(r.PathValue("id"), true)
	if e == nil {
		v3Error(w, http.StatusNotFound, "not_found", "endpoint_id", "webhook endpoint not found")
	}
	return e
}
