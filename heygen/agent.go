package heygen

import (
	"errors"
	"fmt"
	"strings"
)

// Paths of the Video Agent.
const (
	PathAgentV1 = "/v1/video_agent/generate"
	PathAgentV3 = "/v3/video-agents"
)

// Limits of the Video Agent's duration, seconds, from the v1 reference.
const (
	MinAgentSeconds = 5
	MaxAgentSeconds = 300
)

// AgentRequest asks the Video Agent for a film made from one prompt. The agent
// decides about pictures and background: the result is never transparent.
type AgentRequest struct {
	Prompt      string
	Seconds     int    // v1 only; v3 reads it from the prompt
	Orientation string // landscape, portrait
	AvatarID    string
	VoiceID     string   // v3 only
	StyleID     string   // v3 only
	Files       []string // asset ids
	CallbackURL string
	CallbackID  string // refused without CallbackURL
}

// Validate refuses what HeyGen would refuse.
func (r AgentRequest) Validate() error {
	switch {
	case strings.TrimSpace(r.Prompt) == "":
		return errors.New("the prompt is empty")
	case r.Seconds != 0 && (r.Seconds < MinAgentSeconds || r.Seconds > MaxAgentSeconds):
		return fmt.Errorf("duration %d s is outside %d to %d", r.Seconds, MinAgentSeconds, MaxAgentSeconds)
	case r.Orientation != "" && r.Orientation != "landscape" && r.Orientation != "portrait":
		return fmt.Errorf("orientation %q is not landscape or portrait", r.Orientation)
	case r.CallbackID != "" && r.CallbackURL == "":
		return errors.New("callback_id goes together with callback_url")
	}
	return nil
}

// Encode returns the path and the body for one generation of the API.
func (r AgentRequest) Encode(api API) (path string, body any) {
	type file struct {
		Type    string `json:"type,omitempty"`
		AssetID string `json:"asset_id"`
	}
	var files []file
	for _, id := range r.Files {
		if api == V3 {
			files = append(files, file{"asset_id", id})
		} else {
			files = append(files, file{AssetID: id})
		}
	}
	if api == V3 {
		return PathAgentV3, struct {
			Prompt      string `json:"prompt"`
			AvatarID    string `json:"avatar_id,omitempty"`
			VoiceID     string `json:"voice_id,omitempty"`
			StyleID     string `json:"style_id,omitempty"`
			Orientation string `json:"orientation,omitempty"`
			Files       []file `json:"files,omitempty"`
			CallbackURL string `json:"callback_url,omitempty"`
			CallbackID  string `json:"callback_id,omitempty"`
		}{r.Prompt, r.AvatarID, r.VoiceID, r.StyleID, r.Orientation, files, r.CallbackURL, r.CallbackID}
	}
	type config struct {
		Seconds     int    `json:"duration_sec,omitempty"`
		AvatarID    string `json:"avatar_id,omitempty"`
		Orientation string `json:"orientation,omitempty"`
	}
	return PathAgentV1, struct {
		Prompt      string `json:"prompt"`
		Config      config `json:"config"`
		Files       []file `json:"files,omitempty"`
		CallbackURL string `json:"callback_url,omitempty"`
		CallbackID  string `json:"callback_id,omitempty"`
	}{r.Prompt, config{r.Seconds, r.AvatarID, r.Orientation}, files, r.CallbackURL, r.CallbackID}
}
