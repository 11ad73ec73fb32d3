package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// v3Body are the members of POST /v3/videos that change what is rendered, of the types avatar, image and
// cinematic_avatar. The contract validates the others.
type v3Body struct {
	Type string `json:"type"`
	spokenV3
	Image          *assetInput     `json:"image"`
	Prompt         string          `json:"prompt"`
	Avatars        json.RawMessage `json:"avatar_id"`
	References     []assetInput    `json:"references"`
	Duration       float64         `json:"duration"`
	Title          string          `json:"title"`
	Resolution     string          `json:"resolution"`
	AspectRatio    string          `json:"aspect_ratio"`
	Background     *backgroundV3   `json:"background"`
	RemoveBackdrop bool            `json:"remove_background"`
	OutputFormat   string          `json:"output_format"`
	Caption        *captionV3      `json:"caption"`
	MotionPrompt   string          `json:"motion_prompt"`
	Expressiveness string          `json:"expressiveness"`
	Engine         *engineV3       `json:"engine"`
	Folder         string          `json:"folder_id"`
	Watermark      *watermarkV3    `json:"watermark"`
	callbackMembers
	glossaryMembers
}

// callbackMembers are those of every body that starts a job.
type callbackMembers struct {
	CallbackURL string `json:"callback_url"`
	CallbackID  string `json:"callback_id"`
}

// spokenV3 are the members that say what is spoken.
type spokenV3 struct {
	Script       string `json:"script"`
	VoiceID      string `json:"voice_id"`
	AudioURL     string `json:"audio_url"`
	AudioAssetID string `json:"audio_asset_id"`
	Settings     *struct {
		Speed, Pitch, Volume float64
		Locale               string
	} `json:"voice_settings"`
}

type backgroundV3 struct {
	Type, Value, Color, URL string
	Asset                   string `json:"asset_id"`
}

type engineV3 struct{ Type string }

type captionV3 struct{ Style string }

type watermarkV3 struct {
	Image *assetInput `json:"image"`
}

const videosV3 = "POST /v3/videos"

// readVideoV3 is the body of POST /v3/videos.
func (s *Server) readVideoV3(_ *http.Request, raw []byte) (*job, refusal) {
	var kind struct{ Type string }
	_ = json.Unmarshal(raw, &kind) // a bad body is refused below, in full
	if kind.Type == "studio" {
		return s.readStudio(raw)
	}
	var b v3Body
	if no := decode(videosV3, raw, &b); no.message != "" {
		return nil, no
	}
	q, no := s.videoRequest(b)
	if no.message != "" {
		return nil, no
	}
	j := newJob("/v3/videos", b.Title, q, s.o.Now())
	j.Callback, j.Request.CallbackID, j.Folder = b.CallbackURL, b.CallbackID, b.Folder
	return j, refusal{}
}

// videoRequest returns what a body asks to be rendered, or what HeyGen would refuse.
func (s *Server) videoRequest(b v3Body) (q request, no refusal) {
	q = request{Scale: 1, WebM: b.OutputFormat == "webm", Matting: b.RemoveBackdrop}
	height, ratio := v3Sizes[b.Resolution], v3Ratios[b.AspectRatio]
	if ratio[0] >= ratio[1] {
		q.Width, q.Height = height*ratio[0]/ratio[1]&^1, height
	} else {
		q.Width, q.Height = height, height*ratio[1]/ratio[0]&^1
	}
	switch b.Type {
	case "image":
		no = s.setImage(&q, b)
	case "cinematic_avatar":
		return q, s.setCinematic(&q, b)
	default:
		no = s.setAvatar(&q, b)
	}
	for _, check := range []func() refusal{
		func() refusal { return s.setSpoken(&q, b.spokenV3) },
		func() refusal { return s.setBackground(&q, b) },
		func() refusal { return b.callbackMembers.check() },
		func() refusal { return s.checkFolder(b.Folder) },
		func() refusal { return s.checkGlossary(b.glossaryMembers) },
	} {
		if no.message == "" {
			no = check()
		}
	}
	q.Captioned = b.Caption != nil && b.Caption.Style != ""
	if no.message == "" && b.Watermark != nil && b.Watermark.Image != nil {
		_, no = s.input(*b.Watermark.Image, "watermark.image")
	}
	return q, no
}

func (c callbackMembers) check() refusal {
	if c.CallbackID != "" && c.CallbackURL == "" {
		return invalid("callback_url", "callback_url is required when callback_id is set")
	}
	return refusal{}
}

