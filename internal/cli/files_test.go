package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/event"
)

func TestPathsOfACall(t *testing.T) {
	t.Parallel()
	e, _, _ := quietEnv()
	e.Dir = filepath.Join(t.TempDir(), "tour")
	e.Env.Dir = e.Dir
	abs := filepath.Join(e.Dir, "out", "a.webm")
	if got := e.path(filepath.Join("out", "a.webm")); got != abs {
		t.Errorf("a relative path is %s", got)
	}
	if got := e.path(abs); got != abs {
		t.Errorf("an absolute path is %s", got)
	}
	for manifest, want := range map[string]string{
		"": filepath.Join(e.Dir, "greenroom.yaml"), "b.yaml": filepath.Join(e.Dir, "b.yaml"), abs: abs,
	} {
		e.manifest = manifest
		if got := e.options(nil).ManifestPath; got != want {
			t.Errorf("-f %q is %s, want %s", manifest, got, want)
		}
	}
	e.cache, e.networkFolder = cacheOptions{"s3://clips", true}, true
	if o := e.options(nil); o.Cache != "s3://clips" || !o.CacheReadOnly || !o.NetworkFolder || o.Sink != nil {
		t.Errorf("got %+v", o)
	}
	for path, want := range map[string]string{
		abs: filepath.Join("out", "a.webm"), e.Dir: ".", filepath.Dir(e.Dir): filepath.Dir(e.Dir),
	} {
		if got := e.shown(path); got != want {
			t.Errorf("shown %s is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		abs: filepath.Join("out", "a.webm"), e.Dir: ".", filepath.Join(e.Dir, "..", "b"): filepath.Join("..", "b"), "/": "/",
	} {
		if got := e.short(path); got != want {
			t.Errorf("short %s is %s, want %s", path, got, want)
		}
	}
	if e.place(e.Dir) != "this folder" || e.place(filepath.Join(e.Dir, "x")) != "x" {
		t.Errorf("places are %q, %q", e.place(e.Dir), e.place(filepath.Join(e.Dir, "x")))
	}
	if got := inFolder(e, e.Dir, "greenroom build"); got != "greenroom build" {
		t.Errorf("here: %q", got)
	}
	if got := inFolder(e, filepath.Join(e.Dir, "my film"), "greenroom build"); got != "cd 'my film' && greenroom build" {
		t.Errorf("elsewhere: %q", got)
	}
}

// TestInitFolder: a folder that must exist is not created, nor are the folders above an absolute path.
func TestInitFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": "", "there/x": ""})
	for name, c := range map[string]struct {
		in     string
		args   []string
		update bool
		want   string // relative to dir; empty for an error
	}{
		"here":                {"", nil, false, "."},
		"a new folder":        {"", []string{"tour"}, false, "tour"},
		"a folder":            {"", []string{"there"}, false, "there"},
		"new ones":            {"", []string{"a/b"}, false, "a/b"},
		"--in":                {"there", nil, false, "there"},
		"--in a file":         {"file", nil, false, ""},
		"a file":              {"", []string{"file"}, false, ""},
		"--in none":           {"none", nil, false, ""},
		"--update none":       {"", []string{"none"}, true, ""},
		"two folders":         {"there", []string{"tour"}, false, ""},
		"an absolute path":    {"", []string{filepath.Join(dir, "new")}, false, "new"},
		"above it is nothing": {"", []string{filepath.Join(dir, "none", "new")}, false, ""},
	} {
		e, _, _ := quietEnv()
		e.Dir = dir
		got, err := initFolder(e, c.in, c.args, c.update)
		if c.want == "" {
			if fault.KindOf(err) != fault.Usage || fault.All(err)[0].Hint == "" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			continue
		}
		if err != nil || got != filepath.Join(dir, filepath.FromSlash(c.want)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was created: %v", err)
	}
}

func TestProjectName(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]string{"/x/Product Tour": "product-tour", "/x/été": "t", "/": "film",
		"/x/---": "film", "/x/a_b.c": "a-b-c"} {
		if got := projectName(filepath.FromSlash(dir)); got != want {
			t.Errorf("%s is %q, want %q", dir, got, want)
		}
	}
	if got := someOf([]string{"a", "b", "c"}); got != "a, b, c" {
		t.Errorf("three names: %q", got)
	}
	if got := someOf([]string{"a", "b", "c", "d"}); got != "a, b, c, …" {
		t.Errorf("four names: %q", got)
	}
}

func TestTrialSentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"script.md": "Hello."})
	for name, c := range map[string]struct {
		stdin     string
		args      []string
		want, bad string
	}{
		"one argument":   {"", []string{" Hello there. "}, "Hello there.", ""},
		"several":        {"", []string{"Hello", "there."}, "Hello there.", ""},
		"standard input": {"\ufeffHello.\n", []string{"-"}, "Hello.", ""},
		"bad UTF-8":      {"a\xffb", []string{"-"}, "ab", ""},
		"nothing":        {"", nil, "", "there is nothing to say"},
		"blanks":         {" \n", []string{"-"}, "", "there is nothing to say"},
		"a file":         {"", []string{"script.md"}, "", "its name would be spoken"},
		"- with words":   {"", []string{"-", "Hello."}, "", "- excludes other arguments"},
		"too long":       {strings.Repeat("a", 10000), []string{"-"}, "", "10000 characters"},
	} {
		e, _, _ := quietEnv()
		e.ctx, e.Dir, e.Stdin = t.Context(), dir, strings.NewReader(c.stdin)
		got, err := e.sentence(c.args)
		if got != c.want || (err == nil) != (c.bad == "") || err != nil && !strings.Contains(err.Error(), c.bad) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err != nil && fault.All(err)[0].Hint == "" {
			t.Errorf("%s has no hint", name)
		}
	}
}

