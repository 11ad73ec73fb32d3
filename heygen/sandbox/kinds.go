package sandbox

import (
	"io"
	"net/http"
)

// jobKind is a kind of job that has records of its own.
type jobKind struct {
	kind   string // of jobs
	member string // the name of its id
	what   string // for messages
	rename string // the operation that renames
	record func(s *Server, r *http.Request, j *job) map[string]any
}

var (
	translations = jobKind{"translate", "video_translation_id", "Translation",
		"PATCH /v3/video-translations/{video_translation_id}", (*Server).translationRecord}
	lipsyncs = jobKind{"lipsync", "lipsync_id", "Lipsync", "PATCH /v3/lipsyncs/{lipsync_id}", (*Server).lipsyncRecord}
)

// on handles a call on one job: it is read, renamed by PATCH or deleted.
func (k jobKind) on(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		s.mu.Lock()
		defer s.mu.Unlock()
		j := s.jobOfKind(k.kind, r.PathValue("id"), true)
		if j == nil {
			v3Error(w, http.StatusNotFound, "not_found", k.member, k.what+" not found")
			return
		}
		switch r.Method {
		case http.MethodPatch:
			var b struct{ Title string }
			if no := decode(k.rename, raw, &b); no.message != "" {
				v3Error(w, no.status, no.code, no.param, no.message)
				return
			}
			j.Title = b.Title
			_ = s.saveJob(j, false)
		case http.MethodDelete:
			j.Deleted = true
			_ = s.saveJob(j, false)
			v3(w, map[string]any{"id": j.ID})
			return
		}
		v3(w, k.record(s, r, j))
	}
}

// list handles the list of a kind, newest first.
func (k jobKind) list(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.listJobs(
			w, r, func(j *job) bool { return j.Kind == k.kind && j.V3 },
			func(j *job) map[string]any { return k.record(s, r, j) },
		)
	}
}
