package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"greenroom/internal/lazyregexp"
)

// The third generation: strict bodies, idempotency keys, a refusal instead of a
// queue when too much runs at once.

// v3Running is how many jobs v3 lets an account run; the next one gets 429.
const v3Running = 10

// keyLife is how long an idempotency key is remembered.
const keyLife = 24 * time.Hour

type v3Body struct {
	Type          string `json:"type"`
	AvatarID      string `json:"avatar_id"`
	Script        string `json:"script"`
	VoiceID       string `json:"voice_id"`
	AudioURL      string `json:"audio_url"`
	AudioAssetID  string `json:"audio_asset_id"`
	VoiceSettings *struct {
		Speed, Pitch, Volume float64
		Locale               string
		EngineSettings       json.RawMessage `json:"engine_settings"`
	} `json:"voice_settings"`
	Engine      json.RawMessage `json:"engine"`
	Title       string          `json:"title"`
	Resolution  string          `json:"resolution"`
	AspectRatio string          `json:"aspect_ratio"`
	Fit         string          `json:"fit"`
	Background  *struct {
		Type, Value, URL string
		Asset            string `json:"asset_id"`
	} `json:"background"`
	RemoveBackground bool            `json:"remove_background"`
	OutputFormat     string          `json:"output_format"`
	Caption          json.RawMessage `json:"caption"`
	MotionPrompt     string          `json:"motion_prompt"`
	Expressiveness   string          `json:"expressiveness"`
	CallbackURL      string          `json:"callback_url"`
	CallbackID       string          `json:"callback_id"`
}

var onceKey = lazyregexp.New(`^[A-Za-z0-9_:.-]{1,255}$`)

// readVideoV3 is the body of POST /v3/videos.
func (s *Server) readVideoV3(_ *http.Request, raw []byte) (*job, refusal) {
	var kind struct{ Type string }
	_ = json.Unmarshal(raw, &kind) // a bad body is refused below, in full
	if kind.Type == "studio" {
		return s.readStudio(raw)
	}
	q, title, callback, param, wrong := s.readV3(raw)
	if wrong != "" {
		return nil, invalid(param, wrong)
	}
	j := newJob("/v3/videos", title, q, s.o.Now())
	j.Callback = callback
	_, j.Request.CallbackID = callbackOf(raw)
	return j, refusal{}
}

func (s *Server) createdV3(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_id": j.ID, "status": "waiting", "output_format": formatOf(j)})
}

func formatOf(j *job) string {
	if j.Request.WebM {
		return "webm"
	}
	return "mp4"
}

// jobOfKey returns the job that an idempotency key made within its life, or nil.
func (s *Server) jobOfKey(key string) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.Once == key && s.o.Now().Sub(j.Created) < keyLife {
			return j
		}
	}
	return nil
}

func (s *Server) runningJobs() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if st := s.status(j); j.V3 && !j.Deleted && st != "completed" && st != "failed" {
			n++
		}
	}
	return n
}

// v3Sizes are the heights of the resolutions; the width follows the ratio.
var v3Sizes = map[string]int{"": 1080, "720p": 720, "1080p": 1080, "4k": 2160}

var v3Ratios = map[string][2]int{
	"": {16, 9}, "auto": {16, 9}, "16:9": {16, 9}, "9:16": {9, 16}, "4:5": {4, 5}, "5:4": {5, 4}, "1:1": {1, 1},
}

