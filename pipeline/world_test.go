package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/heygen/sandbox"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/remotion"
)

// gate is a sandbox behind a server that may answer in its place.
type gate struct {
	t   *testing.T
	box *sandbox.Running
	srv *httptest.Server

	mu    sync.Mutex
	hook  func(http.ResponseWriter, *http.Request) bool // true: it has answered
	posts []string                                      // the idempotency keys of purchases
}

// sharedMedia is the folder in which all sandboxes keep what they drew: a film's name is the hash of its request, and
// most tests ask for the same films.
var sharedMedia string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sandbox-media-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sharedMedia = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// startSandbox runs a sandbox until the test ends and returns it with its address.
func startSandbox(t *testing.T) (*sandbox.Running, *url.URL) {
	t.Helper()
	ff, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(sharedMedia, filepath.Join(dir, "media")); err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(context.Background(), "127.0.0.1:0", sandbox.Options{
		Dir: dir, Speed: 600, Tools: sandbox.Tools{FFmpeg: ff},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(box.URL)
	if err != nil {
		t.Fatal(err)
	}
	return box, address
}

func newGate(t *testing.T) *gate {
	t.Helper()
	box, target := startSandbox(t)
	f := &gate{t: t, box: box}
	proxy := httputil.NewSingleHostReverseProxy(target)
	f.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		if r.Method == http.MethodPost && (r.URL.Path == "/v2/video/generate" || r.URL.Path == "/v3/videos") {
			f.posts = append(f.posts, r.Header.Get("Idempotency-Key"))
		}
		hook := f.hook
		f.mu.Unlock()
		if hook != nil && hook(w, r) {
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(f.srv.Close)
	return f
}

func (f *gate) answer(hook func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

// forward lets the sandbox handle a request and throws its answer away.
func (f *gate) forward(r *http.Request) {
	out := httptest.NewRecorder()
	target, _ := url.Parse(f.box.URL)
	httputil.NewSingleHostReverseProxy(target).ServeHTTP(out, r)
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			conn.Close()
		}
	}
}

func isPurchase(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == "/v2/video/generate" || r.URL.Path == "/v3/videos")
}

func (f *gate) billed() int {
	f.t.Helper()
	res, err := http.Get(f.box.URL + "/_sandbox/account")
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		Billed int `json:"billed_jobs"`
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		f.t.Fatal(err)
	}
	return a.Billed
}

// projectAt is a project in a folder of its own.
type projectAt struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newProjectAt(t *testing.T, api, clips string) *projectAt {
	t.Helper()
	p := &projectAt{t: t, dir: t.TempDir(), env: map[string]string{"HEYGEN_API_KEY": "key-a", "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-world-test")}}
	p.manifest(api, clips)
	return p
}

func (p *projectAt) manifest(api, clips string) {
	p.t.Helper()
	text := "version: 1\nsize: " + sizeFor(api) + "\nheygen: {api: " + api + "}\n" +
		"defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}\nclips: {" + clips + "}\n" +
		"compositions: {tour: {layers: [{clip: one}]}}\n"
	p.write(ManifestName, text)
}

func (p *projectAt) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *projectAt) read(name string) string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

func (p *projectAt) options() Options {
	return Options{ManifestPath: filepath.Join(p.dir, ManifestName), Now: time.Now, Getenv: func(k string) string { return p.env[k] }, LookPath: exec.LookPath}
}

func (p *projectAt) open(change ...func(*Options)) (*Project, error) {
	o := p.options()
	for _, c := range change {
		c(&o)
	}
	return Open(o)
}

// with runs f on the project as one command would.
func (p *projectAt) with(f func(*Project) error, change ...func(*Options)) error {
	p.t.Helper()
	project, err := p.open(change...)
	if err != nil {
		return err
	}
	err = f(project)
	if cerr := project.Close(); cerr != nil {
		p.t.Error(cerr)
	}
	return err
}

func (p *projectAt) build(o BuildOptions, change ...func(*Options)) (sum Summary, err error) {
	p.t.Helper()
	err = p.with(func(q *Project) error {
		var berr error
		sum, berr = q.Build(p.t.Context(), o)
		return berr
	}, change...)
	return sum, err
}

func (p *projectAt) plan() (steps []planning.Step, err error) {
	p.t.Helper()
	err = p.with(func(q *Project) error {
		plan, perr := q.Plan(p.t.Context(), nil)
		if perr == nil {
			steps = plan.Steps
		}
		return perr
	})
	return steps, err
}

func (p *projectAt) rows() (list []ledger.Row) {
	p.t.Helper()
	l, err := ledger.Open(filepath.Join(p.dir, StateDir, "ledger.db"), ledger.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer l.Close()
	if list, err = l.List(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	return list
}

func (p *projectAt) props() remotion.Props {
	p.t.Helper()
	props, err := remotion.DecodeProps([]byte(p.read("src/greenroom/clips.gen.json")))
	if err != nil {
		p.t.Fatal(err)
	}
	return props
}

// mustContain fails unless an error contains all of words.
func mustContain(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", words)
		return
	}
	text := explained(err)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the error does not contain %q:\n%s", w, text)
		}
	}
}

// requestOf is a clip's request on the route that would be bought.
func requestOf(p *Project, c manifest.Clip) (request.Request, error) {
	return p.router.Chosen(context.Background(), c, nothing, false, nil)
}
