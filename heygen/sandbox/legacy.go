package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// legacyRoutes are calls of v1 and v2 that few clients still make.
func (s *Server) legacyRoutes(api func(pattern string, h http.HandlerFunc)) {
	api("GET /v1/avatar.list", s.avatarsV1)
	api("GET /v1/voice.list", s.voicesV1)
	api("POST /v1/video/share", s.share)
	api("GET /v1/folders", s.foldersV1)
	api("POST /v1/folders/{id}/trash", s.trashFolder(false))
	api("POST /v1/folders/{id}/restore", s.trashFolder(true))
	api("GET /v3/template/{id}", s.templateOld)
	api("POST /v2/video/av4/generate", s.paid("v2-av4", s.av4))
	api("POST /v2/videos", s.paid("v2", s.generate))
	api("GET /v2/videos", s.videosV2)
	api("GET /v2/videos/{id}", s.videoV2)
	api("DELETE /v2/videos/{id}", s.videoV2)
	api("GET /v2/brand_voice/list", func(w http.ResponseWriter, _ *http.Request) {
		v2(w, map[string]any{"list": []any{}, "total": 0, "token": nil})
	})
	api("GET /v2/video_translate/caption", s.translatedCaption)
	s.open("GET /texts/{name}", showText)
}

func (s *Server) avatarsV1(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, a := range avatarList {
		list = append(list, map[string]any{
			"avatar_id": a.id, "avatar_name": a.name, "gender": a.gender, "preview_image_url": s.picture(r, a.id, "png"),
		})
	}
	v1(w, map[string]any{"avatars": list})
}

func (s *Server) voicesV1(w http.ResponseWriter, r *http.Request) {
	v1(w, map[string]any{"voices": voiceRecords(r)})
}

// templateOld is the read of a template before v3 had one: what can be replaced, also by scene.
func (s *Server) templateOld(w http.ResponseWriter, r *http.Request) {
	name, vars, ok := findTemplate(r.PathValue("id"))
	if !ok {
		v2Error(w, http.StatusNotFound, "template_not_found", "template not found")
		return
	}
	inScene := []any{}
	for _, n := range slices.Sorted(maps.Keys(vars)) {
		inScene = append(inScene, map[string]any{"name": n, "type": vars[n].Type})
	}
	v2(w, map[string]any{
		"version": "4", "variables": vars, "scenes": []any{map[string]any{"id": "scene-1", "script": name, "variables": inScene}},
	})
}

// share returns the public page of a video.
func (s *Server) share(w http.ResponseWriter, r *http.Request) {
	var b struct {
		ID string `json:"video_id"`
	}
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&b) // a body without an id names no video
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(b.ID, false) == nil {
		reply(w, http.StatusNotFound, map[string]any{"code": 40104, "message": "video not found"})
		return
	}
	v1(w, origin(r)+"/pages/"+b.ID)
}

func (s *Server) foldersV1(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	for _, f := range s.resources.List("/v1/folders") {
		list = append(list, map[string]any{"id": f.ID, "name": f.Body["name"], "created_ts": f.Created.Unix()})
	}
	v1(w, map[string]any{"folders": list, "total": len(list), "token": ""})
}

func (s *Server) trashFolder(back bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := s.resources.Trash("/v1/folders", r.PathValue("id"), back)
		switch {
		case err != nil:
			reply(w, http.StatusInternalServerError, map[string]any{"code": 400500, "message": "the change could not be recorded"})
		case !found:
			reply(w, http.StatusNotFound, map[string]any{"code": 400404, "message": "folder not found"})
		default:
			v1(w, map[string]any{"id": r.PathValue("id")})
		}
	}
}

// av4 is POST /v2/video/av4/generate: a picture that speaks.
func (s *Server) av4(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Key         string `json:"image_key"`
		Title       string `json:"video_title"`
		Orientation string `json:"video_orientation"`
		spokenV3
		callbackMembers
	}
	bad := func(m string) { v2Error(w, http.StatusBadRequest, "invalid_parameter", m) }
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b) != nil {
		bad("request body is not valid JSON")
		return
	}
	if b.Key == "" || utf8.RuneCountInString(b.Title) == 0 {
		bad("image_key and video_title are required")
		return
	}
	q := request{Width: 1280, Height: 720, Scale: 1, Avatar: "image " + b.Key}
	if b.Orientation == "portrait" {
		q.Width, q.Height = 720, 1280
	}
	no := s.setSpoken(&q, b.spokenV3)
	if no.message == "" {
		no = b.check()
	}
	if no.message != "" {
		bad(no.param + " is invalid: " + no.message)
		return
	}
	q.CallbackID = b.CallbackID
	s.answer(w, "/v2/video/av4/generate", b.Title, b.CallbackURL, q, v2)
}

// recordV2 is a video of v2 in the form of /v2/videos; the caller holds mu.
func (s *Server) recordV2(r *http.Request, j *job) map[string]any {
	d := s.itemV3(r, j)
	delete(d, "video_page_url")
	return d
}

func (s *Server) videosV2(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs, next := page(r, s.videos(r, false), limitOf(r, 10))
	list := []any{}
	for _, j := range jobs {
		list = append(list, s.recordV2(r, j))
	}
	v2(w, map[string]any{"videos": list, "has_more": next > 0, "token": tokenOrNull(next)})
}

func (s *Server) videoV2(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.find(r.PathValue("id"), false)
	if j == nil {
		v2Error(w, http.StatusNotFound, "video_not_found", "video not found")
		return
	}
	if r.Method == http.MethodDelete {
		j.Deleted = true
		_ = s.saveJob(j, false)
		v2(w, nil)
		return
	}
	v2(w, s.recordV2(r, j))
}

// translatedCaption is GET /v2/video_translate/caption: the words of a finished translation.
func (s *Server) translatedCaption(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobOfKind(translations.kind, q.Get("video_translate_id"), false)
	if j == nil || j.File == "" {
		v2Error(w, http.StatusNotFound, "not_found", "translation not found")
		return
	}
	ext := ".srt"
	if strings.EqualFold(q.Get("caption_type"), "vtt") {
		ext = ".vtt"
	}
	v2(w, map[string]any{"caption_url": s.sign(r, sidecar(j.File, ext))})
}
