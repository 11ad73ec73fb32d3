package remotion

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// StudioSpec is what Studio is started with.
type StudioSpec struct {
	ProjectDir string
	Port       int // 0: a free one
	Browser    string
	Log        func(line string) // Studio's own words
	Ready      func(url string)  // when it answers
}

// Studio runs Remotion Studio of a project until ctx ends: it leaves no process
// behind. The error is nil when ctx ended it.
func (r Renderer) Studio(ctx context.Context, s StudioSpec) error {
	node, err := r.node(ctx)
	if err != nil {
		return err
	}
	if err := r.install(ctx, node, s.ProjectDir, func(e Event) { s.Log(e.Message) }); err != nil {
		return err
	}
	program := filepath.Join(s.ProjectDir, "node_modules", "@remotion", "cli", "remotion-cli.js")
	if _, err := os.Stat(program); err != nil {
		return fault.New(fault.Tool, "run npm install --save-exact @remotion/cli@4.0.529 in the project", "find Remotion Studio: the project does not depend on @remotion/cli")
	}
	if s.Port == 0 {
		if s.Port, err = freePort(); err != nil {
			return err
		}
	}
	env := r.Env
	if env == nil && s.Browser != "" {
		env = append(proc.Inherited(), "GREENROOM_BROWSER="+s.Browser)
	}
	lines := &lineWriter{say: s.Log}
	ready, stop := context.WithCancel(ctx)
	defer stop()
	go waitFor(ready, s.Port, s.Ready)
	_, err = proc.Run(ctx, proc.Cmd{Path: node, Args: []string{program, "studio", "--no-open", "--port", strconv.Itoa(s.Port)}, Dir: s.ProjectDir, Env: env, Stdout: lines, Stderr: s.Log})
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Tool, err, "start it by hand to see more: npx remotion studio", "run Remotion Studio")
	}
	return fault.New(fault.Tool, "start it by hand to see more: npx remotion studio", "Remotion Studio ended")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitFor tells once something answers on the port.
func waitFor(ctx context.Context, port int, ready func(string)) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c, err := net.DialTimeout("tcp", fmt.Sprintf("localhost:%d", port), time.Second)
		if err == nil {
			c.Close()
			ready(fmt.Sprintf("http://localhost:%d", port))
			return
		}
	}
}

// lineWriter cuts a stream into lines.
type lineWriter struct {
	say  func(string)
	rest string
}

func (w *lineWriter) Write(b []byte) (int, error) {
	lines := strings.Split(w.rest+string(b), "\n")
	for _, l := range lines[:len(lines)-1] {
		if l = strings.TrimSpace(l); l != "" {
			w.say(l)
		}
	}
	w.rest = lines[len(lines)-1]
	if len(w.rest) > 1<<16 {
		w.rest = ""
	}
	return len(b), nil
}
