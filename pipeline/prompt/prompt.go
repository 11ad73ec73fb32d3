// Package prompt reads and checks prompts for HeyGen's Video Agent: scenes with words,
// pictures and times, in Markdown that people write.
//
// No text makes it panic, every finding has a place inside the text, and Parse reads what
// Compose writes as the same prompt. Parse uses no files and no network; only CheckFiles reads
// the files that a prompt names.
package prompt

import (
	"greenroom/pipeline/pace"
)

// Limits. MaxText is greenroom's own: HeyGen's reference has no limit for the prompt's length. The
// seconds are those of duration_sec of POST /v1/video_agent/generate; v3 has no such
// member, but its films come from the same agent.
const (
	MaxText    = 10000 // characters
	MaxBytes   = 1 << 20
	MinSeconds = 5 // of the film
	MaxSeconds = 300
	maxOnText  = 8 // words on screen that are read at a glance
)

// Scene is one part of the film. Times are seconds, and mean nothing unless Timed.
type Scene struct {
	Title    string   `json:"title"`
	Timed    bool     `json:"timed"`
	From     float64  `json:"from"`
	To       float64  `json:"to"`
	Words    string   `json:"words"` // spoken
	Visual   string   `json:"visual"`
	Media    []string `json:"media"`           // of MediaTypes
	OnScreen []string `json:"onScreen"`        // each shown by itself
	Notes    []string `json:"notes,omitempty"` // other directions, such as Music: calm
	Line     int      `json:"line"`

	at map[string]place // where each part begins
}

// Length returns the scene's time in seconds, or 0 when the prompt has none.
func (s Scene) Length() float64 {
	if !s.Timed {
		return 0
	}
	return max(0, s.To-s.From)
}

// Count returns the number of spoken words.
func (s Scene) Count() int { return pace.Words(s.Words) }

// Spoken returns how long the words take, seconds.
func (s Scene) Spoken() pace.Length { return pace.Estimate(s.Words, pace.Options{}) }

// Prompt is a prompt that was read.
type Prompt struct {
	Seconds     int       `json:"seconds,omitempty"` // of the film; 0: not written
	Orientation string    `json:"orientation,omitempty"`
	Avatar      string    `json:"avatar,omitempty"`
	Voice       string    `json:"voice,omitempty"`
	Style       string    `json:"style,omitempty"`
	Files       []string  `json:"files,omitempty"` // as written, relative to the prompt
	Intro       string    `json:"intro,omitempty"` // what is before the first scene
	Scenes      []Scene   `json:"scenes"`
	Notes       string    `json:"notes,omitempty"` // sections that are not scenes
	Findings    []Finding `json:"findings"`

	lines   []string
	fileAt  []place
	styleAt place
	headAt  map[string]place
}

// Spoken returns how long all words take, seconds.
func (p *Prompt) Spoken() (total pace.Length) {
	for _, s := range p.Scenes {
		total = total.Plus(s.Spoken())
	}
	return total
}
