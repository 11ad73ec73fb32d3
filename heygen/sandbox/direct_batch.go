package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"slices"
)

// uploads is a batch of announced files.
type uploads struct {
	title   string
	created int64
	ids     []string
}

// announceBatch is POST /v3/assets/direct-uploads/batches: all files are checked before any is announced.
func (s *Server) announceBatch(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	var b struct {
		Title string      `json:"title"`
		Files []announced `json:"files"`
	}
	no := decode("POST /v3/assets/direct-uploads/batches", raw, &b)
	if no.message == "" && (len(b.Files) == 0 || len(b.Files) > 100) {
		no = invalid("files", "List should have 1 to 100 items")
	}
	for i, f := range b.Files {
		if no.message == "" {
			no = f.check()
			no.param = fmt.Sprintf("files.%d.%s", i, no.param)
		}
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	u := uploads{title: b.Title, created: s.o.Now().Unix()}
	items := []any{}
	for _, f := range b.Files {
		item := s.announceFile(r, f)
		items = append(items, item)
		u.ids = append(u.ids, item["asset_id"].(string))
	}
	id := newID()
	s.mu.Lock()
	s.uploads[id] = u
	s.mu.Unlock()
	v3(w, map[string]any{"batch_id": id, "items": items})
}

// completeBatch is POST /v3/assets/complete/batches; files that did not arrive stay queued.
func (s *Server) completeBatch(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var b struct {
		ID string `json:"batch_id"`
	}
	no := decode("POST /v3/assets/complete/batches", raw, &b)
	s.mu.Lock()
	u, ok := s.uploads[b.ID]
	s.mu.Unlock()
	if no.message == "" && !ok {
		no = invalid("batch_id", "Batch not found")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	for _, id := range u.ids {
		_, _ = s.completeFile(r, id, "", "") // its state shows whether it arrived
	}
	v3(w, map[string]any{"batch_id": b.ID})
}

// uploadItem is the state of one upload; the id is under video_id, as in every batch.
func (s *Server) uploadItem(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	word := "not_found"
	if _, ok := s.direct[id]; ok {
		word = "queued"
	}
	if slices.ContainsFunc(s.assets, func(a asset) bool { return a.ID == id }) {
		word = "completed"
	}
	return map[string]any{"video_id": id, "status": word}
}

func (s *Server) uploadBatch(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	u, ok := s.uploads[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		v3Error(w, http.StatusNotFound, "not_found", "batch_id", "Batch not found")
		return
	}
	counts := map[string]int{}
	var all []any
	for i, id := range u.ids {
		item := s.uploadItem(id)
		item["item_index"] = i
		counts[item["status"].(string)]++
		all = append(all, item)
	}
	word := "completed"
	if counts["queued"] > 0 {
		word = "processing"
	}
	items, next := page(r, all, limitOf(r, 20))
	v3(w, map[string]any{
		"batch_id": r.PathValue("id"), "status": word, "total_items": len(all), "counts_by_status": counts,
		"title": orNull(u.title), "created_at": u.created, "items": items, "has_more": next > 0, "next_token": tokenOrNull(next),
	})
}

// uploadStatuses is GET /v3/assets/statuses.
func (s *Server) uploadStatuses(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ids, batches := words(q.Get("asset_ids")), words(q.Get("batch_ids"))
	if n := len(ids) + len(batches); n == 0 || n > 100 {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "asset_ids", "1 to 100 ids are accepted")
		return
	}
	list := []any{}
	for _, id := range ids {
		list = append(list, s.uploadItem(id))
	}
	for _, batch := range batches {
		s.mu.Lock()
		u := s.uploads[batch]
		s.mu.Unlock()
		for i, id := range u.ids {
			item := s.uploadItem(id)
			item["batch_id"], item["item_index"] = batch, i
			list = append(list, item)
		}
	}
	reply(w, http.StatusOK, map[string]any{"data": list, "has_more": false, "next_token": nil})
}
