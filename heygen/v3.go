package heygen

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"greenroom/internal/lazyregexp"
)

// PathVideos is where v3 takes every kind of video.
const PathVideos = "/v3/videos"

// VideoRequest is POST /v3/videos for one look (type avatar). The validator there is
// strict: members it does not know are refused, so absent ones are omitted.
type VideoRequest struct {
	Type             string         `json:"type"` // avatar
	AvatarID         string         `json:"avatar_id"`
	Script           string         `json:"script,omitempty"`
	VoiceID          string         `json:"voice_id,omitempty"`
	AudioAssetID     string         `json:"audio_asset_id,omitempty"`
	VoiceSettings    *VoiceSettings `json:"voice_settings,omitempty"`
	Engine           *Engine        `json:"engine,omitempty"`
	Title            string         `json:"title,omitempty"`
	Resolution       string         `json:"resolution,omitempty"`   // 720p, 1080p, 4k
	AspectRatio      string         `json:"aspect_ratio,omitempty"` // 16:9 and the like
	Fit              string         `json:"fit,omitempty"`          // contain, cover
	RemoveBackground bool           `json:"remove_background,omitempty"`
	Background       *Background    `json:"background,omitempty"`
	OutputFormat     string         `json:"output_format,omitempty"` // mp4, webm
	Caption          *Caption       `json:"caption,omitempty"`
	GlossaryID       string         `json:"brand_glossary_id,omitempty"` // how terms are pronounced
}

// VoiceSettings change how a v3 voice speaks.
type VoiceSettings struct {
	Speed  float64 `json:"speed,omitempty"` // 0.5 to 1.5
	Pitch  float64 `json:"pitch,omitempty"` // semitones, -50 to 50
	Locale string  `json:"locale,omitempty"`
}

// Engine is an object on v3; a bare word is refused.
type Engine struct {
	Type string `json:"type"` // avatar_v, avatar_iv, avatar_iii
}

// Engines from the best to the oldest.
var engineOrder = []string{"avatar_v", "avatar_iv", "avatar_iii"}

// BestEngine chooses from what a look supports; older answers name the quality of
// the fourth engine. Nil leaves the choice to HeyGen.
func BestEngine(supported []string) *Engine {
	have := map[string]bool{}
	for _, s := range supported {
		if strings.HasPrefix(s, "avatar_4_") {
			s = "avatar_iv"
		}
		have[s] = true
	}
	for _, e := range engineOrder {
		if have[e] {
			return &Engine{e}
		}
	}
	return nil
}

// Validate refuses what HeyGen would refuse.
func (r VideoRequest) Validate() error {
	n := utf8.RuneCountInString(r.Script)
	switch {
	case r.Type != "avatar":
		return fmt.Errorf("type %q is not avatar", r.Type)
	case r.AvatarID == "":
		return errors.New("avatar_id is missing")
	case (strings.TrimSpace(r.Script) == "") == (r.AudioAssetID == ""):
		return errors.New("either a script or audio_asset_id is needed")
	case n > MaxScript:
		return fmt.Errorf("the script has %d characters, %d are allowed", n, MaxScript)
	case r.OutputFormat == "webm" && r.Background != nil:
		return errors.New("a webm has no background")
	}
	if s := r.VoiceSettings; s != nil {
		switch {
		case s.Speed != 0 && (s.Speed < 0.5 || s.Speed > 1.5):
			return fmt.Errorf("speed %g is outside 0.5 to 1.5", s.Speed)
		case s.Pitch < -50 || s.Pitch > 50:
			return fmt.Errorf("pitch %g is outside -50 to 50", s.Pitch)
		}
	}
	return nil
}

var idempotencyKey = lazyregexp.New(`^[A-Za-z0-9_:.-]{1,255}$`)

// SubmitOnce posts exactly these bytes to a v3 path under an idempotency key: within
// 24 hours a repeat with the same key returns the first answer and buys nothing. It is
// not repeated here; the caller decides, from its record.
func (c *Client) SubmitOnce(ctx context.Context, path string, body []byte, key string) (string, error) {
	if !idempotencyKey.MatchString(key) {
		return "", errors.New("the idempotency key is not one that HeyGen accepts")
	}
	return c.submit(ctx, path, body, key)
}

// VideoV3 reads a job of v3. Jobs of v1 and v2 are not found there.
func (c *Client) VideoV3(ctx context.Context, id string) (Video, error) {
	var d wireVideo
	if err := c.read(ctx, "read video", PathVideos+"/"+url.PathEscape(id), nil, &d); err != nil {
		return Video{}, err
	}
	return d.video(), nil
}

type wireVideo struct {
	ID        flexWord   `json:"id"`
	Status    flexWord   `json:"status"`
	Title     flexWord   `json:"title"`
	URL       flexWord   `json:"video_url"`
	Duration  flexNumber `json:"duration"`
	Captioned flexWord   `json:"captioned_video_url"`
	Subtitles flexWord   `json:"subtitle_url"`
	CreatedAt flexTime   `json:"created_at"`
	wireWarning
}

