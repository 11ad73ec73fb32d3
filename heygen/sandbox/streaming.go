package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// HeyGen ended interactive avatars on 2026-03-31: the sandbox answers "gone", unless
// with the fault streaming, this account still has them.

func (s *Server) streaming(h func(http.ResponseWriter, streamBody)) http.HandlerFunc {
	return s.whileStreaming(func(w http.ResponseWriter, r *http.Request) {
		var b streamBody
		_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b) // members are checked below
		h(w, b)
	})
}

func (s *Server) whileStreaming(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.faults.on("streaming") {
			reply(w, http.StatusGone, map[string]any{"code": 410, "message": "Interactive avatars ended on 2026-03-31"})
			return
		}
		h(w, r)
	}
}

type streamBody struct {
	Session string `json:"session_id"`
	Text    string `json:"text"`
	Avatar  string `json:"avatar_id"`
	Quality string `json:"quality"`
}

func (s *Server) newStream(w http.ResponseWriter, b streamBody) {
	if b.Avatar != "" && !knownAvatar(b.Avatar) {
		reply(w, http.StatusBadRequest, map[string]any{"code": 400144, "message": "avatar not found"})
		return
	}
	id := newID()
	s.mu.Lock()
	s.streams[id] = true
	s.mu.Unlock()
	v1(w, map[string]any{
		"session_id": id, "url": "wss://sandbox.invalid/" + id, "access_token": newID(), "session_duration_limit": 600,
		"is_paid": true, "realtime_endpoint": "wss://sandbox.invalid/rt",
	})
}

// onStream wraps the calls on an open session.
func (s *Server) onStream(f func(http.ResponseWriter, streamBody)) func(http.ResponseWriter, streamBody) {
	return func(w http.ResponseWriter, b streamBody) {
		s.mu.Lock()
		open := s.streams[b.Session]
		s.mu.Unlock()
		if !open {
			reply(w, http.StatusNotFound, map[string]any{"code": 10005, "message": "session not found"})
			return
		}
		f(w, b)
	}
}

func (s *Server) streamTask(w http.ResponseWriter, b streamBody) {
	if n := utf8.RuneCountInString(b.Text); n == 0 || n > 1000 {
		reply(w, http.StatusBadRequest, map[string]any{
			"code": 400175, "message": "text must have 1 to 1000 characters",
		})
		return
	}
	v1(w, map[string]any{"task_id": newID(), "duration_ms": 400 * len(strings.Fields(b.Text))})
}

func (s *Server) streamDone(w http.ResponseWriter, _ streamBody) { v1(w, map[string]any{}) }

func (s *Server) stopStream(w http.ResponseWriter, b streamBody) {
	s.mu.Lock()
	delete(s.streams, b.Session)
	s.mu.Unlock()
	v1(w, map[string]any{})
}

func (s *Server) listStreams(w http.ResponseWriter, _ streamBody) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for id := range s.streams {
		list = append(list, map[string]any{"session_id": id, "status": "connected", "created_at": 0})
	}
	v1(w, map[string]any{"sessions": list})
}

func (s *Server) streamToken(w http.ResponseWriter, _ streamBody) {
	token := newID()
	s.mu.Lock()
	s.tokens[token] = true
	s.mu.Unlock()
	v1(w, map[string]any{"token": token})
}
