package sandbox

import (
	"net/http"
	"slices"
)

// readCutout is the body of POST /v3/background-removals. The layer that comes back
// is rendered: a presenter with alpha who speaks with the upload's own sound.
func (s *Server) readCutout(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Video     assetInput `json:"video"`
		Layers    []string   `json:"layers"`
		RequestID string     `json:"request_id"`
		Title     string     `json:"title"`
	}
	if no := decode("POST /v3/background-removals", raw, &b); no.message != "" {
		return nil, no
	}
	f, no := s.input(b.Video, "video")
	if no.message != "" {
		return nil, no
	}
	for _, l := range b.Layers {
		if !slices.Contains([]string{"foreground", "mask", "background"}, l) {
			return nil, invalid("layers", "Input should be 'foreground', 'mask' or 'background'")
		}
	}
	q := s.filmOf(f).Request
	q.WebM = true
	if b.RequestID != "" {
		q.RequestID = "cutout " + b.RequestID
	}
	j := newJob("/v3/background-removals", b.Title, q, s.o.Now())
	j.Kind = "cutout"
	return j, refusal{}
}

func (s *Server) createdCutout(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"id": j.ID, "status": "pending", "layers": map[string]any{}, "created_at": j.Created.Unix()})
}

func (s *Server) cutoutRecord(r *http.Request, j *job) map[string]any {
	d := map[string]any{
		"id": j.ID, "status": s.status(j), "layers": map[string]any{}, "duration": nil, "error": nil,
		"created_at": j.Created.Unix(), "completed_at": nil,
	}
	switch d["status"] {
	case "completed":
		d["layers"], d["duration"], d["completed_at"] = map[string]any{
			"foreground": s.sign(r, j.File),
		}, j.Duration, j.Ready.Unix()
	case "failed":
		d["error"] = j.Error
	case "waiting":
		d["status"] = "pending"
	}
	return d
}

func (s *Server) readCutoutJob(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobOfKind("cutout", r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "not_found", "job_id", "Job not found")
		return
	}
	if r.Method == http.MethodDelete {
		j.Deleted = true
		_ = s.saveJob(j, false)
		v3(w, map[string]any{"id": j.ID, "deleted": true})
		return
	}
	v3(w, s.cutoutRecord(r, j))
}

func (s *Server) listCutouts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listJobs(
		w, r, func(j *job) bool { return j.Kind == "cutout" },
		func(j *job) map[string]any { return s.cutoutRecord(r, j) },
	)
}