// setAvatar checks the look and what it can do.
func (s *Server) setAvatar(q *request, b v3Body) refusal {
	if json.Unmarshal(b.Avatars, &q.Avatar) != nil {
		return invalid("avatar_id", "Input should be a valid string")
	}
	photo := s.knownPhoto(q.Avatar)
	if !knownAvatar(q.Avatar) && !photo {
		return invalid("avatar_id", "avatar look not found")
	}
	engine := engineOf(b.Engine)
	switch {
	case !slices.Contains(s.enginesOf(q.Avatar), engine):
		return invalid("engine", fmt.Sprintf("video avatar does not support %s generation", engine))
	case b.MotionPrompt != "" && (engine == "avatar_iii" || !photo && engine != "avatar_v"):
		return invalid("motion_prompt", "motion_prompt is not supported for this look with "+engine)
	case b.Expressiveness != "" && (!photo || engine != "avatar_iv"):
		return invalid("expressiveness", "expressiveness is supported for photo looks with avatar_iv only")
	case b.OutputFormat == "webm" && (photo || s.faults.on("no-matting")):
		return invalid("output_format", "this look does not support background removal")
	case b.Resolution == "4k" && photo && engine == "avatar_iii":
		return invalid("resolution", "4k is not supported for photo looks with avatar_iii")
	}
	return refusal{}
}

// engineOf returns the engine of a body; HeyGen takes avatar_iv where none is named.
func engineOf(e *engineV3) string {
	if e == nil || e.Type == "" {
		return "avatar_iv"
	}
	return e.Type
}

// setImage makes a presenter of a picture: as with photo looks, one of the drawn ones represents it.
func (s *Server) setImage(q *request, b v3Body) refusal {
	if b.Image == nil {
		return invalid("image", "Field required")
	}
	f, no := s.input(*b.Image, "image")
	if no.message != "" {
		return no
	}
	if engineOf(b.Engine) == "avatar_iii" {
		return invalid("engine", "avatar_iii is not supported for images")
	}
	q.Avatar = "image " + f.asset
	return refusal{}
}

// setCinematic makes a film without speech: the looks of the body in front of a picture.
func (s *Server) setCinematic(q *request, b v3Body) refusal {
	var looks []string
	if json.Unmarshal(b.Avatars, &looks) != nil || len(looks) == 0 {
		return invalid("avatar_id", "List should have at least 1 item")
	}
	for _, id := range looks {
		if !s.knownLook(id) {
			return invalid("avatar_id", "avatar look not found")
		}
	}
	for i, a := range b.References {
		if _, no := s.input(a, fmt.Sprintf("references.%d", i)); no.message != "" {
			return no
		}
	}
	if strings.TrimSpace(b.Prompt) == "" {
		return invalid("prompt", "String should have at least 1 character")
	}
	if b.Resolution == "" {
		q.Width, q.Height = q.Width*2/3&^1, q.Height*2/3&^1 // 720p, not 1080p
	}
	q.Avatar, q.Picture, q.Silence = looks[0], cannedPicture, 5
	if b.Duration > 0 {
		q.Silence = min(b.Duration, 60)
	}
	return s.checkFolder(b.Folder)
}

// setSpoken takes over the script or the sound.
func (s *Server) setSpoken(q *request, b spokenV3) refusal {
	sounds := 0
	for _, given := range []bool{b.Script != "", b.AudioAssetID != "", b.AudioURL != ""} {
		if given {
			sounds++
		}
	}
	switch {
	case sounds != 1:
		return invalid("script", "exactly one of script and audio is required")
	case utf8.RuneCountInString(b.Script) > 5000:
		return invalid("script", "String should have at most 5000 characters")
	case badBreak.MatchString(b.Script):
		return invalid("script", "break time must be in seconds")
	case b.Script != "" && b.VoiceID != "" && !s.knownVoice(b.VoiceID):
		return invalid("voice_id", "voice not found")
	case b.AudioAssetID != "" && !s.hasAsset(b.AudioAssetID):
		return invalid("audio_asset_id", "asset not found")
	}
	q.Script, q.Voice, q.AudioAsset = b.Script, b.VoiceID, b.AudioAssetID
	if b.AudioURL != "" {
		f, no := s.linked(b.AudioURL, "audio_url")
		if no.message != "" {
			return no
		}
		q.speak(f)
	}
	if v := b.Settings; v != nil {
		if v.Speed != 0 && (v.Speed < 0.5 || v.Speed > 1.5) {
			return invalid("voice_settings.speed", "Input should be between 0.5 and 1.5")
		}
		q.Speed, q.Locale = v.Speed, v.Locale
	}
	return refusal{}
}

// setBackground takes over a colour or a picture.
func (s *Server) setBackground(q *request, b v3Body) refusal {
	g := b.Background
	switch {
	case g == nil:
		return refusal{}
	case b.OutputFormat == "webm":
		return invalid("background", "background is not supported with output_format webm")
	case g.Type == "image":
		return s.setPicture(q, g)
	case !hexColor.MatchString(g.Value):
		return invalid("background.value", "value is not a valid color")
	}
	q.Color = g.Value
	return refusal{}
}

func (s *Server) setPicture(q *request, g *backgroundV3) refusal {
	var f file
	var no refusal
	switch {
	case g.URL != "":
		f, no = s.linked(g.URL, "background.url")
	case s.hasAsset(g.Asset):
		f.asset = g.Asset
	default:
		no = invalid("background.asset_id", "asset not found")
	}
	if no.message == "" && q.Matting { // without it, a look keeps its own backdrop
		q.show(f)
	}
	return no
}
