package heygen

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// State is how far a video is.
type State string

// States. An unknown word of HeyGen's is StateUnknown: it counts as running, and
// the caller watches its age.
const (
	StatePending    State = "pending"
	StateWaiting    State = "waiting"
	StateProcessing State = "processing"
	StateCompleted  State = "completed"
	StateFailed     State = "failed"
	StateUnknown    State = "unknown"
)

var stateWords = map[string]State{
	"pending": StatePending, "queued": StateWaiting, "waiting": StateWaiting, "draft": StatePending,
	"processing": StateProcessing, "running": StateProcessing, "generating": StateProcessing,
	"thinking":  StateProcessing,
	"reviewing": StateProcessing, "in_progress": StateProcessing,
	"completed": StateCompleted, "complete": StateCompleted, "success": StateCompleted,
	"failed": StateFailed, "fail": StateFailed,
}

// Video is a job's record. Links are signed and live for seven days; they are
// different on every read and must not be stored.
//
// size: one field for each member of the answer that is used.
type Video struct {
	ID         string
	State      State
	RawStatus  string
	Title      string
	URL        Link
	Duration   float64  // seconds
	Failure    *Failure // set when State is StateFailed, even if HeyGen gave no reason
	Warning    *Failure // what a finished file is not: watermarked, made under a trial
	CaptionURL Link
	// CaptionedURL is the film with the captions in its picture, where they were requested.
	CaptionedURL Link
	CreatedAt    time.Time
}

// Failure is HeyGen's reason; each member may be empty.
type Failure struct{ Code, Message, Detail string }

// VideoStatus reads a job.
func (c *Client) VideoStatus(ctx context.Context, id string) (Video, error) {
	var d struct {
		ID         flexWord   `json:"id"`
		Status     flexWord   `json:"status"`
		Title      flexWord   `json:"title"`
		URL        flexWord   `json:"video_url"`
		Duration   flexNumber `json:"duration"`
		CaptionURL flexWord   `json:"caption_url"`
		Captioned  flexWord   `json:"video_url_caption"`
		CreatedAt  flexTime   `json:"created_at"`
		wireWarning
	}
	if err := c.read(ctx, "read video", "/v1/video_status.get", url.Values{"video_id": {id}}, &d); err != nil {
		return Video{}, err
	}
	v := Video{
		ID: first(string(d.ID), id), RawStatus: foreignWord(d.Status), Title: string(d.Title), URL: Link(d.URL),
		Duration: float64(d.Duration), CaptionURL: Link(d.CaptionURL), CaptionedURL: Link(d.Captioned),
		CreatedAt: d.CreatedAt.Time,
	}
	v.State = stateOf(v.RawStatus)
	v.setOutcome(readFailure(d.Error), d.wireWarning)
	return v, nil
}

// setOutcome sets the failure of a failed job, which may have no reason, and the warning of a
// completed one.
func (v *Video) setOutcome(failure *Failure, w wireWarning) {
	switch v.State {
	case StateFailed:
		v.Failure = failure
		if failure == nil {
			v.Failure = &Failure{}
		}
	case StateCompleted:
		v.Warning = w.warning()
	}
}

// readFailure reads null, a string, or an object with a code of any kind.
func readFailure(b json.RawMessage) *Failure {
	if !isObject(b) {
		if s := text(b); s != "" {
			return newFailure("", s, "")
		}
		return nil
	}
	var o struct {
		Code    flexText `json:"code"`
		Message flexText `json:"message"`
		Detail  flexText `json:"detail"`
	}
	if json.Unmarshal(b, &o) != nil {
		return newFailure("", quote(b), "")
	}
	return newFailure(string(o.Code), first(string(o.Message), string(o.Detail)), string(o.Detail))
}

// ListOptions narrow a list. Limit is 1 to 100; 0 asks for 100.
type ListOptions struct {
	Limit                  int
	Token, Title, FolderID string
}

