//go:build unix

package proc

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// ProgressArgs are the ffmpeg arguments that make it report on the pipe which
// Cmd.Progress reads: file descriptor 3.
func ProgressArgs() []string { return []string{"-stats_period", "0.5", "-progress", "pipe:3"} }

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// The group, not the process: chromium's wrapper and npm do not pass signals on.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // ESRCH: no process is left, as it should be
	}
}

func maxRSS(ps *os.ProcessState) int64 {
	if u, ok := ps.SysUsage().(*syscall.Rusage); ok {
		return int64(u.Maxrss) * rssUnit
	}
	return 0
}

// pipe carries key=value lines from the program to us.
type pipe struct {
	r, w *os.File
	done chan struct{}
}

// attachProgress passes the program a pipe as descriptor 3 and starts to read it.
func attachProgress(cmd *exec.Cmd, report func(key, value string), alive func()) (*pipe, error) {
	if report == nil {
		return nil, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{w}
	p := &pipe{r, w, make(chan struct{})}
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			alive()
			if k, v, ok := strings.Cut(strings.TrimSpace(lines.Text()), "="); ok {
				report(k, v)
			}
		}
	}()
	return p, nil
}

// started closes our writing end, so that the reader sees the program's end.
func (p *pipe) started() {
	if p != nil {
		p.w.Close()
	}
}

// wait ends the reader after the program has ended. The deadline is for a
// daemon that left the group and still holds the pipe: it must not hold us.
func (p *pipe) wait() {
	if p != nil {
		_ = p.r.SetReadDeadline(time.Now().Add(killDelay))
		<-p.done
		p.r.Close()
	}
}
