package heygen

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// PathModelVideos makes footage of a prompt, without an avatar (v3).
const PathModelVideos = "/v3/models/videos"

// ModelVideoRequest asks for footage of a prompt. Its jobs are on no list and have no title.
type ModelVideoRequest struct {
	Prompt     string
	ImageID    string // an upload that is the first picture; AspectRatio is not used then
	Seconds    int    // 5 to 15
	Resolution string // 480p, 768p, 1080p, 2k
	Ratio      string // 16:9 and the like
	Seed       *int64
}

// Encode returns the path and the body; it fails without a prompt.
func (r ModelVideoRequest) Encode() (path string, body any, err error) {
	if strings.TrimSpace(r.Prompt) == "" {
		err = errors.New("the prompt is empty")
	}
	mode := "text_to_video"
	var image *translateInput
	if r.ImageID != "" {
		mode, image, r.Ratio = "image_to_video", &translateInput{Type: "asset_id", AssetID: r.ImageID}, ""
	}
	return PathModelVideos, struct {
		Model      string          `json:"model"`
		Mode       string          `json:"mode"`
		Prompt     string          `json:"prompt"`
		Image      *translateInput `json:"image,omitempty"`
		Duration   int             `json:"duration"`
		Resolution string          `json:"resolution"`
		Ratio      string          `json:"aspect_ratio,omitempty"`
		Seed       *int64          `json:"seed,omitempty"`
	}{"heygen-video-1", mode, r.Prompt, image, r.Seconds, r.Resolution, r.Ratio, r.Seed}, err
}

// modelVideo reads a job of PathModelVideos, whose ids are of their own space.
func (c *Client) modelVideo(ctx context.Context, id string) (Video, error) {
	var d wireVideo
	if err := c.read(ctx, "read footage", PathModelVideos+"/"+url.PathEscape(id), nil, &d); err != nil {
		return Video{}, err
	}
	v := d.video()
	v.ID = id
	if strings.EqualFold(v.RawStatus, "cancelled") {
		v.State = StateFailed
		why := first(string(d.FailureText), "the job was cancelled")
		v.setOutcome(newFailure(string(d.FailureCode), why, ""), d.wireWarning)
	}
	return v, nil
}
