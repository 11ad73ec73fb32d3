package sandbox

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"greenroom/heygen/sandbox/access"
)

// replays are the answers of creates that cost nothing, by idempotency key. Jobs are found by their key on the account,
// also by the next process; these are gone with it.
type replays struct {
	mu      sync.Mutex
	answers map[string]*replay
}

// replay is an answer that may be given again; a nil answer is still at work.
type replay struct {
	answer *httptest.ResponseRecorder
	at     time.Time
}

// once answers a repeated idempotency key with the first answer, whatever the body is now, and with 409 while the first
// request is at work. A refusal is not kept: the next request may succeed.
func (s *Server) once(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		switch {
		case len(r.Header.Values("Idempotency-Key")) == 0:
			h(w, r)
			return
		case !onceKey.MatchString(key):
			v3Error(w, http.StatusBadRequest, "invalid_parameter", "Idempotency-Key", wrongKey)
			return
		}
		key = access.Of(r).Name + " " + r.URL.Path + " " + key
		first, running := s.replays.begin(key, s.o.Now())
		if running {
			v3Error(w, http.StatusConflict, "request_in_progress", "", "A request with this Idempotency-Key is in progress")
			return
		}
		if first == nil {
			first = httptest.NewRecorder()
			h(first, r)
			s.replays.end(key, first)
		}
		for name, values := range first.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(first.Code)
		_, _ = w.Write(first.Body.Bytes()) // the reader is gone when this fails
	}
}

// begin returns the first answer to a key, or that it is still at work, or neither: then the caller makes it.
func (p *replays) begin(key string, now time.Time) (first *httptest.ResponseRecorder, running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answers == nil {
		p.answers = map[string]*replay{}
	}
	for k, a := range p.answers {
		if a.answer != nil && now.Sub(a.at) > keyLife {
			delete(p.answers, k)
		}
	}
	if a := p.answers[key]; a != nil {
		return a.answer, a.answer == nil
	}
	p.answers[key] = &replay{at: now}
	return nil, false
}

// end keeps the first answer to a key if it was a success.
func (p *replays) end(key string, answer *httptest.ResponseRecorder) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answer.Code >= http.StatusBadRequest {
		delete(p.answers, key)
		return
	}
	p.answers[key].answer = answer
}
