package pipeline

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
)

// front is a server between a project and the sandbox. What a test wants otherwise is
// answered here; the rest goes through.
type front struct {
	t        *testing.T
	url      string
	dir      string
	api      string
	mu       sync.Mutex
	odd      func(w http.ResponseWriter, r *http.Request) bool // true: answered
	posts    map[string]int                                    // POSTs by path
	gets     map[string]int                                    // other requests by path
	messages []string                                          // warnings and what the API is
	through  http.Handler                                      // to the sandbox
	handler  http.Handler
	server   *httptest.Server
}

const oneClip = "clips:\n  one: {script: Hi., transparent: false}\n"

// newFront starts a sandbox and a project with a manifest of these clips.
func newFront(t *testing.T, api, clips string) *front {
	t.Helper()
	_, target := startSandbox(t)
	f := &front{t: t, dir: t.TempDir(), api: api, posts: map[string]int{}, gets: map[string]int{}}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // links lead here as well
	}}
	f.through = through
	f.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		if r.Method == http.MethodPost {
			f.posts[r.URL.Path]++
		} else {
			f.gets[r.URL.Path]++
		}
		odd := f.odd
		f.mu.Unlock()
		if odd == nil || !odd(w, r) {
			f.through.ServeHTTP(w, r)
		}
	})
	f.up("127.0.0.1:0")
	t.Cleanup(func() { f.server.Close() })
	f.manifest(clips)
	return f
}

// up listens at an address.
func (f *front) up(address string) {
	f.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		f.t.Fatal(err)
	}
	f.server = httptest.NewUnstartedServer(f.handler)
	f.server.Listener.Close()
	f.server.Listener = l
	f.server.Start()
	f.url = f.server.URL
}

// address is where it listens.
func (f *front) address() string { return strings.TrimPrefix(f.url, "http://") }

// sizeFor returns the smallest frame of a generation: v3 has none below 720p, and the sandbox draws every pixel.
func sizeFor(api string) string {
	if api == "v2" || api == "sandbox" {
		return "320x180"
	}
	return "1280x720"
}

func (f *front) manifest(clips string) {
	f.t.Helper()
	text := "version: 1\nproject: t\nsize: " + sizeFor(f.api) + "\nheygen: {api: " + f.api + "}\n" +
		"defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}\n" + clips
	if err := os.WriteFile(filepath.Join(f.dir, ManifestName), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// answer sets what is answered here; nil lets everything through.
func (f *front) answer(odd func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.odd = odd
	clear(f.posts)
	clear(f.gets)
}

// bought is the number of POSTs that spend, on either generation.
func (f *front) bought() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, path := range []string{"/v2/video/generate", "/v1/video.webm", "/v3/videos"} {
		n += f.posts[path]
	}
	return n
}

func (f *front) options() Options {
	env := map[string]string{"HEYGEN_API_BASE": f.url, "HEYGEN_API_KEY": "k", "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-front-test")}
	return Options{ManifestPath: filepath.Join(f.dir, ManifestName), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath,
		Version: "test", Sink: func(e event.Event) {
			if e.State == event.Warned || e.Stage == "api" {
				f.mu.Lock()
				f.messages = append(f.messages, e.Message)
				f.mu.Unlock()
			}
		}}
}

// build is one run of `greenroom build --yes`.
func (f *front) build() (Summary, error) {
	f.t.Helper()
	f.messages = nil
	p, err := Open(f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	defer p.Close()
	return p.Build(f.t.Context(), BuildOptions{})
}

// account runs one look-up on the account.
func (f *front) account(look func(*account.Lookups) error) error {
	f.t.Helper()
	f.messages = nil
	a, err := OpenAccount(f.options(), account.LookupOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	defer a.Close()
	return look(a)
}

func hintsOf(err error) string {
	var out []string
	for _, e := range fault.All(err) {
		out = append(out, e.Hint)
	}
	return strings.Join(out, "\n")
}

// want fails unless err has the exit code and its hints hold every text.
func (f *front) want(err error, code int, hints ...string) {
	f.t.Helper()
	if got := fault.ExitCode(err); got != code {
		f.t.Errorf("exit %d, want %d: %v", got, code, err)
	}
	for _, h := range hints {
		if !strings.Contains(hintsOf(err), h) {
			f.t.Errorf("the hint %q is without %q: %v", hintsOf(err), h, err)
		}
	}
}

// legacyPath reports a request to v1 or v2.
func legacyPath(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasPrefix(r.URL.Path, "/v2/")
}

// say writes an answer with a status, a body and headers.
func say(w http.ResponseWriter, status int, body string, headers ...string) bool {
	for i := 0; i+1 < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(status)
	fmt.Fprint(w, body)
	return true
}
