package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"greenroom/internal/atomicfile"
)

// direct is an upload that was announced and has not arrived completely.
type direct struct {
	Kind  string `json:"kind"`
	Size  int64  `json:"size"`
	Sum   string `json:"sum,omitempty"`
	Parts string `json:"parts,omitempty"` // the id of an upload in parts
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
	d := direct{Kind: b.Type, Size: b.Size, Sum: b.Sum}
	if b.Parts {
		d.Parts = newID()
	}
	s.mu.Lock()
	s.direct[id] = d
	_ = s.save() // when the disk is full, the next process does not know it
	s.mu.Unlock()
	out := map[string]any{
		"asset_id": id, "upload_url": s.storageLink(r, id, 0),
		"upload_headers":     map[string]string{"Content-Type": b.Type, "X-Storage-Class": "standard"},
		"expires_in_seconds": 3600, "max_bytes": maxDirect, "status": "pending_upload",
	}
	if d.Parts != "" {
		out["multipart_upload_id"] = d.Parts
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
	} else if r.Header.Get("Content-Type") != d.Kind || r.Header.Get("X-Storage-Class") != "standard" {
		ok = false
	}
	if !ok || q.Get("Signature") != s.signature(id, what) || r.Header.Get("X-Api-Key") != "" {
		denied(w)
		return
	}
	switch {
	case s.faults.once("upload-expired"):
		denied(w)
		return
	case s.faults.once("upload-cut"):
		n, err := strconv.ParseInt(s.faults.value("upload-cut"), 10, 64)
		if err == nil {
			_, _ = io.CopyN(io.Discard, r.Body, n) // the connection ends whatever was read
		}
		panic(http.ErrAbortHandler)
	}
	sum, err := s.store(name, r)
	switch {
	case errors.Is(err, errIncomplete):
		return
	case err != nil:
		denied(w)
		return
	}
	w.Header().Set("ETag", strconv.Quote(sum))
	w.WriteHeader(http.StatusOK)
}

// errIncomplete is the error of a body that ended early: it does not count.
var errIncomplete = errors.New("the body is incomplete")

// store writes a body to a file of the folder of uploads, once it is complete, and returns its sum.
func (s *Server) store(name string, r *http.Request) (string, error) {
	dir := filepath.Join(s.o.Dir, "assets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	sum := sha256.New()
	err := atomicfile.Write(filepath.Join(dir, name), 0o600, func(w io.Writer) error {
		if _, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(r.Body, maxDirect+1)); err != nil {
			return errors.Join(errIncomplete, err)
		}
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)[:16]), err
}

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
	if d.Parts != parts {
		return nil, invalid("multipart_upload_id", "multipart_upload_id is not that of this upload")
	}
	file := filepath.Join(s.o.Dir, "assets", id+".part")
	content, err := s.arrived(id, d, file)
	sum := sha256.Sum256(content)
	hexSum := hex.EncodeToString(sum[:])
	switch {
	case err != nil:
		return nil, invalid("asset_id", "asset not found")
	case int64(len(content)) != d.Size || d.Sum != "" && d.Sum != hexSum || wantSum != "" && wantSum != hexSum:
		return nil, invalid("checksum_sha256", "the uploaded bytes are not what was announced")
	case mismatch(d.Kind, content) != "":
		return nil, invalid("file", mismatch(d.Kind, content))
	}
	err = os.Rename(file, filepath.Join(s.o.Dir, "assets", id))
	a := asset{id, d.Kind, len(content), s.o.Now().UTC()}
	if err == nil {
		s.forget(id)
		err = s.recordAsset(a)
	}
	if err != nil {
		return nil, refusal{http.StatusInternalServerError, "internal_error", "", "the file could not be stored"}
	}
	return a.completed(r), refusal{}
}

func (a asset) completed(r *http.Request) map[string]any {
	return map[string]any{
		"asset_id": a.ID, "status": "completed", "url": origin(r) + "/assets/" + a.ID, "mime_type": a.Type,
		"size_bytes": a.Bytes,
	}
}
