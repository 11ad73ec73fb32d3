package sandbox

import (
	"encoding/json"
	"fmt"
	"image/color"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"greenroom/compose/standin"
	"greenroom/internal/lazyregexp"
)

// request is what a job renders, stored so that a restart can continue.
//
// size: one field for each setting that a file of jobs keeps; nesting them would change that file.
type request struct {
	Script, AudioAsset    string
	Avatar, Style, Voice  string
	Speed, Silence, Scale float64
	OffsetX, OffsetY      float64
	Locale, Color         string
	Width, Height         int
	WebM                  bool
	Matting               bool
	Captions              bool
	RequestID             string // what makes a repeated background removal the same job
	CallbackID            string `json:",omitempty"` // in the event of its end
	Chat                  bool   `json:",omitempty"` // an agent that talks first

	AudioFile string    `json:",omitempty"` // sound of another job
	Picture   string    `json:",omitempty"` // an upload behind the presenter, or cannedPicture
	Empty     bool      `json:",omitempty"` // without a presenter
	Seconds   float64   `json:",omitempty"` // at least this long
	Captioned bool      `json:",omitempty"` // a second file has the words in the picture
	Subtitles subtitles `json:",omitzero"`  // how they look there
	Scenes    []request `json:",omitempty"` // of a studio film

	Footage    string `json:",omitempty"` // of a lipsync: a file below the sandbox's folder
	KeepLength bool   `json:",omitempty"` // a lipsync is as long as its footage

	AudioOnly     bool   `json:",omitempty"` // a translation of the sound alone
	InputLanguage string `json:",omitempty"`
	SRT           string `json:",omitempty"` // the upload with the corrected text of a proofread

	Folder string `json:"-"` // of the job, which keeps it
}

var hexColor = lazyregexp.New(`^#[0-9A-Fa-f]{6}$`)

func (r request) spec(s *Server) standin.Spec {
	if r.AudioAsset+r.AudioFile+r.Script == "" && r.Silence == 0 {
		r.Silence = 3
	}
	p := standin.Spec{
		Script: r.Script, Silence: r.Silence, Width: r.Width, Height: r.Height, Style: r.Style,
		Presenter: r.Avatar, Scale: r.Scale, OffsetX: r.OffsetX, OffsetY: r.OffsetY, Speed: r.Speed, Locale: r.Locale,
		Format: standin.MP4,
	}
	if r.AudioAsset != "" {
		p.AudioPath = filepath.Join(s.o.Dir, "assets", r.AudioAsset)
	}
	if r.AudioFile != "" {
		p.AudioPath = filepath.Join(s.o.Dir, "media", r.AudioFile)
	}
	switch {
	case r.WebM:
		p.Format = standin.AlphaWebM
	case r.Matting && hexColor.MatchString(r.Color):
		v, _ := strconv.ParseUint(r.Color[1:], 16, 32)
		p.Background = color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
	}
	return p
}

// sceneV2 is one of the scenes of POST /v2/video/generate.
type sceneV2 struct {
	Character *struct {
		Type, Style string
		AvatarID    string  `json:"avatar_id"`
		PhotoID     string  `json:"talking_photo_id"`
		AvatarStyle string  `json:"avatar_style"`
		Scale       float64 `json:"scale"`
		Offset      struct{ X, Y float64 }
		Matting     bool
	}
	Voice struct {
		Type     string
		VoiceID  string `json:"voice_id"`
		Text     string `json:"input_text"`
		Speed    float64
		Pitch    float64
		Locale   string
		Asset    string `json:"audio_asset_id"`
		URL      string `json:"audio_url"`
		Duration json.Number
	}
	Background *struct {
		Type, Value string
		Image       string `json:"image_asset_id"`
		Video       string `json:"video_asset_id"`
		URL         string `json:"url"`
	}
}

