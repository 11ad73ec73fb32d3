package sandbox

import (
	"fmt"
	"net/http"
	"time"

	"greenroom/internal/lazyregexp"
)

// The third generation: strict bodies, idempotency keys, a refusal instead of a
// queue when too much runs at once.

// v3Running is how many jobs v3 lets an account run; the next one gets 429.
const v3Running = 10

// keyLife is how long an idempotency key is remembered.
const keyLife = 24 * time.Hour

// wrongKey is the answer to a key that onceKey does not match.
const wrongKey = "Idempotency-Key must be 1 to 255 of A-Z a-z 0-9 _ : . -"

var onceKey = lazyregexp.New(`^[A-Za-z0-9_:.-]{1,255}$`)

func (s *Server) createdV3(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_id": j.ID, "status": "waiting", "output_format": formatOf(j)})
}

func formatOf(j *job) string {
	if j.Request.WebM {
		return "webm"
	}
	return "mp4"
}

// jobOfKey returns the job that an idempotency key made within its life, or nil.
func (s *Server) jobOfKey(key string) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.Once == key && s.o.Now().Sub(j.Created) < keyLife {
			return j
		}
	}
	return nil
}

func (s *Server) runningJobs() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if st := s.status(j); j.V3 && !j.Deleted && st != "completed" && st != "failed" {
			n++
		}
	}
	return n
}

// v3Sizes are the heights of the resolutions; the width follows the ratio.
var v3Sizes = map[string]int{"": 1080, "720p": 720, "1080p": 1080, "4k": 2160}

var v3Ratios = map[string][2]int{
	"": {16, 9}, "auto": {16, 9}, "16:9": {16, 9}, "9:16": {9, 16}, "4:5": {4, 5}, "5:4": {5, 4}, "1:1": {1, 1},
}

// itemV3 is the record of a video; r is nil where no links are needed. The caller holds mu.
func (s *Server) itemV3(r *http.Request, j *job) map[string]any {
	st := s.status(j)
	if st == "waiting" {
		st = "pending" // v3 has no such word
	}
	if s.faults.on("status-word") && st == "processing" {
		st = s.faults.value("status-word")
	}
	d := map[string]any{"id": j.ID, "status": st, "title": j.Title, "video_url": nil, "thumbnail_url": nil,
		"gif_url": nil, "captioned_video_url": nil, "subtitle_url": nil, "video_page_url": nil,
		"folder_id": nil, "output_language": nil,
		"duration": nil, "created_at": j.Created.Unix(), "completed_at": nil, "failure_code": nil, "failure_message": nil}
	if j.Folder != "" {
		d["folder_id"] = j.Folder
	}
	switch {
	case s.faults.on("job-fails"):
		d["status"], d["failure_code"], d["failure_message"] = "failed", "rendering_failed", s.faults.value("job-fails")
	case s.faults.on("job-fails-silently"):
		d["status"] = "failed"
	case st == "failed":
		d["failure_code"], d["failure_message"] = "rendering_failed", j.Error
	case st == "completed" && s.faults.on("no-credit-late"):
		d["status"] = "failed"
		d["failure_code"], d["failure_message"] = "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "Insufficient credit"
	case st == "completed" && r != nil:
		s.finishItem(r, j, d)
	}
	return d
}

// finishItem adds what a finished video has.
func (s *Server) finishItem(r *http.Request, j *job, d map[string]any) {
	if len(j.Request.Script) > 0 && j.Session == "" {
		d["subtitle_url"] = s.sign(r, sidecar(j.File, ".srt")) // a sidecar always comes
	}
	if s.showsCaptioned(j) {
		d["captioned_video_url"] = s.sign(r, j.Captioned)
	}
	d["video_url"], d["duration"], d["completed_at"] = s.sign(r, j.File), j.Duration, j.Ready.Unix()
	d["thumbnail_url"], d["gif_url"] = s.picture(r, j.ID, "png"), s.picture(r, j.ID, "gif")
	d["video_page_url"] = origin(r) + "/pages/" + j.ID
	if s.faults.on("watermark") {
		d["failure_code"], d["failure_message"] = watermarkedResult["code"], watermarkedResult["message"]
	}
}

// videoOf returns the video of v3 that a request names, or answers 404 and returns nil;
// the caller holds mu.
func (s *Server) videoOf(w http.ResponseWriter, r *http.Request) *job {
	j := s.find(r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "video_not_found", "video_id", "Video not found")
	}
	return j
}

func (s *Server) videoV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	j := s.videoOf(w, r)
	if j == nil {
		return
	}
	v3(w, s.itemV3(r, j))
}

func (s *Server) deleteV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.videoOf(w, r)
	if j == nil {
		return
	}
	j.Deleted = true
	_ = s.saveJob(j, false)
	v3(w, map[string]any{"id": j.ID, "deleted": true})
}

// listV3 is GET /v3/videos. Filters that it does not know are ignored, as at HeyGen.
func (s *Server) listV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs, next := page(r, s.videos(r, true), limitOf(r, 10))
	items, token := []map[string]any{}, ""
	for _, j := range jobs {
		items = append(items, s.itemV3(r, j))
	}
	if next > 0 {
		token = fmt.Sprint("t", next)
	}
	reply(w, http.StatusOK, map[string]any{"data": items, "has_more": next > 0, "next_token": token})
}
