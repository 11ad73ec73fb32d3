package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
)

// direct is an upload that was announced and has not arrived completely.
type direct struct {
	kind  string
	size  int64
	sum   string
	parts string // the id of an upload in parts
}

// announced is the body of an announcement.
type announced struct {
	Name  string `json:"filename"`
	Type  string `json:"content_type"`
	Size  int64  `json:"size_bytes"`
	Sum   string `json:"checksum_sha256"`
	Parts bool   `json:"multipart"`
}

const (
	maxDirect = 512 << 20 // bytes
	maxParts  = 10_000
)

// announceUpload is POST /v3/assets/direct-uploads.
func (s *Server) announceUpload(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var b announced
	no := decode("POST /v3/assets/direct-uploads", raw, &b)
	if no.message == "" {
		no = b.check()
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	v3(w, s.announceFile(r, b))
}

func (b announced) check() refusal {
	switch {
	case b.Name == "" || b.Size <= 0:
		return invalid("filename", "Field required")
	case assetTypes[b.Type] == "":
		return invalid("content_type", "unsupported content type "+b.Type)
	case b.Size > maxDirect:
		return refusal{http.StatusRequestEntityTooLarge, "payload_too_large", "size_bytes", "file is too large"}
	}
	return refusal{}
}

// announceFile returns the answer to an announcement: where the file has to go.
func (s *Server) announceFile(r *http.Request, b announced) map[string]any {
	id := newID()
	d := direct{kind: b.Type, size: b.Size, sum: b.Sum}
	if b.Parts {
		d.parts = newID()
	}
	s.mu.Lock()
	s.direct[id] = d
	s.mu.Unlock()
	out := map[string]any{
		"asset_id": id, "upload_url": s.storageLink(r, id, 0),
		"upload_headers":     map[string]string{"Content-Type": b.Type, "X-Storage-Class": "standard"},
		"expires_in_seconds": 3600, "max_bytes": maxDirect, "status": "pending",
	}
	if d.parts != "" {
		out["multipart_upload_id"] = d.parts
	}
	return out
}

// storageLink is the signed address of a file, or of one of its parts, counted from 1.
func (s *Server) storageLink(r *http.Request, id string, part int) string {
	what := "put"
	q := url.Values{}
	if part > 0 {
		what += strconv.Itoa(part)
		q.Set("part", strconv.Itoa(part))
	}
	q.Set("Signature", s.signature(id, what))
	return origin(r) + "/storage/" + id + "?" + q.Encode()
}

// storage is the signed address: it requires the named headers and no API key.
func (s *Server) storage(w http.ResponseWriter, r *http.Request) {
	id, q := r.PathValue("id"), r.URL.Query()
	s.mu.Lock()
	d, ok := s.direct[id]
	s.mu.Unlock()
	part, _ := strconv.Atoi(q.Get("part"))
	what, name := "put", id+".part"
	if part > 0 {
		what, name = what+strconv.Itoa(part), partName(id, part)
	} else if r.Header.Get("Content-Type") != d.kind || r.Header.Get("X-Storage-Class") != "standard" {
		ok = false
	}
	if !ok || q.Get("Signature") != s.signature(id, what) || r.Header.Get("X-Api-Key") != "" {
		denied(w)
		return
	}
	dir := filepath.Join(s.o.Dir, "assets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		denied(w)
		return
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		denied(w)
		return
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(r.Body, maxDirect+1))
	if cerr := f.Close(); err != nil || cerr != nil {
		return // an incomplete body does not count
	}
	w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(sum.Sum(nil)[:16])))
	w.WriteHeader(http.StatusOK)
}

func partName(id string, part int) string { return id + ".part." + strconv.Itoa(part) }

// complete is POST /v3/assets/{id}/complete.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Sum   string `json:"checksum_sha256"`
		Parts string `json:"multipart_upload_id"`
	}
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	no := refusal{}
	if len(raw) > 0 {
		no = decode("POST /v3/assets/{asset_id}/complete", raw, &b)
	}
	var out map[string]any
	if no.message == "" {
		out, no = s.completeFile(r, r.PathValue("id"), b.Sum, b.Parts)
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	v3(w, out)
}

