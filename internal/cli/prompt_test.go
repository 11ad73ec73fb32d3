package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/pace"
)

const goodPrompt = "A 20-second film.\nStyle: flat, warm, hand-drawn\n\nScene 1: Intro (0-5s)\nVO: \"Hello there, and welcome.\"\nVisual: [b-roll] a table\n"

// TestPromptModes: each mode prints its own part, and a mistake in one file does not hide those of another.
func TestPromptModes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"good.md": goodPrompt, "bad.md": "Scene 1: Intro (5-0s)\nVO: \"Hello.\"\n", "large.md": strings.Repeat("word ",
			300000), "folder/": "",
	})
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string // parts of them; "-" is nothing
	}{
		"shown":             {[]string{"good.md"}, 0, "Hello there, and welcome.", "1 scene, "},
		"sent":              {[]string{"--send", "good.md"}, 0, "Hello there, and welcome.", ""},
		"checked":           {[]string{"--check", "good.md"}, 0, "-", ""},
		"a mistake":         {[]string{"--check", "bad.md"}, 5, "-", "bad.md:1"},
		"two files":         {[]string{"--check", "bad.md", "none.md", "bad.md"}, 5, "-", "5 errors"},
		"the other one":     {[]string{"bad.md", "good.md"}, 5, "Hello there, and welcome.", "bad.md:1"},
		"too large":         {[]string{"large.md"}, 5, "-", "the prompt is larger than"},
		"a folder":          {[]string{"folder"}, 2, "-", "folder is a folder"},
		"no file":           {[]string{"none.md"}, 2, "-", "read the prompt none.md"},
		"an empty standard": {[]string{"--check", "-"}, 5, "-", "-:1"},
	} {
		code, out, errOut := callIn(t, dir, append([]string{"prompt"}, c.args...)...)
		if code != c.code || !strings.Contains(errOut, c.stderr) {
			t.Errorf("%s: exit %d\n%s", name, code, errOut)
		}
		if c.stdout == "-" && out != "" || c.stdout != "-" && !strings.Contains(out, c.stdout) {
			t.Errorf("%s: stdout %q, want %q", name, out, c.stdout)
		}
	}
}

// TestPromptWarnings: they do not fail a prompt, unless --strict counts them as errors.
func TestPromptWarnings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"plain.md": "Scene 1: Intro (0-5s)\nVO: \"Hello there, and welcome.\"\nVisual: [b-roll] a table\n"})
	code, _, errOut := callIn(t, dir, "prompt", "--check", "plain.md")
	if code != 0 || !strings.Contains(errOut, "greenroom: warning: plain.md:") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	if code, _, errOut := callIn(t, dir, "prompt", "--check", "--strict", "plain.md"); code != 5 ||
		!strings.Contains(errOut, "error: ") {
		t.Errorf("--strict: exit %d\n%s", code, errOut)
	}
	code, _, errOut = callIn(t, dir, "prompt", "--check", "--json", "plain.md")
	line, _, _ := strings.Cut(errOut, "\n")
	var w warningLine
	if err := json.Unmarshal([]byte(line), &w); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %q", code, err, errOut)
	}
	if w := w.Warning; w.File != "plain.md" || w.Line < 1 || w.Column < 1 || w.Rule == "" || w.Message == "" ||
		w.Hint == "" {
		t.Errorf("the warning is %+v", w)
	}
}

// TestPromptRewrite: the structured form replaces the file, a second time changes nothing, and a link stays a link.
func TestPromptRewrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"loose.md": "\n\n" + strings.ReplaceAll(goodPrompt, "VO:", "Narrator :") + "\n\n"})
	link := filepath.Join(dir, "link.md")
	if err := os.Symlink("loose.md", link); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "loose.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := callIn(t, dir, "prompt", "--write", "link.md")
	if code != 0 || out != "" || !strings.Contains(errOut, "link.md is rewritten: ") {
		t.Fatalf("exit %d, %q\n%s", code, out, errOut)
	}
	fi, err := os.Lstat(link)
	if err != nil || fi.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", fi, err)
	}
	if fi, err := os.Stat(link); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", fi, err)
	}
	first, err := os.ReadFile(link)
	if err != nil {
		t.Fatal(err)
	}
	code, _, errOut = callIn(t, dir, "prompt", "--write", "link.md")
	if again, err := os.ReadFile(link); err != nil || code != 0 || string(again) != string(first) ||
		!strings.Contains(errOut, "is in its structured form already") {
		t.Errorf("again: exit %d, %v\n%s", code, err, errOut)
	}
}

func TestLineChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, text  string
		gone, want []string
	}{
		"equal":         {"a\nb\n", "a\nb\n", nil, nil},
		"line ends":     {"a\r\nb\r\n", "a\nb\n", nil, nil},
		"empty lines":   {"a\n\n\nb", "a\nb\n", nil, nil},
		"another order": {"a\nb\n", "b\na\n", nil, nil},
		"replaced":      {"a\nb\n", "a\nc\n", []string{"b"}, []string{"c"}},
		"fewer of one":  {"a\na\n", "a\n", []string{"a"}, nil},
		"more of one":   {"a\n", "a\na\n", nil, []string{"a"}},
		"all":           {"a", "b", []string{"a"}, []string{"b"}},
	} {
		gone, added := lineChanges(c.old, c.text)
		if !slices.Equal(gone, c.gone) || !slices.Equal(added, c.want) {
			t.Errorf("%s: %q and %q, want %q and %q", name, gone, added, c.gone, c.want)
		}
	}
	if got := seconds(pace.Length{Low: 3.4, High: 5.6}); got != "3-6 s" {
		t.Errorf("a range is %q", got)
	}
}

// TestSchemas: both are printed as JSON, the manifest's without an argument.
func TestSchemas(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, line := range []string{"schema", "schema manifest", "schema props"} {
		code, out, errOut := call(t, nil, strings.Fields(line)...)
		var v struct{ Title string }
		if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || errOut != "" || v.Title == "" {
			t.Errorf("%s: exit %d, %v, title %q, %s", line, code, err, v.Title, errOut)
		}
		texts[line] = out
	}
	if texts["schema"] != texts["schema manifest"] || texts["schema"] == texts["schema props"] {
		t.Error("the schema of the manifest is not the default")
	}
}

// TestCIReportsOfABuild: a clip that fails is a failure of its own in JUnit and a row in the step summary.
func TestCIReportsOfABuild(t *testing.T) {
	s := newShell(t)
	s.env["GITHUB_ACTIONS"], s.env["GITHUB_STEP_SUMMARY"] = "true", filepath.Join(s.dir, "summary.md")
	s.env["GITHUB_WORKSPACE"] = s.dir
	s.write("greenroom.yaml", strings.Replace(jsonManifest, "clips:\n", "clips:\n  gone: {file: gone.webm}\n", 1))
	code, _, errOut := s.text("build", "--yes", "--junit", "out/build.xml")
	if code != 5 || !strings.Contains(errOut, "::error file=greenroom.yaml,line=9,") ||
		!strings.Contains(errOut, "gone.webm") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	s.write("greenroom.yaml", jsonManifest)
	code, _, errOut = s.text("build", "--yes", "--junit", "out/build.xml")
	if code != 0 || strings.Contains(errOut, "::error") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	for name, want := range map[string][]string{
		"out/build.xml": {`tests="1" failures="0"`,
			`name="hello" classname="greenroom.build" file="greenroom.yaml" line="9"`},
		"summary.md": {"### greenroom build: t", "| hello | ● ok | ", "1 clip, 0 failed", "<code>hello."},
	} {
		b, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s has no %q:\n%s", name, w, b)
			}
		}
	}
	code, out, errOut := s.text("check", "--report", "sheet", "--junit", "out/check.xml", "--annotations", "none")
	if code != 0 || !strings.Contains(out, "hello: ") || !strings.Contains(errOut, "1 checked, none failed") {
		t.Errorf("check: exit %d, %q\n%s", code, out, errOut)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "sheet", "index.html")); err != nil {
		t.Error(err)
	}
}

func TestFaultsOfSeveralErrors(t *testing.T) {
	t.Parallel()
	if err := joined(nil); err != nil {
		t.Errorf("nothing is %v", err)
	}
	one, two := fault.New(fault.Usage, "", "one"), fault.New(fault.Failed, "", "two")
	if all := fault.All(joined([]error{one, two})); len(all) != 2 || all[0].Msg != "one" || all[1].Msg != "two" {
		t.Errorf("got %v", all)
	}
}
