package heygen

import (
	"context"
	"errors"
	"net/url"
)

// PathLipsync replaces the sound of a film and moves the speaker's lips to it (v3).
const PathLipsync = "/v3/lipsyncs"

// LipsyncRequest asks for a film with another sound. Both files are uploads.
type LipsyncRequest struct {
	Title, VideoID, AudioID string
	Precise                 bool // slower, better
	KeepLength              bool // the result is as long as the film, and not as the sound
	Captions                bool
}

// Encode returns the path and the body; it fails without both files.
func (r LipsyncRequest) Encode() (path string, body any, err error) {
	switch {
	case r.VideoID == "":
		err = errors.New("a lipsync needs an uploaded video")
	case r.AudioID == "":
		err = errors.New("a lipsync needs an uploaded sound")
	}
	mode := "speed"
	if r.Precise {
		mode = "precision"
	}
	var dynamic *bool // HeyGen's default is true
	if r.KeepLength {
		dynamic = new(bool)
	}
	return PathLipsync, struct {
		Title   string         `json:"title,omitempty"`
		Video   translateInput `json:"video"`
		Audio   translateInput `json:"audio"`
		Mode    string         `json:"mode"`
		Dynamic *bool          `json:"enable_dynamic_duration,omitempty"`
		Caption bool           `json:"enable_caption,omitempty"`
	}{
		r.Title, translateInput{Type: "asset_id", AssetID: r.VideoID}, translateInput{Type: "asset_id", AssetID: r.AudioID},
		mode, dynamic, r.Captions,
	}, err
}

// lipsync reads a job of PathLipsync.
func (c *Client) lipsync(ctx context.Context, id string) (Video, error) {
	var d struct {
		Status   flexWord   `json:"status"`
		Title    flexWord   `json:"title"`
		URL      flexWord   `json:"video_url"`
		Caption  flexWord   `json:"caption_url"`
		Duration flexNumber `json:"duration"`
		wireWarning
	}
	if err := c.read(ctx, "read lipsync", PathLipsync+"/"+url.PathEscape(id), nil, &d); err != nil {
		return Video{}, err
	}
	v := Video{
		ID: id, RawStatus: foreignWord(d.Status), State: stateOf(string(d.Status)), Title: string(d.Title),
		URL: Link(d.URL), CaptionURL: Link(d.Caption), Duration: float64(d.Duration),
	}
	v.setOutcome(newFailure("", string(d.FailureText), ""), d.wireWarning)
	return v, nil
}

// FindLipsync lists lipsyncs whose titles contain the marker.
func (c *Client) FindLipsync(ctx context.Context, marker string) ([]VideoItem, error) {
	return c.findMarked(ctx, "list lipsyncs", PathLipsync, nil, marker)
}