// readV3 validates a body; param and wrong say what v3 would refuse.
func (s *Server) readV3(raw []byte) (q request, title, callback, param, wrong string) {
	var b v3Body
	if no := strict(raw, &b); no.message != "" {
		return q, "", "", no.param, no.message
	}
	bad := func(p, format string, args ...any) (request, string, string, string, string) {
		return q, "", "", p, fmt.Sprintf(format, args...)
	}
	if b.Type != "avatar" {
		return bad(
			"type", "Input tag %q does not match any of the expected tags that the sandbox renders: 'avatar'", b.Type,
		)
	}
	photo := s.knownPhoto(b.AvatarID)
	if !knownAvatar(b.AvatarID) && !photo {
		return bad("avatar_id", "avatar look not found")
	}
	if len(b.Engine) > 0 && string(b.Engine) != "null" {
		var e struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(b.Engine, &e) != nil {
			return bad("engine", "Input should be a valid dictionary")
		}
		if !slices.Contains(enginesOf(b.AvatarID), e.Type) {
			return bad("engine", "video avatar does not support %s generation", e.Type)
		}
	}
	switch {
	case (b.Script == "") == (b.AudioAssetID == "" && b.AudioURL == ""):
		return bad("script", "exactly one of script and audio is required")
	case b.Script != "" && utf8.RuneCountInString(b.Script) > 5000:
		return bad("script", "String should have at most 5000 characters")
	case b.Script != "" && badBreak.MatchString(b.Script):
		return bad("script", "break time must be in seconds")
	case b.Script != "" && b.VoiceID != "" && !knownVoice(b.VoiceID):
		return bad("voice_id", "voice not found")
	case b.AudioURL != "":
		return bad("audio_url", "the sandbox follows no links: upload the file")
	case b.AudioAssetID != "" && !s.hasAsset(b.AudioAssetID):
		return bad("audio_asset_id", "asset not found")
	case b.OutputFormat != "" && b.OutputFormat != "mp4" && b.OutputFormat != "webm":
		return bad("output_format", "Input should be 'mp4' or 'webm'")
	case b.OutputFormat == "webm" && b.Background != nil:
		return bad("background", "background is not supported with output_format webm")
	case b.OutputFormat == "webm" && (photo || s.faults.on("no-matting")):
		return bad("output_format", "this look does not support background removal")
	case b.Background != nil && b.Background.Type == "image" && !s.hasAsset(b.Background.Asset):
		return bad("background.asset_id", "asset not found")
	case b.Background != nil && b.Background.Type != "image" &&
		(b.Background.Type != "color" || !hexColor.MatchString(b.Background.Value)):
		return bad("background", "value is not a valid color")
	case b.CallbackID != "" && b.CallbackURL == "":
		return bad("callback_url", "callback_url is required when callback_id is set")
	}
	height, known := v3Sizes[b.Resolution]
	ratio, ok := v3Ratios[b.AspectRatio]
	if !known || !ok {
		return bad("resolution", "Input should be '720p', '1080p' or '4k', and a known aspect_ratio")
	}
	q = request{
		Script: b.Script, AudioAsset: b.AudioAssetID, Avatar: b.AvatarID, Voice: b.VoiceID, Scale: 1,
		WebM: b.OutputFormat == "webm", Matting: b.RemoveBackground,
	}
	if ratio[0] >= ratio[1] {
		q.Width, q.Height = height*ratio[0]/ratio[1]&^1, height
	} else {
		q.Width, q.Height = height, height*ratio[1]/ratio[0]&^1
	}
	if b.Background != nil {
		q.Color = b.Background.Value
	}
	if v := b.VoiceSettings; v != nil {
		if v.Speed != 0 && (v.Speed < 0.5 || v.Speed > 1.5) {
			return bad("voice_settings.speed", "Input should be between 0.5 and 1.5")
		}
		q.Speed, q.Locale = v.Speed, v.Locale
	}
	return q, b.Title, b.CallbackURL, "", ""
}

// enginesOf: stock looks mostly run on the oldest engine alone.
func enginesOf(id string) []string {
	if id == avatarList[0].id {
		return []string{"avatar_iv", "avatar_iii"}
	}
	return []string{"avatar_iii"}
}

