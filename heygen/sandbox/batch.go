package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// createBatch is POST /v3/videos/batches: all bodies are checked before any is
// billed. A batch queues: the limit on running jobs does not refuse it.
func (s *Server) createBatch(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key != "" {
		if j := s.jobOfKey(r.URL.Path + " " + key); j != nil {
			v3(w, map[string]any{"batch_id": j.Batch})
			return
		}
	}
	var b struct {
		Title    string            `json:"title"`
		Callback string            `json:"callback_url"`
		Videos   []json.RawMessage `json:"videos"`
	}
	if no := strict(raw, &b); no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	if len(b.Videos) == 0 || len(b.Videos) > 100 {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "videos", "List should have 1 to 100 items")
		return
	}
	var jobs []*job
	for i, v := range b.Videos {
		j, no := s.readVideoV3(r, v)
		if no.message != "" {
			v3Error(w, no.status, no.code, "videos."+strconv.Itoa(i)+"."+no.param, no.message)
			return
		}
		jobs = append(jobs, j)
	}
	id := newID()
	for i, j := range jobs {
		j.V3, j.Batch, j.Index = true, id, i
		if key != "" && i == 0 {
			j.Once = r.URL.Path + " " + key
		}
		if err := s.bill(j); err != nil {
			v3Error(w, http.StatusInternalServerError, "internal_error", "", "the job could not be recorded")
			return
		}
	}
	v3(w, map[string]any{"batch_id": id})
}

// bulkWord returns a bulk read's word for a state: queued where a record has pending.
func (s *Server) bulkWord(j *job) string {
	if st := s.itemV3(nil, j)["status"].(string); st != "pending" {
		return st
	}
	return "queued"
}

func (s *Server) bulkItem(j *job) map[string]any {
	d := map[string]any{"video_id": j.ID, "status": s.bulkWord(j)}
	if j.Batch != "" {
		d["batch_id"], d["item_index"] = j.Batch, j.Index
	}
	if d["status"] == "failed" {
		d["error"] = map[string]any{"code": "rendering_failed", "message": j.Error}
	}
	return d
}

func (s *Server) readBatch(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var jobs []*job
	counts, left := map[string]int{}, 0
	for _, j := range s.jobs {
		if j.Batch != r.PathValue("id") {
			continue
		}
		jobs = append(jobs, j)
		w := s.bulkWord(j)
		counts[w]++
		if w == "queued" || w == "processing" {
			left++
		}
	}
	if len(jobs) == 0 {
		v3Error(w, http.StatusNotFound, "not_found", "batch_id", "Batch not found")
		return
	}
	some, next := page(r, jobs, limitOf(r, 20))
	items := []any{}
	for _, j := range some {
		items = append(items, s.bulkItem(j))
	}
	word := "completed"
	if left > 0 {
		word = "processing"
	}
	v3(w, map[string]any{
		"batch_id": r.PathValue("id"), "status": word, "total_items": len(jobs), "counts_by_status": counts,
		"created_at": 0,
		"items":      items, "has_more": next > 0, "next_token": tokenOrNull(next),
	})
}

// statuses is GET /v3/videos/statuses.
func (s *Server) statuses(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ids := strings.FieldsFunc(q.Get("video_ids"), func(r rune) bool { return r == ',' })
	batches := strings.FieldsFunc(q.Get("batch_ids"), func(r rune) bool { return r == ',' })
	if n := len(ids) + len(batches); n == 0 || n > 100 {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "video_ids", "1 to 100 ids are accepted")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bulkReads++
	list := []any{}
	for _, id := range ids {
		if j := s.find(id, true); j != nil {
			list = append(list, s.bulkItem(j))
		} else {
			list = append(list, map[string]any{"video_id": id, "status": "not_found"})
		}
	}
	for _, id := range batches {
		for _, j := range s.jobs {
			if j.Batch == id {
				list = append(list, s.bulkItem(j))
			}
		}
	}
	reply(w, http.StatusOK, map[string]any{"data": list, "has_more": false, "next_token": nil})
}
