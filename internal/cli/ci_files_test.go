package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"greenroom/internal/fault"
)

// ciFiles are the files that people copy into their own CI, and the greenroom commands
// that each has. A command that is lost or added shows here.
var ciFiles = map[string][]string{
	"../../.github/workflows/greenroom.yml": {"build", "check", "status"},
	"../../docs/ci/gitlab-ci.yml":           {"build", "check", "status"},
}

// TestCIFilesCallTheRealCLI holds every greenroom line of the CI files against the real
// command line: flags by its parser, arguments by the command itself.
func TestCIFilesCallTheRealCLI(t *testing.T) {
	for file, want := range ciFiles {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var got []string
			for _, args := range greenroomLines(t, scriptsOf(t, file)) {
				got = append(got, args[0])
				if said, ok := accepted(t, args); !ok {
					t.Errorf("greenroom %s: %s", strings.Join(args, " "), said)
				}
			}
			slices.Sort(got) // a mapping has no order
			if !slices.Equal(got, want) {
				t.Errorf("commands are %q, want %q", got, want)
			}
		})
	}
}

// TestAcceptedRefuses shows that the test above can fail.
func TestAcceptedRefuses(t *testing.T) {
	for _, line := range []string{"biuld --frozen", "build --frozn", "build --junit", "doctor stray", "status --check=maybe"} {
		if _, ok := accepted(t, strings.Fields(line)); ok {
			t.Errorf("greenroom %s is accepted", line)
		}
	}
}

// TestGitLabImageHasNoEntrypoint: GitLab starts a job as `sh -c …` through the image's
// entry point, which is greenroom in docs/ci/Dockerfile and knows no command "sh".
func TestGitLabImageHasNoEntrypoint(t *testing.T) {
	var f struct {
		Clips struct {
			Image struct {
				Name       string   `yaml:"name"`
				Entrypoint []string `yaml:"entrypoint"`
			} `yaml:"image"`
		} `yaml:"clips"`
	}
	b, err := os.ReadFile("../../docs/ci/gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	if e := f.Clips.Image.Entrypoint; f.Clips.Image.Name == "" || len(e) != 1 || e[0] != "" {
		t.Errorf("image is %+v, want a name and entrypoint [\"\"]", f.Clips.Image)
	}
}

// TestSetupForTheDemoInstallsNothingOfTheTests: `make demo` compiled two storage servers that only tests use.
func TestSetupForTheDemoInstallsNothingOfTheTests(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	setup := func(args ...string) (string, int) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(".ci", "setup"), args...)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
		out, _ := cmd.CombinedOutput() // its exit code has more to check
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := setup("demo"); code != 0 || !strings.Contains(out, "ready for demo") || strings.Count(out, "\n") != 1 {
		t.Errorf("exit %d, on a machine that has all: %s", code, out)
	}
	if list, err := os.ReadDir(cache); err != nil || len(list) > 0 {
		t.Errorf("setup for the demo put %v into the cache, %v", list, err)
	}
	if out, code := setup("tests"); code != 2 || !strings.Contains(out, "use demo, companion, test, all or bench") {
		t.Errorf("an unknown purpose: exit %d, %s", code, out)
	}
}

// accepted reports whether the command line takes args. With --help after them flags are
// parsed and nothing runs; in a folder without a manifest a command gets as far as its
// arguments.
func accepted(t *testing.T, args []string) (said string, ok bool) {
	t.Helper()
	run := func(args []string) (string, int) {
		var err strings.Builder
		code := Main(t.Context(), args, Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &err,
			Getenv: func(string) string { return "" }, LookPath: exec.LookPath, Now: time.Now, Dir: t.TempDir(), Version: "test"})
		return err.String(), code
	}
	if said, code := run(append(args[:len(args):len(args)], "--help")); code != 0 {
		return said, false
	}
	said, code := run(args)
	return said, code != fault.ExitCode(fault.New(fault.Usage, "", "usage"))
}

// scriptsOf returns the shell text of a workflow's `run:` and of a GitLab job's script
// lists. A list entry that YAML reads as something else than text fails.
func scriptsOf(t *testing.T, file string) (scripts []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		script := key == "run" || key == "script" || key == "before_script" || key == "after_script"
		switch v := v.(type) {
		case map[string]any:
			if script {
				t.Errorf("%s: %s: YAML reads a mapping where a line of shell is meant: %v", file, key, v)
			}
			for k, w := range v {
				walk(k, w)
			}
		case []any:
			for _, w := range v {
				walk(key, w)
			}
		case string:
			if script {
				scripts = append(scripts, v)
			}
		default:
			if script {
				t.Errorf("%s: %s: %v is not a string", file, key, v)
			}
		}
	}
	walk("", doc)
	return scripts
}

// greenroomLines returns the arguments of each call. The shell itself splits them, so quotes
// and variables are read as in CI.
func greenroomLines(t *testing.T, scripts []string) (calls [][]string) {
	t.Helper()
	for _, s := range scripts {
		for _, line := range strings.Split(s, "\n") {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "greenroom ") {
				continue
			}
			cmd := exec.Command("sh", "-euc", `greenroom() { printf '%s\n' "$@"; }; `+line)
			cmd.Env = []string{"RUNNER_TEMP=" + t.TempDir()}
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			calls = append(calls, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"))
		}
	}
	return calls
}
