package secrets

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

// childManifest has a clip to buy, a film, and a key in a variable of its own.
const childManifest = `version: 1
project: children
size: 320x240
heygen: {api: v2, key: $MY_HEYGEN}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  hello: {script: "Hello."}
compositions:
  brief:
    size: 320x180
    length: 0.2s
    background: "#16301F"
    layers: [{clip: hello, for: 0.2s}, {text: "Hello", size: 12%}]
`

// canaryVariables hold the same word: no child may have it.
var canaryVariables = []string{
	"HEYGEN_API_KEY", "MY_HEYGEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"GOOGLE_APPLICATION_CREDENTIALS", "AZURE_STORAGE_KEY", "AZURE_CLIENT_SECRET", "GITHUB_TOKEN", "CI_JOB_TOKEN",
	"NODE_AUTH_TOKEN", "WEBHOOK_SECRET", "COPY_OF_VALUE",
}

const childCanary = "CANARY-in-the-environment-of-a-child"

// TestNoChildGetsASecret reads the environment of every process below each command that
// starts programs, from its beginning to its end.
func TestNoChildGetsASecret(t *testing.T) {
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"))
	dir := e2etest.FilmProject(t)
	modules, err := os.Readlink(filepath.Join(dir, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	// An npm that installs what is there already, and keeps what it was given. What it starts itself would get the token
	// of the registry, as with the real one, and be seen here by chance.
	tools := t.TempDir()
	npm := "#!/bin/sh\nexport -p > npm.env\nunset NPM_TOKEN\nln -s '" + modules + "' node_modules\n"
	e2etest.Write(t, filepath.Join(tools, "npm"), npm)
	if err := os.Chmod(filepath.Join(tools, "npm"), 0o755); err != nil {
		t.Fatal(err)
	}
	given := filepath.Join(tools, "given")
	for _, name := range []string{"node", "ffmpeg", "ffprobe", "espeak-ng"} {
		recording(t, tools, name, given)
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), childManifest)
	env := append(os.Environ(), "HEYGEN_API_BASE="+base, "PATH="+tools+":"+os.Getenv("PATH"))
	env = append(env, "NPM_TOKEN=for-the-registry")
	for _, name := range canaryVariables {
		env = append(env, name+"="+childCanary)
	}
	for _, c := range []struct {
		args     []string
		programs string // that must have been seen
		until    string // end it when this is printed; "": it ends by itself
		installs bool   // the project's packages are not there yet
	}{
		{args: []string{"doctor"}, programs: "ffmpeg node"},
		{args: []string{"plan"}},
		{args: []string{"build", "--yes"}, programs: "ffmpeg ffprobe"},
		{args: []string{"status"}},
		{args: []string{"check"}, programs: "ffmpeg"},
		{args: []string{"render", "brief", "--renderer", "native"}, programs: "ffmpeg"},
		{args: []string{"render", "Presenter", "--install"}, programs: "node esbuild chromium ffmpeg", installs: true},
		{args: []string{"render", "brief", "--renderer", "remotion", "--still", "0"}, programs: "node chromium"},
		{args: []string{"watch", "--studio", "--no-page"}, programs: "node esbuild", until: "Built in"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			e2etest.Write(t, given, "")
			seen := watchChildren(t, dir, env, c.until, c.args...)
			recorded := string(e2etest.Read(t, given))
			if strings.Contains(recorded, childCanary) {
				t.Errorf("a program got\n%s", recorded)
			}
			for p := range strings.FieldsSeq(c.programs) {
				found := strings.Contains(recorded, "PROGRAM="+p+"\n")
				for args := range seen {
					found = found || strings.Contains(args, p)
				}
				if !found {
					t.Errorf("%s was not seen among %d processes", p, len(seen))
				}
			}
			if c.installs {
				npm := string(e2etest.Read(t, filepath.Join(dir, "npm.env")))
				if strings.Contains(npm, childCanary) || !strings.Contains(npm, "NPM_TOKEN='for-the-registry'\n") {
					t.Errorf("npm install gets\n%s", npm)
				}
			}
		})
	}
}

