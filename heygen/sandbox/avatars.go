package sandbox

import (
	"io"
	"net/http"
	"slices"
)

// look is one appearance of an avatar, with its group.
type look struct {
	ID, Name, Type, Gender, Voice string
	Group, GroupName              string
	Private                       bool
	Asset                         string
}

// looks are those of HeyGen and of the account; the caller does not hold mu.
func (s *Server) looks() (list []look) {
	for _, a := range avatarList {
		list = append(list, look{
			ID: a.id, Name: a.name, Type: "studio_avatar", Gender: a.gender, Voice: a.voice,
			Group: "group-" + a.id, GroupName: a.name,
		})
	}
	for _, p := range s.allPhotos() {
		l := look{
			ID: p.ID, Name: p.Name, Type: "photo_avatar", Voice: voiceList[0].id, Group: p.Group, GroupName: p.GroupName,
			Private: true, Asset: p.Asset,
		}
		if p.Twin {
			l.Type = "digital_twin"
		}
		if l.Group == "" {
			l.Group, l.GroupName = "group-"+p.ID, p.Name
		}
		list = append(list, l)
	}
	return list
}

// enginesOf: stock looks mostly run on the oldest engine alone, photo looks on the fourth.
func (s *Server) enginesOf(id string) []string {
	switch {
	case id == avatarList[0].id:
		return []string{"avatar_iv", "avatar_iii"}
	case knownAvatar(id):
		return []string{"avatar_iii"}
	}
	return []string{"avatar_iv", "avatar_iii"}
}

func (s *Server) lookRecord(r *http.Request, l look) map[string]any {
	d := map[string]any{
		"id": l.ID, "name": l.Name, "avatar_type": l.Type, "group_id": l.Group, "gender": orNull(l.Gender),
		"tags": []string{}, "default_voice_id": orNull(l.Voice), "supported_api_engines": s.enginesOf(l.ID),
		"status": "completed", "preferred_orientation": "landscape", "image_width": 1280, "image_height": 720,
		"preview_image_url": s.picture(r, l.ID, "png"), "preview_video_url": origin(r) + "/previews/" + l.ID + ".mp4",
	}
	if l.Asset != "" {
		d["preview_image_url"] = origin(r) + "/assets/" + l.Asset
	}
	return d
}

// owned reports that a look is one that a list of an ownership shows.
func (l look) owned(r *http.Request) bool {
	switch r.URL.Query().Get("ownership") {
	case "private":
		return l.Private
	case "public":
		return !l.Private
	}
	return true
}

func (s *Server) looksV3(w http.ResponseWriter, r *http.Request) {
	var list []any
	q := r.URL.Query()
	kind, group := q.Get("avatar_type"), q.Get("group_id")
	for _, l := range s.looks() {
		if (kind == "" || kind == l.Type) && (group == "" || group == l.Group) && l.owned(r) {
			list = append(list, s.lookRecord(r, l))
		}
	}
	pageOf(w, r, list, 20, 50)
}

// lookV3 reads, renames or deletes one look.
func (s *Server) lookV3(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	list := s.looks()
	i := slices.IndexFunc(list, func(l look) bool { return l.ID == id })
	if i < 0 {
		v3Error(w, http.StatusNotFound, "not_found", "look_id", "avatar look not found")
		return
	}
	l := list[i]
	if r.Method != http.MethodGet && knownAvatar(id) {
		v3Error(w, http.StatusForbidden, "resource_access_denied", "look_id", "this look belongs to HeyGen")
		return
	}
	switch r.Method {
	case http.MethodPatch:
		name, no := readName(r, "PATCH /v3/avatars/looks/{look_id}")
		if no.message != "" {
			v3Error(w, no.status, no.code, no.param, no.message)
			return
		}
		if name != "" {
			l.Name = name
			s.changePhotos(func(p *photo) {
				if p.ID == id {
					p.Name = name
				}
			})
		}
	case http.MethodDelete:
		if !s.dropPhoto(id) {
			v3Error(w, http.StatusForbidden, "resource_access_denied", "look_id", "this look is part of the sandbox")
			return
		}
		v3(w, map[string]any{"id": id})
		return
	}
	v3(w, s.lookRecord(r, l))
}

