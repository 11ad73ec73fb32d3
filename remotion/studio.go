package remotion

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/project"
	"greenroom/remotion/sources"
)

// StudioSpec is what Studio is started with.
type StudioSpec struct {
	Layout  project.Layout
	Port    int // 0: a free one
	Browser string
	Log     func(line string) // Studio's own words
	Ready   func(url string)  // when it answers
}

//go:embed loopback.mjs
var loopbackSource []byte

// Studio runs Remotion Studio of a project until ctx ends. It leaves no process behind, serves this machine only, and
// ends when this program is killed. It returns nil if ctx ended it, and fails if another program uses the port.
func (r Renderer) Studio(ctx context.Context, s StudioSpec) error {
	node, err := r.node(ctx)
	if err != nil {
		return err
	}
	if err := r.packages(ctx, node, s.Layout.Dir, studioPackages, func(e Event) { s.Log(e.Message) }); err != nil {
		return err
	}
	cli, err := project.Resolve(s.Layout.Dir, "@remotion/cli")
	if err != nil {
		return err
	}
	program := filepath.Join(cli, "remotion-cli.js")
	if s.Port == 0 {
		s.Port, err = freePort()
	} else {
		err = portFree(s.Port)
	}
	if err != nil {
		return err
	}
	env := r.Env
	if env == nil && s.Browser != "" {
		env = append(proc.Inherited(), "GREENROOM_BROWSER="+s.Browser)
	}
	preload := "data:text/javascript;base64," + base64.StdEncoding.EncodeToString(loopbackSource) + "#" +
		strconv.Itoa(os.Getpid())
	lines := &lineWriter{say: s.Log}
	ready, stop := context.WithCancel(ctx)
	defer stop()
	go waitFor(ready, s.Port, s.Ready)
	args := append([]string{"--import", preload, program, "studio"}, studioArgs(s)...)
	_, err = proc.Run(ctx, proc.Cmd{Path: node, Args: args, Dir: s.Layout.Dir, Env: env, Stdout: lines, Stderr: s.Log})
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Tool, err, "start it by hand to see more: npx remotion studio", "run Remotion Studio")
	}
	return fault.New(fault.Tool, "start it by hand to see more: npx remotion studio", "Remotion Studio ended")
}

// studioArgs returns the arguments for the places that the manifest names. Studio itself reads everything else from the
// project's configuration and its .env file.
func studioArgs(s StudioSpec) []string {
	args := []string{"--no-open", "--port", strconv.Itoa(s.Port)}
	if entry := studioEntry(s.Layout); entry != "" {
		args = append([]string{entry}, args...)
	}
	if s.Layout.Public != "" {
		args = append(args, "--public-dir", s.Layout.Public)
	}
	if s.Layout.Config != "" {
		args = append(args, "--config", s.Layout.Config)
	}
	return args
}

// studioEntry is the entry point for Studio's command line: the manifest's, else the one that is found where the
// configuration names none. Older versions of Remotion's CLI do not look for src/remotion/index.ts.
func studioEntry(l project.Layout) string {
	file, err := configFile(l)
	if l.Entry != "" || err != nil {
		return l.Entry // Studio names what is wrong with the configuration
	}
	if file != "" && strings.Contains(sources.Read(l.Path(file)), "setEntryPoint") {
		return ""
	}
	return l.EntryPoint()
}

// loopbacks are the addresses on which Remotion tests whether a port is free.
var loopbacks = []string{"127.0.0.1", "::1"}

// freePort finds a port that is free on every loopback address.
func freePort() (int, error) {
	var err error
	for range 20 {
		var l net.Listener
		l, err = net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			break
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		err = portFree(port)
		if err == nil {
			return port, nil
		}
	}
	return 0, fault.Wrap(fault.Failed, err, "name one with --studio-port", "find a free port for Remotion Studio")
}

// portFree fails for a port that Studio cannot listen on.
func portFree(port int) error {
	const hint = "choose another with --studio-port, or omit it for a free one"
	for i, host := range loopbacks {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		switch {
		case err == nil:
			_ = l.Close()
		case errors.Is(err, syscall.EADDRINUSE):
			return fault.New(fault.Usage, hint, "port %d is taken: Remotion Studio cannot listen there", port)
		case i == 0: // without IPv6 its address is not tested
			return fault.Wrap(fault.Usage, err, hint, "let Remotion Studio listen on port %d", port)
		}
	}
	return nil
}

// waitFor calls ready once something accepts connections on the port.
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
		l = strings.TrimSpace(l)
		if l != "" {
			w.say(l)
		}
	}
	w.rest = lines[len(lines)-1]
	if len(w.rest) > 1<<16 {
		w.rest = ""
	}
	return len(b), nil
}
