package heygen

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// MaxStatuses is how many ids one bulk read takes, and MaxBatch how many videos one
// batch, from the v3 reference.
const (
	MaxStatuses = 100
	MaxBatch    = 100
	PathBatches = "/v3/videos/batches"
)

// JobState is one line of a bulk read: enough to know which jobs to read, without
// links. Missing is an id the account does not know.
type JobState struct {
	ID, RawStatus string
	State         State
	Missing       bool
	Failure       *Failure
}

// Statuses reads the states of up to MaxStatuses v3 videos in one call.
func (c *Client) Statuses(ctx context.Context, ids []string) ([]JobState, error) {
	if len(ids) == 0 || len(ids) > MaxStatuses {
		return nil, errors.New("heygen read statuses: 1 to 100 ids are accepted")
	}
	list, err := pages[wireJobState](
		ctx, c, "read statuses", PathVideos+"/statuses", url.Values{"video_ids": {strings.Join(ids, ",")}}, 100,
		len(ids),
	)
	var out []JobState
	for _, d := range list {
		out = append(out, d.state())
	}
	return out, err
}

type wireJobState struct {
	ID     flexWord        `json:"video_id"`
	Index  flexNumber      `json:"item_index"`
	Status flexWord        `json:"status"`
	Error  json.RawMessage `json:"error"`
}

func (d wireJobState) state() JobState {
	s := JobState{
		ID: string(d.ID), RawStatus: foreignWord(d.Status), State: stateOf(string(d.Status)),
		Missing: strings.EqualFold(string(d.Status), "not_found"),
	}
	if s.State == StateFailed {
		s.Failure = readFailure(d.Error)
	}
	return s
}

// Batch is many videos queued with one call.
type Batch struct {
	ID, Status string
	Total      int
	Items      []JobState // in the order of the request
}

// EncodeBatch returns the body for up to MaxBatch videos. It is sent with SubmitOnce,
// like any purchase; the id that SubmitOnce returns is the batch's.
func EncodeBatch(title string, videos []VideoRequest) ([]byte, error) {
	if len(videos) == 0 || len(videos) > MaxBatch {
		return nil, errors.New("a batch has 1 to 100 videos")
	}
	return json.Marshal(struct {
		Title  string         `json:"title,omitempty"`
		Videos []VideoRequest `json:"videos"`
	}{title, videos})
}

// ReadBatch reads a batch with all its items. Its paging members are inside data, unlike
// those of every other list.
func (c *Client) ReadBatch(ctx context.Context, id string) (Batch, error) {
	b := Batch{ID: id}
	token := ""
	for range maxPages {
		var d struct {
			Status flexWord               `json:"status"`
			Total  flexNumber             `json:"total_items"`
			Items  flexList[wireJobState] `json:"items"`
			Next   flexWord               `json:"next_token"`
		}
		path := PathBatches + "/" + url.PathEscape(id)
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
