package sandbox

import (
	"net/http"
	"path/filepath"
	"slices"
	"time"
)

// asset is an uploaded file's record.
type asset struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"` // content type
	Bytes   int       `json:"bytes"`
	Created time.Time `json:"created"`
}

func (s *Server) listAssets(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, a := range slices.Backward(s.assets) {
		if t := r.URL.Query().Get("file_type"); t == "" || t == assetTypes[a.Type] {
			list = append(list, a.v1(r))
		}
	}
	v1(w, map[string]any{"assets": list, "total": len(list), "token": ""})
}

func (a asset) v1(r *http.Request) map[string]any {
	d := map[string]any{
		"id": a.ID, "name": a.ID, "file_type": assetTypes[a.Type], "folder_id": "", "meta": nil,
		"created_ts": a.Created.Unix(), "url": "http://" + r.Host + "/assets/" + a.ID,
	}
	if assetTypes[a.Type] == "image" {
		d["image_key"] = "image/" + a.ID + "/original" // pictures only
	}
	return d
}

func (a asset) v3(r *http.Request) map[string]any {
	return map[string]any{
		"id": a.ID, "name": a.ID, "type": assetTypes[a.Type], "url": "http://" + r.Host + "/assets/" + a.ID,
		"folder_id": nil, "owner": sandboxUser, "space_id": "sandbox", "uploaded_at": a.Created.Unix(),
	}
}

func (s *Server) asset(id string) (asset, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.assets, func(a asset) bool { return a.ID == id })
	if i < 0 {
		return asset{}, false
	}
	return s.assets[i], true
}

// dropAsset deletes a file; jobs that were accepted with it are still rendered.
func (s *Server) dropAsset(id string) (asset, bool) {
	a, ok := s.asset(id)
	if !ok {
		return a, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assets = slices.DeleteFunc(s.assets, func(x asset) bool { return x.ID == id })
	_ = s.save()
	return a, true
}

func (s *Server) deleteAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.dropAsset(r.PathValue("id"))
	if !ok {
		reply(w, http.StatusNotFound, map[string]any{"code": 400175, "message": "asset not found"})
		return
	}
	v1(w, a.v1(r))
}

func (s *Server) listAssetsV3(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("username") != userOf(r) {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "username", "Field required")
		return
	}
	s.mu.Lock()
	var list []any
	for _, a := range slices.Backward(s.assets) {
		list = append(list, a.v3(r))
	}
	s.mu.Unlock()
	pageOf(w, r, list, 20, 100)
}

func (s *Server) assetV3(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	a, ok := s.asset(id)
	if ok && r.Method == http.MethodDelete {
		s.dropAsset(id)
		v3(w, map[string]any{"id": id})
		return
	}
	if !ok {
		v3Error(w, http.StatusNotFound, "not_found", "asset_id", "asset not found")
		return
	}
	v3(w, a.v3(r))
}

// assetFile serves what an asset's url names; HeyGen does not sign these.
func (s *Server) assetFile(w http.ResponseWriter, r *http.Request) {
	a, ok := s.asset(r.PathValue("id"))
	if !ok {
		denied(w)
		return
	}
	w.Header().Set("Content-Type", a.Type)
	http.ServeFile(w, r, filepath.Join(s.o.Dir, "assets", a.ID))
}

func (s *Server) recordAsset(a asset) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assets = append(s.assets, a)
	return s.save()
}
