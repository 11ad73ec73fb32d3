package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"greenroom/compose/standin"
)

// speaker is a MediaMaker that can also make speech without a picture.
type speaker interface {
	Speak(ctx context.Context, s standin.Spec, out string) (standin.Result, error)
}

// kindSpeech marks a job that is a voice alone. It is on the account and on no list:
// its answer is the only place that names its sound.
const kindSpeech = "speech"

// makeSpeech makes and bills a voice and returns the answer of both generations. The job is
// on disk before the answer is sent.
func (s *Server) makeSpeech(r *http.Request, spec standin.Spec) (map[string]any, error) {
	m, ok := s.o.Media.(speaker)
	if !ok {
		return nil, errors.New("this sandbox has no voice")
	}
	name := contentName(spec) + ".wav"
	path := filepath.Join(s.o.Dir, "media", name)
	res, err := m.Speak(r.Context(), spec, path)
	if err != nil {
		return nil, err
	}
	j := newJob(r.URL.Path, "", request{Script: spec.Script, Speed: spec.Speed, Locale: spec.Locale}, s.o.Now())
	j.Kind, j.V3, j.Status = kindSpeech, r.URL.Path == "/v3/voices/speech", "completed"
	j.File, j.Duration, j.Ready = name, res.Duration, j.Created
	if err := s.keep(j); err != nil {
		return nil, err
	}
	words := []any{map[string]any{"word": "<start>", "start": 0, "end": 0}}
	for _, w := range res.Words {
		words = append(words, map[string]any{"word": w.Text, "start": w.Start, "end": w.End})
	}
	words = append(words, map[string]any{"word": "<end>", "start": res.Duration, "end": res.Duration})
	return map[string]any{
		"audio_url": s.sign(r, name), "duration": res.Duration, "request_id": j.ID, "word_timestamps": words,
	}, nil
}

type speechBody struct {
	Text    string  `json:"text"`
	VoiceID string  `json:"voice_id"`
	Type    string  `json:"input_type"`
	Speed   float64 `json:"speed"`
	Pitch   float64 `json:"pitch"`
	Locale  string  `json:"locale"`
}

// wrong is what is refused of a speech request.
func (b speechBody) wrong(s *Server, fastest float64) (param, message string) {
	switch n := utf8.RuneCountInString(b.Text); {
	case n == 0 || n > 5000:
		return "text", "String should have 1 to 5000 characters"
	case !s.knownVoice(b.VoiceID):
		return "voice_id", "voice not found"
	case !speaks(b.VoiceID):
		return "voice_id", "this voice does not support the starfish engine"
	case b.Speed != 0 && (b.Speed < 0.5 || b.Speed > fastest):
		return "speed", "Input is out of range"
	case badBreak.MatchString(b.Text):
		return "text", "break time must be in seconds"
	}
	return "", ""
}

func (b speechBody) spec() standin.Spec {
	return standin.Spec{Script: b.Text, Speed: b.Speed, Locale: b.Locale}
}

// speechV1 is POST /v1/audio/text_to_speech.
func (s *Server) speechV1(w http.ResponseWriter, r *http.Request) {
	d, no := s.speech(r, 1.5)
	switch {
	case no.param != "":
		v2Error(w, http.StatusBadRequest, "invalid_parameter", no.param+" is invalid: "+no.message)
	case no.message != "":
		v2Error(w, no.status, no.code, no.message)
	default:
		v2(w, d)
	}
}

// speechV3 is POST /v3/voices/speech.
func (s *Server) speechV3(w http.ResponseWriter, r *http.Request) {
	d, no := s.speech(r, 2)
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	v3(w, d)
}

// speech makes the speech that a request describes. Unknown members are ignored by both generations.
func (s *Server) speech(r *http.Request, fastest float64) (map[string]any, refusal) {
	var b speechBody
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b) != nil {
		return nil, invalid("", "request body is not valid JSON")
	}
	if param, m := b.wrong(s, fastest); m != "" {
		return nil, invalid(param, m)
	}
	if s.faults.on("no-credit") {
		return nil, refusal{http.StatusPaymentRequired, "insufficient_credit", "", "Insufficient credit"}
	}
	d, err := s.makeSpeech(r, b.spec())
	if err != nil {
		return nil, refusal{http.StatusInternalServerError, "internal_error", "", err.Error()}
	}
	return d, refusal{}
}

// preview is the sound of a voice, for listening before choosing.
func (s *Server) preview(w http.ResponseWriter, r *http.Request) {
	if s.faults.on("text-200") || s.faults.once("html-200") {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("Access denied. Link expired."))
		return
	}
	if strings.HasSuffix(r.PathValue("id"), ".mp4") {
		s.showFilm(w, r)
		return
	}
	for _, v := range voiceList {
		if v.id != r.PathValue("id") {
			continue
		}
		m, ok := s.o.Media.(speaker)
		if !ok {
			break
		}
		path := filepath.Join(s.o.Dir, "media", "preview-"+v.id+".wav")
		if _, err := os.Stat(path); err != nil {
			if _, err := m.Speak(r.Context(), standin.Spec{
				Script: "Hello, I am " + v.name + ". This is how I sound.",
			}, path); err != nil {
				http.Error(w, "the voice could not be made", http.StatusInternalServerError)
				return
			}
		}
		w.Header().Set("Content-Type", "audio/wav")
		http.ServeFile(w, r, path)
		return
	}
	denied(w)
}

// audioVoices are the voices that speak without a picture, for v1.
func (s *Server) audioVoices(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, v := range voiceList {
		if speaks(v.id) {
			list = append(list, map[string]any{
				"voice_id": v.id, "name": v.name, "language": v.language, "gender": v.gender,
				"preview_audio_url": "http://" + r.Host + "/previews/" + v.id, "support_pause": true,
				"support_locale": false,
			})
		}
	}
	v2(w, map[string]any{"voices": list})
}