// VideoItem is a line of the account's list: no links, no callback id.
type VideoItem struct {
	ID, Title, Status, Type string
	CreatedAt               time.Time
}

// Failed reports that HeyGen could not make the video.
func (v VideoItem) Failed() bool { return stateWords[strings.ToLower(v.Status)] == StateFailed }

// VideoPage is one page; an empty Token is the last.
type VideoPage struct {
	Videos []VideoItem
	Token  string
}

// ListVideos reads one page of the account's videos.
func (c *Client) ListVideos(ctx context.Context, o ListOptions) (VideoPage, error) {
	if o.Limit <= 0 || o.Limit > 100 {
		o.Limit = 100
	}
	q := query("limit", strconv.Itoa(o.Limit), "token", o.Token, "title", o.Title, "folder_id", o.FolderID)
	var d struct {
		Token  flexWord `json:"token"`
		Videos strictList[struct {
			ID        flexWord `json:"video_id"`
			Title     flexWord `json:"video_title"`
			Status    flexWord `json:"status"`
			Type      flexWord `json:"type"`
			CreatedAt flexTime `json:"created_at"`
		}] `json:"videos"`
	}
	if err := c.read(ctx, "list videos", "/v1/video.list", q, &d); err != nil {
		return VideoPage{}, err
	}
	page := VideoPage{Token: string(d.Token)}
	for _, v := range d.Videos {
		page.Videos = append(page.Videos, VideoItem{
			ID: string(v.ID), Title: string(v.Title), Status: string(v.Status), Type: string(v.Type),
			CreatedAt: v.CreatedAt.Time,
		})
	}
	return page, nil
}

// errNoID is a video that is on the list under the title that was searched for, and has no
// id there. It does not show that nothing was bought.
var errNoID = errors.New("a video with this title has no id in the list")

// maxPages bounds a search over a list that never ends.
const maxPages = 200

// FindByTitle pages through the account for titles that contain the marker. The
// server's own filter is used and then checked: an unknown filter is ignored there.
func (c *Client) FindByTitle(ctx context.Context, marker string) ([]VideoItem, error) {
	var all []VideoItem
	o := ListOptions{Title: marker}
	for range maxPages {
		page, err := c.ListVideos(ctx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Videos...)
		if page.Token == "" || page.Token == o.Token {
			break
		}
		o.Token = page.Token
	}
	return marked("list videos", all, marker)
}

// findMarked pages through a list of v3, with a query, for titles that contain the marker.
func (c *Client) findMarked(ctx context.Context, op, path string, q url.Values, marker string) ([]VideoItem, error) {
	list, err := pages[wireVideo](ctx, c, op, path, q, 100, 0)
	if err != nil {
		return nil, err
	}
	all := make([]VideoItem, 0, len(list))
	for _, v := range list {
		all = append(all, v.item())
	}
	return marked(op, all, marker)
}

// marked returns the videos whose titles contain the marker, each once. It fails when one of them
// has no id.
func marked(op string, list []VideoItem, marker string) ([]VideoItem, error) {
	var out []VideoItem
	seen := map[string]bool{}
	for _, v := range list {
		switch {
		case !strings.Contains(v.Title, marker), seen[v.ID]:
			continue
		case v.ID == "":
			return nil, &Error{Op: op, Err: errNoID}
		}
		seen[v.ID] = true
		out = append(out, v)
	}
	return out, nil
}

// DeleteVideo removes a video for good.
func (c *Client) DeleteVideo(ctx context.Context, id string) error {
	return c.write(ctx, "delete video", http.MethodDelete, "/v1/video.delete", query("video_id", id), nil, nil)
}

func (c *Client) get(ctx context.Context, op, path string, q url.Values) ([]byte, error) {
	return c.do(ctx, call{op: op, method: http.MethodGet, host: c.base, path: path, query: q, timeout: readTimeout})
}
