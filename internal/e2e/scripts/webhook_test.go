package scripts

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// receivers are the running ones of every script, by the path of their stdout.
var (
	running   sync.Mutex
	receivers = map[string]*exec.Cmd{}
)

// receiver NAME FLAG… runs `greenroom webhook` next to the script, with stdout in
// NAME.out and stderr in NAME.err, and sets $NAME to its address.
func receiver(ts *testscript.TestScript, neg bool, args []string) {
	name, address := args[0], ts.MkAbs(args[0]+".url")
	bin, err := exec.LookPath("greenroom")
	ts.Check(err)
	cmd := exec.Command(bin, append([]string{"webhook", "--listen", "127.0.0.1:0", "--url-file", address}, args[1:]...)...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), os.Environ()
	for _, v := range []string{"HEYGEN_API_BASE", "HEYGEN_API_KEY", "HOME", "NO_COLOR"} {
		cmd.Env = append(cmd.Env, v+"="+ts.Getenv(v))
	}
	out, err := os.OpenFile(ts.MkAbs(name+".out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	defer out.Close()
	story, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	defer story.Close()
	cmd.Stdout, cmd.Stderr = out, story
	_ = os.Remove(address) // an earlier one's
	ts.Check(cmd.Start())
	running.Lock()
	receivers[out.Name()] = cmd
	running.Unlock()
	ts.Defer(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
	})
	until(ts, "a receiver", func() bool {
		b, err := os.ReadFile(address)
		ts.Setenv(name, strings.TrimSpace(string(b)))
		return err == nil && len(b) > 0
	})
}

// lines FILE PATTERN N polls until N lines of a file match.
func matchingLines(ts *testscript.TestScript, neg bool, args []string) {
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	until(ts, args[0]+": "+args[2]+" times "+args[1], func() bool {
		b, _ := os.ReadFile(ts.MkAbs(args[0])) // not there yet: no line matches
		n := 0
		for _, l := range bytes.Split(b, []byte("\n")) {
			if re.Match(l) {
				n++
			}
		}
		return fmt.Sprint(n) == args[2]
	})
}

// ended NAME SIGNAL CODE sends a receiver TERM, INT or KILL, or with - waits for it,
// and compares its exit code.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	running.Lock()
	cmd := receivers[ts.MkAbs(args[0]+".out")]
	running.Unlock()
	if args[1] != "-" {
		ts.Check(cmd.Process.Signal(map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "KILL": os.Kill}[args[1]]))
	}
	_ = cmd.Wait() // its code is compared
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[2] {
		b, _ := os.ReadFile(ts.MkAbs(args[0] + ".err"))
		ts.Fatalf("exit %s, want %s\n%s", got, args[2], b)
	}
}

// post STATUS URL FILE sends a file's bytes, unsigned.
func post(ts *testscript.TestScript, neg bool, args []string) {
	res, err := http.Post(args[1], "application/json", strings.NewReader(ts.ReadFile(args[2])))
	ts.Check(err)
	res.Body.Close()
	if fmt.Sprint(res.StatusCode) != args[0] {
		ts.Fatalf("%s, want %s", res.Status, args[0])
	}
}
