package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/internal/cli/ci"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films/render"
)

func reportEnv(t *testing.T, vars map[string]string) (*env, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	return &env{Env: Env{Stderr: &out, Dir: t.TempDir(), Version: "test",
		Now:    func() time.Time { return time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC) },
		Getenv: func(k string) string { return vars[k] }}}, &out
}

func TestAnnotationsOnlyWhereAsked(t *testing.T) {
	for _, c := range []struct {
		flag, ci string
		want     bool
	}{{"", "", false}, {"", "true", true}, {"none", "true", false}, {"github", "", true}} {
		e, out := reportEnv(t, map[string]string{"GITHUB_ACTIONS": c.ci})
		e.annotations = c.flag
		if e.annotate(errors.New("x")); (out.Len() > 0) != c.want {
			t.Errorf("%+v: %q", c, out)
		}
	}
}

// TestAnnotationsHaveThePathOfTheCheckout: GitHub finds a file by its path in the repository.
func TestAnnotationsHaveThePathOfTheCheckout(t *testing.T) {
	root := t.TempDir()
	e, out := reportEnv(t, map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": root})
	e.Dir = filepath.Join(root, "videos")
	for file, want := range map[string]string{
		"scripts/intro.md":               "videos/scripts/intro.md",
		filepath.Join(root, "a.yaml"):    "a.yaml",
		filepath.Join(root, "..", "out"): filepath.ToSlash(filepath.Join(root, "..", "out")),
	} {
		if got := e.inRepository(file); got != want {
			t.Errorf("%s is %s, want %s", file, got, want)
		}
	}
	f := fault.New(fault.Manifest, "", "bad")
	f.Place = &fault.Place{File: "greenroom.yaml", Line: 3}
	if e.annotate(f); out.String() != "::error file=videos/greenroom.yaml,line=3,title=greenroom%3A manifest-invalid::bad\n" {
		t.Errorf("got %q", out)
	}
}

// TestReportsOfARun: the JUnit file is written where a flag names one, the summary where GitHub does.
func TestReportsOfARun(t *testing.T) {
	summary := filepath.Join(t.TempDir(), "summary.md")
	list := []ci.Outcome{{Name: "intro", State: ci.OK}}
	for _, c := range []struct {
		junit, actions         string
		wantJUnit, wantSummary bool
	}{{"", "", false, false}, {"out.xml", "", true, false}, {"", "true", false, true}, {"out.xml", "true", true, true}} {
		e, _ := reportEnv(t, map[string]string{"GITHUB_ACTIONS": c.actions, "GITHUB_STEP_SUMMARY": summary})
		if err := e.writeReports(c.junit, ci.Run{Command: "build", Project: "tour"}, list); err != nil {
			t.Fatal(err)
		}
		_, junitErr := os.Stat(filepath.Join(e.Dir, "out.xml"))
		_, summaryErr := os.Stat(summary)
		if (junitErr == nil) != c.wantJUnit || (summaryErr == nil) != c.wantSummary {
			t.Errorf("%+v: %v, %v", c, junitErr, summaryErr)
		}
		if err := os.RemoveAll(summary); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := reportEnv(t, map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": t.TempDir()})
	if err := e.writeReports("no/such/folder.xml", ci.Run{}, list); len(fault.All(err)) != 2 {
		t.Errorf("two files that cannot be written: %v", err)
	}
}

// TestOutcomeOfACheckedFile: findings that are ok are not reported; an error has its hint.
func TestOutcomeOfACheckedFile(t *testing.T) {
	t.Parallel()
	report := func(list ...media.Finding) *media.Report { return &media.Report{Frames: 25, Findings: list} }
	alpha := media.Finding{Name: "alpha", Verdict: media.OK}
	quiet := media.Finding{Name: "loudness", Verdict: media.Warn, Value: "-30 LUFS", Limit: "-23 LUFS"}
	matte := media.Finding{Name: "matte", Verdict: media.Fail, Value: "99 %", Limit: "80 %", Advice: "change it"}
	file := checkFile{name: "intro", path: "/p/intro.ab.webm", poster: "/p/intro.webp", manifest: "greenroom.yaml",
		line: 4}
	for name, c := range map[string]struct {
		in      checked
		state   ci.State
		details string
		hint    string
	}{
		"ok":      {checked{file, report(alpha), nil, nil}, ci.OK, "", ""},
		"warning": {checked{file, report(alpha, quiet), nil, nil}, ci.Warn, "warn loudness: -30 LUFS (limit -23 LUFS)", ""},
		"failure": {checked{file, report(quiet, matte), nil, nil}, ci.Fail,
			"warn loudness: -30 LUFS (limit -23 LUFS)\nfail matte: 99 % (limit 80 %); change it", ""},
		"error": {checked{file, nil, fault.New(fault.Media, "build it", "cannot be read"), nil}, ci.Fail, "cannot be read",
			"build it"},
	} {
		o := c.in.outcome()
		if o.State != c.state || strings.Join(o.Details, "\n") != c.details || o.Hint != c.hint || o.Name != "intro" ||
			o.Line != 4 || o.Label != "intro.ab.webm" {
			t.Errorf("%s: got %+v", name, o)
		}
		if c.in.err == nil && len(o.Findings) != len(o.Details) {
			t.Errorf("%s: %d findings, %d details", name, len(o.Findings), len(o.Details))
		}
	}
}

func TestFaultsOfAnOutcome(t *testing.T) {
	t.Parallel()
	if o := withFaults(ci.Outcome{Name: "intro"}, nil); o.State != ci.OK || o.Details != nil {
		t.Errorf("without faults: %+v", o)
	}
	o := withFaults(ci.Outcome{Name: "intro"}, []*fault.Error{fault.New(fault.Failed, "first", "one"),
		fault.New(fault.Failed, "second", "two")})
	if o.State != ci.Fail || strings.Join(o.Details, " ") != "one two" || o.Hint != "second" {
		t.Errorf("with two: %+v", o)
	}
}

func TestResultsTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clips := []pipeline.Result{
		{Clip: "welcome-ada", Each: "welcome", Row: 2, Status: "ready", File: "a.webm", Seconds: 3.5, Price: 1.25,
			VideoID: "=1+1"},
		{Clip: "bye", Status: "failed", Error: "HeyGen: \x1b[2J\nno"},
	}
	films := []render.Outcome{{Film: "tour", Each: "welcome", Row: 3, Status: render.Ready, File: "@out/tour.mp4", Frames: 75, Seconds: 3, Encoded: 1}}
	path := filepath.Join(dir, "clips.csv")
	if err := writeResults(path, clips); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	if lines[0] != "clip,family,row,status,file,seconds,price_usd,video_id,error" ||
		lines[1] != "welcome-ada,welcome,2,ready,a.webm,3.5,1.25,'=1+1," ||
		!strings.HasPrefix(lines[2], "bye,,,failed,,0,0.00,,") || strings.Contains(lines[2], "\x1b") || len(lines) != 4 {
		t.Errorf("got %q", lines)
	}
	if clips[1].Error != "HeyGen: \x1b[2J\nno" {
		t.Error("the caller's rows were changed")
	}
	path = filepath.Join(dir, "films.csv")
	if err := writeFilmResults(path, films); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil ||
		string(b) != "film,family,row,status,file,seconds,frames,error,encoded\ntour,welcome,3,ready,'@out/tour.mp4,3,75,,1.000\n" {
		t.Errorf("%v, got %q", err, b)
	}
}
