package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/heygen/sandbox"
	"greenroom/internal/fault"
)

const jsonManifest = `version: 1
project: t
size: 320x240
heygen: {api: v2}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  hello: {script: "Hello *there*."}
compositions:
  film: {layers: [{clip: hello}]}
`

// shell runs commands with --json in one folder and validates what they print.
type shell struct {
	*testing.T
	dir string
	env map[string]string
}

// newShell is a project on a sandbox that renders nothing slow.
func newShell(t *testing.T) *shell {
	t.Helper()
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	o := sandbox.Options{Dir: t.TempDir(), Speed: 600, Canned: true}
	o.Tools.FFmpeg = tools.FFmpeg
	s, err := sandbox.Start(context.WithoutCancel(t.Context()), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	sh := &shell{t, t.TempDir(), map[string]string{"HEYGEN_API_BASE": s.URL, "HEYGEN_API_KEY": "k", "HOME": home}}
	sh.write("greenroom.yaml", jsonManifest)
	return sh
}

func (s *shell) write(name, text string) {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

// run runs a command and validates stdout as shape, "" for none, and each line of stderr. It returns stdout.
func (s *shell) run(ctx context.Context, shape string, code int, args ...string) string {
	s.Helper()
	var out, errOut bytes.Buffer
	got := Main(ctx, append(args, "--json"), Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(k string) string { return s.env[k] },
		LookPath: exec.LookPath, Now: time.Now, Dir: s.dir, Version: "1.2.3",
	})
	if got != code {
		s.Errorf("%v: exit %d, want %d\n%s%s", args, got, code, &out, &errOut)
	}
	switch {
	case shape != "":
		validate(s.T, shape, out.String())
	case out.Len() > 0:
		s.Errorf("%v printed %s", args, &out)
	}
	failed := false
	for line := range strings.Lines(errOut.String()) {
		validate(s.T, "stderr", line)
		failed = failed || strings.HasPrefix(line, `{"error":`)
	}
	if failed != (code != 0) {
		s.Errorf("%v: exit %d with error lines %v\n%s", args, code, failed, &errOut)
	}
	return out.String()
}

// member is a member of the first object that a command printed.
func (s *shell) member(name, shape string, args ...string) string {
	s.Helper()
	out := strings.TrimPrefix(strings.TrimSpace(s.run(s.Context(), shape, 0, args...)), "[")
	var v map[string]any
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&v); err != nil {
		s.Fatalf("%v: %v", args, err)
	}
	text, _ := v[name].(string)
	return text
}

// TestJSONOutput runs every command that has an answer and holds what it prints against docs/json, strictly.
func TestJSONOutput(t *testing.T) {
	s := newShell(t)
	ctx := t.Context()
	run := func(shape string, code int, args ...string) {
		t.Helper()
		s.run(ctx, shape, code, args...)
	}
	run("plan", 0, "plan")
	run("plan", 10, "status", "--check")
	run("status-why", 0, "status", "--why", "hello")
	run("status-spend", 0, "status", "--spend")
	run("gc", 0, "gc")
	run("", 2, "build")
	run("build", 0, "build", "--yes", "--results", "results.json")
	run("build", 0, "build")
	s.file("build-results", "results.json")
	run("plan", 0, "status", "--check")
	run("status-why", 0, "status", "--why", "hello")
	run("", 2, "status", "--why", "nobody")
	run("status-spend", 0, "status", "--spend")
	run("check", 0, "check")
	s.write("words.webm", "no video")
	run("check", 7, "check", "words.webm", "gone.webm")
	run("gc", 0, "gc", "--yes")
	run("render", 0, "render", "film", "--results", "films.json")
	s.file("render-results", "films.json")
	run("render", 0, "render", "film")
	run("cache", 0, "cache", "push", "--cache", "file://"+filepath.ToSlash(t.TempDir()))
	run("cache", 1, "cache", "verify", "--read-only", "--cache", "file://"+filepath.ToSlash(t.TempDir()))
	run("", 2, "cache", "push")
	run("version", 0, "version")
	run("", 2, "version", "--nothing")
	run("", 2, "biuld")
	doctor := 0
	if _, err := exec.LookPath("chromium-headless-shell"); err != nil {
		doctor = -1
	}
	if doctor == 0 {
		run("doctor", 0, "doctor")
	}
	s.write("prompt.md", "Scene 1: Intro (0-5s)\nVO: \"Hello there, and welcome.\"\nVisual: [b-roll] a table\n")
	s.run(ctx, "prompt", 0, "prompt", "prompt.md")
	run("prompt", 2, "prompt", "none.md")
	run("new", 0, "new", "Hi.", "--yes", "--size", "320x240")
	run("", 2, "new", "Hi.", "-o", "hi.mp4")
	run("", 0, "allow")
}

