package heygen

import (
	"encoding/json"
	"strings"
)

// submission is a job's id in any route's answer.
type submission struct {
	Session      flexWord    `json:"session_id"`
	Video        flexWord    `json:"video_id"`
	Translation  flexWord    `json:"video_translate_id"`
	Translations flexStrings `json:"video_translate_ids"`
	TransV3      flexStrings `json:"video_translation_ids"`
	Proofread    flexWord    `json:"video_translation_id"`
	Lipsync      flexWord    `json:"lipsync_id"`
	Proofreads   flexStrings `json:"proofread_ids"`
	Batch        flexWord    `json:"batch_id"`
	ID           flexWord    `json:"id"`
	Status       flexWord    `json:"status"`
}

// id returns the job's id, or "". An agent's session wins over a video it may already
// name: the session is what was bought.
func (d submission) id() string {
	for _, l := range []flexStrings{d.Translations, d.TransV3, d.Proofreads} {
		if len(l) > 0 {
			return strings.TrimSpace(l[0])
		}
	}
	for _, w := range []flexWord{d.Session, d.Video, d.Translation, d.Proofread, d.Lipsync, d.Batch, d.ID} {
		if s := strings.TrimSpace(string(w)); s != "" {
			return s
		}
	}
	return ""
}

// submittedID reads the job's id from an answer that is a success.
func submittedID(raw []byte) (string, error) {
	var d submission
	if err := decode("create video", raw, &d); err != nil {
		return "", err
	}
	return d.id(), nil
}

// submittedInError reads the job's id from an answer that is an error: from its data, or from
// next to it. A bare `id` counts only together with a status, as in a job's record: it may
// name something else that was refused.
func submittedInError(raw []byte) string {
	var env struct {
		Data json.RawMessage `json:"data"`
		submission
	}
	if tolerant(raw, &env) != nil {
		return ""
	}
	env.submission.ID = ""
	var d submission
	if isObject(env.Data) && tolerant(env.Data, &d) == nil {
		if d.Status == "" {
			d.ID = ""
		}
		if id := d.id(); id != "" {
			return id
		}
	}
	return env.submission.id()
}

// jobMembers are the members that name a job in some route's answer.
var jobMembers = map[string]bool{
	"session_id": true, "video_id": true, "video_translate_id": true, "video_translate_ids": true,
	"video_translation_ids": true, "video_translation_id": true, "lipsync_id": true, "proofread_ids": true,
	"batch_id": true,
}

// namesJob reports that a job is named anywhere in an answer, or that its data has an id.
func namesJob(raw []byte) bool {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return false
	}
	if outer, ok := v.(map[string]any); ok {
		if data, ok := outer["data"].(map[string]any); ok && namesSomething(data["id"]) {
			return true
		}
	}
	return namesBelow(v)
}

func namesBelow(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if namesBelow(x) {
				return true
			}
		}
	case map[string]any:
		for k, x := range v {
			if jobMembers[k] && namesSomething(x) || namesBelow(x) {
				return true
			}
		}
	}
	return false
}

func namesSomething(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v) != ""
	case float64:
		return true
	case []any:
		return len(v) > 0 && namesSomething(v[0])
	}
	return false
}
