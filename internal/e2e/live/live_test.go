// Package live records sessions of a drawn presenter with the programs themselves, over WebRTC on this machine.
package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "e2e-live-")
	if err == nil {
		err = build(filepath.Join(dir, "greenroom-live"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	e2etest.Main(m, nil) // the folder is small, and in the system's temporary one
}

// build builds the program of the nested module.
func build(program string) error {
	cmd := exec.Command("go", "build", "-C", filepath.Join("..", "..", "..", "pipeline", "live", "webrtc"), "-buildvcs=false", "-o", program, ".")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("build greenroom-live: %w\n%s", err, out)
	}
	return nil
}

// run runs greenroom in a folder and returns its exit code, stdout and stderr.
func run(t *testing.T, dir string, env []string, args ...string) (code int, out, errs string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "greenroom", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var o, e strings.Builder
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// serve serves a drawn presenter until the test ends and returns the address of the session.
func serve(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("greenroom", append([]string{"live", "serve", "--script", "Hello."}, args...)...)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), env...)
	out, err := os.Create(filepath.Join(cmd.Dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		out.Close()
	})
	address := ""
	e2etest.Eventually(t, "the presenter's start", func() bool {
		address = strings.TrimSpace(string(e2etest.Read(t, out.Name())))
		return address != ""
	})
	return address
}

// TestARecordingIsFootage records the drawn presenter and makes a clip of the file.
func TestARecordingIsFootage(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := run(t, dir, nil, "live", "record", "--script", "Hello.", "--for", "3s", "-o", "footage/talk.mkv", "--json")
	var rec struct {
		File, Ended string
		Video       struct {
			Codec  string
			Frames int
		}
		Audio struct{ Codec string }
		Check struct {
			Info struct{ Width, Height int }
		}
	}
	if err := json.Unmarshal([]byte(out), &rec); code != 0 || err != nil {
		t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	if rec.File != "footage/talk.mkv" || rec.Ended != "time" || rec.Video.Codec != "VP8" || rec.Audio.Codec != "Opus" ||
		rec.Video.Frames < 25 || rec.Check.Info.Width != 640 {
		t.Errorf("%+v", rec)
	}
	if code, _, errs := run(t, dir, nil, "live", "record", "-o", "footage/talk.mkv"); code != 2 || !strings.Contains(errs, "exists") {
		t.Errorf("exit %d: %s", code, errs)
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"),
		"version: 1\nheygen: {api: sandbox}\nclips: {talk: {file: footage/talk.mkv, transparent: false}}\n")
	if code, _, errs := run(t, dir, nil, "build"); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	made, err := filepath.Glob(filepath.Join(dir, "public", "greenroom", "talk.*.webm"))
	if err != nil || len(made) != 1 {
		t.Fatalf("%v %v", made, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "footage", ".live-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestEndsOfASession: each prints what happened; what was recorded before is kept.
func TestEndsOfASession(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		code  int
		want  string
	}{
		"no picture":          {"silent", 8, "the session sent no picture for 2s"},
		"nothing but garbage": {"garbage", 8, "the session sent no picture for 2s"},
		"a page":              {"page", 8, "not a session description"},
		"ends early":          {"end=2", 0, "the session ended before the time"},
		"loses packets":       {"drop=30", 0, "packets were lost"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url := serve(t, nil, "--fault", c.fault)
			length := "4s"
			if c.fault == "end=2" {
				length = "10m"
			}
			code, _, errs := run(t, dir, nil, "live", "record", url, "--for", length, "--wait", "2s")
			if code != c.code || !strings.Contains(errs, c.want) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, c.code, c.want, errs)
			}
			if _, err := os.Stat(filepath.Join(dir, "live.mkv")); (err == nil) != (c.code == 0) {
				t.Errorf("the recording: %v", err)
			}
		})
	}
}

// TestAnInterruptedRecordingIsKept: Ctrl-C ends the recording, and its file is complete.
func TestAnInterruptedRecordingIsKept(t *testing.T) {
	url := serve(t, nil)
	dir := t.TempDir()
	cmd := exec.Command("greenroom", "live", "record", url, "--for", "1h")
	cmd.Dir = dir
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := func() string { return string(e2etest.Read(t, log.Name())) }
	e2etest.Eventually(t, "the first picture", func() bool { return strings.Contains(said(), "recording for 1h") })
	video := filepath.Join(dir, ".live-*", "video.ivf")
	e2etest.Eventually(t, "some more pictures", func() bool {
		files, _ := filepath.Glob(video)
		if len(files) != 1 {
			return false
		}
		fi, err := os.Stat(files[0])
		return err == nil && fi.Size() > 16<<10
	})
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(said(), "live.mkv has what was recorded") {
		t.Fatalf("exit %d: %s", code, said())
	}
	if code, out, errs := run(t, dir, nil, "check", "--opaque", "live.mkv"); code != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

// TestRefusals need no session.
func TestRefusals(t *testing.T) {
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"http://media.example.com/whep"}, 8, "must be https"},
		{[]string{"media.example.com/whep"}, 8, "not a web address"},
		{[]string{page.URL}, 8, "answers 404"},
		{[]string{page.URL, "--for", "2h"}, 2, "1s to 1h"},
		{[]string{page.URL, "--wait", "0s"}, 2, "--wait"},
		{[]string{page.URL, "-o", "live.mp4"}, 2, "is a .mkv file"},
		{[]string{page.URL, "another"}, 2, "name record or serve"},
	} {
		code, _, errs := run(t, dir, nil, append([]string{"live", "record"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%q: exit %d, want %d with %q:\n%s", c.args, code, c.code, c.want, errs)
		}
	}
	if code, _, errs := run(t, dir, []string{"PATH=/usr/bin"}, "live", "record", page.URL); code != 6 || !strings.Contains(errs, "go build -C pipeline/live/webrtc") {
		t.Errorf("without the program: exit %d:\n%s", code, errs)
	}
}

// TestATokenIsNeeded: it is not on a command line, and no message has it.
func TestATokenIsNeeded(t *testing.T) {
	url := serve(t, []string{"GREENROOM_LIVE_TOKEN=right-secret"})
	for token, want := range map[string]int{"right-secret": 0, "wrong-secret": 8} {
		dir := t.TempDir()
		code, out, errs := run(t, dir, []string{"GREENROOM_LIVE_TOKEN=" + token}, "live", "record", url, "--for", "1s")
		if code != want || strings.Contains(out+errs, "secret") {
			t.Errorf("exit %d, want %d\n%s%s", code, want, out, errs)
		}
	}
}
