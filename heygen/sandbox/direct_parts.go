package sandbox

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func partName(id string, part int) string { return id + ".part." + strconv.Itoa(part) }

// arrived returns the bytes of an upload; parts are joined into the file first.
func (s *Server) arrived(id string, d direct, file string) ([]byte, error) {
	if d.Parts == "" {
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
	if no.message == "" && (!ok || d.Parts == "" || d.Parts != b.Upload) {
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
		v3(w, map[string]any{"parts": s.havingParts(id, d)})
	case http.MethodDelete:
		s.forget(id)
		v3(w, map[string]any{"asset_id": id})
	default:
		v3(w, map[string]any{"parts": list})
	}
}

// forget removes an announced upload and its parts.
func (s *Server) forget(id string) {
	for _, n := range s.numbers(id) {
		_ = os.Remove(filepath.Join(s.o.Dir, "assets", partName(id, n))) // what remains is never read
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.direct, id)
	_ = s.save()
}

// numbers lists the parts that arrived.
func (s *Server) numbers(id string) []int {
	files, _ := filepath.Glob(filepath.Join(s.o.Dir, "assets", id+".part.*")) // an id is hexadecimal
	var list []int
	for _, f := range files {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Ext(f), ".")); err == nil {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// havingParts lists the parts that arrived, with their sizes. With the fault parts-lie it lists all, or none.
func (s *Server) havingParts(id string, d direct) []any {
	list := []any{}
	if s.faults.on("parts-lie") {
		for n := int64(1); s.faults.value("parts-lie") == "all" && (n-1)*(5<<20) < d.Size; n++ {
			list = append(list, map[string]any{"part_number": n, "etag": nil, "size_bytes": nil})
		}
		return list
	}
	for _, n := range s.numbers(id) {
		fi, err := os.Stat(filepath.Join(s.o.Dir, "assets", partName(id, n)))
		if err == nil {
			list = append(list, map[string]any{"part_number": n, "etag": nil, "size_bytes": fi.Size()})
		}
	}
	return list
}
