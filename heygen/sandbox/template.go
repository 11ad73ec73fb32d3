package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"sort"
	"strings"
)

// The account's templates: one with places of three kinds, one with a picture.
type templateVar struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
}

var templateList = []struct {
	id, name, ratio string
	vars            []templateVar
}{
	{"7c1f0e7a5d1b4e2c9a3f6b8d20c4e511", "Product offer", "landscape", []templateVar{
		{"name", "text", map[string]any{"content": "Name"}},
		{"price", "text", map[string]any{}},
		{"presenter", "character", map[string]any{"character_id": avatarList[0].id, "type": "avatar"}},
	}},
	{"90ab3e64d7a94f5fb0a1c2d3e4f50617", "Logo opener", "landscape", []templateVar{
		{"headline", "text", map[string]any{}},
		{"logo", "image", map[string]any{}},
	}},
}

func findTemplate(id string) (name string, vars map[string]templateVar, ok bool) {
	for _, t := range templateList {
		if t.id == id {
			vars = map[string]templateVar{}
			for _, v := range t.vars {
				vars[v.Name] = v
			}
			return t.name, vars, true
		}
	}
	return "", nil, false
}

func (s *Server) templatesV2(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, t := range templateList {
		list = append(list, map[string]any{"template_id": t.id, "name": t.name, "thumbnail_image_url": s.picture(r, t.id, "png")})
	}
	v2(w, map[string]any{"templates": list})
}

func (s *Server) templatesV3(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, t := range templateList {
		list = append(list, map[string]any{
			"id": t.id, "name": t.name, "aspect_ratio": t.ratio, "thumbnail_url": s.picture(r, t.id, "png"),
			"created_at": 1700000000, "updated_at": 1700000000,
		})
	}
	for _, t := range s.resources.List("/v3/templates") {
		list = append(list, map[string]any{
			"id": t.ID, "name": t.Body["name"], "aspect_ratio": "landscape", "thumbnail_url": s.picture(r, t.ID, "png"),
			"created_at": t.Created.Unix(), "updated_at": t.Updated.Unix(),
		})
	}
	pageOf(w, r, list, 20, 100)
}

func (s *Server) templateV2(w http.ResponseWriter, r *http.Request) {
	_, vars, ok := findTemplate(r.PathValue("id"))
	if !ok {
		v2Error(w, http.StatusNotFound, "template_not_found", "template not found")
		return
	}
	v2(w, map[string]any{"variables": vars})
}

func (s *Server) templateV3(w http.ResponseWriter, r *http.Request) {
	name, vars, ok := findTemplate(r.PathValue("id"))
	if !ok {
		v3Error(w, http.StatusNotFound, "not_found", "template_id", "template not found")
		return
	}
	v3(w, map[string]any{
		"id": r.PathValue("id"), "name": name, "variables": vars, "scene_ids": []string{"scene-1"}, "scenes": []any{},
	})
}

type templateBody struct {
	Title       string          `json:"title"`
	Caption     bool            `json:"caption"`
	Dimension   *size           `json:"dimension"`
	Variables   json.RawMessage `json:"variables"`
	Scenes      []string        `json:"scene_ids"`
	Subtitles   subtitles       `json:"subtitles"`
	FPS         float64         `json:"fps"`
	Folder      string          `json:"folder_id"`
	CallbackURL string          `json:"callback_url"`
	CallbackID  string          `json:"callback_id"`
	GIF         bool            `json:"include_gif"`
	Sharing     bool            `json:"enable_sharing"`
	glossaryMembers
	Music   *bool `json:"reorder_music"`
	Centred bool  `json:"keep_text_vertically_centered"`
}

type size struct{ Width, Height int }