// TestJSONOfLookUps does the same for the account.
func TestJSONOfLookUps(t *testing.T) {
	s := newShell(t)
	ctx := t.Context()
	run := func(shape string, code int, args ...string) {
		t.Helper()
		s.run(ctx, shape, code, args...)
	}
	s.write("greenroom.yaml", strings.ReplaceAll(jsonManifest, "Hello *there*.", "Hello.\", captions: true, draft: \"none"))
	run("build", 0, "build", "--yes")
	hooks := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hooks.Close)
	for _, api := range []string{"v2", "v3"} {
		s.env["GREENROOM_API"] = api
		run("avatars", 0, "avatars")
		run("avatars-groups", 0, "avatars", "--groups")
		run("voices", 0, "voices")
		run("voices-locales", 0, "voices", "--locales")
		run("voices-preview", 0, "voices", "--preview", "Sara", "-o", api+".wav")
		run("quota", 0, "quota")
		run("templates", 0, "templates")
		run("template", 0, "templates", s.member("id", "templates", "templates"))
		run("templates-languages", 0, "templates", "--languages")
		run("videos", 0, "videos")
		run("videos", 0, "videos", "no such title")
		run("upload-list", 0, "upload", "--list")
		s.picture(api + ".png")
		run("upload", 0, "upload", api+".png")
		run("upload", 2, "upload", api+".png", "none.png")
		run("upload-list", 0, "upload", "--list")
		run("deleted", 0, "upload", "--yes", "--delete", s.member("id", "upload", "upload", api+".png"))
		photo := s.member("id", "upload", "photo", api+".png")
		run("photo-status", 0, "photo", "--status", photo)
		run("deleted", 0, "photo", "--yes", "--delete", photo)
		hook := s.member("id", "webhooks-add", "webhooks", "add", hooks.URL, "--events", "avatar_video.fail")
		run("webhooks", 0, "webhooks")
		run("webhooks-add", 0, "webhooks", "update", hook, "--events", "all")
		run("webhooks", 0, "webhooks")
		run("webhooks-types", 0, "webhooks", "types")
		if api == "v3" {
			run("webhooks-rotate", 0, "webhooks", "rotate", hook)
			run("webhooks-events", 0, "webhooks", "events")
		}
		run("deleted", 0, "webhooks", "delete", hook)
	}
	video := s.member("id", "videos", "videos")
	run("videos-show", 0, "videos", "--show", video)
	run("fetch", 0, "fetch", video)
	run("", 2, "fetch", video)
	run("", 8, "fetch", "0000")
	run("deleted", 0, "videos", "--yes", "--delete", video)
}

// TestInterruptedJSON: a command that is stopped prints JSON lines to the end.
func TestInterruptedJSON(t *testing.T) {
	s := newShell(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	res, err := http.Post(s.env["HEYGEN_API_BASE"]+"/_sandbox/faults", "application/json", strings.NewReader(`["job-never-ends"]`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	var out bytes.Buffer
	lines := &stopper{at: `"stage":"wait"`, stop: func() { cancel(fault.ErrInterrupted) }}
	code := Main(ctx, []string{"build", "--yes", "--json"}, Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: lines, Getenv: func(k string) string { return s.env[k] },
		LookPath: exec.LookPath, Now: time.Now, Dir: s.dir, Version: "1.2.3",
	})
	if code != 130 || out.Len() > 0 {
		t.Errorf("exit %d, %s", code, &out)
	}
	text := lines.text.String()
	for line := range strings.Lines(text) {
		validate(t, "stderr", line)
	}
	if !strings.Contains(text, `"code":"interrupted"`) || !strings.Contains(text, `{"message":"stopped; no paid job is lost`) {
		t.Errorf("it ended with\n%s", text)
	}
}

// TestTextBecomesMessages: what anything else writes to stderr is wrapped.
func TestTextBecomesMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := &env{Env: Env{Stderr: &out}}
	e.onlyJSON()
	for _, s := range []string{"[watch] 12:00", ":00 saved \x1b[2J\"x\"\n\n{\"stage\":\"a\"", "}\n{not json}\n", `{"message":"complete"}` + "\n"} {
		if n, err := e.Stderr.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("%d %v", n, err)
		}
	}
	const want = "{\"message\":\"[watch] 12:00:00 saved \\\\u001b[2J\\\"x\\\"\"}\n{\"stage\":\"a\"}\n{\"message\":\"{not json}\"}\n{\"message\":\"complete\"}\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// stopper is a stderr that stops the command when a text passes.
type stopper struct {
	text bytes.Buffer
	at   string
	stop func()
}

func (s *stopper) Write(b []byte) (int, error) {
	n, err := s.text.Write(b)
	if bytes.Contains(b, []byte(s.at)) {
		s.stop()
	}
	return n, err
}

// file validates a file that a command wrote.
func (s *shell) file(shape, name string) {
	s.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.Fatal(err)
	}
	validate(s.T, shape, string(b))
}

func (s *shell) picture(name string) {
	s.Helper()
	args := []string{"-v", "error", "-f", "lavfi", "-i", "color=c=0x334455:s=64x64", "-frames:v", "1", filepath.Join(s.dir, name)}
	if out, err := exec.CommandContext(s.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		s.Fatalf("%v: %s", err, out)
	}
}

// text runs a command without --json.
func (s *shell) text(args ...string) (code int, stdout, stderr string) {
	s.Helper()
	var out, errOut bytes.Buffer
	code = Main(s.Context(), args, Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(k string) string { return s.env[k] },
		LookPath: exec.LookPath, Now: time.Now, Dir: s.dir, Version: "1.2.3",
	})
	return code, out.String(), errOut.String()
}
