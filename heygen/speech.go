package heygen

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// SpeechRequest asks for a voice alone: a two-hundredth of the price of a video.
type SpeechRequest struct {
	Text, VoiceID, Locale string
	Speed                 float64 // v1 0.5 to 1.5, v3 0.5 to 2; 0 is 1
	Pitch                 float64 // v1 only, semitones
}

// Speech is a spoken text.
type Speech struct {
	Audio    Link
	Duration float64 // seconds
	Words    []Word
}

// Word is a spoken word, seconds from the start.
type Word struct {
	Text       string
	Start, End float64
}

// Speak makes speech. It is sent once and costs a little.
func (c *Client) Speak(ctx context.Context, api API, r SpeechRequest) (Speech, error) {
	const op = "make speech"
	limit, path := 1.5, "/v1/audio/text_to_speech"
	if api == V3 {
		limit, path = 2, "/v3/voices/speech"
	}
	switch n := utf8.RuneCountInString(r.Text); {
	case strings.TrimSpace(r.Text) == "" || n > MaxScript:
		return Speech{}, fmt.Errorf("heygen %s: the text has %d characters, 1 to %d are taken", op, n, MaxScript)
	case r.VoiceID == "":
		return Speech{}, fmt.Errorf("heygen %s: a voice_id is needed", op)
	case r.Speed != 0 && (r.Speed < 0.5 || r.Speed > limit):
		return Speech{}, fmt.Errorf("heygen %s: speed %g is outside 0.5 to %g", op, r.Speed, limit)
	}
	var body any = struct {
		Text    string  `json:"text"`
		VoiceID string  `json:"voice_id"`
		Speed   float64 `json:"speed,omitempty"`
		Pitch   int     `json:"pitch,omitempty"`
		Locale  string  `json:"locale,omitempty"`
	}{r.Text, r.VoiceID, r.Speed, int(r.Pitch), r.Locale}
	if api == V3 {
		kind := "text"
		if strings.Contains(r.Text, "<break") {
			kind = "ssml"
		}
		body = struct {
			Text    string  `json:"text"`
			VoiceID string  `json:"voice_id"`
			Type    string  `json:"input_type"`
			Speed   float64 `json:"speed,omitempty"`
			Locale  string  `json:"locale,omitempty"`
		}{r.Text, r.VoiceID, kind, r.Speed, r.Locale}
	}
	var d struct {
		Audio    flexText   `json:"audio_url"`
		Duration flexNumber `json:"duration"`
		Words    []struct {
			Word  string     `json:"word"`
			Start flexNumber `json:"start"`
			End   flexNumber `json:"end"`
		} `json:"word_timestamps"`
	}
	if err := c.post(ctx, op, path, body, &d); err != nil {
		return Speech{}, err
	}
	if d.Audio == "" {
		return Speech{}, &Error{Op: op, Err: errors.New("the answer names no file")}
	}
	s := Speech{Audio: Link(d.Audio), Duration: float64(d.Duration)}
	for _, w := range d.Words {
		if strings.HasPrefix(w.Word, "<") && strings.HasSuffix(w.Word, ">") {
			continue // marks of start and end, not words
		}
		s.Words = append(s.Words, Word{w.Word, float64(w.Start), float64(w.End)})
	}
	return s, nil
}
