package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// completed returns what follows the words in a shell, without descriptions.
func completed(t *testing.T, dir, shell string, words ...string) []string {
	t.Helper()
	var out, errOut bytes.Buffer
	code := Main(t.Context(), append([]string{completeName, shell}, words...), Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut,
		Getenv: func(string) string { return "" }, LookPath: exec.LookPath, Now: time.Now, Dir: dir, Version: "test"})
	if code != 0 || errOut.Len() > 0 {
		t.Errorf("%q: exit %d, %s", words, code, errOut.String())
	}
	var list []string
	for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		value, _, tab := strings.Cut(line, "\t")
		if line != "" && !tab {
			t.Errorf("%q: a line without a tab: %q", words, line)
		}
		list = append(list, value)
	}
	return list
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "version: 1\nproject: tour\nheygen: {api: sandbox}\ndefaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: x1}}\n" +
		"clips:\n  intro: {script: Hello there.}\n  outro: {script: Bye for now.}\ncompositions:\n  tour: {layers: [{clip: intro}]}\n"
	for _, path := range []string{filepath.Join(dir, "greenroom.yaml"), filepath.Join(dir, "sub", "other.yaml")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		shell, words string // split at commas
		want         []string
	}{
		{"zsh", "buil", []string{"build"}},
		{"zsh", "-C,sub,pl", []string{"plan"}},
		{"zsh", "build,", []string{"intro", "outro"}},
		{"zsh", "-C,sub,-f,other.yaml,build,o", []string{"outro"}},
		{"zsh", "build,-C,sub,-f,other.yaml,o", []string{"outro"}},
		{"zsh", "-C,nowhere,build,", []string{""}},
		{"zsh", "build,--jun", []string{"--junit"}},
		{"zsh", "build,--junit,", []string{":files"}},
		{"zsh", "check,--report=", []string{":folders"}},
		{"zsh", "render,--renderer,", []string{"native", "remotion"}},
		{"zsh", "render,--renderer=re", []string{"--renderer=remotion"}},
		{"bash", "render,--renderer,=,re", []string{"remotion"}},
		{"bash", "render,--format,16,:", []string{"9"}},
		{"bash", "render,--format,=,9,:,", []string{"16"}},
		{"zsh", "render,--format,1", []string{"16:9", "1:1"}},
		{"zsh", "render,to", []string{"tour"}},
		{"zsh", "render,Pre", []string{"Presenter"}},
		{"zsh", "render,--all,--clip,", []string{"intro", "outro"}},
		{"zsh", "cache,", []string{"push", "verify"}},
		{"zsh", "cache,push,i", []string{"intro"}},
		{"zsh", "schema,", []string{"manifest", "props"}},
		{"zsh", "webhooks,", []string{"list", "add", "update", "delete", "rotate", "types", "events"}},
		{"zsh", "help,vers", []string{"version"}},
		{"zsh", "completion,", shellNames()},
		{"zsh", "init,", []string{":folders"}},
		{"zsh", "unknown,", []string{""}},
		{"zsh", "doctor,", []string{""}},
		{"zsh", "build,--jobs,", []string{""}},
	} {
		if got := completed(t, dir, c.shell, strings.Split(c.words, ",")...); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.shell, c.words, got, c.want)
		}
	}
	if got := completed(t, dir, "fish", "build", "--"); !slices.Contains(got, "--frozen") || !slices.Contains(got, "--directory") || !slices.Contains(got, "--help") {
		t.Errorf("flags of build: %q", got)
	}
	if got := completed(t, dir, "fish"); !slices.Contains(got, "render") {
		t.Errorf("no words: %q", got)
	}
}

// TestCompletionTables: a table that names a flag or a command which does not exist, or misses a flag that takes a
// file, a folder or one of a few words, is out of date.
func TestCompletionTables(t *testing.T) {
	t.Parallel()
	flags, takes := map[string]bool{}, map[string]string{}
	(&env{}).globals().VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
	names := commandNames()
	for _, c := range commands() {
		fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		c.bind(fs)
		fs.VisitAll(func(f *pflag.Flag) {
			flags[f.Name] = true
			if kind, _ := pflag.UnquoteUsage(f); slices.Contains([]string{"FILE", "DIR", "CLIP", "WHEN", "WHAT", "GENDER", "SHAPE", "PATTERN"}, kind) {
				takes[f.Name] = c.name + " " + kind
			}
		})
	}
	for name := range flagValues {
		if !flags[name] {
			t.Errorf("no command has the flag --%s", name)
		}
	}
	for name, where := range takes {
		if flagValues[name] == nil {
			t.Errorf("--%s (%s) has no completion", name, where)
		}
	}
	for name := range arguments {
		if !slices.Contains(names, name) {
			t.Errorf("there is no command %s", name)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, s := range shells {
		code, out, stderr := call(t, nil, "completion", s.name)
		if code != 0 || !strings.Contains(out, completeName+" "+s.name) {
			t.Errorf("%s: exit %d, %s%s", s.name, code, out, stderr)
		}
	}
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "zsh"}} {
		if code, _, stderr := call(t, nil, args...); code != 2 || !strings.Contains(stderr, "powershell") {
			t.Errorf("%q: exit %d, %s", args, code, stderr)
		}
	}
}
