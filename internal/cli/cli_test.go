package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/goldentest"
	"greenroom/pipeline"
	"greenroom/pipeline/event"
)

// call runs one command as main does.
func call(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = Main(t.Context(), args, Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(k string) string { return env[k] },
		LookPath: exec.LookPath, Now: time.Now, Dir: t.TempDir(), Version: "1.2.3"})
	return code, out.String(), errOut.String()
}

func TestHelp(t *testing.T) {
	t.Parallel()
	code, overview, _ := call(t, nil)
	if code != 0 {
		t.Errorf("no arguments: exit %d", code)
	}
	goldentest.Equal(t, filepath.Join("testdata", "overview.golden"), overview)
	for _, c := range commands() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, text, stderr := call(t, nil, "help", c.name)
			if code != 0 || stderr != "" {
				t.Fatalf("exit %d %s", code, stderr)
			}
			goldentest.Equal(t, filepath.Join("testdata", "help", c.name+".golden"), text)
			if _, same, _ := call(t, nil, c.name, "--help"); same != text {
				t.Error("--help prints something else than help")
			}
			if _, same, _ := call(t, nil, c.name, "-h"); same != text {
				t.Error("-h prints something else than help")
			}
			if !strings.Contains(overview, c.name+" ") || c.summary == "" || strings.HasSuffix(c.summary, ".") {
				t.Errorf("summary %q", c.summary)
			}
			for _, l := range strings.Split(text, "\n") {
				if len([]rune(l)) > 100 {
					t.Errorf("a line of %d characters: %s", len([]rune(l)), l)
				}
			}
		})
	}
}

// Two worked examples each, and every one is a command line that parses.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		lines := strings.Split(c.examples, "\n")
		if len(lines) < 2 && c.name != "version" {
			t.Errorf("%s has %d examples", c.name, len(lines))
		}
		for _, l := range lines {
			words := strings.Fields(l[strings.LastIndex(l, "&")+1:]) // an example may begin with cd
			if len(words) < 2 || words[0] != "greenroom" || words[1] != c.name {
				t.Errorf("%s: %q is not an example of it", c.name, l)
				continue
			}
			fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
			fs.SetOutput(io.Discard)
			c.bind(fs)
			fs.AddFlagSet((&env{}).globals())
			if err := fs.Parse(words[2:]); err != nil {
				t.Errorf("%q: %v", l, err)
			}
		}
	}
}

func TestWrongWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a command":         {[]string{"biuld"}, "did you mean `greenroom build`?"},
		"no command":        {[]string{"zzzzzzzz"}, "`greenroom help` lists the commands"},
		"help of nothing":   {[]string{"help", "plna"}, "did you mean `greenroom plan`?"},
		"a flag":            {[]string{"build", "--jbos", "2"}, "did you mean --jobs?"},
		"a global flag":     {[]string{"--jsno", "plan"}, "did you mean --json?"},
		"a flag's value":    {[]string{"build", "--jobs", "many"}, "invalid argument"},
		"a flag without":    {[]string{"build", "--jobs"}, "flag needs an argument"},
		"a negative budget": {[]string{"build", "--max-spend", "-3"}, "must not be negative"},
		"an argument":       {[]string{"doctor", "now"}, `unexpected argument "now"`},
		"a fault's name":    {[]string{"sandbox", "--fault", "cutt"}, "known:"},
	} {
		code, out, stderr := call(t, nil, c.args...)
		if code != 2 || out != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d %q %q", name, code, out, stderr)
		}
	}
}

