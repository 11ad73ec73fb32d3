package secrets

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

// echoed is what the server sends back: the key in several forms, signed links, terminal
// codes and a line for a CI system.
var echoed = func() string {
	key := secrets[0]
	const link = "https://files2.heygen.ai/a.mp4?Expires=1&Signature=SIGNED~&Key-Pair-Id=PAIRID"
	return "key " + key + " or " + url.QueryEscape(key) + " for " + link + " and " + url.QueryEscape(link) + " access_token=abc \x1b[31m\r\n::error::forged\u202e"
}()

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// reply is how the server answers what a scenario concerns.
type reply struct {
	status int
	body   string
}

// echoing forwards to a sandbox, except for what the scenario takes over.
type echoing struct {
	scenario atomic.Pointer[scenario]
	forward  *httputil.ReverseProxy
	hits     atomic.Int64
}

type scenario struct {
	name     string
	concerns func(r *http.Request) bool
	answer   reply
	commands [][]string
}

func (e *echoing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.scenario.Load()
	if s == nil || !s.concerns(r) {
		e.forward.ServeHTTP(w, r)
		return
	}
	e.hits.Add(1)
	w.Header().Set("X-Request-Id", echoed[:strings.IndexByte(echoed, '\x1b')])
	w.Header().Set("Location", "https://files2.heygen.ai/b?Signature=SIGNED&k="+url.QueryEscape(secrets[0]))
	w.WriteHeader(s.answer.status)
	_, _ = io.WriteString(w, s.answer.body)
}

func everything(*http.Request) bool { return true }

func purchases(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == "/v2/video/generate" || r.URL.Path == "/v3/videos" || strings.Contains(r.URL.Path, "translat"))
}

func uploads(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == "/v1/asset" || r.URL.Path == "/v3/assets")
}

func states(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.URL.Path == "/v1/video_status.get" || strings.HasPrefix(r.URL.Path, "/v3/videos/"))
}

func downloads(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/files/") }

// lookups are commands that fail at their first request.
var lookups = [][]string{
	{"quota"}, {"avatars"}, {"voices"}, {"videos"}, {"videos", "--json"}, {"templates"}, {"fetch", "abc"}, {"upload", "own.png"},
	{"photo", "--status", "x"}, {"webhooks", "list"}, {"plan"}, {"build", "--yes"}, {"build", "--yes", "--json"}, {"status"},
}

var builds = [][]string{
	{"build", "--yes"}, {"build", "--yes", "--json"}, {"status"}, {"status", "--json"}, {"status", "--why", "hello"}, {"status", "--spend", "--json"},
	{"plan", "--json"}, {"check"},
}

func scenarios() []scenario {
	object, text := `{"error":{"code":"x","message":`+quoted(echoed)+`,"detail":`+quoted(echoed)+`}}`, quoted(echoed)
	few := [][]string{{"quota"}, {"build", "--yes"}}
	list := []scenario{}
	statuses := []int{402}
	if e2etest.All() {
		statuses = []int{400, 402, 403, 404, 409}
	}
	for _, status := range statuses {
		list = append(list, scenario{fmt.Sprint("all ", status), everything, reply{status, object}, few})
	}
	return append(list,
		scenario{"page 502", everything, reply{502, "<html>" + echoed + "</html>"}, [][]string{{"quota"}}},
		scenario{"text 500", everything, reply{500, echoed}, [][]string{{"quota", "--json"}}},
		scenario{"trial 429", everything, reply{429, `{"code":"trial_video_limit_exceeded","message":` + text + `}`}, few},
		scenario{"200 with error", everything, reply{200, object}, few},
		scenario{"200 with code", everything, reply{200, `{"code":400123,"msg":` + text + `}`}, lookups},
		scenario{"200 page", everything, reply{200, "<html>" + echoed}, few},
		scenario{"all 401", everything, reply{401, object}, lookups},
		scenario{"redirect", everything, reply{302, ""}, few},
		scenario{"upload refused", uploads, reply{400, object}, [][]string{{"upload", "own.png"}, {"upload", "own.png", "--json"}}},
		scenario{"purchase refused", purchases, reply{400, object}, builds},
		scenario{"purchase unknown", purchases, reply{500, object}, builds},
		scenario{"job failed, object", states, reply{200, `{"code":100,"data":{"id":"a","status":"failed","failure_code":` + text + `,"failure_message":` +
			text + `,"error":{"code":` + text + `,"message":` + text + `,"detail":` + text + `}}}`}, builds},
		scenario{"job failed, string", states, reply{200, `{"code":100,"data":{"id":"a","status":"failed","error":` + text + `,"failure_message":` + text + `}}`},
			builds},
		scenario{"download refused", downloads, reply{403, "<Error><AWSAccessKeyId>AKIA</AWSAccessKeyId><Message>" + echoed + "</Message></Error>"},
			[][]string{{"build", "--yes", "--wait", "5s"}, {"status"}}},
	)
}

// TestAServerThatEchoesSecretsLeavesNone runs commands against a server that sends the key
// and signed links back, in each shape in which HeyGen and gateways refuse.
func TestAServerThatEchoesSecretsLeavesNone(t *testing.T) {
	dir := t.TempDir()
	base, err := url.Parse(e2etest.Sandbox(t, filepath.Join(dir, "sandbox")))
	if err != nil {
		t.Fatal(err)
	}
	e := &echoing{forward: httputil.NewSingleHostReverseProxy(base)}
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	watch := watchProcesses(t)
	apis := []string{"v3"}
	if e2etest.All() {
		apis = append(apis, "v2")
	}
	for _, api := range apis {
		for i, s := range scenarios() {
			t.Run(api+" "+s.name, func(t *testing.T) {
				project := filepath.Join(dir, fmt.Sprint(api, i))
				e2etest.Write(t, filepath.Join(project, "greenroom.yaml"), canary(api))
				e2etest.Write(t, filepath.Join(project, "own.png"), "\x89PNG\r\n\x1a\n")
				e.hits.Store(0)
				e.scenario.Store(&s)
				defer e.scenario.Store(nil)
				for _, args := range s.commands {
					echoRun(t, project, srv.URL, args...)
				}
				if e.hits.Load() == 0 {
					t.Error("the server echoed nothing")
				}
				noLeakIn(t, project)
			})
		}
	}
	if n := watch(); n == 0 {
		t.Error("no process was seen")
	}
}

// echoRun runs a command, which may fail, and looks for secrets and forged lines in its output.
func echoRun(t *testing.T, project, base string, args ...string) {
	t.Helper()
	c := exec.Command("greenroom", args...)
	summary := filepath.Join(project, "summary.md")
	c.Dir, c.Env = project, append(os.Environ(), "HEYGEN_API_BASE="+base, "HEYGEN_API_KEY="+secrets[0], "GITHUB_ACTIONS=true",
		"GITHUB_STEP_SUMMARY="+summary)
	out, _ := c.CombinedOutput()
	if l := leaks(out); l != "" {
		t.Errorf("greenroom %v prints %q:\n%s", args, l, out)
	}
	for line := range strings.Lines(string(out)) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "::") && !strings.HasPrefix(trimmed, "::error title=") &&
			!strings.HasPrefix(trimmed, "::error file=") || strings.ContainsAny(line, "\x1b\r\u202e") {
			t.Errorf("greenroom %v prints the line %q", args, line)
		}
	}
}

