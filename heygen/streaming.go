package heygen

import (
	"context"
	"errors"
	"unicode/utf8"
)

// Interactive avatars. HeyGen ended this service on 2026-03-31: accounts answer "gone"
// (see Gone). The calls are here for recorded tests and for accounts that still have
// them. The stream has no alpha.

// StreamRequest opens a session.
type StreamRequest struct {
	Quality  string // low 360p, medium 480p, high 720p
	AvatarID string
	VoiceID  string
	Encoding string // VP8, H264
	Idle     int    // seconds, 30 to 3600; 0 is 120
}

// Stream is an open session: where a browser connects.
type Stream struct {
	ID          string
	URL         Link
	AccessToken Secret
	Limit       int // seconds
}

// NewStream opens a session; it is billed while open.
func (c *Client) NewStream(ctx context.Context, r StreamRequest) (Stream, error) {
	if r.Idle != 0 && (r.Idle < 30 || r.Idle > 3600) {
		return Stream{}, errors.New("the idle time is 30 to 3600 seconds")
	}
	body := map[string]any{
		"version": "v2", "quality": first(r.Quality, "medium"), "avatar_id": r.AvatarID,
		"video_encoding": first(r.Encoding, "VP8"),
	}
	if r.VoiceID != "" {
		body["voice"] = map[string]any{"voice_id": r.VoiceID}
	}
	if r.Idle != 0 {
		body["activity_idle_timeout"] = r.Idle
	}
	var d struct {
		ID    flexWord   `json:"session_id"`
		URL   flexWord   `json:"url"`
		Token flexWord   `json:"access_token"`
		Limit flexNumber `json:"session_duration_limit"`
	}
	err := c.post(ctx, "open stream", "/v1/streaming.new", body, &d)
	return Stream{string(d.ID), Link(d.URL), Secret(d.Token), int(d.Limit)}, err
}

// StartStream begins the session.
func (c *Client) StartStream(ctx context.Context, id string) error {
	return c.stream(ctx, "start", id)
}

// InterruptStream stops the current speech.
func (c *Client) InterruptStream(ctx context.Context, id string) error {
	return c.stream(ctx, "interrupt", id)
}

// KeepStream holds an idle session open.
func (c *Client) KeepStream(ctx context.Context, id string) error {
	return c.stream(ctx, "keep_alive", id)
}

// StopStream ends the session.
func (c *Client) StopStream(ctx context.Context, id string) error {
	return c.stream(ctx, "stop", id)
}

func (c *Client) stream(ctx context.Context, verb, id string) error {
	return c.post(ctx, verb+" stream", "/v1/streaming."+verb, map[string]string{"session_id": id}, nil)
}

// Say makes the avatar speak and returns the length of the speech in milliseconds.
func (c *Client) Say(ctx context.Context, id, text string) (millis float64, err error) {
	if n := utf8.RuneCountInString(text); n == 0 || n > 1000 {
		return 0, errors.New("1 to 1000 characters are spoken at once")
	}
	var d struct {
		Millis flexNumber `json:"duration_ms"`
	}
	err = c.post(
		ctx, "speak in stream", "/v1/streaming.task",
		map[string]string{"session_id": id, "text": text, "task_type": "repeat"}, &d,
	)
	return float64(d.Millis), err
}

// Streams lists the open sessions' ids.
func (c *Client) Streams(ctx context.Context) ([]string, error) {
	var d struct {
		Sessions flexList[struct {
			ID flexWord `json:"session_id"`
		}] `json:"sessions"`
	}
	err := c.read(ctx, "list streams", "/v1/streaming.list", nil, &d)
	var out []string
	for _, s := range d.Sessions {
		out = append(out, string(s.ID))
	}
	return out, err
}

// StreamToken makes a short-lived token for a browser, so that the key stays here.
func (c *Client) StreamToken(ctx context.Context) (Secret, error) {
	var d struct {
		Token flexWord `json:"token"`
	}
	err := c.post(ctx, "make stream token", "/v1/streaming.create_token", struct{}{}, &d)
	return Secret(d.Token), err
}