// readName reads a body that has a name alone.
func readName(r *http.Request, operation string) (string, refusal) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return "", invalid("", "request body is not valid JSON")
	}
	var b struct {
		Name string `json:"name"`
	}
	no := decode(operation, raw, &b)
	return b.Name, no
}

// changePhotos changes the account's own looks.
func (s *Server) changePhotos(change func(p *photo)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.photos {
		change(&s.photos[i])
	}
	_ = s.save()
}

func (s *Server) groupRecord(r *http.Request, looks []look) map[string]any {
	l := looks[0]
	return map[string]any{
		"id": l.Group, "name": l.GroupName, "looks_count": len(looks), "created_at": 1700000000, "gender": orNull(l.Gender),
		"status": "completed", "preview_image_url": s.picture(r, l.ID, "png"),
		"preview_video_url": origin(r) + "/previews/" + l.ID + ".mp4", "default_voice_id": orNull(l.Voice),
	}
}

func (s *Server) groupsV3(w http.ResponseWriter, r *http.Request) {
	var list []any
	var order []string
	by := map[string][]look{}
	for _, l := range s.looks() {
		if !l.owned(r) {
			continue
		}
		if by[l.Group] == nil {
			order = append(order, l.Group)
		}
		by[l.Group] = append(by[l.Group], l)
	}
	for _, group := range order {
		list = append(list, s.groupRecord(r, by[group]))
	}
	pageOf(w, r, list, 20, 50)
}

// groupV3 reads, renames or deletes one group, or asks for the consent of the person that it shows.
func (s *Server) groupV3(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	var looks []look
	for _, l := range s.looks() {
		if l.Group == id {
			looks = append(looks, l)
		}
	}
	switch {
	case len(looks) == 0:
		v3Error(w, http.StatusNotFound, "not_found", "group_id", "avatar group not found")
		return
	case r.Method != http.MethodGet && !looks[0].Private:
		v3Error(w, http.StatusForbidden, "resource_access_denied", "group_id", "this group belongs to HeyGen")
		return
	}
	switch r.Method {
	case http.MethodPatch:
		name, no := readName(r, "PATCH /v3/avatars/{group_id}")
		if no.message != "" {
			v3Error(w, no.status, no.code, no.param, no.message)
			return
		}
		looks[0].GroupName = name
		s.changePhotos(func(p *photo) {
			if p.Group == id {
				p.GroupName = name
			}
		})
	case http.MethodDelete:
		for _, l := range looks {
			s.dropPhoto(l.ID)
		}
		v3(w, map[string]any{"id": id})
		return
	case http.MethodPost:
		s.consent(w, r, looks)
		return
	}
	v3(w, s.groupRecord(r, looks))
}

// consent is POST /v3/avatars/{group_id}/consent: the address of a page where the person agrees.
func (s *Server) consent(w http.ResponseWriter, r *http.Request, looks []look) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		Video *assetInput `json:"consent_video"`
	}
	no := refusal{}
	if err == nil && len(raw) > 0 {
		no = decode("POST /v3/avatars/{group_id}/consent", raw, &b)
	}
	if no.message == "" {
		no = s.optionalInput(b.Video, "consent_video")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	v3(w, map[string]any{"avatar_group": s.groupRecord(r, looks), "url": origin(r) + "/docs/consent"})
}

