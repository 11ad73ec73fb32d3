package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// batchKind is a call that starts many jobs, with its reads.
type batchKind struct {
	operation string // of the creation
	member    string // the list of bodies
	ids       string // the query member of statuses
	kind      string // of the jobs
	read      func(s *Server, r *http.Request, raw []byte) (*job, refusal)
}

var batches = map[string]batchKind{
	"videos": {"POST /v3/videos/batches", "videos", "video_ids", "", (*Server).readVideoV3},
	"video-translations": {
		"POST /v3/video-translations/batches", "video_translations", "video_translation_ids", "translate",
		(*Server).readTranslation,
	},
	"lipsyncs": {"POST /v3/lipsyncs/batches", "lipsyncs", "lipsync_ids", "lipsync", (*Server).readLipsync},
}

// create is POST …/batches: all bodies are checked before any is billed. A batch queues: the limit on running jobs does
// not refuse it.
func (k batchKind) create(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
		if err != nil {
			return
		}
		key := r.Header.Get("Idempotency-Key")
		if key != "" {
			key = r.URL.Path + " " + key
			if j := s.jobOfKey(key); j != nil {
				v3(w, map[string]any{"batch_id": j.Batch})
				return
			}
		}
		jobs, no := k.jobs(s, r, raw)
		if no.message != "" {
			v3Error(w, no.status, no.code, no.param, no.message)
			return
		}
		for i, j := range jobs {
			j.V3, j.Index = true, i
			if i == 0 {
				j.Once = key
			}
			if err := s.billOfBatch(j); err != nil {
				v3Error(w, http.StatusInternalServerError, "internal_error", "", "the job could not be recorded")
				return
			}
		}
		v3(w, map[string]any{"batch_id": jobs[0].Batch})
	}
}

// billOfBatch bills a job, or, with the fault batch-item-fails=INDEX, records one that HeyGen refused late.
func (s *Server) billOfBatch(j *job) error {
	if !s.faults.on("batch-item-fails") || s.faults.value("batch-item-fails") != strconv.Itoa(j.Index) {
		return s.bill(j)
	}
	j.Status, j.Error = "failed", "this item was refused"
	return s.keep(j)
}

// jobs reads the body of a batch: its jobs, or the first refusal.
func (k batchKind) jobs(s *Server, r *http.Request, raw []byte) ([]*job, refusal) {
	var head struct {
		Title  string `json:"title"`
		Folder string `json:"folder_id"`
	}
	var members map[string]json.RawMessage
	if no := decode(k.operation, raw, &members); no.message != "" {
		return nil, no
	}
	_ = json.Unmarshal(raw, &head) // its types were checked
	var bodies []json.RawMessage
	_ = json.Unmarshal(members[k.member], &bodies)
	if len(bodies) == 0 || len(bodies) > 100 {
		return nil, invalid(k.member, "List should have 1 to 100 items")
	}
	if no := s.checkFolder(head.Folder); no.message != "" {
		return nil, no
	}
	var jobs []*job
	id := newID()
	for i, body := range bodies {
		j, no := k.read(s, r, body)
		if no.message != "" {
			no.param = fmt.Sprintf("%s.%d.%s", k.member, i, no.param)
			return nil, no
		}
		if k.member == "videos" && j.Folder != "" {
			return nil, invalid(fmt.Sprintf("videos.%d.folder_id", i), "folder_id belongs to the batch")
		}
		jobs = append(append(jobs, j), j.more...)
	}
	for _, j := range jobs {
		j.Batch, j.BatchTitle = id, head.Title
		if head.Folder != "" {
			j.Folder = head.Folder
		}
	}
	return jobs, refusal{}
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

// get is GET …/batches/{id}; its paging members are inside data.
func (k batchKind) get(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var jobs []*job
		counts, left := map[string]int{}, 0
		for _, j := range s.jobs {
			if j.Batch != r.PathValue("id") || j.Kind != k.kind {
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
			"title": orNull(jobs[0].BatchTitle), "created_at": jobs[0].Created.Unix(),
			"items": items, "has_more": next > 0, "next_token": tokenOrNull(next),
		})
	}
}

// statuses is GET …/statuses.
func (k batchKind) statuses(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		ids, batches := words(q.Get(k.ids)), words(q.Get("batch_ids"))
		if n := len(ids) + len(batches); n == 0 || n > 100 {
			v3Error(w, http.StatusBadRequest, "invalid_parameter", k.ids, "1 to 100 ids are accepted")
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bulkReads++
		list := []any{}
		for _, id := range ids {
			if j := s.find(id, true); j != nil && j.Kind == k.kind {
				list = append(list, s.bulkItem(j))
			} else {
				list = append(list, map[string]any{"video_id": id, "status": "not_found"})
			}
		}
		for _, id := range batches {
			for _, j := range s.jobs {
				if j.Batch == id && j.Kind == k.kind {
					list = append(list, s.bulkItem(j))
				}
			}
		}
		reply(w, http.StatusOK, map[string]any{"data": list, "has_more": false, "next_token": nil})
	}
}

// words splits a list with commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}