func (s *Server) itemV3(r *http.Request, j *job) map[string]any {
	st := s.status(j)
	if st == "waiting" {
		st = "pending" // v3 has no such word
	}
	if s.faults.on("status-word") && st == "processing" {
		st = s.faults.value("status-word")
	}
	d := map[string]any{"id": j.ID, "status": st, "title": j.Title, "video_url": nil, "thumbnail_url": nil,
		"gif_url": nil, "captioned_video_url": nil, "subtitle_url": nil,
		"duration": nil, "created_at": j.Created.Unix(), "completed_at": nil, "failure_code": nil, "failure_message": nil}
	switch {
	case s.faults.on("job-fails"):
		d["status"], d["failure_code"], d["failure_message"] = "failed", "rendering_failed", s.faults.value("job-fails")
	case s.faults.on("job-fails-silently"):
		d["status"] = "failed"
	case st == "failed":
		d["failure_code"], d["failure_message"] = "rendering_failed", j.Error
	case st == "completed" && s.faults.on("no-credit-late"):
		d["status"] = "failed"
		d["failure_code"], d["failure_message"] = "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "Insufficient credit"
	case st == "completed" && r != nil:
		if len(j.Request.Script) > 0 && j.Session == "" {
			d["subtitle_url"] = s.sign(r, strings.TrimSuffix(j.File, path.Ext(j.File))+".srt") // a sidecar always comes
		}
		d["video_url"], d["duration"], d["completed_at"] = s.sign(r, j.File), j.Duration, j.Ready.Unix()
		if s.faults.on("watermark") {
			d["failure_code"], d["failure_message"] = watermarkedResult["code"], watermarkedResult["message"]
		}
	}
	return d
}

// videoOf returns the video of v3 that a request names, or answers 404 and returns nil;
// the caller holds mu.
func (s *Server) videoOf(w http.ResponseWriter, r *http.Request) *job {
	j := s.find(r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "video_not_found", "video_id", "Video not found")
	}
	return j
}

func (s *Server) videoV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	j := s.videoOf(w, r)
	if j == nil {
		return
	}
	v3(w, s.itemV3(r, j))
}

func (s *Server) deleteV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.videoOf(w, r)
	if j == nil {
		return
	}
	j.Deleted = true
	_ = s.saveJob(j, false)
	v3(w, map[string]any{"id": j.ID, "deleted": true})
}

// listV3 is GET /v3/videos. Filters that it does not know are ignored, as at HeyGen.
func (s *Server) listV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs, next := page(r, s.videos(r, true), limitOf(r, 10))
	items, token := []map[string]any{}, ""
	for _, j := range jobs {
		items = append(items, s.itemV3(r, j))
	}
	if next > 0 {
		token = fmt.Sprint("t", next)
	}
	reply(w, http.StatusOK, map[string]any{"data": items, "has_more": next > 0, "next_token": token})
}

// readStudio is a film of several scenes: no alpha, everything or nothing.
func (s *Server) readStudio(raw []byte) (*job, refusal) {
	type scene struct {
		Type  string          `json:"type"`
		Input json.RawMessage `json:"input"`
	}
	var b struct {
		Type        string          `json:"type"`
		Title       string          `json:"title"`
		Scenes      []scene         `json:"scenes"`
		Resolution  string          `json:"resolution"`
		AspectRatio string          `json:"aspect_ratio"`
		Caption     json.RawMessage `json:"caption"`
		CallbackURL string          `json:"callback_url"`
		CallbackID  string          `json:"callback_id"`
	}
	if no := strict(raw, &b); no.message != "" {
		return nil, no
	}
	if len(b.Scenes) == 0 || len(b.Scenes) > 50 {
		return nil, invalid("scenes", "List should have 1 to 50 items")
	}
	var film request
	var words []string
	for i, sc := range b.Scenes {
		if sc.Type != "avatar_video" {
			return nil, invalid(fmt.Sprintf("scenes.%d.type", i), "the sandbox renders scenes of type avatar_video")
		}
		// A scene's colour member has another name than a video's.
		one := strings.Replace(string(sc.Input), `"color":"#`, `"value":"#`, 1)
		q, _, _, param, wrong := s.readV3([]byte(one))
		if wrong != "" {
			return nil, invalid(fmt.Sprintf("scenes.%d.input.%s", i, param), wrong)
		}
		if i == 0 {
			film = q
		}
		words = append(words, q.Script)
	}
	size, _, _, param, wrong := s.readV3([]byte(fmt.Sprintf(
		`{"type":"avatar","avatar_id":%q,"script":"x","resolution":%q,"aspect_ratio":%q}`, avatarList[0].id,
		b.Resolution,
		b.AspectRatio,
	)))
	if wrong != "" {
		return nil, invalid(param, wrong)
	}
	film.Width, film.Height, film.Script = size.Width, size.Height, strings.Join(words, " ")
	j := newJob("/v3/videos", b.Title, film, s.o.Now())
	j.Callback = b.CallbackURL
	return j, refusal{}
}