// createAvatarV3 is POST /v3/avatars. Every kind is trained at once here: no person has to agree.
func (s *Server) createAvatarV3(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	var b struct {
		Type       string       `json:"type"`
		Name       string       `json:"name"`
		File       *assetInput  `json:"file"`
		References []assetInput `json:"reference_images"`
		Group      string       `json:"avatar_group_id"`
	}
	no := decode("POST /v3/avatars", raw, &b)
	var f file
	if no.message == "" && b.File != nil {
		f, no = s.input(*b.File, "file")
	}
	for _, a := range b.References {
		if no.message == "" {
			_, no = s.input(a, "reference_images")
		}
	}
	group := ""
	if no.message == "" && b.Group != "" {
		group, no = s.groupName(b.Group)
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	p := photo{ID: newID(), Name: b.Name, Asset: f.asset, Group: b.Group, GroupName: group, Twin: b.Type == "digital_twin"}
	if p.Twin {
		p.Asset = "" // a film
	}
	if p.Group == "" {
		p.Group, p.GroupName = newID(), b.Name
	}
	s.answerLooks(w, r, []photo{p}, func(looks []look) {
		v3(w, map[string]any{"avatar_item": s.lookRecord(r, looks[0]), "avatar_group": s.groupRecord(r, looks)})
	})
}

func (s *Server) groupName(id string) (string, refusal) {
	for _, l := range s.looks() {
		if l.Group == id && l.Private {
			return l.GroupName, refusal{}
		}
	}
	return "", invalid("avatar_group_id", "avatar group not found")
}

// answerLooks stores new looks of the account before their answer is sent.
func (s *Server) answerLooks(w http.ResponseWriter, r *http.Request, list []photo, answer func([]look)) {
	s.mu.Lock()
	s.photos = append(s.photos, list...)
	err := s.save()
	s.mu.Unlock()
	if err != nil {
		v3Error(w, http.StatusInternalServerError, "internal_error", "", "the look could not be stored")
		return
	}
	var looks []look
	for _, l := range s.looks() {
		if slices.ContainsFunc(list, func(p photo) bool { return p.ID == l.ID }) {
			looks = append(looks, l)
		}
	}
	answer(looks)
}

// createLooks is POST /v3/avatars/looks: two looks of a template, four of a pack.
func (s *Server) createLooks(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		Type      string `json:"type"`
		Reference string `json:"reference_look_id"`
	}
	no := decode("POST /v3/avatars/looks", raw, &b)
	all := s.looks()
	i := slices.IndexFunc(all, func(l look) bool { return l.ID == b.Reference })
	if no.message == "" && i < 0 {
		no = invalid("reference_look_id", "avatar look not found")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	n := 2
	if b.Type == "look_pack" {
		n = 4
	}
	var list []photo
	for range n {
		list = append(list, photo{ID: newID(), Name: all[i].Name, Group: all[i].Group, GroupName: all[i].GroupName})
	}
	s.answerLooks(w, r, list, func(looks []look) {
		ids := []any{}
		for _, l := range looks {
			ids = append(ids, map[string]any{"id": l.ID})
		}
		v3(w, map[string]any{"group_id": all[i].Group, "looks": ids})
	})
}

// groupAvatars is GET /v2/avatar_group/{id}/avatars.
func (s *Server) groupAvatars(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, l := range s.looks() {
		if l.Group == r.PathValue("id") || l.ID == r.PathValue("id") {
			list = append(list, s.photoRecord(r, l))
		}
	}
	if len(list) == 0 {
		v2Error(w, http.StatusNotFound, "not_found", "avatar group not found")
		return
	}
	v2(w, map[string]any{"avatar_list": list})
}

// photoRecord is a look in v2's form.
func (s *Server) photoRecord(r *http.Request, l look) map[string]any {
	return map[string]any{
		"id": l.ID, "image_url": s.picture(r, l.ID, "png"), "created_at": 1700000000.5, "name": l.Name,
		"status": "completed", "group_id": l.Group, "is_motion": false, "motion_preview_url": nil,
		"business_type": "uploaded", "upscale_availability": map[string]any{"available": true, "reason": nil},
		"upscaled": false, "background_sound_effect": nil, "default_voice_id": orNull(l.Voice),
	}
}

// photoV2 reads or deletes one photo look.
func (s *Server) photoV2(w http.ResponseWriter, r *http.Request) {
	for _, l := range s.looks() {
		if l.ID != r.PathValue("id") || !l.Private {
			continue
		}
		if r.Method == http.MethodDelete {
			s.dropPhoto(l.ID)
			v2(w, nil)
			return
		}
		v2(w, s.photoRecord(r, l))
		return
	}
	v2Error(w, http.StatusNotFound, "not_found", "photo avatar not found")
}
