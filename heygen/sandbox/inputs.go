package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/netutil"
)

// assetInput is how v3 names a file.
type assetInput struct {
	Type      string `json:"type"`
	URL       string `json:"url,omitempty"`
	AssetID   string `json:"asset_id,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Data      string `json:"data,omitempty"`
}

// file is what an input leads to: an upload, the file of a job, or neither, for which canned content is used.
type file struct {
	asset string
	job   *job
}

// cannedWords are spoken instead of a sound or a film on another machine, which the sandbox does not fetch.
const cannedWords = "This sound is a substitute of the sandbox for a file on another server."

// input returns the file that a body names, or a refusal. Content in the body becomes an upload.
func (s *Server) input(a assetInput, param string) (file, refusal) {
	switch a.Type {
	case "asset_id":
		if s.hasAsset(a.AssetID) {
			return file{asset: a.AssetID}, refusal{}
		}
		return file{}, invalid(param, "asset not found")
	case "url":
		return s.linked(a.URL, param)
	case "base64":
		content, err := base64.StdEncoding.DecodeString(a.Data)
		if err != nil || len(content) == 0 {
			return file{}, invalid(param+".data", "Input should be valid base64")
		}
		kind, why := uploadType(a.MediaType, content)
		if why != "" {
			return file{}, invalid(param, why)
		}
		id, err := s.keepAsset(content, kind)
		if err != nil {
			return file{}, refusal{http.StatusInternalServerError, "internal_error", param, "the file could not be stored"}
		}
		return file{asset: id}, refusal{}
	}
	return file{}, invalid(param, "Input tag does not match any of the expected tags: 'url', 'asset_id'")
}

// linked returns what a link leads to: a file of the sandbox's own, or, for a public address, the zero file:
// canned content. An address that HeyGen cannot reach is refused, and with the fault download-failed every one.
func (s *Server) linked(link, param string) (file, refusal) {
	u, err := url.Parse(link)
	if err == nil && u.Host != "" && netutil.IsLoopbackHost(u.Host) {
		if f, ok := s.own(u.Path); ok {
			return f, refusal{}
		}
	}
	if err != nil || !public(u) || s.faults.on("download-failed") {
		return file{}, refusal{http.StatusBadRequest, "download_failed", param, "the file could not be fetched"}
	}
	return file{}, refusal{}
}

// unreachable reports a link that linked refuses.
func (s *Server) unreachable(link string) bool {
	_, no := s.linked(link, "")
	return no.message != ""
}

// own returns the file of the sandbox at a path of its links.
func (s *Server) own(path string) (file, bool) {
	if name, ok := strings.CutPrefix(path, "/files/"); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, j := range s.jobs {
			if name != "" && (j.File == name || j.Captioned == name) {
				return file{job: j}, true
			}
		}
		_, err := os.Stat(filepath.Join(s.o.Dir, "media", filepath.Base(name))) // captions next to a film
		return file{}, err == nil && mediaName.MatchString(name)
	}
	if id, ok := strings.CutPrefix(path, "/assets/"); ok && s.hasAsset(id) {
		return file{asset: id}, true
	}
	for _, prefix := range []string{"/pictures/", "/previews/", "/sounds/"} { // they are made for every name
		if strings.HasPrefix(path, prefix) {
			return file{}, true
		}
	}
	return file{}, false
}

// public reports an address that HeyGen's servers could reach. A name below .invalid never exists.
func public(u *url.URL) bool {
	host := u.Hostname()
	if u.Scheme != "http" && u.Scheme != "https" || host == "" || strings.HasSuffix(host, ".invalid") ||
		netutil.IsLoopback(host) || !strings.ContainsAny(host, ".:") {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && !ip.IsUnspecified()
}

// filmOf returns the job whose film a file is; for a film from elsewhere, a job with a presenter.
func (s *Server) filmOf(f file) *job {
	switch {
	case f.job != nil:
		return f.job
	case f.asset != "":
		return s.film(f.asset)
	}
	return &job{Request: request{Script: cannedWords, Width: 1280, Height: 720, Scale: 1}}
}

// speak makes a request speak with the sound of a file.
func (q *request) speak(f file) {
	switch {
	case f.job != nil:
		q.AudioFile = f.job.File
	case f.asset != "":
		q.AudioAsset = f.asset
	default:
		q.Script = cannedWords
	}
}

// show puts a picture behind the presenter.
func (q *request) show(f file) {
	q.Picture = f.asset
	if f.asset == "" {
		q.Picture = cannedPicture
	}
}
