//go:build unix

package storage

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"greenroom/internal/e2e/e2etest"
)

// ciStep is a step of a GitHub workflow.
type ciStep struct {
	Name string            `yaml:"name"`
	Run  string            `yaml:"run"`
	Dir  string            `yaml:"working-directory"`
	Env  map[string]string `yaml:"env"`
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z.-]+) *\}\}`)

// ciSteps runs the steps of the shipped workflow and the script of the GitLab job, as they are written, in a clean
// clone with the cache at an address. Steps that install something are not run: the programs are here.
func ciSteps(t *testing.T, r *rehearsal, cache string) {
	b, err := os.ReadFile(e2etest.Root(t, ".github", "workflows", "greenroom.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []ciStep `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal(b, &workflow); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	m := r.clone(t, "")
	inputs := map[string]string{"inputs.directory": m.dir, "inputs.cache": cache, "inputs.pictures-url": "", "inputs.version": "1.2.3"}
	summary := filepath.Join(temp, "summary.md")
	ran := 0
	for _, step := range workflow.Jobs["clips"].Steps {
		if step.Run == "" || strings.HasPrefix(step.Name, "install ") {
			continue
		}
		env := append(m.env, "PATH="+os.Getenv("PATH"), "RUNNER_TEMP="+temp, "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+summary, "GITHUB_WORKSPACE="+m.dir)
		for name, value := range step.Env {
			env = append(env, name+"="+expression.ReplaceAllStringFunc(value, func(x string) string {
				known, ok := inputs[expression.FindStringSubmatch(x)[1]]
				if !ok {
					t.Errorf("step %q: unknown expression %s", step.Name, x)
				}
				return known
			}))
		}
		if step.Dir != "${{ inputs.directory }}" || strings.Contains(step.Run, "${{") {
			t.Errorf("step %q runs in %q, or has an expression in its script: an input could be a command", step.Name, step.Dir)
		}
		script := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		script.Dir, script.Env = m.dir, env
		if out, err := script.CombinedOutput(); err != nil {
			t.Errorf("step %q: %v\n%s", step.Name, err, out)
		}
		ran++
	}
	if ran != 2 {
		t.Errorf("%d steps were run, want 2", ran)
	}
	r.same(t, m)
	reports(t, filepath.Join(temp, "greenroom", "build.xml"), filepath.Join(temp, "greenroom", "check.xml"))
	for _, path := range []string{summary, filepath.Join(temp, "greenroom", "report", "index.html")} {
		if fi, err := os.Stat(path); err != nil || fi.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}

	if b, err = os.ReadFile(e2etest.Root(t, "docs", "ci", "gitlab-ci.yml")); err != nil {
		t.Fatal(err)
	}
	var gitlab struct {
		Clips struct {
			Before []string `yaml:"before_script"`
			Script []string `yaml:"script"`
			After  []string `yaml:"after_script"`
		} `yaml:"clips"`
	}
	if err := yaml.Unmarshal(b, &gitlab); err != nil {
		t.Fatal(err)
	}
	m = r.clone(t, "")
	token := filepath.Join(temp, "token")
	lines := append(append(append([]string{"set -eu"}, gitlab.Clips.Before...), gitlab.Clips.Script...), gitlab.Clips.After...)
	script := exec.Command("sh", "-c", strings.Join(lines, "\n"))
	script.Dir = m.dir
	script.Env = append(m.env, "PATH="+os.Getenv("PATH"), "GREENROOM_CACHE_URL="+cache, "AWS_TOKEN=not-a-secret", "AWS_WEB_IDENTITY_TOKEN_FILE="+token)
	if out, err := script.CombinedOutput(); err != nil {
		t.Errorf("GitLab: %v\n%s", err, out)
	}
	r.same(t, m)
	reports(t, filepath.Join(m.dir, "reports", "build.xml"), filepath.Join(m.dir, "reports", "check.xml"))
	if _, err := os.Stat(token); err == nil {
		t.Error("GitLab: the token is left behind")
	}
}

// reports reads JUnit files: there are tests, and none failed.
func reports(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		var suites struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
		}
		if err := xml.Unmarshal(b, &suites); err != nil || suites.Tests == 0 || suites.Failures > 0 {
			t.Errorf("%s: %d tests, %d failures, %v", path, suites.Tests, suites.Failures, err)
		}
	}
}
