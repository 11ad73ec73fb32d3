package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
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

// direct is an upload that was announced and has not arrived completely.
type direct struct {
	kind string
	size int64
	sum  string
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

// announceUpload is POST /v3/assets/direct-uploads.
func (s *Server) announceUpload(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var b struct {
		Name string `json:"filename"`
		Type string `json:"content_type"`
		Size int64  `json:"size_bytes"`
		Sum  string `json:"checksum_sha256"`
	}
	no := decode("POST /v3/assets/direct-uploads", raw, &b)
	switch {
	case no.message != "":
	case b.Name == "" || b.Size <= 0:
		no = invalid("filename", "Field required")
	case assetTypes[b.Type] == "":
		no = invalid("content_type", "unsupported content type "+b.Type)
	case b.Size > maxDirect:
		no = refusal{http.StatusRequestEntityTooLarge, "payload_too_large", "size_bytes", "file is too large"}
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	id := newID()
	s.mu.Lock()
	s.direct[id] = direct{b.Type, b.Size, b.Sum}
	s.mu.Unlock()
	v3(w, map[string]any{
		"asset_id": id, "upload_url": "http://" + r.Host + "/storage/" + id + "?Signature=" + s.signature(id, "put"),
		"upload_headers":     map[string]string{"Content-Type": b.Type, "X-Storage-Class": "standard"},
		"expires_in_seconds": 3600, "max_bytes": maxDirect, "status": "pending",
	})
}

const maxDirect = 512 << 20 // bytes

// storage is the signed address: it requires the named headers and no API key.
func (s *Server) storage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	d, ok := s.direct[id]
	s.mu.Unlock()
	if !ok || r.URL.Query().Get("Signature") != s.signature(id, "put") || r.Header.Get("X-Api-Key") != "" ||
		r.Header.Get("Content-Type") != d.kind || r.Header.Get("X-Storage-Class") != "standard" {
		denied(w)
		return
	}
	dir := filepath.Join(s.o.Dir, "assets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		denied(w)
		return
	}
	f, err := os.Create(filepath.Join(dir, id+".part"))
	if err != nil {
		denied(w)
		return
	}
	_, err = io.Copy(f, io.LimitReader(r.Body, maxDirect+1))
	if cerr := f.Close(); err != nil || cerr != nil {
		return // an incomplete body does not count
	}
	w.WriteHeader(http.StatusOK)
}

// complete is POST /v3/assets/{id}/complete: size, sum and content must be what was
// announced.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	var b struct {
		Sum string `json:"checksum_sha256"`
	}
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&b) // the body is optional
	s.mu.Lock()
	d, ok := s.direct[id]
	s.mu.Unlock()
	part := filepath.Join(s.o.Dir, "assets", id+".part")
	content, err := os.ReadFile(part)
	sum := sha256.Sum256(content)
	hexSum := hex.EncodeToString(sum[:])
	switch {
	case !ok || err != nil:
		v3Error(w, http.StatusNotFound, "not_found", "asset_id", "asset not found")
		return
	case int64(len(content)) != d.size || d.sum != "" && d.sum != hexSum || b.Sum != "" && b.Sum != hexSum:
		v3Error(
			w, http.StatusBadRequest, "invalid_parameter", "checksum_sha256",
			"the uploaded bytes are not what was announced",
		)
		return
	case mismatch(d.kind, content) != "":
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "file", mismatch(d.kind, content))
		return
	}
	err = os.Rename(part, filepath.Join(s.o.Dir, "assets", id))
	if err == nil {
		err = s.recordAsset(asset{id, d.kind, len(content), s.o.Now().UTC()})
	}
	if err != nil {
		v3Error(w, http.StatusInternalServerError, "internal_error", "", "the file could not be stored")
		return
	}
	v3(w, map[string]any{
		"asset_id": id, "status": "completed", "url": "http://" + r.Host + "/assets/" + id, "mime_type": d.kind,
		"size_bytes": len(content),
	})
}

func (s *Server) recordAsset(a asset) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assets = append(s.assets, a)
	return s.save()
}
