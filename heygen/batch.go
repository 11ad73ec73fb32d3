package heygen

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// MaxStatuses is how many ids one bulk read takes, and MaxBatch how many jobs one
// batch, from the v3 reference.
const (
	MaxStatuses = 100
	MaxBatch    = 100
)

// bulk is what v3's bulk calls of a kind of job are named: their path, the list of bodies of a batch, and the query
// member of a read of states.
type bulk struct{ path, bodies, ids string }

var bulks = map[Kind]bulk{
	KindVideoV3:     {PathVideos, "videos", "video_ids"},
	KindTranslateV3: {PathTranslateV3, "video_translations", "video_translation_ids"},
	KindLipsync:     {PathLipsync, "lipsyncs", "lipsync_ids"},
}

// ReadInBulk reports whether one call reads the states of many jobs of a kind.
func ReadInBulk(k Kind) bool {
	_, ok := bulks[k]
	return ok
}

// BatchPath is where batches of a kind of job are; empty for a kind without them.
func BatchPath(k Kind) string {
	b, ok := bulks[k]
	if !ok {
		return ""
	}
	return b.path + "/batches"
}

// JobState is one line of a bulk read: enough to know which jobs to read, without
// links. Missing is an id the account does not know.
type JobState struct {
	ID, RawStatus string
	State         State
	Missing       bool
	Failure       *Failure
}

// Statuses reads the states of up to MaxStatuses jobs of a kind in one call. It fails for a kind that ReadInBulk denies.
func (c *Client) Statuses(ctx context.Context, k Kind, ids []string) ([]JobState, error) {
	b, ok := bulks[k]
	switch {
	case !ok:
		return nil, errNoBulk(k)
	case len(ids) == 0 || len(ids) > MaxStatuses:
		return nil, errors.New("heygen read statuses: 1 to 100 ids are accepted")
	}
	list, err := pages[wireJobState](
		ctx, c, "read statuses", b.path+"/statuses", url.Values{b.ids: {strings.Join(ids, ",")}}, 100, len(ids),
	)
	var out []JobState
	for _, d := range list {
		out = append(out, d.state())
	}
	return out, err
}

func errNoBulk(k Kind) error { return fmt.Errorf("v3 has no bulk calls for jobs of kind %s", k) }

// wireJobState names its job by video_id whatever its kind, in the contract; jobs of other kinds name themselves by a member
// of their own, which is read too.
type wireJobState struct {
	Video       flexWord        `json:"video_id"`
	Translation flexWord        `json:"video_translation_id"`
	Lipsync     flexWord        `json:"lipsync_id"`
	Index       flexNumber      `json:"item_index"`
	Status      flexWord        `json:"status"`
	Error       json.RawMessage `json:"error"`
}

func (d wireJobState) state() JobState {
	s := JobState{
		ID: string(cmp.Or(d.Video, d.Translation, d.Lipsync)), RawStatus: foreignWord(d.Status), State: stateOf(string(d.Status)),
		Missing: strings.EqualFold(string(d.Status), "not_found"),
	}
	if s.State == StateFailed {
		s.Failure = readFailure(d.Error)
	}
	return s
}

// Batch is many jobs of one kind, queued with one call.
type Batch struct {
	ID, Status string
	Total      int
	Items      []JobState // in the order of the request
}

// EncodeBatch returns the body for up to MaxBatch jobs of a kind, of the bodies that would start each. It is sent to
// BatchPath with SubmitOnce, like any purchase; the id that SubmitOnce returns is the batch's.
func EncodeBatch[Body any](k Kind, title string, bodies []Body) ([]byte, error) {
	b, ok := bulks[k]
	switch {
	case !ok:
		return nil, errNoBulk(k)
	case len(bodies) == 0 || len(bodies) > MaxBatch:
		return nil, errors.New("a batch has 1 to 100 jobs")
	}
	members := map[string]any{b.bodies: bodies}
	if title != "" {
		members["title"] = title
	}
	return json.Marshal(members)
}

// ReadBatch reads a batch with all its items. Its paging members are inside data, unlike
// those of every other list.
func (c *Client) ReadBatch(ctx context.Context, k Kind, id string) (Batch, error) {
	b := Batch{ID: id}
	if !ReadInBulk(k) {
		return b, errNoBulk(k)
	}
	token := ""
	for range maxPages {
		var d struct {
			Status flexWord               `json:"status"`
			Total  flexNumber             `json:"total_items"`
			Items  flexList[wireJobState] `json:"items"`
			Next   flexWord               `json:"next_token"`
		}
		path := BatchPath(k) + "/" + url.PathEscape(id)
		if err := c.read(ctx, "read batch", path, query("limit", "100", "token", token), &d); err != nil {
			return b, err
		}
		b.Status, b.Total = string(d.Status), int(d.Total)
		for _, i := range d.Items {
			b.Items = append(b.Items, i.state())
		}
		token = string(d.Next)
		if token == "" || len(d.Items) == 0 {
			return b, nil
		}
	}
	return b, nil
}
