package heygen

import (
	"context"
	"net/url"
	"strconv"
)

// Kinds of sounds.
const (
	SoundMusic   = "music"
	SoundEffects = "sound_effects"
)

// MaxSounds is how many sounds one page of HeyGen's has at most.
const MaxSounds = 50

// Sound is a piece of music or an effect of HeyGen's library (v3).
type Sound struct {
	ID, Name, Description, Type string
	File                        Link    // temporary
	Seconds                     float64 // 0: unknown
	Score                       float64 // how well it fits the query, 0 to 1
	Placement                   string  // of an effect: hit, riser, bed; may be empty
	Peak                        float64 // of an effect: when its loudest moment is, seconds; 0: unknown
}

// SoundQuery is a search in words.
type SoundQuery struct {
	Words    string
	Type     string  // SoundMusic or SoundEffects
	MinScore float64 // 0 to 1
	Limit    int     // 1 to MaxSounds
}

// Sounds searches the library by meaning, the best first.
func (c *Client) Sounds(ctx context.Context, q SoundQuery) ([]Sound, error) {
	type wire struct {
		ID          flexWord   `json:"id"`
		Name        flexWord   `json:"name"`
		Description flexWord   `json:"description"`
		Type        flexWord   `json:"type"`
		URL         flexWord   `json:"audio_url"`
		Duration    flexNumber `json:"duration"`
		Score       flexNumber `json:"score"`
		Placement   flexWord   `json:"placement"`
		Peak        flexNumber `json:"peak_offset"`
	}
	values := url.Values{"query": {q.Words}, "type": {q.Type}, "min_score": {strconv.FormatFloat(q.MinScore, 'f', -1, 64)}}
	list, err := pages[wire](ctx, c, "search sounds", "/v3/audio/sounds", values, q.Limit, q.Limit)
	var out []Sound
	for _, s := range list {
		if s.ID == "" {
			continue
		}
		out = append(out, Sound{
			ID: string(s.ID), Name: string(s.Name), Description: string(s.Description), Type: string(s.Type), File: Link(s.URL),
			Seconds: float64(s.Duration), Score: float64(s.Score), Placement: string(s.Placement), Peak: float64(s.Peak),
		})
	}
	return out, err
}