func (d wireVideo) video() Video {
	v := Video{ID: string(d.ID), RawStatus: foreignWord(d.Status), Title: string(d.Title), URL: Link(d.URL),
		Duration:   float64(d.Duration),
		CaptionURL: Link(d.Subtitles), CaptionedURL: Link(d.Captioned), CreatedAt: d.CreatedAt.Time}
	v.State = stateOf(v.RawStatus)
	v.setOutcome(newFailure(string(d.FailureCode), string(d.FailureText), ""), d.wireWarning)
	return v
}

// FindByTitleV3 pages through the account for titles that contain the marker. The
// server's own filter is used and then checked: an unknown filter is ignored there.
func (c *Client) FindByTitleV3(ctx context.Context, marker string) ([]VideoItem, error) {
	return c.findMarked(ctx, "list videos", PathVideos, query("title", marker), marker)
}

func (d wireVideo) item() VideoItem {
	return VideoItem{ID: string(d.ID), Title: string(d.Title), Status: string(d.Status), CreatedAt: d.CreatedAt.Time}
}

// Look is one appearance of an avatar on v3.
type Look struct {
	ID, Name, Type, Gender string
	DefaultVoiceID         string
	Engines                []string // the engines it can be rendered with
}

// Look reads one look: its engines decide how it can be rendered.
func (c *Client) Look(ctx context.Context, id string) (Look, error) {
	var d struct {
		ID      flexWord    `json:"id"`
		Name    flexWord    `json:"name"`
		Type    flexWord    `json:"avatar_type"`
		Gender  flexWord    `json:"gender"`
		Voice   flexWord    `json:"default_voice_id"`
		Engines flexStrings `json:"supported_api_engines"`
	}
	if err := c.read(ctx, "read look", "/v3/avatars/looks/"+url.PathEscape(id), nil, &d); err != nil {
		return Look{}, err
	}
	return Look{
		string(d.ID), string(d.Name), string(d.Type), strings.ToLower(string(d.Gender)), string(d.Voice), d.Engines,
	}, nil
}

// Caption asks for a sidecar; with a style the captions are also burnt in, in a file of its own.
type Caption struct {
	FileFormat string `json:"file_format"`     // srt
	Style      string `json:"style,omitempty"` // default
}

// AcceptsIdempotencyKey reports that a path takes an Idempotency-Key: a repeat there is no
// second purchase. Agents have none, and background removals go by request_id.
func AcceptsIdempotencyKey(path string) bool {
	for _, p := range []string{
		PathVideos, PathTranslateV3, PathLipsync, PathModelVideos, "/v3/templates/", "/v3/assets", "/v3/avatars",
	} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// DeleteVideoV3 removes a video for good.
func (c *Client) DeleteVideoV3(ctx context.Context, id string) error {
	return c.write(ctx, "delete video", http.MethodDelete, PathVideos+"/"+url.PathEscape(id), nil, nil, nil)
}

// StudioRequest is the body of a film of several scenes (type studio): no alpha. Of
// each scene avatar, voice, script or audio, engine and background colour are used.
func StudioRequest(title, resolution, ratio string, caption *Caption, scenes []VideoRequest) any {
	type color struct {
		Type  string `json:"type"`
		Color string `json:"color"` // named value everywhere else
	}
	type input struct {
		Type          string         `json:"type"`
		AvatarID      string         `json:"avatar_id"`
		Script        string         `json:"script,omitempty"`
		VoiceID       string         `json:"voice_id,omitempty"`
		AudioAssetID  string         `json:"audio_asset_id,omitempty"`
		VoiceSettings *VoiceSettings `json:"voice_settings,omitempty"`
		Engine        *Engine        `json:"engine,omitempty"`
		Background    *color         `json:"background,omitempty"`
	}
	type scene struct {
		Type  string `json:"type"`
		Input input  `json:"input"`
	}
	var list []scene
	for _, s := range scenes {
		in := input{"avatar", s.AvatarID, s.Script, s.VoiceID, s.AudioAssetID, s.VoiceSettings, s.Engine, nil}
		if b := s.Background; b != nil && b.Type == "color" {
			in.Background = &color{"color", b.Value}
		}
		list = append(list, scene{"avatar_video", in})
	}
	return struct {
		Type        string   `json:"type"`
		Title       string   `json:"title,omitempty"`
		Resolution  string   `json:"resolution,omitempty"`
		AspectRatio string   `json:"aspect_ratio,omitempty"`
		Caption     *Caption `json:"caption,omitempty"`
		Scenes      []scene  `json:"scenes"`
	}{"studio", title, resolution, ratio, caption, list}
}

// VideosV3 lists videos whose titles contain a text, newest first, at most limit.
func (c *Client) VideosV3(ctx context.Context, title string, limit int) ([]VideoItem, error) {
	list, err := pages[wireVideo](ctx, c, "list videos", PathVideos, query("title", title), min(100, limit), limit)
	var out []VideoItem
	for _, v := range list {
		if v.ID != "" {
			out = append(out, v.item())
		}
	}
	return out, err
}
