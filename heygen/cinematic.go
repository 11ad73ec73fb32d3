package heygen

import (
	"errors"
	"strings"
)

// CinematicRequest is POST /v3/videos of the type cinematic_avatar: looks that act a prompt, without speech. It is on
// the list of videos under its title.
type CinematicRequest struct {
	Title, Prompt           string
	Avatars                 []string // looks
	ReferenceIDs            []string // uploads
	Seconds                 int      // 4 to 15; 0 leaves it to HeyGen
	Enhance                 bool
	Resolution, AspectRatio string // 720p or 1080p; 16:9 and the like
}

// Encode returns the body; it fails without a prompt or a look.
func (r CinematicRequest) Encode() (body any, err error) {
	switch {
	case strings.TrimSpace(r.Prompt) == "":
		err = errors.New("the prompt is empty")
	case len(r.Avatars) == 0:
		err = errors.New("avatar_id is missing")
	}
	var references []translateInput
	for _, id := range r.ReferenceIDs {
		references = append(references, translateInput{Type: "asset_id", AssetID: id})
	}
	return struct {
		Type        string           `json:"type"`
		Title       string           `json:"title,omitempty"`
		Prompt      string           `json:"prompt"`
		Avatars     []string         `json:"avatar_id"`
		References  []translateInput `json:"references,omitempty"`
		Duration    int              `json:"duration,omitempty"`
		Auto        bool             `json:"auto_duration,omitempty"`
		Enhance     bool             `json:"enhance_prompt,omitempty"`
		Resolution  string           `json:"resolution,omitempty"`
		AspectRatio string           `json:"aspect_ratio,omitempty"`
	}{
		"cinematic_avatar", r.Title, r.Prompt, r.Avatars, references, r.Seconds, r.Seconds == 0, r.Enhance, r.Resolution, r.AspectRatio,
	}, err
}