// noLeakIn reads every file of a folder, databases too.
func noLeakIn(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if l := leaks(b); l != "" {
			t.Errorf("%s holds %q", strings.TrimPrefix(path, dir), l)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestAWebhookThatEchoesSecretsLeavesNone delivers a signed event whose words hold the key,
// the webhook's own secret and a link.
func TestAWebhookThatEchoesSecretsLeavesNone(t *testing.T) {
	const secret = "whsec-canary-0123456789"
	project := t.TempDir()
	e2etest.Write(t, filepath.Join(project, "greenroom.yaml"), canary("v2"))
	keyFile := filepath.Join(t.TempDir(), "secret")
	e2etest.Write(t, keyFile, secret+"\n")
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"))
	for _, flags := range [][]string{{}, {"--json"}, {"--verbose"}} {
		address := filepath.Join(t.TempDir(), "url")
		c := exec.Command("greenroom", append([]string{"webhook", "--secret", "file:" + keyFile, "--listen", "127.0.0.1:0", "--once", "1", "--url-file", address}, flags...)...)
		c.Dir, c.Env = project, append(os.Environ(), "HEYGEN_API_BASE="+base, "HEYGEN_API_KEY="+secrets[0])
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		to := ""
		e2etest.Eventually(t, "an address", func() bool {
			b, _ := os.ReadFile(address) // it is there once the command listens
			to = strings.TrimSpace(string(b))
			return to != ""
		})
		body := []byte(`{"event_type":"avatar_video.fail","event_data":{"video_id":"v` + fmt.Sprint(len(flags), time.Now().UnixNano()) + `","msg":` +
			quoted(echoed+" "+secret) + `,"url":` + quoted("https://files2.heygen.ai/a?Signature=SIGNED") + `}}`)
		m := hmac.New(sha256.New, []byte(secret))
		m.Write(body)
		for _, signature := range []string{secret + echoed[:20], hex.EncodeToString(m.Sum(nil))} {
			q, _ := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
			q.Header.Set("Signature", signature)
			res, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
		}
		if err := c.Wait(); err != nil {
			t.Errorf("%v\n%s", err, out.String())
		}
		if l := leaks(out.Bytes()); l != "" || strings.Contains(out.String(), secret) || strings.Contains(out.String(), "\x1b") {
			t.Errorf("webhook %v prints %q:\n%s", flags, l, out.String())
		}
	}
	noLeakIn(t, project)
	journal := e2etest.Read(t, filepath.Join(project, ".greenroom", "webhook.jsonl"))
	if bytes.Contains(journal, []byte(secret)) || !bytes.Contains(journal, []byte("[redacted]")) {
		t.Errorf("the journal holds\n%s", journal)
	}
}