// TestTrialAPI: without a manifest the key decides; with one it does, so that a project on the sandbox never buys.
func TestTrialAPI(t *testing.T) {
	t.Parallel()
	const head = "version: 1\nproject: t\nclips: {a: {file: a.webm}}\nheygen: "
	for name, c := range map[string]struct {
		manifest, key, api, want, bad string
	}{
		"nothing":               {"", "", "", "sandbox", ""},
		"a key":                 {"", "k", "", "auto", ""},
		"--api wins":            {"", "", "v3", "v3", ""},
		"a manifest":            {head + "{api: v2}\n", "", "", "v2", ""},
		"a sandbox and a key":   {head + "{api: sandbox}\n", "k", "", "sandbox", ""},
		"a sandbox and --api":   {head + "{api: sandbox}\n", "k", "v3", "v3", ""},
		"an unknown API":        {"", "", "v9", "", `--api cannot be "v9"`},
		"a program for the key": {head + "{api: v3, key: \"cmd:pass heygen\"}\n", "", "", "", "heygen.key runs a program"},
		"a broken manifest":     {"version: [", "k", "", "sandbox", ""},
	} {
		e, _, _ := quietEnv()
		e.ctx, e.Dir = t.Context(), t.TempDir()
		e.Getenv = func(k string) string { return map[string]string{"HEYGEN_API_KEY": c.key}[k] }
		if c.manifest != "" {
			write(t, e.Dir, map[string]string{"greenroom.yaml": c.manifest})
		}
		clip, err := e.trialClip(t.Context(), newOptions{api: c.api, take: 0}, "Hi.")
		if (err == nil) != (c.bad == "") || err != nil && !strings.Contains(fault.Format(err, true), c.bad) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (clip.API != c.want || clip.Take != 1 || clip.Words != "Hi.") {
			t.Errorf("%s: %+v", name, clip)
		}
	}
}

