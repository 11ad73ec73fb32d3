package page

import (
	"crypto/subtle"
	"mime"
	"net"
	"net/http"

	"greenroom/internal/netutil"
)

// policy lets the page load and run only files of this server.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP checks where a request comes from before anything else.
func (p *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !netutil.IsLoopbackHost(r.Host) {
		http.Error(w, "this page is served to this machine only", http.StatusForbidden)
		return
	}
	if o := r.Header.Get("Origin"); o != "" && o != "http://"+r.Host {
		http.Error(w, "not from another page", http.StatusForbidden)
		return
	}
	// Another port of this machine is the same site to a browser, cookies and all: only
	// this origin, an address that the user opened, and programs are accepted.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		http.Error(w, "not from another page", http.StatusForbidden)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost &&
		(err != nil || kind != "application/json") {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	p.mux.ServeHTTP(w, r)
}

// cookieName returns the name of the cookie that has the token after the page was opened with it.
// Browsers share cookies between ports: two projects' pages must not take each other's.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host) // without a port it is the one of HTTP
	return "greenroom-" + port
}

func (p *Server) withToken(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given := r.URL.Query().Get("token")
		if c, err := r.Cookie(cookieName(r)); err == nil && given == "" {
			given = c.Value
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(p.token)) != 1 {
			http.Error(w, "open the address that greenroom watch printed", http.StatusForbidden)
			return
		}
		f(w, r)
	}
}
