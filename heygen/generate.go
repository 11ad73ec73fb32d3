package heygen

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Paths of the calls that spend money.
const (
	PathGenerate = "/v2/video/generate"
	PathWebM     = "/v1/video.webm"
)

// Limits of POST /v2/video/generate, from HeyGen's reference pages.
const (
	MaxScript = 5000 // characters in one scene
	MaxScenes = 50
	minSide   = 128 // pixels, both sides even
	maxSide   = 4096
)

// GenerateRequest is the body of POST /v2/video/generate.
type GenerateRequest struct {
	VideoInputs []Scene    `json:"video_inputs"`
	Dimension   *Dimension `json:"dimension,omitempty"`
	Title       string     `json:"title,omitempty"`
	Caption     bool       `json:"caption,omitempty"`
	CaptionMode string     `json:"caption_mode,omitempty"` // file_only, burn_in
	Subtitles   *Subtitles `json:"subtitles,omitempty"`
	CallbackID  string     `json:"callback_id,omitempty"` // only together with CallbackURL
	CallbackURL string     `json:"callback_url,omitempty"`
	FolderID    string     `json:"folder_id,omitempty"`
}

// Dimension is a frame size in pixels.
type Dimension struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Offset moves the presenter by fractions of the frame.
type Offset struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Subtitles style burnt-in captions.
type Subtitles struct {
	PresetName       string  `json:"preset_name,omitempty"`
	FontSize         float64 `json:"font_size,omitempty"`
	Position         *Offset `json:"position,omitempty"`
	Alignment        int     `json:"alignment,omitempty"`
	DisableHighlight bool    `json:"disable_highlight,omitempty"`
}

// Scene is one of 1 to 50 parts of a video.
type Scene struct {
	Character  *Character  `json:"character,omitempty"`
	Voice      Voice       `json:"voice"`
	Background *Background `json:"background,omitempty"`
}

// Character is who speaks: an avatar or a talking photo.
type Character struct {
	Type           string  `json:"type"` // avatar, talking_photo
	AvatarID       string  `json:"avatar_id,omitempty"`
	AvatarStyle    string  `json:"avatar_style,omitempty"` // normal, closeUp, circle
	TalkingPhotoID string  `json:"talking_photo_id,omitempty"`
	Scale          float64 `json:"scale,omitempty"`
	Offset         *Offset `json:"offset,omitempty"`
	Matting        bool    `json:"matting,omitempty"`
}

// Voice is the sound of a scene: text, audio or silence.
type Voice struct {
	Type         string  `json:"type"` // text, audio, silence
	VoiceID      string  `json:"voice_id,omitempty"`
	InputText    string  `json:"input_text,omitempty"`
	Speed        float64 `json:"speed,omitempty"` // 0.5 to 1.5
	Pitch        float64 `json:"pitch,omitempty"` // -50 to 50
	Emotion      string  `json:"emotion,omitempty"`
	Locale       string  `json:"locale,omitempty"`
	AudioURL     string  `json:"audio_url,omitempty"`
	AudioAssetID string  `json:"audio_asset_id,omitempty"`
	Duration     float64 `json:"duration,omitempty"` // of silence, seconds
}

// Background is shown behind the presenter. It cannot be transparent: request matting and a
// key colour instead.
type Background struct {
	Type         string `json:"type"`            // color, image, video
	Value        string `json:"value,omitempty"` // #RRGGBB
	URL          string `json:"url,omitempty"`
	AssetID      string `json:"asset_id,omitempty"` // v3
	ImageAssetID string `json:"image_asset_id,omitempty"`
	VideoAssetID string `json:"video_asset_id,omitempty"`
	PlayStyle    string `json:"play_style,omitempty"` // fit_to_scene, freeze, loop, once
	Fit          string `json:"fit,omitempty"`        // cover, crop, contain, none
}

// WebMRequest is the body of POST /v1/video.webm: studio avatars only, no title.
type WebMRequest struct {
	AvatarPoseID string     `json:"avatar_pose_id"`
	AvatarStyle  string     `json:"avatar_style"` // normal, closeUp
	InputText    string     `json:"input_text,omitempty"`
	VoiceID      string     `json:"voice_id,omitempty"`
	InputAudio   string     `json:"input_audio,omitempty"` // URL or asset id; never with InputText
	Dimension    *Dimension `json:"dimension,omitempty"`
}

