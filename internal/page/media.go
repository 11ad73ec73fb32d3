package page

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/watch"
)

// mediaTypes are the media types of what this server sends. The system's own table is not used: on some machines it
// calls every WebM a sound, and browsers trust it.
var mediaTypes = map[string]string{
	".webm": "video/webm", ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime",
	".mkv": "video/x-matroska",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".wav": "audio/wav", ".opus": "audio/ogg", ".ogg": "audio/ogg",
	".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".json": "application/json", ".vtt": "text/vtt; charset=utf-8",
}

var mediaName = lazyregexp.New(`^[a-z0-9][a-z0-9.-]*$`)

// send serves a file with ranges and its media type. With forever, browsers cache it: its address changes with its
// content.
func send(w http.ResponseWriter, r *http.Request, path string, forever bool) {
	kind := mediaTypes[strings.ToLower(filepath.Ext(path))]
	fi, err := os.Lstat(path)
	if kind == "" || err != nil || !fi.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	if forever {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", fi.ModTime(), f)
}

// media serves a published file. Its name holds a hash of its contents.
func (p *Server) media(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !mediaName.MatchString(name) {
		http.NotFound(w, r)
		return
	}
	send(w, r, filepath.Join(p.public(), "greenroom", name), name != "props.json")
}

// findFilm returns the film of a request; without one it responds with 404 and returns false.
func (p *Server) findFilm(w http.ResponseWriter, r *http.Request) (watch.Film, bool) {
	films := p.session.State().Films
	i := slices.IndexFunc(films, func(f watch.Film) bool { return f.Name == r.PathValue("name") })
	if i < 0 {
		http.NotFound(w, r)
		return watch.Film{}, false
	}
	return films[i], true
}

// film serves a finished film.
func (p *Server) film(w http.ResponseWriter, r *http.Request) {
	if f, ok := p.findFilm(w, r); ok {
		send(w, r, f.File, r.URL.Query().Get("v") == f.Version)
	}
}

// still serves a picture of a film; making one takes a while the first time.
func (p *Server) still(w http.ResponseWriter, r *http.Request) {
	f, ok := p.findFilm(w, r)
	if !ok {
		return
	}
	path, err := p.session.FilmStill(r.Context(), f.Name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	send(w, r, path, r.URL.Query().Get("v") == f.Version)
}

// waveform sends the waveform of a clip's published file or of a finished film.
func (p *Server) waveform(w http.ResponseWriter, r *http.Request) {
	file := ""
	switch r.PathValue("kind") {
	case "clip":
		c, ok := p.clip(w, r)
		if !ok {
			return
		}
		if c.Src != "" {
			file = filepath.Join(p.public(), filepath.FromSlash(c.Src))
		}
	case "film":
		f, ok := p.findFilm(w, r)
		if !ok {
			return
		}
		file = f.File
	}
	if file == "" {
		http.NotFound(w, r)
		return
	}
	wave, err := p.session.Waveform(r.Context(), file)
	out := struct {
		watch.Waveform
		Error string `json:"error,omitempty"`
	}{Waveform: wave}
	if err != nil {
		out.Error = err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the reader is gone when this fails
}

// backdrops sends the colours and the names of the pictures that clips are shown over.
func (p *Server) backdrops(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	list := append([]watch.Backdrop{}, p.session.Backdrops()...) // never null
	_ = json.NewEncoder(w).Encode(list)                          // the reader is gone when this fails
}

var errNoBackdrop = errors.New("no such picture")

// backdrop serves one of these pictures, and no other file of the project.
func (p *Server) backdrop(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	for _, b := range p.session.Backdrops() {
		if b.File != "" && b.Name == name {
			send(w, r, b.File, false)
			return
		}
	}
	http.Error(w, errNoBackdrop.Error(), http.StatusNotFound)
}
