package sandbox

import (
	"net/http"
)

// kindModel is the kind of a job that makes footage of a prompt.
const kindModel = "model"

var modelHeights = map[string]int{"": 768, "480p": 480, "768p": 768, "1080p": 1080, "2k": 1440}

var modelRatios = map[string][2]int{
	"": {16, 9}, "21:9": {21, 9}, "16:9": {16, 9}, "4:3": {4, 3}, "1:1": {1, 1}, "3:4": {3, 4}, "9:16": {9, 16},
}

// readModelVideo is the body of POST /v3/models/videos: a picture of the sandbox, or the one of the body, without
// sound.
func (s *Server) readModelVideo(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Prompt     string      `json:"prompt"`
		Image      *assetInput `json:"image"`
		Duration   float64     `json:"duration"`
		Resolution string      `json:"resolution"`
		Ratio      string      `json:"aspect_ratio"`
		callbackMembers
	}
	no := decode("POST /v3/models/videos", raw, &b)
	if no.message == "" {
		no = b.check()
	}
	q := request{Scale: 1, Empty: true, Picture: cannedPicture, Silence: max(b.Duration, 5)}
	if no.message == "" && b.Image != nil {
		var f file
		if f, no = s.input(*b.Image, "image"); no.message == "" {
			q.show(f)
		}
	}
	large := b.Resolution == "1080p" || b.Resolution == "2k"
	if no.message == "" && large && b.Image == nil && b.Ratio != "" && b.Ratio != "16:9" && b.Ratio != "9:16" {
		no = invalid("resolution", b.Resolution+" is only available in 16:9 and 9:16")
	}
	if no.message != "" {
		return nil, no
	}
	short, ratio := modelHeights[b.Resolution], modelRatios[b.Ratio]
	if ratio[0] == 0 { // adaptive: a picture decides
		ratio = modelRatios[""]
	}
	q.Width, q.Height = short*ratio[0]/ratio[1]&^1, short
	if ratio[0] < ratio[1] {
		q.Width, q.Height = short, short*ratio[1]/ratio[0]&^1
	}
	j := newJob("/v3/models/videos", "", q, s.o.Now())
	j.Kind, j.Callback, j.Request.CallbackID = kindModel, b.CallbackURL, b.CallbackID
	return j, refusal{}
}

func (s *Server) createdModelVideo(w http.ResponseWriter, j *job) {
	reply(w, http.StatusAccepted, map[string]any{"data": map[string]any{"video_id": j.ID, "status": "pending"}})
}

// modelVideo is GET /v3/models/videos/{id}.
func (s *Server) modelVideo(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobOfKind(kindModel, r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "not_found", "video_id", "Video not found")
		return
	}
	item := s.itemV3(r, j)
	d := map[string]any{
		"video_id": j.ID, "model": "heygen-video-1", "created_at": j.Created.Unix(), "width": j.Request.Width,
		"height": j.Request.Height, "aspect_ratio": nil, "seed": nil,
	}
	for _, name := range []string{"status", "video_url", "duration", "failure_message"} {
		d[name] = item[name]
	}
	if v, ok := d["duration"].(float64); ok {
		d["duration"] = int(v)
	}
	d["failure_code"] = nil
	if d["status"] == "failed" {
		d["failure_code"] = "generation_failed"
	}
	v3(w, d)
}
