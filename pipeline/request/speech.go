package request

import (
	"strings"

	"greenroom/heygen"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/routes"
)

// Speech is the request for the sound that drives a clip.
type Speech struct {
	Take  string // SHA-256 of words and voice, hexadecimal
	Row   string // key of the ledger row in which it is bought; the plan sets it
	Route string
	Path  string // of the API
	Body  []byte
}

// SpeechError is something that the sound of a clip cannot have on its route.
type SpeechError struct{ Reason string }

// Error returns the reason.
func (e *SpeechError) Error() string { return e.Reason }

// newSpeech makes the request for the words of a clip.
func newSpeech(c Canonical) (*Speech, error) {
	text, v := c.Scenes[0].Text, c.Scenes[0].Voice
	k := hashkey.New("speech/1")
	k.Field("script", text)
	keyVoice(k, "voice", v)
	s := &Speech{Take: k.Sum(), Route: routes.V1Speech}
	if routes.IsV3(c.Route) {
		s.Route = routes.V3Speech
	}
	speed := v.Speed
	if speed == 1 {
		speed = 0 // HeyGen's default
	}
	r := heygen.SpeechRequest{Text: text, VoiceID: v.ID, Locale: v.Locale, Speed: speed, Pitch: v.Pitch, Emotion: v.Emotion}
	var err error
	if s.Path, s.Body, err = r.Encode(routes.APIOf(c.Route)); err != nil {
		return nil, &SpeechError{strings.TrimPrefix(err.Error(), "heygen make speech: ")}
	}
	return s, nil
}