// recording puts a program into dir that writes its environment down and becomes the real
// one: a process that ends at once may not be seen in /proc.
func recording(t *testing.T, dir, name, given string) {
	t.Helper()
	real, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	e2etest.Write(t, path, "#!/bin/sh\n{ echo PROGRAM="+name+"; env; } >> '"+given+"'\nexec '"+real+"' \"$@\"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

// watchChildren runs one command and returns the command lines of everything below it.
func watchChildren(t *testing.T, dir string, env []string, until string, args ...string) map[string]bool {
	t.Helper()
	story, err := os.Create(filepath.Join(t.TempDir(), "story"))
	if err != nil {
		t.Fatal(err)
	}
	defer story.Close()
	cmd := exec.Command("greenroom", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, story, story
	if until != "" { // the end of stdin ends a watch
		keys, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		defer keys.Close()
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	own := ownPrograms(t)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	seen := map[string]bool{}
	tick := time.NewTicker(20 * time.Millisecond) // what ends sooner is seen by its recording
	defer tick.Stop()
	for deadline, stopped := time.Now().Add(4*time.Minute), false; ; {
		for _, pid := range below(cmd.Process.Pid) {
			inspect(t, pid, own, seen)
		}
		select {
		case err := <-ended:
			if said := e2etest.Read(t, story.Name()); err != nil && until == "" {
				t.Fatalf("greenroom %v: %v\n%s", args, err, said)
			} else if bytes.Contains(said, []byte(childCanary)) {
				t.Errorf("greenroom %v prints the key:\n%s", args, said)
			}
			return seen
		case <-tick.C:
		}
		if until != "" && !stopped && bytes.Contains(e2etest.Read(t, story.Name()), []byte(until)) {
			stopped = true
			_ = cmd.Process.Signal(os.Interrupt)
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			t.Fatalf("greenroom %v does not end\n%s", args, e2etest.Read(t, story.Name()))
		}
	}
}

// ownPrograms are the files of this test and of greenroom.
func ownPrograms(t *testing.T) []string {
	t.Helper()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	greenroom, err := exec.LookPath("greenroom")
	if err != nil {
		t.Fatal(err)
	}
	if greenroom, err = filepath.EvalSymlinks(greenroom); err != nil {
		t.Fatal(err)
	}
	return []string{self, greenroom}
}

// inspect reads one process's environment. Between fork and exec a child still is a copy of
// greenroom, with greenroom's own; that is not what a program gets.
func inspect(t *testing.T, pid string, own []string, seen map[string]bool) {
	t.Helper()
	proc := filepath.Join("/proc", pid)
	before, err := os.Readlink(filepath.Join(proc, "exe"))
	env, err2 := os.ReadFile(filepath.Join(proc, "environ"))
	args, err3 := os.ReadFile(filepath.Join(proc, "cmdline"))
	after, err4 := os.Readlink(filepath.Join(proc, "exe"))
	if err != nil || err2 != nil || err3 != nil || err4 != nil || before != after || slices.Contains(own, before) {
		return // it ended meanwhile, or began
	}
	line := strings.ReplaceAll(string(args), "\x00", " ")
	seen[line] = true
	for kv := range bytes.SplitSeq(env, []byte{0}) {
		name, value, _ := strings.Cut(string(kv), "=")
		if strings.Contains(value, childCanary) || leaks(kv) != "" || name == "NPM_TOKEN" && !strings.Contains(line, "npm") {
			if once := line + name; !seen[once] {
				seen[once] = true
				t.Errorf("%.80s gets %s", line, name)
			}
		}
	}
	if strings.Contains(line, childCanary) {
		t.Errorf("%.80s has the key in its arguments", line)
	}
}

// below returns the descendants of a process. The kernel lists the children of each thread: reading the parents of all
// processes of the machine every few milliseconds took a processor.
func below(root int) (all []string) {
	for next := []string{strconv.Itoa(root)}; len(next) > 0; next = next[1:] {
		threads, _ := os.ReadDir(filepath.Join("/proc", next[0], "task")) // it may have ended
		for _, thread := range threads {
			b, _ := os.ReadFile(filepath.Join("/proc", next[0], "task", thread.Name(), "children"))
			children := strings.Fields(string(b))
			all, next = append(all, children...), append(next, children...)
		}
	}
	return all
}
