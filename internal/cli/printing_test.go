package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/heygen"
	"greenroom/heygen/webhook"
	"greenroom/internal/fault"
	"greenroom/pipeline/watch"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	e, out, errOut := quietEnv()
	e.say("%s:\n%s", "two", "lines")
	e.remark("")
	e.remark("100 % of it")
	if want := "greenroom: two:\n  lines\ngreenroom: 100 % of it\n"; errOut.String() != want || out.Len() > 0 {
		t.Errorf("got %q, want %q, stdout %q", errOut, want, out)
	}
	e, out, errOut = quietEnv()
	e.json = true
	e.say("%s:\n%s", "two", "\x1b[2Jlines")
	if want := `{"message":"two:\n\\u001b[2Jlines"}` + "\n"; errOut.String() != want || out.Len() > 0 {
		t.Errorf("got %q, want %q", errOut, want)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	e, out, _ := quietEnv()
	e.table([][]string{{"3f9a", "a long title that is cut", "final"}, {"4b", "\x1b[2J", ""}, {"é", "naïve", "x"}}, 4, 10)
	want := "3f9a  a long ti…  final\n4b    \\u001b[2J\né     naïve  x\n"
	if out.String() != want {
		t.Errorf("got\n%q, want\n%q", out, want)
	}
	for n, want := range map[int]string{0: "0 clips", 1: "1 clip", 2: "2 clips"} {
		if got := clips(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
	for age, want := range map[time.Duration]string{
		0: "", -1: "", 300 * time.Millisecond: ", read 1s ago; --refresh reads it again", 90 * time.Minute: ", read 1h30m0s ago; --refresh reads it again",
	} {
		if got := remembered(age); got != want {
			t.Errorf("%v is %q, want %q", age, got, want)
		}
	}
	for _, c := range []struct {
		words string
		texts []string
		want  bool
	}{{"", nil, true}, {"OFF", []string{"Daisy-office"}, true}, {"x", []string{"a", "b"}, false}, {"b", []string{"a", "B"},
		true}} {
		if got := like(c.words, c.texts...); got != c.want {
			t.Errorf("%q like %v is %v", c.words, c.texts, got)
		}
	}
	for code, want := range map[string]string{"de": "German", "DE": "German", "German": "German", "xx": "xx", "": ""} {
		if got := heygen.LanguageName(code); got != want {
			t.Errorf("%q is %q", code, got)
		}
	}
}

// TestEventLines: the job's own record comes after the arrow.
func TestEventLines(t *testing.T) {
	t.Parallel()
	ended := webhook.Event{Type: "avatar_video.success", VideoID: "3f9a"}
	for name, c := range map[string]struct {
		event  webhook.Event
		record *jobRecord
		want   string
	}{
		"a record": {ended, &jobRecord{Status: "completed", Title: "intro", Duration: 4.25},
			`avatar_video.success 3f9a -> completed 4.2s "intro"`},
		"a failure": {ended, &jobRecord{Status: "failed", Reason: "no credit"},
			`avatar_video.success 3f9a -> failed "no credit"`},
		"no record": {ended, nil, "avatar_video.success 3f9a -> the job could not be read"},
		"another event": {webhook.Event{Type: "batch.finished", JobID: "b1"}, nil,
			"batch.finished b1 -> nothing to confirm"},
		"an unknown name": {webhook.Event{Type: "new.kind", Ignored: true}, nil,
			"new.kind -> ignored, this version does not know it"},
	} {
		if got := eventLine(c.event, c.record); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWebhookSecrets(t *testing.T) {
	t.Parallel()
	e, _, errOut := quietEnv()
	e.Dir = t.TempDir()
	e.Getenv = func(k string) string { return map[string]string{"SECRET": " one \n\ntwo\n"}[k] }
	write(t, e.Dir, map[string]string{"secrets": "three\n", "folder/": ""})
	read, err := e.webhookSecrets([]string{"env:SECRET", "file:secrets", "file:later"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(errOut.String(), "no secret in later yet: events are refused until there is one") {
		t.Errorf("it prints %q", errOut)
	}
	all := func() (out []string) {
		for _, s := range read() {
			out = append(out, s.Reveal())
		}
		return out
	}
	if got := all(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got %q", got)
	}
	write(t, e.Dir, map[string]string{"later": "four\n", "secrets": ""})
	if got := all(); !slices.Equal(got, []string{"one", "two", "four"}) {
		t.Errorf("after a change: %q", got)
	}
	for ref, kind := range map[string]fault.Kind{
		"abc": fault.Usage, "env:": fault.Usage, "file:": fault.Usage, "vault:x": fault.Usage, "env:NONE": fault.Auth, "file:folder": fault.Auth,
	} {
		if _, err := e.webhookSecrets([]string{ref}); fault.KindOf(err) != kind {
			t.Errorf("%s: %v, want %s", ref, err, kind)
		}
	}
}

// TestOneReceiver: two receivers of one journal would not see each other's repeats.
func TestOneReceiver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "webhook.jsonl")
	_, unlock, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := openJournal(path); fault.KindOf(err) != fault.Locked {
		t.Errorf("a second receiver: %v", err)
	}
	unlock()
	_, unlock, err = openJournal(path)
	if err != nil {
		t.Fatalf("after the first: %v", err)
	}
	unlock()
	if _, _, err := openJournal(filepath.Join(path, "below")); err == nil {
		t.Error("below a file")
	}
}

func TestClipLinesOfWatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		clip watch.Clip
		want string
	}{
		"final":             {watch.Clip{State: watch.Final, Voice: "Sara"}, ""},
		"with a voice":      {watch.Clip{State: watch.StandIn, Voice: "bought"}, ", voice bought"},
		"without":           {watch.Clip{State: watch.StandIn}, ""},
		"failed":            {watch.Clip{State: watch.Broken, Line: "no\nlicence"}, ": no\\nlicence"},
		"waiting":           {watch.Clip{State: watch.Waiting, Line: "about 40s left"}, ": about 40s left"},
		"waiting and voice": {watch.Clip{State: watch.Waiting, Line: "queued", Voice: "bought"}, ": queued"},
	} {
		if got := after(c.clip); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestGuardedOutput: secrets of the environment are not printed, and no text controls the terminal.
func TestGuardedOutput(t *testing.T) {
	t.Parallel()
	e, out, errOut := quietEnv()
	e.Getenv = func(k string) string {
		return map[string]string{"HEYGEN_API_KEY": "guarded-key-1",
			"HTTPS_PROXY": "http://user:guarded-key-2@proxy.example"}[k]
	}
	e.guardOutput()
	for _, w := range []interface{ Write([]byte) (int, error) }{e.Stdout, e.Stderr} {
		if _, err := w.Write([]byte("key guarded-key-1, password guarded-key-2, \x1b]0;title\x07 end\n")); err != nil {
			t.Fatal(err)
		}
	}
	for _, got := range []string{out.String(), errOut.String()} {
		if strings.Contains(got, "guarded-key") || strings.ContainsAny(got, "\x1b\x07") || !strings.HasSuffix(got, " end\n") {
			t.Errorf("printed %q", got)
		}
	}
	if _, err := e.unguarded().Write([]byte("\x1b[K")); err != nil || !strings.HasSuffix(errOut.String(), "\x1b[K") {
		t.Errorf("a bar: %v, %q", err, errOut)
	}
}

// TestLookUpsAsText: what JSON has as members, people read as a table with a sum.
func TestLookUpsAsText(t *testing.T) {
	s := newShell(t)
	run := func(code int, want []string, args ...string) string {
		t.Helper()
		got, out, errOut := s.text(args...)
		if got != code {
			t.Errorf("%v: exit %d, want %d\n%s%s", args, got, code, out, errOut)
		}
		for _, w := range want {
			if !strings.Contains(out+errOut, w) {
				t.Errorf("%v prints\n%s%swant %q", args, out, errOut, w)
			}
		}
		for l := range strings.Lines(out) {
			if n := len([]rune(strings.TrimSuffix(l, "\n"))); n > 100 {
				t.Errorf("%v: a line of %d characters: %s", args, n, l)
			}
		}
		return out
	}
	run(0, []string{" of ", "Daisy-inskirt-20220818"}, "avatars", "--gender", "female")
	run(0, []string{"0 of "}, "avatars", "no such avatar")
	run(0, []string{"group"}, "avatars", "--groups")
	run(0, []string{"English", " of "}, "voices", "--lang", "en")
	run(0, []string{"locale"}, "voices", "--locales")
	run(0, []string{"API credits"}, "quota")
	run(0, []string{"language"}, "templates", "--languages")
	templates := run(0, []string{"template"}, "templates")
	id, _, _ := strings.Cut(templates, " ")
	run(0, []string{id, "variable"}, "templates", id)
	run(0, []string{"0 videos"}, "videos", "no such title")
	run(0, []string{"0 files"}, "upload", "--list")
	s.picture("me.png")
	sent := run(0, []string{"me.png"}, "upload", "me.png")
	asset, _, _ := strings.Cut(sent, " ")
	run(0, []string{"1 file", asset}, "upload", "--list")
	run(2, []string{"delete file " + asset + " for good needs a yes", "add --yes"}, "upload", "--delete", asset)
	run(0, []string{"deleted file " + asset}, "upload", "--delete", asset, "--yes")
	sent = run(0, []string{"me.png"}, "photo", "me.png")
	photo, _, _ := strings.Cut(sent, " ")
	run(0, nil, "photo", "--status", photo)
	run(0, []string{"deleted photo " + photo}, "photo", "--delete", photo, "-y")
	run(0, []string{"0 webhooks"}, "webhooks")
	run(0, []string{"event type"}, "webhooks", "types")
	run(0, []string{"nothing was allowed in"}, "allow", "--revoke")
	run(0, nil, "allow", "--list")
	run(0, []string{"neither heygen.key nor disclose.sign runs a program"}, "allow")
	run(0, []string{"0 purchases in 0 runs, $0.00 at most; 0 not finished"}, "status", "--spend")
	run(0, []string{"nothing to remove; 0 stored files used"}, "gc")
	run(0, []string{"clip            hello"}, "status", "--why", "hello")
	run(10, []string{"1 of 1 clips are not up to date", "run `greenroom build`"}, "status", "--check")
	run(8, []string{"0000"}, "videos", "--show", "0000")
	if _, err := os.Stat(filepath.Join(s.dir, "greenroom.lock")); err == nil {
		t.Error("a look-up wrote a lockfile")
	}
}
