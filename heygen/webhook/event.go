package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/outside"
)

// Event is one event. It is decoded from every dialect that HeyGen has been
// seen to send; members that are missing are empty.
type Event struct {
	ID         string      `json:"id"` // v3's own, else the body's hash
	Type       string      `json:"type"`
	V3         bool        `json:"v3,omitempty"`
	VideoID    string      `json:"videoId,omitempty"`
	JobID      string      `json:"jobId,omitempty"` // of another job than a video: a translation, a project
	CallbackID string      `json:"callbackId,omitempty"`
	Link       heygen.Link `json:"link,omitempty"` // to what the event is about; for a GIF event that is the GIF
	Message    string      `json:"message,omitempty"`
	Created    time.Time   `json:"created,omitzero"`
	Ignored    bool        `json:"ignored,omitempty"` // a name this version does not know
}

// Types are the names HeyGen publishes.
var Types = []string{
	"avatar_video.success", "avatar_video.fail", "avatar_video_gif.success", "avatar_video_gif.fail",
	"avatar_video_caption.success",
	"avatar_video_caption.fail", "video_translate.success", "video_translate.fail",
	"video_translate.preflight.validation_failed",
	"video_translate.preflight.download_failed", "personalized_video", "instant_avatar.success", "instant_avatar.fail",
	"photo_avatar_generation.success", "photo_avatar_generation.fail", "photo_avatar_train.success",
	"photo_avatar_train.fail",
	"photo_avatar_add_motion.success", "photo_avatar_add_motion.fail", "proofread_creation.success",
	"proofread_creation.fail",
	"live_avatar.success", "live_avatar.fail", "video_agent.success", "video_agent.fail", "hyperframes_video.success",
	"hyperframes_video.fail", "ai_clipping.success", "ai_clipping.fail", "batch.finished",
}

// EndsVideo reports that the event is about the end of a video's job. Events of a GIF
// or of captions carry the same video id and are not about the video.
func (e Event) EndsVideo() bool {
	switch e.Type {
	case "avatar_video.success", "avatar_video.fail", "video_agent.success", "video_agent.fail":
		return e.VideoID != ""
	}
	return false
}

// maxMessage keeps the journal's lines short, in characters.
const maxMessage = 500

// object is a JSON object whose members are read one by one, so that a member of
// an unexpected kind does not affect the others.
type object map[string]json.RawMessage

// Decode reads a body of any dialect.
func Decode(body []byte) (Event, error) {
	var top object
	if json.Unmarshal(body, &top) != nil || top == nil {
		return Event{}, errors.New("the body is not a JSON object")
	}
	e := Event{
		ID: top.word("event_id"), Type: top.word("event_type", "event", "type"),
		Created: heygen.ParseTime(top.text("created_at")),
	}
	if e.Type == "" {
		return Event{}, errors.New("the body names no event")
	}
	e.Ignored = !slices.Contains(Types, e.Type)
	e.fill(top.data())
	return e, nil
}

func (e *Event) fill(d object) {
	e.VideoID = d.word("video_id")
	e.JobID = d.word("video_translate_id", "project_id", "batch_id", "session_id")
	e.CallbackID = d.word("callback_id")
	// A signed event may still quote a key or a link from a request.
	e.Message = outside.Short(d.text("msg", "message", "error", "failure_message"), maxMessage)
	e.Link = heygen.Link(d.text("url", "video_url"))
	if strings.HasPrefix(e.Type, "avatar_video_gif.") {
		e.Link = heygen.Link(d.text("gif_download_url", "gif_url", "url"))
	}
}

// data is the inner object; one dialect wraps it in a string, another has none.
func (o object) data() object {
	for _, k := range []string{"event_data", "data"} {
		raw := bytes.TrimSpace(o[k])
		if len(raw) > 0 && raw[0] == '"' {
			raw = []byte(o.text(k))
		}
		var in object
		if json.Unmarshal(raw, &in) == nil && in != nil {
			return in
		}
	}
	return o
}

// word is text for an id or a name: without secrets, in one line.
func (o object) word(names ...string) string { return outside.Short(o.text(names...), maxMessage) }

// text returns the first member that is not empty: a string, a number, or an object
// with a message in it.
func (o object) text(names ...string) string {
	for _, n := range names {
		raw := bytes.TrimSpace(o[n])
		var s string
		var in object
		switch {
		case len(raw) == 0 || string(raw) == "null":
		case raw[0] == '"':
			_ = json.Unmarshal(raw, &s) // a broken string stays empty
		case raw[0] == '{':
			if json.Unmarshal(raw, &in) == nil {
				s = in.text("message", "msg", "detail", "code")
			}
		case raw[0] == '[':
		default:
			s = string(raw)
		}
		s = strings.TrimSpace(s)
		if s != "" {
			return s
		}
	}
	return ""
}
