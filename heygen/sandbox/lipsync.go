package sandbox

import "net/http"

// readLipsync is the body of POST /v3/lipsyncs: a film with another sound, as long as that. In place of a film on
// another server, a presenter speaks.
func (s *Server) readLipsync(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Video   assetInput `json:"video"`
		Audio   assetInput `json:"audio"`
		Title   string     `json:"title"`
		Folder  string     `json:"folder_id"`
		Caption bool       `json:"enable_caption"`
		Dynamic *bool      `json:"enable_dynamic_duration"`
		callbackMembers
	}
	no := decode("POST /v3/lipsyncs", raw, &b)
	if no.message == "" {
		no = b.check()
	}
	if no.message == "" {
		no = s.checkFolder(b.Folder)
	}
	if no.message != "" {
		return nil, no
	}
	film, no := s.input(b.Video, "video")
	if no.message != "" {
		return nil, no
	}
	sound, no := s.input(b.Audio, "audio")
	if no.message != "" {
		return nil, no
	}
	q := s.filmOf(film).Request
	q.Script, q.AudioAsset, q.AudioFile, q.Silence, q.WebM, q.Scenes = "", "", "", 0, false, nil
	q.speak(sound)
	q.Captions = b.Caption
	q.Footage, q.KeepLength = footageOf(film), b.Dynamic != nil && !*b.Dynamic
	j := newJob("/v3/lipsyncs", b.Title, q, s.o.Now())
	j.Kind, j.Callback, j.Folder = lipsyncs.kind, b.CallbackURL, b.Folder
	j.Request.CallbackID = b.CallbackID
	return j, refusal{}
}

// footageOf returns the path of a film below the sandbox's folder; empty for one on another server.
func footageOf(f file) string {
	switch {
	case f.asset != "":
		return "assets/" + f.asset
	case f.job != nil:
		return "media/" + f.job.File
	}
	return ""
}

func (s *Server) createdLipsync(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"lipsync_id": j.ID})
}

// lipsyncRecord repeats the caller's callback_id; the caller holds mu.
func (s *Server) lipsyncRecord(r *http.Request, j *job) map[string]any {
	d := map[string]any{
		"id": j.ID, "title": j.Title, "status": translateWord(s.status(j), "completed"), "video_url": nil,
		"caption_url": nil, "duration": nil, "failure_message": nil, "created_at": j.Created.Unix(),
		"callback_id": orNull(j.Request.CallbackID),
	}
	switch d["status"] {
	case "completed":
		d["video_url"], d["duration"] = s.sign(r, j.File), j.Duration
		if j.Request.Captions {
			d["caption_url"] = s.sign(r, sidecar(j.File, ".srt"))
		}
	case "failed":
		d["failure_message"] = j.Error
	}
	return d
}

// orNull returns a text for an answer, in which an absent one is null.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
