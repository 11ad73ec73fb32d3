package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"greenroom/internal/netutil"
)

func (s *Server) routes() {
	api := func(pattern string, h http.HandlerFunc) { s.table.Handle(pattern, s.guarded(h)) }
	api("POST /v2/video/generate", s.paid("v2", s.generate))
	api("POST /v1/video.webm", s.paid("v1-webm", s.webm))
	api("GET /v1/video_status.get", s.videoStatus)
	api("GET /v1/video.list", s.videoList)
	api("DELETE /v1/video.delete", s.videoDelete)
	api("POST /v3/videos", s.paid("v3", s.buyV3(true, s.readVideoV3, s.createdV3)))
	s.moreRoutes(api)
	api("GET /v3/videos", s.listV3)
	api("GET /v3/videos/{id}", s.videoV3)
	api("DELETE /v3/videos/{id}", s.deleteV3)
	api("GET /v3/videos/{id}/scenes", s.scenesV3)
	api("POST /v3/assets", s.once(s.uploadV3))
	api("GET /v2/avatars", s.avatars)
	api("GET /v2/avatar/{id}/details", s.avatarDetails)
	api("GET /v2/voices", s.voices)
	api("GET /v2/user/remaining_quota", s.quota)
	api("POST /v1/asset", s.upload)
	s.webhookRoutes(api)
	s.legacyRoutes(api)
	s.open("/files/{name}", s.file)
	s.open("GET /docs/ended", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><body>v1 and v2 have ended; use v3.</body></html>")
	})
	s.resourceRoutes()
	s.open("GET /_sandbox/account", s.account)
	s.open("POST /_sandbox/faults", s.setFaults)
	s.open("GET /_sandbox/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
}

// open adds a handler that needs no credential.
func (s *Server) open(pattern string, h http.HandlerFunc) { s.table.Handle(pattern, h) }

// ServeHTTP refuses requests that a web page elsewhere may have caused.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !netutil.IsLoopbackHost(r.Host) || r.Header.Get("Origin") != "" {
		http.Error(w, "this sandbox answers this machine only", http.StatusForbidden)
		return
	}
	s.hooks.host.Store(&r.Host)
	mark(w, r)
	if h := s.table.Find(r); h != nil {
		h.ServeHTTP(w, r)
		return
	}
	fail(w, r, http.StatusNotFound, "not_found", "Not Found: "+r.Method+" "+r.URL.Path)
}

// paid makes the faults of a call that spends money: a lost request, a refusal, a lost answer.
func (s *Server) paid(route string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.faults.once("lost-request"):
			drop(w)
			return
		case r.Header.Get("Idempotency-Key") != "" && s.faults.once("in-progress"):
			fail(w, r, http.StatusConflict, "request_in_progress", "A request with this Idempotency-Key is in progress")
			return
		case s.faults.once("unprocessable"):
			fail(w, r, http.StatusUnprocessableEntity, "invalid_parameter", "The request could not be processed")
			return
		case s.faults.chance("refuse"):
			fail(w, r, http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests")
			return
		case s.faults.once("lost-response"), s.faults.chance("cut-answer"):
			h(httptest.NewRecorder(), r)
			drop(w)
			return
		}
		h(w, r)
	}
}

// drop closes the connection without an answer.
func drop(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		c.Close()
	}
}

// find returns a job of one generation: each has only its own.
func (s *Server) find(id string, v3 bool) *job {
	for _, j := range s.jobs {
		if j.ID == id && !j.Deleted && j.V3 == v3 && j.Kind != kindSpeech {
			return j
		}
	}
	return nil
}

// videoOfV1 returns the video of v1 or v2 that a request names, or answers 404 and returns nil;
// the caller holds mu.
func (s *Server) videoOfV1(w http.ResponseWriter, r *http.Request) *job {
	j := s.find(r.URL.Query().Get("video_id"), false)
	if j == nil {
		reply(w, http.StatusNotFound, map[string]any{"code": 40104, "message": "video not found"})
	}
	return j
}

func (s *Server) videoStatus(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.videoOfV1(w, r)
	if j == nil {
		return
	}
	st := s.status(j)
	if s.faults.on("status-word") && st == "processing" {
		st = s.faults.value("status-word")
	}
	d := map[string]any{"id": j.ID, "status": st, "callback_id": orNull(j.Request.CallbackID),
		"created_at": j.Created.Unix(), "duration": nil,
		"video_url":         nil,
		"video_url_caption": nil, "caption_url": nil, "thumbnail_url": nil, "gif_url": nil, "error": nil}
	switch {
	case s.faults.on("job-fails"):
		d["status"], d["error"] = "failed", map[string]any{
			"code": 40119, "message": s.faults.value("job-fails"), "detail": "fault job-fails",
		}
	case s.faults.on("job-fails-silently"):
		d["status"] = "failed"
	case j.Status == "failed":
		d["error"] = map[string]any{"code": "rendering_failed", "message": j.Error, "detail": j.Error}
	case d["status"] == "completed":
		d["duration"], d["video_url"] = j.Duration, s.sign(r, j.File)
		if s.faults.on("no-credit-late") { // a free account: a watermarked file and an error together
			d["error"] = map[string]any{
				"code": "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "message": "Insufficient credit", "detail": "",
			}
			d["status"], d["video_url"] = "failed", nil
		}
		if s.faults.on("watermark") {
			d["error"] = watermarkedResult
		}
		d["thumbnail_url"], d["gif_url"] = s.picture(r, j.ID, "png"), s.picture(r, j.ID, "gif")
		if s.showsCaptioned(j) {
			d["video_url_caption"] = s.sign(r, j.Captioned)
		}
		if j.Request.Captions {
			d["caption_url"] = s.sign(r, sidecar(j.File, ".ass"))
		}
	}
	v1(w, d)
}

func (s *Server) videoList(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs, next := page(r, s.videos(r, false), limitOf(r, 100))
	videos, token := []map[string]any{}, ""
	for _, j := range jobs {
		videos = append(videos, map[string]any{
			"video_id": j.ID, "video_title": j.Title, "status": s.status(j), "created_at": j.Created.Unix(),
			"type": "GENERATED",
		})
	}
	if next > 0 {
		token = strconv.Itoa(next)
	}
	v1(w, map[string]any{"token": token, "videos": videos})
}

func (s *Server) videoDelete(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.videoOfV1(w, r)
	if j == nil {
		return
	}
	j.Deleted = true
	_ = s.saveJob(j, false)
	v1(w, nil)
}

// account is every job that would have cost money.
func (s *Server) account(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs := []map[string]any{}
	for _, r := range s.resources.Jobs() {
		jobs = append(jobs, map[string]any{
			"id": r.ID, "route": r.Route, "title": r.Body["title"], "status": s.resources.State(r), "created_at": r.Created.Unix(),
		})
	}
	for _, j := range s.jobs {
		jobs = append(jobs, map[string]any{
			"id": j.ID, "route": j.Route, "title": j.Title, "status": s.status(j), "created_at": j.Created.Unix(),
		})
	}
	reply(w, http.StatusOK, map[string]any{
		"billed_jobs": len(jobs), "jobs": jobs, "bulk_reads": s.bulkReads, "status_reads": s.reads,
	})
}