// generate is POST /v2/video/generate.
func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Inputs      []sceneV2 `json:"video_inputs"`
		Dimension   *struct{ Width, Height int }
		Title       string
		Caption     bool
		CaptionMode string `json:"caption_mode"`
		Subtitles   subtitles
		CallbackID  string `json:"callback_id"`
		CallbackURL string `json:"callback_url"`
		Folder      string `json:"folder_id"`
	}
	bad := func(message string) { v2Error(w, http.StatusBadRequest, "invalid_parameter", message) }
	if err := json.NewDecoder(io.LimitReader(r.Body, 4<<20)).Decode(&b); err != nil {
		bad("request body is not valid JSON")
		return
	}
	q := request{Width: 1920, Height: 1080, Scale: 1, CallbackID: b.CallbackID, Folder: b.Folder}
	if b.Dimension != nil {
		q.Width, q.Height = b.Dimension.Width, b.Dimension.Height
	}
	switch {
	case len(b.Inputs) == 0 || len(b.Inputs) > 50:
		bad("video_inputs is invalid: List should have at least 1 item and at most 50 items")
		return
	case b.CallbackID != "" && b.CallbackURL == "":
		bad("callback_url is required when callback_id is set")
		return
	case s.checkFolder(b.Folder).message != "":
		bad("folder_id is invalid: " + s.checkFolder(b.Folder).message)
		return
	case q.Width%2 != 0 || q.Height%2 != 0 || q.Width < 128 || q.Height < 128 || q.Width > 4096 || q.Height > 4096:
		bad("dimension is invalid: width and height must be even numbers between 128 and 4096")
		return
	case b.CaptionMode != "" && b.CaptionMode != "file_only" && b.CaptionMode != "burn_in":
		bad("caption_mode is invalid: Input should be 'file_only' or 'burn_in'")
		return
	}
	var words []string
	for i, in := range b.Inputs {
		if wrong := in.check(s); wrong != "" {
			bad(fmt.Sprintf("video_inputs.%d.%s", i, wrong))
			return
		}
		in.apply(s, &q)
		if in.Voice.Text != "" {
			words = append(words, in.Voice.Text)
		}
	}
	mode := b.CaptionMode
	if mode == "" && b.Caption {
		mode = "burn_in"
	}
	q.Captions = mode != "" && len(words) > 0
	q.Captioned, q.Subtitles = q.Captions && mode == "burn_in", b.Subtitles
	if script := strings.TrimSpace(strings.Join(words, " ")); script != "" {
		q.Script = script
	}
	s.answer(w, "/v2/video/generate", b.Title, b.CallbackURL, q, v2)
}

// check returns what HeyGen would refuse of a scene, beginning with the member; empty for nothing.
func (in sceneV2) check(s *Server) string {
	c, v := in.Character, in.Voice
	styles := []string{"", "normal", "closeUp", "circle", "full", "voiceOnly"}
	switch {
	case c != nil && c.Type == "avatar" && !knownAvatar(c.AvatarID):
		return "character.avatar_id is invalid: avatar look not found"
	case c != nil && c.Type == "avatar" && !slices.Contains(styles, c.AvatarStyle):
		return "character.avatar_style is invalid: Input should be 'normal', 'closeUp', 'circle'"
	case c != nil && c.Type != "avatar" && c.Type != "talking_photo":
		return "character.type is invalid: Input should be 'avatar' or 'talking_photo'"
	case c != nil && c.Type == "talking_photo" && !s.knownPhoto(c.PhotoID):
		return "character.talking_photo_id is invalid: talking photo not found"
	case v.Type == "text" && strings.TrimSpace(v.Text) == "":
		return "voice.text.input_text is invalid: String should have at least 1 character"
	case v.Type == "text" && utf8.RuneCountInString(v.Text) >= 5000:
		return "voice.text.input_text is invalid: String should have at most 4999 characters"
	case v.Type == "text" && !s.knownVoice(v.VoiceID):
		return "voice.text.voice_id is invalid: Voice not found"
	case v.Speed != 0 && (v.Speed < 0.5 || v.Speed > 1.5):
		return "voice.text.speed is invalid: Input should be between 0.5 and 1.5"
	case v.Pitch < -50 || v.Pitch > 50:
		return "voice.text.pitch is invalid: Input should be between -50 and 50"
	case v.Type == "text" && badBreak.MatchString(v.Text):
		return "voice.text.input_text is invalid: break time must be in seconds"
	case v.Type == "audio" && v.Asset == "" && v.URL == "":
		return "voice.audio: one of audio_url and audio_asset_id is required"
	case v.Type == "audio" && v.Asset == "" && s.unreachable(v.URL):
		return "voice.audio.audio_url is invalid: the file could not be fetched"
	case v.Type == "audio" && v.Asset != "" && !s.hasAsset(v.Asset):
		return "voice.audio.audio_asset_id is invalid: asset not found"
	case v.Type != "text" && v.Type != "audio" && v.Type != "silence":
		return "voice.type is invalid: Input should be 'text', 'audio' or 'silence'"
	}
	switch g := in.Background; {
	case g == nil:
	case g.Type != "color" && g.Type != "image" && g.Type != "video":
		return "background.type is invalid: Input should be 'color', 'image' or 'video'"
	case g.Type == "color" && !hexColor.MatchString(g.Value):
		return "background.color.value is invalid: value is not a valid color"
	case g.Type != "color" && g.URL != "":
		if s.unreachable(g.URL) {
			return "background.url is invalid: the file could not be fetched"
		}
	case g.Type != "color" && (g.Image+g.Video == "" || !s.hasAsset(g.Image+g.Video)):
		return "background is invalid: asset not found"
	}
	return ""
}

