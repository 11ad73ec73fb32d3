// Package page is what watch shows in a browser: every clip on a checkerboard with
// its state, live, and the few things a person can ask for.
//
// It promises to answer this machine only: the Host must be loopback, a request from
// another origin is refused, and everything but the style and the script wants the
// token. It loads nothing from anywhere else.
package page

import (
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"greenroom/pipeline/watch"
)

//go:embed web
var web embed.FS

var pageTemplate = template.Must(template.New("page.html").ParseFS(web, "web/page.html"))

// Server serves one session.
type Server struct {
	session *watch.Session
	public  string // the project's public folder
	token   string
	mux     *http.ServeMux
}

// New serves a session whose published files stand in public.
func New(s *watch.Session, public string) *Server {
	p := &Server{session: s, public: public, token: strings.ToLower(rand.Text()), mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /{$}", p.page)
	p.mux.HandleFunc("GET /web/{name}", p.asset)
	p.mux.HandleFunc("GET /state", p.tokened(p.state))
	p.mux.HandleFunc("GET /events", p.tokened(p.events))
	p.mux.HandleFunc("GET /media/{name}", p.tokened(p.media))
	p.mux.HandleFunc("POST /buy", p.tokened(p.buy))
	p.mux.HandleFunc("POST /rebuild", p.tokened(p.rebuild))
	return p
}

// Path is the page with its token: what a person opens.
func (p *Server) Path() string { return "/?token=" + p.token }

// ServeHTTP checks where a request comes from before anything else.
func (p *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		http.Error(w, "this page answers this machine only", http.StatusForbidden)
		return
	}
	if o := r.Header.Get("Origin"); o != "" && o != "http://"+r.Host {
		http.Error(w, "not from another page", http.StatusForbidden)
		return
	}
	if s := r.Header.Get("Sec-Fetch-Site"); s == "cross-site" {
		http.Error(w, "not from another page", http.StatusForbidden)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	p.mux.ServeHTTP(w, r)
}

// tokenName is the cookie that carries the token once the page was opened with it.
const tokenName = "greenroom"

func (p *Server) tokened(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.known(r) {
			http.Error(w, "open the address that greenroom watch printed", http.StatusForbidden)
			return
		}
		f(w, r)
	}
}

func (p *Server) known(r *http.Request) bool {
	given := r.URL.Query().Get("token")
	if c, err := r.Cookie(tokenName); err == nil && given == "" {
		given = c.Value
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(p.token)) == 1
}

func (p *Server) page(w http.ResponseWriter, r *http.Request) {
	if !p.known(r) {
		http.Error(w, "open the address that greenroom watch printed", http.StatusForbidden)
		return
	}
	// SameSite keeps other pages from using it; the session's end makes it worthless.
	http.SetCookie(w, &http.Cookie{Name: tokenName, Value: p.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	if r.URL.Query().Get("token") != "" { // out of the address bar and the history
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	st := p.session.State()
	b, err := json.Marshal(st)
	if err != nil {
		http.Error(w, "the state cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = pageTemplate.Execute(w, struct {
		watch.State
		JSON string
	}{st, string(b)}) // the reader is gone when this fails
}

func (p *Server) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	kind := map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}[name]
	b, err := web.ReadFile("web/" + name)
	if kind == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(b)
}

func (p *Server) state(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p.session.State())
}

// beat keeps a quiet stream open through proxies and tells the page we live.
const beat = 15 * time.Second

// events is the state, whole, each time it changed; never more than ten a second.
func (p *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	changes, end := p.session.Subscribe()
	defer end()
	alive := time.NewTicker(beat)
	defer alive.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-alive.C:
			fmt.Fprint(w, ": alive\n\n")
		case <-changes:
			b, err := json.Marshal(p.session.State())
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", b)
		}
		if c.Flush() != nil {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

var mediaName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*\.(webm|webp|json)$`)

// media is a published file, with ranges.
func (p *Server) media(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !mediaName.MatchString(name) {
		http.NotFound(w, r)
		return
	}
	path := filepath.Join(p.public, "greenroom", name)
	if fi, err := os.Lstat(path); err != nil || !fi.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	http.ServeFile(w, r, path)
}

func (p *Server) buy(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Clips []string `json:"clips"`
		What  string   `json:"what"` // voice, clip; empty: clip
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&want); err != nil {
		http.Error(w, "send {\"clips\": [names]}", http.StatusBadRequest)
		return
	}
	buy := p.session.Buy
	switch want.What {
	case watch.NextVoice:
		buy = p.session.BuyVoices
	case watch.NextClip, "":
	default:
		http.Error(w, "what is voice or clip", http.StatusBadRequest)
		return
	}
	answer(w, buy(r.Context(), want.Clips))
}

func (p *Server) rebuild(w http.ResponseWriter, r *http.Request) {
	answer(w, p.session.Rebuild(r.Context()))
}

// answer says what came of a wish; clips' own errors show on their cards.
func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	out := map[string]string{}
	if err != nil {
		out["error"] = err.Error()
		if errors.Is(err, watch.ErrNothing) {
			w.WriteHeader(http.StatusConflict)
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}