// TestTrialTarget: a file that cannot hold the clip is refused before anything is bought.
func TestTrialTarget(t *testing.T) {
	t.Parallel()
	e, _, _ := quietEnv()
	e.Dir = t.TempDir()
	write(t, e.Dir, map[string]string{"clips/x": "", "old.webm": ""})
	for name, want := range map[string]string{
		"a.webm": "", "A.WEBM": "", "old.webm": "", "clips/a.webm": "", "clips": "is a folder", "a.mp4": "transparent WebM", "a.mov": "transparent WebM",
		"a": "unsupported file extension", "a.gif": "unsupported file extension", "none/a.webm": "write none/a.webm",
	} {
		err := e.newTarget(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCopyAndCompareFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "same", "b": "same", "c": "diff", "d": "longer"})
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		one, two string
		want     bool
	}{{"a", "b", true}, {"a", "c", false}, {"a", "d", false}, {"a", "none", false}, {"none", "a", false}} {
		if same, err := equalFiles(at(c.one), at(c.two)); same != c.want || err != nil {
			t.Errorf("%s and %s: %v, %v", c.one, c.two, same, err)
		}
	}
	if err := copyFile(at("a"), at("new")); err != nil {
		t.Fatal(err)
	}
	if same, err := equalFiles(at("a"), at("new")); !same || err != nil {
		t.Errorf("the copy: %v, %v", same, err)
	}
	if err := copyFile(at("d"), at("a")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(at("a")); err != nil || string(b) != "longer" {
		t.Errorf("%q, %v", b, err)
	}
	if err := copyFile(at("none"), at("a")); err == nil || !exists(at("a")) {
		t.Errorf("a missing file: %v", err)
	}
	if exists(at("none")) {
		t.Error("a file that is missing exists")
	}
	left, err := filepath.Glob(at(".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestTrialHints: hints of the pipeline name the flags of `greenroom new` and the clip's own project.
func TestTrialHints(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]string{
		"raise heygen.budget or --max-spend":   "raise --max-spend",
		"build fewer clips, or raise the plan": "raise the plan",
		"set take: 2":                          "add --take 2",
		"run `greenroom status`":               "run `greenroom status`; add -C .greenroom/new/x, the clip's own project",
		"wait a minute":                        "wait a minute",
	} {
		e, _, _ := quietEnv()
		f := fault.New(fault.Failed, hint, "it failed")
		f.Place = &fault.Place{File: "greenroom.yaml", Line: 1}
		err := e.explainTrial(t.Context(), f, ".greenroom/new/x")
		if got := fault.All(err)[0]; got.Hint != want || got.Place != nil {
			t.Errorf("%q became %q, place %v", hint, got.Hint, got.Place)
		}
	}
}

func TestCheckExpectations(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{"": "", "auto": "auto", "AUTO": "auto", "00ff00": "#00FF00",
		"#00ff00": "#00FF00", "0000FF": "#0000FF"} {
		if got, err := keyColor(flag); got != want || err != nil {
			t.Errorf("--key-color %q is %q, %v", flag, got, err)
		}
	}
	for _, flag := range []string{"green", "#00ff0", "#808080", "00ff000"} {
		if got, err := keyColor(flag); fault.KindOf(err) != fault.Usage {
			t.Errorf("--key-color %q is %q, %v", flag, got, err)
		}
	}
	f := checkFile{name: "./intro.webm", path: "/p/public/intro.ab.webm", clip: ""}
	if f.publicName() != "./intro.webm" || f.label() != "intro.ab.webm" {
		t.Errorf("a file is %q, %q", f.publicName(), f.label())
	}
	f.clip, f.name = "intro", "intro"
	if f.publicName() != "intro.ab.webm" {
		t.Errorf("a clip's file is %q", f.publicName())
	}
	if got := f.tidy("open file:/p/public/intro.ab.webm and /p/public/intro.ab.webm"); got != "open intro and intro" {
		t.Errorf("tidied: %q", got)
	}
	cause := errors.New("read /p/public/intro.ab.webm: bad")
	err := f.named(fault.Wrap(fault.Media, cause, "delete /p/public/intro.ab.webm", "check /p/public/intro.ab.webm"))
	if one := fault.All(err)[0]; strings.Contains(one.Error()+one.Hint, "/p/public") || !errors.Is(err, cause) {
		t.Errorf("got %v, hint %q", one, one.Hint)
	}
}

// TestRecordPaid: the hint of an interrupted command speaks of payments only where there were some.
func TestRecordPaid(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string]bool{"submit": true, "voice": true, "wait": true, "fetch": false, "prepare": false,
		"publish": false} {
		e, _, _ := quietEnv()
		seen := 0
		sink := e.recordPaid(func(event.Event) { seen++ })
		sink(event.Event{Stage: stage})
		if seen != 1 || e.paid.any.Load() != want || !e.paid.followed.Load() {
			t.Errorf("%s: paid %v, %d events", stage, e.paid.any.Load(), seen)
		}
	}
	if e, _, _ := quietEnv(); e.recordPaid(nil) != nil {
		t.Error("a sink without a receiver")
	}
}
