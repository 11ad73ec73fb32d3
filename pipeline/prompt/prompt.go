// Package prompt reads and checks prompts for HeyGen's Video Agent: scenes with words,
// pictures and times, in Markdown that people write.
//
// It promises that no text, however hostile, makes it panic; that every finding points
// at a place inside the text; and that what Compose writes, Parse reads back as the
// same prompt. Parse opens no file and knows no network; only CheckFiles looks at the
// files a prompt names.
package prompt

import (
	"greenroom/pipeline/pace"
)

// Limits. MaxText is ours: HeyGen's reference gives the prompt's length no bound. The
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
	Words    string   `json:"words"` // what is said
	Visual   string   `json:"visual"`
	Media    []string `json:"media"`           // of MediaTypes
	OnScreen []string `json:"onScreen"`        // each shown by itself
	Notes    []string `json:"notes,omitempty"` // other directions, such as Music: calm
	Line     int      `json:"line"`

	at map[string]place // where each part begins
}

// Length is the scene's time in seconds, or 0 when the prompt gives none.
func (s Scene) Length() float64 {
	if !s.Timed {
		return 0
	}
	return max(0, s.To-s.From)
}

// Count is the number of words said.
func (s Scene) Count() int { return pace.Words(s.Words) }

// Spoken is how long the words take, seconds.
func (s Scene) Spoken() pace.Length { return pace.Estimate(s.Words, pace.Options{}) }

// Prompt is a prompt taken apart.
type Prompt struct {
	Seconds     int       `json:"seconds,omitempty"` // of the whole film; 0: not said
	Orientation string    `json:"orientation,omitempty"`
	Avatar      string    `json:"avatar,omitempty"`
	Voice       string    `json:"voice,omitempty"`
	Style       string    `json:"style,omitempty"`
	Files       []string  `json:"files,omitempty"` // as written, relative to the prompt
	Intro       string    `json:"intro,omitempty"` // what stands before the first scene
	Scenes      []Scene   `json:"scenes"`
	Notes       string    `json:"notes,omitempty"` // sections that are no scene
	Findings    []Finding `json:"findings"`

	lines   []string
	fileAt  []place
	styleAt place
	headAt  map[string]place
}

// Spoken is how long all words take, seconds.
func (p *Prompt) Spoken() (total pace.Length) {
	for _, s := range p.Scenes {
		total = total.Plus(s.Spoken())
	}
	return total
}

// Request is what the pipeline sends: the text and what travels beside it.
type Request struct {
	Text        string
	Duration    int // seconds; 0 leaves it to the agent
	Orientation string
	AvatarID    string
	VoiceID     string
	Files       []string // as written in the prompt
}

// Request gives the prompt as it is sent.
func (p *Prompt) Request() Request {
	return Request{Text: Compose(p), Duration: p.Seconds, Orientation: p.Orientation, AvatarID: p.Avatar, VoiceID: p.Voice,
		Files: append([]string(nil), p.Files...)}
}
