package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhatHeyGenRefuses(t *testing.T) {
	t.Parallel()
	s := begin(t)
	type m = map[string]any
	for name, c := range map[string]struct {
		body any
		says string
	}{
		"no JSON":   {"{", "not valid JSON"},
		"no scenes": {scene(func(b, _, _ m) { b["video_inputs"] = []any{} }), "video_inputs is invalid"},
		"51 scenes": {scene(func(b, _, _ m) {
			l := b["video_inputs"].([]any)
			for len(l) < 51 {
				l = append(l, l[0])
			}
			b["video_inputs"] = l
		}), "video_inputs is invalid"},
		"odd width": {
			scene(func(b, _, _ m) { b["dimension"] = m{"width": 321, "height": 240} }), "dimension is invalid",
		},
		"too small": {
			scene(func(b, _, _ m) { b["dimension"] = m{"width": 126, "height": 240} }), "dimension is invalid",
		},
		"too large": {
			scene(func(b, _, _ m) { b["dimension"] = m{"width": 320, "height": 4098} }), "dimension is invalid",
		},
		"callback id alone": {scene(func(b, _, _ m) { b["callback_id"] = "x" }), "callback_url is required"},
		"unknown avatar":    {scene(func(_, c, _ m) { c["avatar_id"] = "nobody" }), "avatar look not found"},
		"unknown photo":     {scene(func(_, c, _ m) { c["type"] = "talking_photo" }), "talking photo not found"},
		"unknown character": {scene(func(_, c, _ m) { c["type"] = "robot" }), "character.type is invalid"},
		"unknown style": {
			scene(func(_, c, _ m) { c["avatar_style"] = "upsideDown" }), "avatar_style is invalid",
		},
		"unknown voice": {scene(func(_, _, v m) { v["voice_id"] = "none" }), "Voice not found"},
		"no words":      {scene(func(_, _, v m) { v["input_text"] = " " }), "at least 1 character"},
		"5001 characters": {
			scene(func(_, _, v m) { v["input_text"] = strings.Repeat("é", 5001) }), "at most 4999 characters",
		},
		"break in ms": {
			scene(func(_, _, v m) { v["input_text"] = `a <break time="500ms"/> b` }), "break time must be in seconds",
		},
		"too fast":           {scene(func(_, _, v m) { v["speed"] = 1.6 }), "between 0.5 and 1.5"},
		"too high":           {scene(func(_, _, v m) { v["pitch"] = 51 }), "between -50 and 50"},
		"unknown voice type": {scene(func(_, _, v m) { v["type"] = "song" }), "voice.type is invalid"},
		"audio without any": {
			scene(func(_, _, v m) { clear(v); v["type"] = "audio" }), "audio_asset_id is required",
		},
		"audio of an unknown asset": {
			scene(func(_, _, v m) { clear(v); v["type"] = "audio"; v["audio_asset_id"] = strings.Repeat("a", 32) }),
			"asset not found",
		},
		"audio by a path": {
			scene(func(_, _, v m) { clear(v); v["type"] = "audio"; v["audio_asset_id"] = "../state.json" }), "asset not found",
		},
		"no colour": {
			scene(func(b, _, _ m) { b["video_inputs"].([]any)[0].(m)["background"] = m{"type": "color", "value": "green"} }),
			"not a valid color",
		},
		"transparent": {
			scene(func(b, _, _ m) { b["video_inputs"].([]any)[0].(m)["background"] = m{"type": "transparent"} }),
			"background.type is invalid",
		},
	} {
		code, out, err := s.call("POST", "/v2/video/generate", c.body)
		msg, _ := at(out, "error", "message").(string)
		if err != nil || code != http.StatusBadRequest || at(out, "error", "code") != "invalid_parameter" ||
			!strings.Contains(msg, c.says) || at(out, "data") != nil {
			t.Errorf("%s: %d %v %v, want %q", name, code, out, err, c.says)
		}
	}
	good := func(change func(b m)) m {
		b := m{
			"avatar_pose_id": avatarList[0].id, "avatar_style": "normal", "input_text": "Hello.", "voice_id": voiceList[0].id,
			"dimension": m{"width": 320, "height": 240},
		}
		change(b)
		return b
	}
	for name, c := range map[string]struct {
		body any
		code float64
	}{
		"no JSON":        {"[", 400175},
		"unknown avatar": {good(func(b m) { b["avatar_pose_id"] = "x" }), 400144},
		"circle":         {good(func(b m) { b["avatar_style"] = "circle" }), 400175},
		"text and audio": {good(func(b m) { b["input_audio"] = "x" }), 40001},
		"neither":        {good(func(b m) { delete(b, "input_text") }), 40001},
		"unknown voice":  {good(func(b m) { b["voice_id"] = "x" }), 400116},
		"too long":       {good(func(b m) { b["input_text"] = strings.Repeat("a", 5001) }), 40039},
		"no such audio":  {good(func(b m) { delete(b, "input_text"); b["input_audio"] = "x" }), 40001},
		"odd":            {good(func(b m) { b["dimension"] = m{"width": 321, "height": 240} }), 400175},
	} {
		if code, out, err := s.call("POST", "/v1/video.webm", c.body); err != nil || code != http.StatusBadRequest ||
			at(out, "code") != c.code {
			t.Errorf("webm, %s: %d %v %v, want %v", name, code, out, err, c.code)
		}
	}
	if s.billed() != 0 {
		t.Errorf("%d refused requests were billed", s.billed())
	}
	if id, _ := at(s.must("POST", "/v1/video.webm", good(func(m) {})), "data", "video_id").(string); id == "" {
		t.Error("the good one was refused")
	}
}