// Validate refuses what HeyGen would refuse, before anything is sent.
func (r GenerateRequest) Validate() error {
	var errs []error
	if n := len(r.VideoInputs); n < 1 || n > MaxScenes {
		errs = append(errs, fmt.Errorf("video_inputs has %d scenes, 1 to %d are allowed", n, MaxScenes))
	}
	errs = append(errs, r.Dimension.validate())
	if (r.CallbackID == "") != (r.CallbackURL == "") {
		errs = append(errs, errors.New("callback_id and callback_url go together"))
	}
	for i, s := range r.VideoInputs {
		if err := s.validate(); err != nil {
			errs = append(errs, fmt.Errorf("scene %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

func (d *Dimension) validate() error {
	if d == nil {
		return nil
	}
	for _, v := range []int{d.Width, d.Height} {
		if v%2 != 0 || v < minSide || v > maxSide {
			return fmt.Errorf(
				"dimension %dx%d: both sides must be even and %d to %d", d.Width, d.Height, minSide, maxSide,
			)
		}
	}
	return nil
}

func (s Scene) validate() error {
	v := s.Voice
	switch v.Type {
	case "text":
		n := utf8.RuneCountInString(v.InputText)
		switch {
		case strings.TrimSpace(v.InputText) == "":
			return errors.New("the script is empty")
		case n >= MaxScript: // "under 5000" there, "up to 5000" on v3
			return fmt.Errorf("the script has %d characters, %d are allowed", n, MaxScript-1)
		case v.VoiceID == "":
			return errors.New("a script needs a voice_id")
		case v.Speed != 0 && (v.Speed < 0.5 || v.Speed > 1.5):
			return fmt.Errorf("speed %g is outside 0.5 to 1.5", v.Speed)
		case v.Pitch < -50 || v.Pitch > 50 || v.Pitch != math.Trunc(v.Pitch):
			return fmt.Errorf("pitch %g is not an integer between -50 and 50", v.Pitch)
		}
	case "audio":
		if (v.AudioURL == "") == (v.AudioAssetID == "") {
			return errors.New("an audio voice needs either audio_url or audio_asset_id")
		}
	case "silence":
	default:
		return fmt.Errorf("voice type %q is not text, audio or silence", v.Type)
	}
	if b := s.Background; b != nil && b.Type == "color" && b.Value == "" {
		return errors.New("a colour background needs a value")
	}
	if c := s.Character; c != nil && (c.AvatarID == "") == (c.TalkingPhotoID == "") {
		return errors.New("a character needs either avatar_id or talking_photo_id")
	}
	return nil
}

// Validate refuses what HeyGen would refuse.
func (r WebMRequest) Validate() error {
	switch n := utf8.RuneCountInString(r.InputText); {
	case r.AvatarPoseID == "":
		return errors.New("avatar_pose_id is missing")
	case (r.InputText == "") == (r.InputAudio == ""):
		return errors.New("either input_text or input_audio is needed")
	case r.InputText != "" && r.VoiceID == "":
		return errors.New("input_text needs a voice_id")
	case n > MaxScript:
		return fmt.Errorf("the script has %d characters, %d are allowed", n, MaxScript)
	}
	return r.Dimension.validate()
}

// Submit posts exactly these bytes to a path that spends money and returns the
// video's id. It is sent once: any failure without a refusal (see NothingBought)
// leaves the outcome unknown. An answer that names a video is a success, also when it
// reports an error as well: that text is a warning (see WithWarn).
func (c *Client) Submit(ctx context.Context, path string, body []byte) (string, error) {
	return c.submit(ctx, path, body, "")
}

func (c *Client) submit(ctx context.Context, path string, body []byte, key string) (string, error) {
	const op = "create video"
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.base, path: path, once: true, timeout: writeTimeout,
		idempotency: key, body: body,
	})
	if err != nil {
		if id := submittedInError(b); id != "" {
			// A video that is named exists, whatever else is in the answer.
			c.warn(fmt.Sprintf("HeyGen accepted video %s and reported an error as well: %v", id, err))
			return id, nil
		}
		return "", err
	}
	id, err := submittedID(b)
	if err != nil {
		return "", err
	}
	if id == "" {
		return "", &Error{Op: op, Method: http.MethodPost, Path: path, Err: errors.New("the answer names no video")}
	}
	return id, nil
}
