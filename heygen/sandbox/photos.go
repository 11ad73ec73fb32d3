package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// photo is a photo avatar of this account.
type photo struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Asset     string `json:"asset"`
	Group     string `json:"group,omitempty"`
	GroupName string `json:"group_name,omitempty"`
	Twin      bool   `json:"twin,omitempty"` // trained with a film
}

// knownLook reports an id that is accepted as an avatar's.
func (s *Server) knownLook(id string) bool { return knownAvatar(id) || s.knownPhoto(id) }

func (s *Server) knownPhoto(id string) bool {
	for _, p := range photoList {
		if p.id == id {
			return true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.photos, func(p photo) bool { return p.ID == id })
}

// allPhotos are the account's, own ones last; the caller does not hold mu.
func (s *Server) allPhotos() (out []photo) {
	for _, p := range photoList {
		out = append(out, photo{ID: p.id, Name: p.name})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(out, s.photos...)
}

func (s *Server) keepPhoto(name, asset string) (photo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := photo{ID: newID(), Name: name, Asset: asset}
	s.photos = append(s.photos, p)
	return p, s.save()
}

// uploadPhoto is POST /v1/talking_photo: a raw picture.
func (s *Server) uploadPhoto(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxUpload+1))
	if err != nil {
		return
	}
	kind, why := uploadType(r.Header.Get("Content-Type"), b)
	if why == "" && assetTypes[kind] != "image" {
		kind, why = "", "unsupported content type "+kind
	}
	if why != "" {
		reply(w, http.StatusBadRequest, map[string]any{"code": refusedType(kind), "message": why})
		return
	}
	id, err := s.keepAsset(b, kind)
	if err == nil {
		p, perr := s.keepPhoto("Uploaded photo", id)
		if perr == nil {
			v1(w, map[string]any{"talking_photo_id": p.ID, "talking_photo_url": "http://" + r.Host + "/assets/" + id})
			return
		}
	}
	v2Error(w, http.StatusInternalServerError, "internal_error", "the picture could not be stored")
}

func (s *Server) listPhotos(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, p := range s.allPhotos() {
		picture := s.picture(r, p.ID, "png")
		if p.Asset != "" {
			picture = origin(r) + "/assets/" + p.Asset
		}
		list = append(list, map[string]any{"id": p.ID, "image_url": picture, "circle_image": picture})
	}
	v1(w, list)
}

func (s *Server) dropPhoto(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.photos)
	s.photos = slices.DeleteFunc(s.photos, func(p photo) bool { return p.ID == id })
	_ = s.save()
	return len(s.photos) < n
}

func (s *Server) deletePhotoV2(w http.ResponseWriter, r *http.Request) {
	if !s.dropPhoto(r.PathValue("id")) {
		v2Error(w, http.StatusNotFound, "not_found", "talking photo not found")
		return
	}
	v2(w, nil)
}

// trainStatus and the group calls: a photo avatar group is ready at once here.
func (s *Server) trainStatus(w http.ResponseWriter, r *http.Request) {
	v2(w, map[string]any{"status": "ready", "error_msg": nil, "group_id": r.PathValue("id")})
}

func (s *Server) train(w http.ResponseWriter, r *http.Request) {
	var b struct {
		ID string `json:"group_id"`
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&b) != nil || b.ID == "" {
		v2Error(w, http.StatusBadRequest, "invalid_parameter", "group_id is required")
		return
	}
	v2(w, map[string]any{"flow_id": newID()})
}

func (s *Server) createGroup(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Name string
		Key  string `json:"image_key"`
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&b) != nil || b.Name == "" || b.Key == "" {
		v2Error(w, http.StatusBadRequest, "invalid_parameter", "name and image_key are required")
		return
	}
	p := photo{ID: newID(), Name: b.Name, Group: newID(), GroupName: b.Name}
	id, _, _ := strings.Cut(strings.TrimPrefix(b.Key, "image/"), "/")
	if _, ok := s.asset(id); ok { // a generated picture has a key, too, and is none of the uploads
		p.Asset = id
	}
	s.mu.Lock()
	s.photos = append(s.photos, p)
	err := s.save()
	s.mu.Unlock()
	if err != nil {
		v2Error(w, http.StatusInternalServerError, "internal_error", "the group could not be stored")
		return
	}
	v2(w, map[string]any{"id": p.ID, "group_id": p.Group, "name": b.Name, "status": "pending"})
}
