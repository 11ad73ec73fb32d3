package cli

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/internal/fault"
)

func reportEnv(t *testing.T, vars map[string]string) (*env, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	return &env{Env: Env{Stderr: &out, Dir: t.TempDir(), Version: "test", Now: func() time.Time { return time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC) },
		Getenv: func(k string) string { return vars[k] }}}, &out
}

func TestAnnotationsCannotBeSteered(t *testing.T) {
	e, out := reportEnv(t, map[string]string{"GITHUB_ACTIONS": "true"})
	f := fault.New(fault.Manifest, "look, here: 100%", "bad\n::set-output name=x::y")
	f.Place = &fault.Place{File: "green,room:\n.yaml", Line: 3, Column: 7}
	e.annotate(errors.Join(f, errors.New("plain")))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), out)
	}
	if !strings.HasSuffix(lines[0], "green%2Croom%3A%0A.yaml,line=3,col=7,title=greenroom%3A manifest-invalid::bad%0A::set-output name=x::y%0Alook, here: 100%25") {
		t.Errorf("got %q", lines[0])
	}
	if lines[1] != "::error title=greenroom%3A failed::plain" {
		t.Errorf("got %q", lines[1])
	}
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

func someOutcomes() []outcome {
	return []outcome{
		{name: "intro", state: stateOK, facts: "640x360", poster: "/x/intro.ab.webp"},
		{name: "a|b<script>`", state: stateWarn, details: []string{"warn loudness: -30 LUFS"}},
		{name: "bye", state: stateFail, file: "greenroom.yaml", line: 9, details: []string{"fail matte: \x1b[2J opaque & <bad>", "second"}, hint: "do this"},
	}
}

func TestJUnit(t *testing.T) {
	e, _ := reportEnv(t, nil)
	if err := e.writeJUnit("out.xml", "check", someOutcomes(), 1.5); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(e.Dir, "out.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b, &got); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if got.Tests != 3 || got.Failures != 1 || len(got.Suite.Cases) != 3 || got.Suite.Time != "1.500" {
		t.Errorf("got %+v", got)
	}
	c := got.Suite.Cases[2]
	if c.Failure == nil || c.Line != 9 || c.File != "greenroom.yaml" || !strings.Contains(c.Failure.Text, "second\ndo this") || strings.Contains(c.Failure.Message, "\x1b") {
		t.Errorf("the failure is %+v", c)
	}
	if c := got.Suite.Cases[1]; c.Failure != nil || !strings.Contains(c.Out, "-30 LUFS") {
		t.Errorf("the warning is %+v", c)
	}
	if err := e.writeJUnit("no/such/folder.xml", "check", nil, 0); err == nil {
		t.Error("written nowhere without an error")
	}
}

func TestStepSummary(t *testing.T) {
	vars := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": filepath.Join(t.TempDir(), "summary.md")}
	e, _ := reportEnv(t, vars)
	read := func() string {
		if err := e.writeStepSummary("check", "tour", someOutcomes()); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(vars["GITHUB_STEP_SUMMARY"])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	got := read()
	for _, want := range []string{"| intro | ● ok | 640x360 | <code>intro.ab.webp</code> |", "a&#124;b&lt;script&gt;&#96;", "✕ fail", "3 clips, 1 failed"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	if strings.Contains(got, "data:") || strings.Contains(got, "<script") {
		t.Errorf("what GitHub removes, or runs:\n%s", got)
	}
	vars["GREENROOM_PICTURES_URL"] = "https://pictures.example/tour/"
	if got := read(); !strings.Contains(got, `<img src="https://pictures.example/tour/intro.ab.webp" alt="intro" width="160">`) || strings.Count(got, "### greenroom check") != 2 {
		t.Errorf("got %s", got)
	}
	vars["GREENROOM_PICTURES_URL"] = "javascript:alert(1)"
	if got := read(); strings.Contains(got, "javascript") {
		t.Errorf("got %s", got)
	}
}

func TestContactSheet(t *testing.T) {
	e, _ := reportEnv(t, nil)
	poster := filepath.Join(e.Dir, "intro.webp")
	if err := os.WriteFile(poster, []byte("RIFF....WEBP"), 0o644); err != nil {
		t.Fatal(err)
	}
	list := []checked{
		{file: checkFile{name: "intro", path: "/p/intro.ab.webm", poster: poster}, report: &media.Report{Frames: 25, Findings: []media.Finding{{Name: "alpha", Verdict: media.OK}}}},
		{file: checkFile{name: "<img src=x>", path: "/p/x.webm"}, report: &media.Report{Findings: []media.Finding{{Name: "matte", Verdict: media.Fail, Value: "99 %", Limit: "80 %", Advice: "change it"}}}},
		{file: checkFile{name: "gone", path: "/p/gone.webm"}, err: errors.New("cannot be read")},
	}
	if err := e.writeReport("sheet", "tour", list); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(e.Dir, "sheet", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, want := range []string{"data:image/webp;base64,UklGRi4uLi5XRUJQ", "&lt;img src=x&gt;", "change it", "cannot be read", "<b>1</b> ok", "<b>2</b> failed", "@media print"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in the page", want)
		}
	}
	for _, no := range []string{"<img src=x>", "<script", "http://", "https://"} {
		if strings.Contains(page, no) {
			t.Errorf("the page holds %q", no)
		}
	}
}
