package heygen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Paths of speech; each spends money.
const (
	PathSpeechV1 = "/v1/audio/text_to_speech"
	PathSpeechV3 = "/v3/voices/speech"
)

// speechEngine is the only engine that speaks without a picture; not every voice runs
// on it.
const speechEngine = "starfish"

// SpeechRequest asks for a voice alone: a hundredth of the price of a video, or less.
type SpeechRequest struct {
	Text, VoiceID, Locale string
	Speed                 float64 // v1 0.5 to 1.5, v3 0.5 to 2; 0 is 1
	Pitch                 float64 // v1 only, semitones, an integer
	Emotion               string  // v1 only
}

// Speech is a spoken text.
type Speech struct {
	ID       string // of the request, for HeyGen's support; nothing can be read with it
	Audio    Link
	Duration float64 // seconds
	Words    []Word
}

// Word is a spoken word, seconds from the start.
type Word struct {
	Text       string
	Start, End float64
}

// Encode returns the path and the body of a request for one generation. It fails for what
// that generation cannot do.
func (r SpeechRequest) Encode(api API) (path string, body []byte, err error) {
	limit, path := 1.5, PathSpeechV1
	if api == V3 {
		limit, path = 2, PathSpeechV3
	}
	bad := func(format string, args ...any) (string, []byte, error) {
		return "", nil, fmt.Errorf("heygen make speech: "+format, args...)
	}
	switch n := utf8.RuneCountInString(r.Text); {
	case strings.TrimSpace(r.Text) == "" || n > MaxScript:
		return bad("the text has %d characters, 1 to %d are accepted", n, MaxScript)
	case r.VoiceID == "":
		return bad("a voice_id is needed")
	case r.Speed != 0 && (r.Speed < 0.5 || r.Speed > limit):
		return bad("speed %g is outside 0.5 to %g", r.Speed, limit)
	case api == V3 && r.Pitch != 0:
		return bad("v3 has no pitch for speech")
	case api == V3 && r.Emotion != "":
		return bad("v3 has no emotion for speech")
	case r.Pitch != float64(int(r.Pitch)):
		return bad("pitch %g is not an integer", r.Pitch)
	}
	kind := "" // v1 has no such member
	if api == V3 {
		kind = "text"
		if strings.Contains(r.Text, "<break") {
			kind = "ssml"
		}
	}
	body, err = json.Marshal(struct {
		Text    string  `json:"text"`
		VoiceID string  `json:"voice_id"`
		Type    string  `json:"input_type,omitempty"`
		Speed   float64 `json:"speed,omitempty"`
		Pitch   int     `json:"pitch,omitempty"`
		Emotion string  `json:"emotion,omitempty"`
		Locale  string  `json:"locale,omitempty"`
	}{r.Text, r.VoiceID, kind, r.Speed, int(r.Pitch), r.Emotion, r.Locale})
	return path, body, err
}

// SubmitSpeech posts exactly these bytes to a path of speech. It is sent once: any
// failure without a refusal (see NothingBought) leaves open whether it was billed, and
// there is no list on which to find out. The answer is the only place that names the
// sound.
func (c *Client) SubmitSpeech(ctx context.Context, path string, body []byte) (Speech, error) {
	const op = "make speech"
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.base, path: path, once: true, timeout: writeTimeout, body: body,
	})
	var d struct {
		ID       flexWord   `json:"request_id"`
		Audio    flexWord   `json:"audio_url"`
		Duration flexNumber `json:"duration"`
		Words    flexList[struct {
			Word  flexWord   `json:"word"`
			Start flexNumber `json:"start"`
			End   flexNumber `json:"end"`
		}] `json:"word_timestamps"`
	}
	shape := decode(op, b, &d)
	switch {
	case err != nil && (shape != nil || d.Audio == ""):
		return Speech{}, err
	case err != nil: // the sound exists, whatever else is in the answer
		c.warn(fmt.Sprintf("HeyGen made the speech and reported an error as well: %v", err))
	case shape != nil:
		return Speech{}, shape
	case d.Audio == "":
		return Speech{}, &Error{
			Op: op, Method: http.MethodPost, Path: path, Err: errors.New("the answer names no file"),
		}
	}
	s := Speech{ID: string(d.ID), Audio: Link(d.Audio), Duration: float64(d.Duration)}
	for _, w := range d.Words {
		word := string(w.Word)
		if strings.HasPrefix(word, "<") && strings.HasSuffix(word, ">") {
			continue // marks of start and end, not words
		}
		s.Words = append(s.Words, Word{word, float64(w.Start), float64(w.End)})
	}
	return s, nil
}

// SpeechVoices lists the voices that speak without a picture: fewer than Voices.
func (c *Client) SpeechVoices(ctx context.Context, api API) ([]VoiceInfo, error) {
	const op = "list voices for speech"
	var list []wireVoice
	if api == V3 {
		for _, kind := range []string{"public", "private"} {
			some, err := pages[wireVoice](ctx, c, op, "/v3/voices", query("type", kind, "engine", speechEngine), 100, 0)
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
		}
		return voicesOf(list), nil
	}
	var d struct {
		Voices flexList[wireVoice] `json:"voices"`
	}
	err := c.read(ctx, op, "/v1/audio/voices", nil, &d)
	return voicesOf(d.Voices), err
}
