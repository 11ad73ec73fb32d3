package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/lazyregexp"
)

// sign returns a link in the form of HeyGen's CDN, valid for seven days, different on every read.
func (s *Server) sign(r *http.Request, name string) string {
	expires := strconv.FormatInt(s.o.Now().Add(linkLife).Unix(), 10)
	if s.faults.once("expired-link") {
		expires = strconv.FormatInt(s.o.Now().Add(-time.Hour).Unix(), 10)
	}
	return s.link(r.Host, name, expires)
}

func (s *Server) link(host, name, expires string) string {
	return fmt.Sprintf(
		"http://%s/files/%s?Expires=%s&Signature=%s&Key-Pair-Id=SANDBOX", host, name, expires,
		s.signature(name, expires),
	)
}

func (s *Server) signature(name, expires string) string {
	m := hmac.New(sha256.New, s.secret)
	fmt.Fprintf(m, "%s %s", name, expires)
	return hex.EncodeToString(m.Sum(nil))
}

var mediaName = lazyregexp.New(`^[0-9a-f]{24}\.(webm|mp4|wav|srt|vtt|ass)$`)

// file is the file host: signed links, ranges, ETags, and the download faults.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name, q := r.PathValue("name"), r.URL.Query()
	expires, _ := strconv.ParseInt(q.Get("Expires"), 10, 64)
	signed := hmac.Equal([]byte(q.Get("Signature")), []byte(s.signature(name, q.Get("Expires"))))
	if !mediaName.MatchString(name) || !signed || s.o.Now().Unix() >= expires {
		denied(w)
		return
	}
	f, err := os.Open(filepath.Join(s.o.Dir, "media", name))
	if err != nil {
		denied(w)
		return
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		denied(w)
		return
	}
	etag := `"` + strings.TrimSuffix(name, filepath.Ext(name)) + `"`
	w.Header().Set(
		"Content-Type",
		map[string]string{
			".webm": "video/webm", ".mp4": "video/mp4", ".wav": "audio/wav", ".srt": "application/x-subrip",
			".ass": "text/x-ssa", ".vtt": "text/vtt",
		}[filepath.Ext(name)],
	)
	ranged := r.Header.Get("Range") != ""
	switch {
	case r.Method == http.MethodHead && s.faults.on("head-403"):
		denied(w)
		return
	case s.faults.once("html-200"):
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><body>Service temporarily unavailable</body></html>")
		return
	case ranged && s.faults.once("changed-etag"):
		etag = `"changed"`
	case ranged && s.faults.once("ignore-range"):
		r.Header.Del("Range")
	case ranged && s.faults.once("wrong-content-range"):
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", fi.Size()-1, fi.Size()))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = io.Copy(w, io.NewSectionReader(f, 7, fi.Size()-7))
		return
	}
	if r.Method == http.MethodGet && s.hostile(w, r, f, fi.Size()) {
		return
	}
	w.Header().Set("ETag", etag)
	if s.faults.armed("cut") && r.Method == http.MethodGet && s.faults.once("cut") {
		n, err := strconv.ParseInt(s.faults.value("cut"), 10, 64)
		if err != nil || n <= 0 || n >= fi.Size() {
			n = fi.Size() / 2
		}
		w = &cutter{ResponseWriter: w, left: n}
	}
	http.ServeContent(w, r, "", fi.ModTime(), f)
}

// cutter ends the connection after some bytes of the body.
type cutter struct {
	http.ResponseWriter
	left int64
}

func (c *cutter) Write(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler) // net/http closes the connection before the end of the body
	}
	c.left -= int64(len(p))
	return c.ResponseWriter.Write(p)
}

func denied(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(
		w,
		`<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>`,
	)
}

const maxUpload = 32 << 20 // bytes

// upload is POST /v1/asset: a raw body whose type is sniffed.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxUpload+1))
	if err != nil {
		return
	}
	if len(b) > maxUpload {
		reply(w, http.StatusRequestEntityTooLarge, map[string]any{"code": 400175, "message": "file is too large"})
		return
	}
	kind, why := uploadType(r.Header.Get("Content-Type"), b)
	if why != "" {
		reply(w, http.StatusBadRequest, map[string]any{"code": refusedType(kind), "message": why})
		return
	}
	id, err := s.keepAsset(b, kind)
	if err != nil {
		v2Error(w, http.StatusInternalServerError, "internal_error", "the file could not be stored")
		return
	}
	a, _ := s.asset(id)
	v1(w, a.v1(r))
}

// refusedType returns v1's code for an upload: its type is not accepted, or it is not what was declared.
func refusedType(kind string) int {
	if kind == "" {
		return 400111
	}
	return 400543
}

func (s *Server) keepAsset(b []byte, kind string) (id string, err error) {
	id = newID()
	dir := filepath.Join(s.o.Dir, "assets")
	err = os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, id), b, 0o600)
	}
	if err == nil {
		err = s.recordAsset(asset{id, kind, len(b), s.o.Now().UTC()})
	}
	return id, err
}

// uploadV3 is POST /v3/assets: one multipart part named file.
func (s *Server) uploadV3(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<16)
	f, h, err := r.FormFile("file")
	if err != nil {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "file", "Field required")
		return
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return
	}
	kind, why := uploadType(h.Header.Get("Content-Type"), b)
	if why != "" {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "file", why)
		return
	}
	id, err := s.keepAsset(b, kind)
	if err != nil {
		v3Error(w, http.StatusInternalServerError, "internal_error", "", "the file could not be stored")
		return
	}
	v3(w, map[string]any{
		"asset_id": id, "url": "http://" + r.Host + "/assets/" + id, "mime_type": kind, "size_bytes": len(b),
	})
}

var assetID = lazyregexp.New(`^[0-9a-f]{32}$`)

func (s *Server) hasAsset(id string) bool {
	if !assetID.MatchString(id) {
		return false
	}
	_, err := os.Stat(filepath.Join(s.o.Dir, "assets", id))
	return err == nil
}
