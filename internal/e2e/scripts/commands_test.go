package scripts

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// until polls a condition, at most 30 s.
func until(ts *testscript.TestScript, what string, f func() bool) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); ; {
		if f() {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s did not happen", what)
		}
	}
}

// account is the number of jobs on the sandbox's account, of one path or of all.
func account(ts *testscript.TestScript, path string) (n int) {
	res, err := http.Get(ts.Getenv("HEYGEN_API_BASE") + "/_sandbox/account")
	ts.Check(err)
	defer res.Body.Close()
	var a struct {
		Billed int `json:"billed_jobs"`
		Jobs   []struct{ Route string }
	}
	ts.Check(json.NewDecoder(res.Body).Decode(&a))
	if path == "" {
		return a.Billed
	}
	for _, j := range a.Jobs {
		if j.Route == path {
			n++
		}
	}
	return n
}

// billed N [PATH] compares the number of jobs on the sandbox's account.
func billed(ts *testscript.TestScript, neg bool, args []string) {
	path := ""
	if len(args) > 1 {
		path = args[1]
	}
	if n := account(ts, path); neg || fmt.Sprint(n) != args[0] {
		ts.Fatalf("%d jobs billed %s, want %s", n, path, args[0])
	}
}

// fetched FAULT… builds the manifest in a new folder while the sandbox has these faults: one job is bought, the
// download is complete, the clip passes its checks, and no temporary file stays.
func fetched(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fetched FAULT...")
	}
	setFaults(ts, false, args)
	dir := ts.MkAbs(strings.Join(args, "-"))
	ts.Check(os.Mkdir(dir, 0o755))
	ts.Check(os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(ts.ReadFile("greenroom.yaml")), 0o644))
	before := account(ts, "")
	ts.Check(ts.Exec("greenroom", "build", "-C", dir))
	if text := ts.ReadFile("stderr"); !strings.Contains(text, "1 clip: 1 bought, 1 downloaded") {
		ts.Fatalf("%v:\n%s", args, text)
	}
	ts.Check(ts.Exec("greenroom", "check", "-C", dir))
	if n := account(ts, "") - before; n != 1 {
		ts.Fatalf("%v: %d jobs billed, want 1", args, n)
	}
	ts.Check(filepath.WalkDir(filepath.Join(dir, ".greenroom", "store", "tmp"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) != ".lock" {
			ts.Fatalf("%v: %s is left", args, path)
		}
		return err
	}))
}

// faults NAME… replaces the sandbox's faults; without a name it has none.
func setFaults(ts *testscript.TestScript, neg bool, args []string) {
	b, err := json.Marshal(append([]string{}, args...))
	ts.Check(err)
	res, err := http.Post(ts.Getenv("HEYGEN_API_BASE")+"/_sandbox/faults", "application/json", bytes.NewReader(b))
	ts.Check(err)
	defer res.Body.Close()
	if neg || res.StatusCode != http.StatusOK {
		ts.Fatalf("faults %v: %s", args, res.Status)
	}
}

// start runs a command next to the script, with stderr in a file.
func start(ts *testscript.TestScript, stderr string, args ...string) *exec.Cmd {
	bin, err := exec.LookPath(args[0])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(stderr))
	ts.Check(err)
	defer f.Close()
	cmd := exec.Command(bin, args[1:]...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), f
	cmd.Env = os.Environ()
	for _, name := range []string{"HEYGEN_API_BASE", "HEYGEN_API_KEY", "GREENROOM_SIZE", "HOME", "NO_COLOR"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	ts.Check(cmd.Start())
	return cmd
}

// waiting polls until a build reports that it waits for its job.
func waiting(ts *testscript.TestScript, stderr string) {
	until(ts, "a build that waits", func() bool {
		b, err := os.ReadFile(ts.MkAbs(stderr))
		return err == nil && bytes.Contains(b, []byte(": wait: "))
	})
}

// interrupted SIGNAL CODE COMMAND… sends a signal once a build waits for its job,
// compares the exit code (-1 for KILL) and leaves stderr in interrupted.txt.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	cmd := start(ts, "interrupted.txt", args[2:]...)
	waiting(ts, "interrupted.txt")
	ts.Check(cmd.Process.Signal(map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}[args[0]]))
	_ = cmd.Wait() // its code is compared
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[1] || neg {
		b, _ := os.ReadFile(ts.MkAbs("interrupted.txt"))
		ts.Fatalf("exit %s, want %s\n%s", got, args[1], b)
	}
}

// meanwhile CODE COMMAND… runs a command while another one, `greenroom build` in
// the same folder, waits for its job; the other is then interrupted.
func meanwhile(ts *testscript.TestScript, neg bool, args []string) {
	cmd := start(ts, "other.txt", "greenroom", "build")
	waiting(ts, "other.txt")
	exitCode(ts, neg, args)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait() // its end is another script's matter
}

// repeat N TEXT FILE writes a text over and over.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := strings.NewReplacer(`\0`, "\x00", `\n`, "\n").Replace(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), bytes.Repeat([]byte(text), n), 0o644))
}

// listing is every file outside .greenroom with its content's hash.
func listing(ts *testscript.TestScript) string {
	var out strings.Builder
	root := ts.MkAbs(".")
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == ".greenroom" || rel == "sandbox" || rel == "home" || rel == ".tmp"):
			return fs.SkipDir
		case !d.Type().IsRegular() || rel == "before.txt":
			fmt.Fprintf(&out, "%s %s\n", rel, d.Type())
			return nil
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&out, "%s %x\n", rel, sha256.Sum256(b))
		return err
	}))
	return out.String()
}

// remember writes down every file; unchanged compares.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs("before.txt"), nil, 0o644))
	ts.Setenv("BEFORE", listing(ts))
}

func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if now := listing(ts); now != ts.Getenv("BEFORE") {
		ts.Fatalf("the folder changed:\n%s\nit was:\n%s", now, ts.Getenv("BEFORE"))
	}
}
