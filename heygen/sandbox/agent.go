package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// spokenPrompt returns the script of the presenter in an agent's film: the prompt's
// own words, as many as fit the time at 150 a minute.
func spokenPrompt(prompt string, seconds int) string {
	words := strings.Fields(prompt)
	if n := max(3, seconds*150/60); len(words) > n {
		words = words[:n]
	}
	return strings.Join(words, " ")
}

func agentRequest(prompt string, seconds int, orientation, avatar string) request {
	if seconds == 0 {
		seconds = 10
	}
	q := request{Script: spokenPrompt(prompt, seconds), Avatar: avatar, Scale: 1, Width: 1280, Height: 720}
	if orientation == "portrait" {
		q.Width, q.Height = 720, 1280
	}
	return q
}

// agentV1 is POST /v1/video_agent/generate.
func (s *Server) agentV1(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Prompt string
		Config struct {
			Seconds     int    `json:"duration_sec"`
			Avatar      string `json:"avatar_id"`
			Orientation string
		}
		Files []struct {
			ID string `json:"asset_id"`
		}
		CallbackID  string `json:"callback_id"`
		CallbackURL string `json:"callback_url"`
	}
	bad := func(m string) { v2Error(w, http.StatusBadRequest, "invalid_parameter", m) }
	if json.NewDecoder(io.LimitReader(r.Body, 4<<20)).Decode(&b) != nil {
		bad("request body is not valid JSON")
		return
	}
	c := b.Config
	switch {
	case strings.TrimSpace(b.Prompt) == "":
		bad("prompt is invalid: String should have at least 1 character")
		return
	case c.Seconds != 0 && (c.Seconds < 5 || c.Seconds > 300):
		bad("config.duration_sec is invalid: Input should be between 5 and 300")
		return
	case c.Orientation != "" && c.Orientation != "landscape" && c.Orientation != "portrait":
		bad("config.orientation is invalid: Input should be 'portrait' or 'landscape'")
		return
	case c.Avatar != "" && !s.knownLook(c.Avatar):
		bad("config.avatar_id is invalid: avatar not found")
		return
	case b.CallbackID != "" && b.CallbackURL == "":
		bad("callback_url is required when callback_id is set")
		return
	}
	for _, f := range b.Files {
		if !s.hasAsset(f.ID) {
			bad("files is invalid: asset not found")
			return
		}
	}
	s.answer(
		w, "/v1/video_agent/generate", "", b.CallbackURL, agentRequest(b.Prompt, c.Seconds, c.Orientation, c.Avatar),
		v2,
	)
}

// readAgent is the body of POST /v3/video-agents.
func (s *Server) readAgent(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Prompt      string       `json:"prompt"`
		AvatarID    string       `json:"avatar_id"`
		VoiceID     string       `json:"voice_id"`
		Orientation string       `json:"orientation"`
		Files       []assetInput `json:"files"`
		Mode        string       `json:"mode"`
		CallbackURL string       `json:"callback_url"`
		CallbackID  string       `json:"callback_id"`
	}
	if no := decode("POST /v3/video-agents", raw, &b); no.message != "" {
		return nil, no
	}
	switch {
	case strings.TrimSpace(b.Prompt) == "":
		return nil, invalid("prompt", "String should have at least 1 character")
	case b.AvatarID != "" && !s.knownLook(b.AvatarID):
		return nil, invalid("avatar_id", "avatar look not found")
	case b.VoiceID != "" && !s.knownVoice(b.VoiceID):
		return nil, invalid("voice_id", "voice not found")
	case b.CallbackID != "" && b.CallbackURL == "":
		return nil, invalid("callback_url", "callback_url is required when callback_id is set")
	}
	for _, f := range b.Files {
		if _, no := s.input(f, "files"); no.message != "" {
			return nil, no
		}
	}
	title, _, _ := strings.Cut(b.Prompt, "\n")
	j := newJob(
		"/v3/video-agents", title[:min(60, len(title))], agentRequest(b.Prompt, 0, b.Orientation, b.AvatarID),
		s.o.Now(),
	)
	j.Session, j.Callback = newID(), b.CallbackURL
	j.Request.Chat, j.Request.CallbackID = b.Mode == "chat", b.CallbackID
	return j, refusal{}
}

// createdAgent names the video in mode generate, not in mode chat, in which the agent thinks first. The fault
// chat-answer makes every answer one of chat.
func (s *Server) createdAgent(w http.ResponseWriter, j *job) {
	d := map[string]any{
		"session_id": j.Session, "status": "generating", "video_id": j.ID, "created_at": j.Created.Unix(),
	}
	if j.Request.Chat || s.faults.on("chat-answer") {
		d["status"], d["video_id"] = "thinking", nil
	}
	v3(w, d)
}

// sessionOf returns the agent's job that a request names, or answers 404 and returns nil;
// the caller holds mu.
func (s *Server) sessionOf(w http.ResponseWriter, r *http.Request) *job {
	id := r.PathValue("id")
	for _, j := range s.jobs {
		if j.Session == id && id != "" && !j.Deleted {
			return j
		}
	}
	v3Error(w, http.StatusNotFound, "not_found", "session_id", "Session not found")
	return nil
}

// sessionRecord names the video from the start in mode generate; in mode chat, once rendering has begun.
func (s *Server) sessionRecord(j *job) map[string]any {
	d := map[string]any{
		"session_id": j.Session, "status": "thinking", "progress": 5, "title": j.Title, "video_id": nil,
		"messages":   []any{},
		"created_at": j.Created.Unix(),
	}
	if !j.Request.Chat {
		d["status"], d["video_id"] = "generating", j.ID
	}
	switch st := s.status(j); st {
	case "processing":
		d["status"], d["progress"], d["video_id"] = "generating", 50, j.ID
	case "completed":
		d["status"], d["progress"], d["video_id"] = "completed", 100, j.ID
	case "failed":
		d["status"], d["messages"] = "failed", []any{
			map[string]any{"role": "model", "type": "error", "content": j.Error},
		}
	}
	return d
}

func (s *Server) readSession(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.sessionOf(w, r); j != nil {
		v3(w, s.sessionRecord(j))
	}
}

func (s *Server) sessionVideos(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.sessionOf(w, r)
	if j == nil {
		return
	}
	reply(w, http.StatusOK, map[string]any{"data": []any{s.itemV3(r, j)}, "has_more": false, "next_token": nil})
}

func (s *Server) stopSession(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.sessionOf(w, r)
	if j == nil {
		return
	}
	if st := s.status(j); st != "completed" {
		j.Status, j.Error = "failed", "the session was stopped"
		_ = s.saveJob(j, false)
	}
	v3(w, map[string]any{"session_id": j.Session})
}

func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listJobs(w, r, func(j *job) bool { return j.Session != "" }, func(j *job) map[string]any {
		return map[string]any{"session_id": j.Session, "title": j.Title, "created_at": j.Created.Unix()}
	})
}
