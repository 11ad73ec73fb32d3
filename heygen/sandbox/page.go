package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// limitOf returns how many items a request asks for. The limit of a request that has none, or none
// of 1 to 100, is usual.
func limitOf(r *http.Request, usual int) int {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		return usual
	}
	return limit
}

// page returns the items of a list to which a request's token points, at most limit. next is the
// place of the item after them, for the next token; it is 0 at the end of the list.
func page[T any](r *http.Request, all []T, limit int) (items []T, next int) {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("token"), "t"))
	from = min(max(from, 0), len(all))
	end := min(from+limit, len(all))
	if end < len(all) {
		next = end
	}
	return all[from:end], next
}

// replyPage answers with a page of a list in the way of v3's lists of videos and webhooks: a limit
// that is not valid is ignored, and the last page has an empty token.
func replyPage(w http.ResponseWriter, r *http.Request, all []map[string]any) {
	items, next := page(r, all, limitOf(r, 10))
	token := ""
	if next > 0 {
		token = "t" + strconv.Itoa(next)
	}
	reply(w, http.StatusOK, map[string]any{"data": items, "has_more": next > 0, "next_token": token})
}

// pageOf answers with a page of a list in the way of v3's other lists: a limit that is not 1 to most
// is refused, and the token of the last page is null.
func pageOf(w http.ResponseWriter, r *http.Request, list []any, usual, most int) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		limit = usual
	}
	if limit < 1 || limit > most {
		v3Error(
			w, http.StatusBadRequest, "invalid_parameter", "limit", "Input should be between 1 and "+strconv.Itoa(most),
		)
		return
	}
	items, next := page(r, list, limit)
	reply(w, http.StatusOK, map[string]any{
		"data": append([]any{}, items...), "has_more": next > 0, "next_token": tokenOrNull(next),
	})
}

func tokenOrNull(next int) any {
	if next > 0 {
		return strconv.Itoa(next)
	}
	return nil
}

// listJobs answers with a page of jobs, newest first; the caller holds mu.
func (s *Server) listJobs(
	w http.ResponseWriter, r *http.Request, want func(*job) bool, record func(*job) map[string]any,
) {
	var list []any
	for _, j := range slices.Backward(s.jobs) {
		if !j.Deleted && want(j) {
			list = append(list, record(j))
		}
	}
	pageOf(w, r, list, 10, 100)
}

// videos returns the plain videos of one generation that a list shows, newest first: those with the
// title that the request asks for, unless the fault list-lag still hides them. The caller holds mu.
func (s *Server) videos(r *http.Request, v3 bool) (out []*job) {
	query := r.URL.Query()
	title := query.Get("title")
	lag, _ := s.faults.duration("list-lag")
	for _, j := range slices.Backward(s.jobs) {
		hidden := j.Deleted || j.V3 != v3 || j.Kind != "" || s.o.Now().Sub(j.Created) < lag
		hidden = hidden || query.Has("folder_id") && j.Folder != query.Get("folder_id") // an empty one is the root
		if !hidden && strings.Contains(j.Title, title) {
			out = append(out, j)
		}
	}
	return out
}

// checkFolder refuses a folder that the account does not have; none, or an empty name, is the root.
func (s *Server) checkFolder(id string) refusal {
	if id == "" || s.resources.Has("/v3/folders", id) || s.resources.Has("/v1/folders", id) {
		return refusal{}
	}
	return invalid("folder_id", "folder not found")
}

// glossaryMembers name a glossary; brand_voice_id is the name of before September 2026.
type glossaryMembers struct {
	Glossary string `json:"brand_glossary_id"`
	Earlier  string `json:"brand_voice_id"`
}

// checkGlossary refuses a glossary that the account does not have.
func (s *Server) checkGlossary(g glossaryMembers) refusal {
	if g.Glossary != "" && !s.resources.Has("/v3/brand-glossaries", g.Glossary) {
		return invalid("brand_glossary_id", "brand glossary not found")
	}
	if g.Earlier != "" && !s.resources.Has("/v3/brand-glossaries", g.Earlier) {
		return invalid("brand_voice_id", "brand glossary not found")
	}
	return refusal{}
}