// apply adds a scene to the request that is rendered: one film of all scripts, which looks like the
// last scene.
func (in sceneV2) apply(s *Server, q *request) {
	if in.Background != nil {
		q.Color = in.Background.Value
	}
	if c := in.Character; c != nil {
		q.Avatar, q.Style, q.Matting = c.AvatarID+c.PhotoID, c.AvatarStyle, c.Matting
		q.OffsetX, q.OffsetY = c.Offset.X, c.Offset.Y
		if c.Scale > 0 {
			q.Scale = c.Scale
		}
	}
	v := in.Voice
	q.Speed, q.Locale, q.Voice, q.AudioAsset = v.Speed, v.Locale, v.VoiceID, v.Asset
	if f, no := s.linked(v.URL, ""); v.URL != "" && no.message == "" {
		q.speak(f)
	}
	if d, err := v.Duration.Float64(); err == nil && v.Type == "silence" {
		q.Silence = min(max(d, 0.1), 60)
	}
}

var badBreak = lazyregexp.New(`<break[^>]*\d\s*ms`)

// webm is POST /v1/video.webm.
func (s *Server) webm(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Pose      string `json:"avatar_pose_id"`
		Style     string `json:"avatar_style"`
		Text      string `json:"input_text"`
		Voice     string `json:"voice_id"`
		Audio     string `json:"input_audio"`
		Dimension *struct{ Width, Height int }
	}
	bad := func(code int, m string) { reply(w, http.StatusBadRequest, map[string]any{"code": code, "message": m}) }
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b); err != nil {
		bad(400175, "invalid parameters")
		return
	}
	q := request{
		WebM: true, Width: 1280, Height: 720, Scale: 1, Avatar: b.Pose, Style: b.Style, Script: b.Text, Voice: b.Voice,
		AudioAsset: b.Audio,
	}
	if b.Dimension != nil {
		q.Width, q.Height = b.Dimension.Width, b.Dimension.Height
	}
	switch {
	case !knownAvatar(b.Pose):
		bad(400144, "avatar not found")
	case b.Style != "normal" && b.Style != "closeUp":
		bad(400175, "avatar_style must be normal or closeUp")
	case (b.Text == "") == (b.Audio == ""):
		bad(40001, "exactly one of input_text and input_audio is required")
	case b.Text != "" && !s.knownVoice(b.Voice):
		bad(400116, "voice not found")
	case utf8.RuneCountInString(b.Text) > 5000:
		bad(40039, "text is too long")
	case b.Audio != "" && !s.hasAsset(b.Audio) && s.unreachable(b.Audio):
		bad(40001, "input_audio not found")
	case q.Width%2 != 0 || q.Height%2 != 0 || q.Width < 128 || q.Height < 128 || q.Width > 4096 || q.Height > 4096:
		bad(400175, "dimension is invalid")
	default:
		if !s.hasAsset(b.Audio) && b.Audio != "" {
			f, _ := s.linked(b.Audio, "") // it was checked above
			q.AudioAsset = ""
			q.speak(f)
		}
		s.answer(w, "/v1/video.webm", "", "", q, v1)
	}
}

// answer bills a job of v1 or v2, which queue: nothing is refused for running too much.
func (s *Server) answer(
	w http.ResponseWriter, route, title, callback string, q request, envelope func(http.ResponseWriter, any),
) {
	if s.faults.on("no-credit") {
		v2Error(w, http.StatusPaymentRequired, "insufficient_credit", "Insufficient credit")
		return
	}
	j, err := s.accept(route, title, callback, q)
	if err != nil {
		v2Error(w, http.StatusInternalServerError, "internal_error", "the job could not be recorded")
		return
	}
	envelope(w, map[string]any{"video_id": j.ID})
}
