package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen/sandbox/access"
)

// guarded checks the credential and makes the faults that apply to every API call.
func (s *Server) guarded(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.admitted(w, r) || s.ended(w, r) {
			return
		}
		if d, ok := s.faults.duration("slow-first-byte"); ok && !s.pause(r, d) {
			return
		}
		if s.faults.once("rate-limit") {
			v := s.faults.value("rate-limit")
			if v == "date" {
				v = time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
			} else if _, err := strconv.Atoi(v); err != nil {
				v = "1"
			}
			w.Header().Set("Retry-After", v)
			fail(w, r, http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests")
			return
		}
		if s.faults.once("server-error") {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html><body>502 Bad Gateway</body></html>")
			return
		}
		h(w, r)
	})
}

// admitted reports that the caller has a valid credential with the scope of the call; if not, it answers.
func (s *Server) admitted(w http.ResponseWriter, r *http.Request) bool {
	c := access.Of(r)
	why := ""
	switch {
	case c.Name == "":
		why = "Missing API key"
	case c.Token && s.faults.on("token-expired"):
		why = "Token expired"
	case s.o.Key != "" && c.Name != s.o.Key && !s.sessionToken(r, c):
		why = "Invalid API key"
	}
	scope := access.Scope(r.Method, r.URL.Path)
	switch {
	case why != "" && legacy(r):
		reply(w, http.StatusUnauthorized, map[string]any{"code": 400112, "message": "Unauthorized"})
	case why != "":
		v3Error(w, http.StatusUnauthorized, "unauthorized", "", why)
	case !c.May(scope):
		v3Error(w, http.StatusForbidden, "insufficient_api_key_scope", "", "Required scope: "+scope)
	default:
		return true
	}
	return false
}

// sessionToken reports a token of streaming.create_token, which is valid for the streaming calls.
func (s *Server) sessionToken(r *http.Request, c access.Credential) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.Token && s.tokens[c.Name] && strings.HasPrefix(r.URL.Path, "/v1/streaming")
}

// ended answers calls of v1 and v2 as an account does on which they have ended, with the fault gone.
func (s *Server) ended(w http.ResponseWriter, r *http.Request) bool {
	if !s.faults.on("gone") || !legacy(r) {
		return false
	}
	switch s.faults.value("gone") {
	case "410":
		w.WriteHeader(http.StatusGone)
	case "json":
		reply(w, http.StatusNotFound, map[string]any{"code": 404, "message": "Not Found"})
	case "html":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<!DOCTYPE html><html><body><h1>404</h1>This page does not exist.</body></html>")
	case "redirect":
		http.Redirect(w, r, "/docs/ended", http.StatusMovedPermanently)
	default:
		http.NotFound(w, r)
	}
	return true
}

func (s *Server) pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}