func TestTheEnvironmentSetsFlags(t *testing.T) {
	t.Parallel()
	if code, _, stderr := call(t, map[string]string{"GREENROOM_JOBS": "many"}, "build"); code != 2 || !strings.Contains(stderr, "GREENROOM_JOBS") {
		t.Errorf("%d %s", code, stderr)
	}
	if code, out, _ := call(t, map[string]string{"GREENROOM_JSON": "true"}, "version"); code != 0 || !json.Valid([]byte(out)) {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := call(t, map[string]string{"GREENROOM_JSON": "true"}, "version", "--json=false"); code != 0 || json.Valid([]byte(out)) {
		t.Errorf("the flag does not win: %d %s", code, out)
	}
}

// With --json the last line of stderr is one object that a program can read.
func TestErrorsForPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte("version: 1\nclips: {a: {file: none.webm}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := call(t, nil, "-C", dir, "plan", "--json")
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	var last struct {
		Error struct {
			Code, Message, Hint, File string
			Line, Column              int
		}
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || code != 5 || out != "" {
		t.Fatalf("%d %v %q", code, err, stderr)
	}
	if e := last.Error; e.Code != "manifest-invalid" || e.File != "greenroom.yaml" || e.Line != 2 || e.Column != 19 || e.Hint == "" || !strings.Contains(e.Message, "none.webm") {
		t.Errorf("%+v", e)
	}
}

func TestREADMEAgrees(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \|$`).FindAllStringSubmatch(string(b), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	want = append(want, "0 done, or nothing to do")
	for _, r := range fault.Table {
		want = append(want, fmt.Sprint(r.Code, " ", r.Meaning))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("exit codes in README:\n%s\nin the code:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, c := range commands() {
		if !strings.Contains(string(b), "`"+c.name+"`") {
			t.Errorf("README does not name %s", c.name)
		}
	}
}

// events is a build as the printer sees it, with words that would steer a terminal.
func events() []event.Event {
	return []event.Event{
		{Clip: "intro", Stage: "submit", State: event.Started, Message: "v2-key"},
		{Clip: "intro", Stage: "wait", State: event.Progress, Message: "processing"},
		{Clip: "intro", Stage: "fetch", State: event.Progress, Done: 50, Total: 100},
		{Clip: "intro", Stage: "fetch", State: event.Done, Done: 12_300_000, Total: 12_300_000},
		{Clip: "intro", Stage: "check", State: event.Warned, Message: "borders: left\x1b[2J\x07in 3 frames\nand more"},
		{Clip: "bad", Stage: "build", State: event.Failed, Message: "HeyGen: \x1b]0;owned\x07no"},
		{Stage: "publish", State: event.Done, Message: "public/greenroom"},
	}
}

func TestPrinters(t *testing.T) {
	t.Parallel()
	show := func(change func(*env)) string {
		var out bytes.Buffer
		e := &env{Env: Env{Stderr: &out, Stdout: io.Discard}, noColor: true}
		change(e)
		p := newPrinter(e)
		for _, ev := range events() {
			p.event(ev)
		}
		p.close()
		p.event(events()[0]) // after the end nothing is printed
		return out.String()
	}
	lines := show(func(*env) {})
	goldentest.Equal(t, filepath.Join("testdata", "lines.golden"), lines)
	if strings.ContainsAny(lines, "\x1b\x07") {
		t.Error("control characters reach the terminal")
	}
	for _, l := range strings.Split(strings.TrimSpace(show(func(e *env) { e.json = true })), "\n") {
		var ev event.Event
		if err := json.Unmarshal([]byte(l), &ev); err != nil {
			t.Errorf("%q: %v", l, err)
		}
	}
	// The bars print escape sequences of their own; a server's text must not.
	if bars := show(func(e *env) { e.terminal = true }); strings.Contains(bars, "\x1b]0;") || strings.Contains(bars, "\x07") {
		t.Errorf("%q", bars)
	}
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]pipeline.Summary{
		"1 clip: everything is up to date":                                    {Clips: 1, UpToDate: 1},
		"4 clips: 1 downloaded (12.3 MB), 1 transcoded, 2 up to date in 8.4s": {Clips: 4, Fetched: 1, Bytes: 12_300_000, Prepared: 1, UpToDate: 2, Took: 8400 * time.Millisecond, Published: true},
		"2 clips: published in 100ms":                                         {Clips: 2, Took: 100 * time.Millisecond, Published: true},
		"2 clips: 1 bought, 2 failed, not published in 1s":                    {Clips: 2, Bought: 1, Failed: 2, Took: time.Second},
	} {
		if got := summary(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDoctorNamesTheCommandThatFixes(t *testing.T) {
	t.Parallel()
	empty, old := t.TempDir(), t.TempDir()
	script := func(dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script(old, "ffmpeg", "echo ffmpeg version 4.4.2")
	script(old, "ffprobe", "echo ffprobe version 4.4.2")
	script(old, "node", "echo v16.3.0")
	script(old, "greenroom-live", "echo 0.9.1")
	script(old, "greenroom-worker", "test $1 = version && echo 1")
	for dir, says := range map[string][]string{
		empty: {"ffmpeg is not installed", "fix: apt-get install ffmpeg", "node ", "fix: apt-get install chromium-headless-shell", "espeak-ng +optional", "greenroom-live +optional +not installed; needed for live sessions", "fix: in greenroom's source: go build", "greenroom-worker +optional +not installed; needed for a farm"},
		old: {"ffmpeg 4.4 is too old, 5.1 or newer is needed", "v16.3.0|16", `greenroom-live +optional 0.9.1 at \S+ is of another version than greenroom, which is 1\n +fix: replace it`,
			"greenroom-worker +ok +1 at "},
	} {
		var out, errOut bytes.Buffer
		code := Main(t.Context(), []string{"doctor"}, Env{Stdout: &out, Stderr: &errOut, Getenv: func(string) string { return "" }, Now: time.Now, Dir: dir, Version: "1",
			LookPath: func(name string) (string, error) { return exec.LookPath(filepath.Join(dir, name)) }})
		if code != 6 {
			t.Errorf("exit %d\n%s%s", code, &out, &errOut)
		}
		for _, s := range says {
			if !regexp.MustCompile(s).MatchString(out.String()) {
				t.Errorf("no %q in\n%s", s, &out)
			}
		}
	}
}