// fill checks the variables against the template and returns the job's request.
func (s *Server) fill(id string, b templateBody) (q request, param, wrong string) {
	_, known, ok := findTemplate(id)
	made := s.resources.Has("/v3/templates", id)
	if !ok && !made {
		return q, "template_id", "template not found"
	}
	var given map[string]templateVar
	if json.Unmarshal(b.Variables, &given) != nil {
		return q, "variables", "variables must be objects with name, type and properties"
	}
	q = request{
		Width: 1280, Height: 720, Scale: 1, Avatar: avatarList[0].id, Captions: b.Caption, Captioned: b.Caption,
		Subtitles: b.Subtitles,
	}
	if b.Dimension != nil {
		q.Width, q.Height = b.Dimension.Width, b.Dimension.Height
	}
	var names, words []string
	for n := range known {
		names = append(names, n)
	}
	sort.Strings(names)
	for n := range given {
		if _, ok := known[n]; !ok && !made {
			return q, "variables." + n, "variable is not part of the template"
		}
	}
	for _, n := range names {
		v, ok := given[n]
		want := known[n]
		switch {
		case !ok && want.Type == "text": // as at HeyGen, also where the read names a default
			words = append(words, "{{"+n+"}}")
			continue
		case !ok && len(want.Properties) == 0:
			continue
		case !ok:
			v = want
		case v.Type != want.Type:
			return q, "variables." + n, "Input should be of type '" + want.Type + "'"
		}
		text, _ := v.Properties["content"].(string)
		asset, _ := v.Properties["asset_id"].(string)
		who, _ := v.Properties["character_id"].(string)
		link, _ := v.Properties["url"].(string)
		switch {
		case want.Type == "text" && text == "":
			return q, "variables." + n, "content is required"
		case want.Type == "image" && !s.hasAsset(asset) && (link == "" || s.unreachable(link)):
			return q, "variables." + n, "asset not found"
		case want.Type == "character" && !s.knownLook(who):
			return q, "variables." + n, "avatar not found"
		case want.Type == "character":
			q.Avatar = who
		case want.Type == "text":
			words = append(words, text)
		}
	}
	q.Script = strings.Join(words, ". ")
	return q, "", ""
}

// fillV2 is POST /v2/template/{id}/generate.
func (s *Server) fillV2(w http.ResponseWriter, r *http.Request) {
	var b templateBody
	if json.NewDecoder(io.LimitReader(r.Body, 4<<20)).Decode(&b) != nil {
		v2Error(w, http.StatusBadRequest, "invalid_parameter", "request body is not valid JSON")
		return
	}
	q, param, wrong := s.fill(r.PathValue("id"), b)
	if wrong != "" {
		status := http.StatusBadRequest
		if param == "template_id" {
			status = http.StatusNotFound
		}
		v2Error(w, status, "invalid_parameter", param+" is invalid: "+wrong)
		return
	}
	s.answer(w, "/v2/template/generate", b.Title, b.CallbackURL, q, v2)
}

func (s *Server) readTemplate(r *http.Request, raw []byte) (*job, refusal) {
	var b templateBody
	if no := decode("POST /v3/templates/{template_id}", raw, &b); no.message != "" {
		return nil, no
	}
	if no := (callbackMembers{b.CallbackURL, b.CallbackID}).check(); no.message != "" {
		return nil, no
	}
	if no := s.checkFolder(b.Folder); no.message != "" {
		return nil, no
	}
	if no := s.checkGlossary(b.glossaryMembers); no.message != "" {
		return nil, no
	}
	q, param, wrong := s.fill(r.PathValue("id"), b)
	if wrong != "" {
		return nil, invalid(param, wrong)
	}
	j := newJob("/v3/templates", b.Title, q, s.o.Now())
	j.Callback, j.Request.CallbackID, j.Folder = b.CallbackURL, b.CallbackID, b.Folder
	return j, refusal{}
}

// createdTemplate answers with the video's record, not with an id alone.
func (s *Server) createdTemplate(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"id": j.ID, "status": "pending", "title": j.Title, "created_at": j.Created.Unix()})
}