// completeFile makes an upload of what arrived: size, sum and content must be what was announced. It may be repeated.
func (s *Server) completeFile(r *http.Request, id, wantSum, parts string) (map[string]any, refusal) {
	if a, ok := s.asset(id); ok {
		return a.completed(r), refusal{}
	}
	s.mu.Lock()
	d, ok := s.direct[id]
	s.mu.Unlock()
	if !ok {
		return nil, invalid("asset_id", "asset not found")
	}
	if d.parts != parts {
		return nil, invalid("multipart_upload_id", "multipart_upload_id is not that of this upload")
	}
	file := filepath.Join(s.o.Dir, "assets", id+".part")
	content, err := s.arrived(id, d, file)
	sum := sha256.Sum256(content)
	hexSum := hex.EncodeToString(sum[:])
	switch {
	case err != nil:
		return nil, invalid("asset_id", "asset not found")
	case int64(len(content)) != d.size || d.sum != "" && d.sum != hexSum || wantSum != "" && wantSum != hexSum:
		return nil, invalid("checksum_sha256", "the uploaded bytes are not what was announced")
	case mismatch(d.kind, content) != "":
		return nil, invalid("file", mismatch(d.kind, content))
	}
	err = os.Rename(file, filepath.Join(s.o.Dir, "assets", id))
	a := asset{id, d.kind, len(content), s.o.Now().UTC()}
	if err == nil {
		err = s.recordAsset(a)
	}
	if err != nil {
		return nil, refusal{http.StatusInternalServerError, "internal_error", "", "the file could not be stored"}
	}
	return a.completed(r), refusal{}
}

// arrived returns the bytes of an upload; parts are joined into the file first.
func (s *Server) arrived(id string, d direct, file string) ([]byte, error) {
	if d.parts == "" {
		return os.ReadFile(file)
	}
	var all []byte
	for i := 1; i <= maxParts; i++ {
		b, err := os.ReadFile(filepath.Join(s.o.Dir, "assets", partName(id, i)))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
	return all, os.WriteFile(file, all, 0o600)
}

func (a asset) completed(r *http.Request) map[string]any {
	return map[string]any{
		"asset_id": a.ID, "status": "completed", "url": origin(r) + "/assets/" + a.ID, "mime_type": a.Type,
		"size_bytes": a.Bytes,
	}
}

// parts signs, lists or removes the parts of an upload.
func (s *Server) parts(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Greenroom-Certainty", "inferred")
	id := r.PathValue("id")
	b := struct {
		Upload  string `json:"multipart_upload_id"`
		Numbers []int  `json:"part_numbers"`
	}{Upload: r.URL.Query().Get("multipart_upload_id")}
	no := refusal{}
	if r.Method == http.MethodPost {
		raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		no = decode("POST /v3/assets/{asset_id}/parts", raw, &b)
	}
	s.mu.Lock()
	d, ok := s.direct[id]
	s.mu.Unlock()
	if no.message == "" && (!ok || d.parts == "" || d.parts != b.Upload) {
		no = invalid("multipart_upload_id", "upload not found")
	}
	list := []any{}
	for _, n := range b.Numbers {
		if n < 1 || n > maxParts {
			no = invalid("part_numbers", "Input should be between 1 and 10000")
			break
		}
		list = append(list, map[string]any{
			"part_number": n, "upload_url": s.storageLink(r, id, n), "upload_headers": map[string]any{},
		})
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	switch r.Method {
	case http.MethodGet:
		v3(w, map[string]any{"parts": s.havingParts(id)})
	case http.MethodDelete:
		s.mu.Lock()
		delete(s.direct, id)
		s.mu.Unlock()
		v3(w, map[string]any{"asset_id": id})
	default:
		v3(w, map[string]any{"parts": list})
	}
}

// havingParts lists the parts that arrived.
func (s *Server) havingParts(id string) []any {
	list := []any{}
	for i := 1; i <= maxParts; i++ {
		fi, err := os.Stat(filepath.Join(s.o.Dir, "assets", partName(id, i)))
		if err != nil {
			return list
		}
		list = append(list, map[string]any{"part_number": i, "etag": nil, "size_bytes": fi.Size()})
	}
	return list
}
