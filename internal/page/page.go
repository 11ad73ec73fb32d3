// Package page serves the page of `greenroom watch`: every clip on a checkerboard with its state, live, with buttons to
// buy, rebuild and explain.
//
// It serves this machine only: the Host must be loopback, requests of other pages are refused, and everything but
// style, script and fonts needs the token. It loads nothing from other hosts, and buys only the named clips at the
// price that the page showed.
package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"

	"greenroom/pipeline/watch"
)

//go:embed web
var web embed.FS

// pageTemplate is parsed at its first use: parsing at the start would slow down every command.
var pageTemplate = sync.OnceValue(func() *template.Template {
	helpers := template.FuncMap{
		"mark": mark, "listClass": listClass, "media": mediaPath, "caret": caret,
		"blank": func() card { return card{} },
	}
	return template.Must(template.New("page.html").Funcs(helpers).ParseFS(web, "web/page.html"))
})

// Session is what a page uses of a *watch.Session.
type Session interface {
	State() watch.State
	// Subscribe returns a channel that reports changes and holds at most one; end frees it.
	Subscribe() (changes <-chan struct{}, end func())
	Buy(ctx context.Context, names []string) error
	BuyVoices(ctx context.Context, names []string) error
	Rebuild(ctx context.Context) error
	// Check checks a clip's published file.
	Check(ctx context.Context, name string) ([]watch.Finding, error)
	// Waveform measures the sound of a file, absolute.
	Waveform(ctx context.Context, file string) (watch.Waveform, error)
	// FilmStill returns the path of a picture of a film.
	FilmStill(ctx context.Context, name string) (string, error)
	// Backdrops returns the colours and pictures of the project.
	Backdrops() []watch.Backdrop
}

var _ Session = (*watch.Session)(nil)

// Server serves one session.
type Server struct {
	session Session
	public  func() string // the project's public folder
	token   string
	mux     *http.ServeMux
	buying  sync.Mutex // one purchase is handled at a time
	checks  verdicts
}

// New returns a server of a session whose published files are in public.
func New(s Session, public func() string) *Server {
	p := &Server{session: s, public: public, token: strings.ToLower(rand.Text()), mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /{$}", p.withToken(p.page))
	p.mux.HandleFunc("GET /web/{name}", p.asset)
	p.mux.HandleFunc("GET /state", p.withToken(p.state))
	p.mux.HandleFunc("GET /events", p.withToken(p.events))
	p.mux.HandleFunc("GET /media/{name}", p.withToken(p.media))
	p.mux.HandleFunc("GET /film/{name}", p.withToken(p.film))
	p.mux.HandleFunc("GET /still/{name}", p.withToken(p.still))
	p.mux.HandleFunc("GET /waveform/{kind}/{name}", p.withToken(p.waveform))
	p.mux.HandleFunc("GET /backdrops", p.withToken(p.backdrops))
	p.mux.HandleFunc("GET /backdrop", p.withToken(p.backdrop))
	p.mux.HandleFunc("GET /why/{name}", p.withToken(p.why))
	p.mux.HandleFunc("GET /checks/{name}", p.withToken(p.check))
	p.mux.HandleFunc("POST /buy", p.withToken(p.buy))
	p.mux.HandleFunc("POST /rebuild", p.withToken(p.rebuild))
	return p
}

// Path is the page's path with its token: what the user opens.
func (p *Server) Path() string { return "/?token=" + p.token }

func (p *Server) page(w http.ResponseWriter, r *http.Request) {
	// SameSite keeps other sites from using it; it is invalid after the session.
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: p.token, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteStrictMode})
	if r.URL.Query().Get("token") != "" { // out of the address bar and the history
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	st := p.session.State()
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, struct {
		watch.State
		Cards []card
	}{st, cards(st)}); err != nil {
		http.Error(w, "the state cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // the reader is gone when this fails
}

// asset serves the style, the script or a font. They are not secret, so they need no token.
func (p *Server) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	kind := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}[path.Ext(name)]
	dir := "web/"
	if ext := path.Ext(name); ext == ".woff2" || ext == ".txt" {
		dir += "fonts/"
		w.Header().Set("Cache-Control", "private, max-age=86400")
	}
	b, err := web.ReadFile(dir + name)
	if kind == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(b)
}

// purchase is what a page requests to buy: names, and the price that it showed for each.
type purchase struct {
	Clips []string          `json:"clips"`
	Shown map[string]string `json:"shown"`
	What  string            `json:"what"` // voice, clip; empty: clip
}

func (p *Server) buy(w http.ResponseWriter, r *http.Request) {
	var want purchase
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&want); err != nil || len(want.Clips) == 0 {
		http.Error(w, `send {"clips": [names], "shown": {name: price}}`, http.StatusBadRequest)
		return
	}
	// One at a time: for a second click, or another tab, the clip is not buyable any more.
	p.buying.Lock()
	defer p.buying.Unlock()
	buy := p.session.Buy
	switch want.What {
	case watch.NextVoice:
		buy = p.session.BuyVoices
	case "":
		want.What = watch.NextClip
	case watch.NextClip:
	default:
		http.Error(w, "what is voice or clip", http.StatusBadRequest)
		return
	}
	names, err := p.agreed(want)
	if err == nil {
		err = buy(context.WithoutCancel(r.Context()), names)
	}
	answer(w, err)
}

// refused is the error of a purchase that was not made because the page showed another price.
type refused string

func (r refused) Error() string { return string(r) }

// agreed returns the clips of a purchase that can be bought at the price that the page showed.
func (p *Server) agreed(want purchase) (names []string, err error) {
	now := map[string]watch.Clip{}
	for _, c := range p.session.State().Clips {
		now[c.Name] = c
	}
	for _, name := range want.Clips {
		c := now[name]
		switch {
		case !c.Buyable, c.Next != want.What:
		case c.Price != want.Shown[name]:
			return nil, refused(name + " costs " + c.Price + " now; nothing was bought, check the price and buy again")
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, watch.ErrNothing
	}
	return names, nil
}

func (p *Server) rebuild(w http.ResponseWriter, r *http.Request) {
	answer(w, p.session.Rebuild(r.Context()))
}

// answer writes the result of a request; errors of clips are shown on their cards, too.
func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	out := map[string]string{}
	if err != nil {
		out["error"] = err.Error()
		if no := refused(""); errors.Is(err, watch.ErrNothing) || errors.As(err, &no) {
			w.WriteHeader(http.StatusConflict)
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}
