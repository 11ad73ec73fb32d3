// Package proc runs other programs: ffmpeg, ffprobe, espeak-ng, node.
//
// It promises that a program and everything it started end when the context
// does, that only a bounded tail of its stderr is kept, and that the error has
// the reason: its own exit code, our time limit, silence, or the caller's
// cancellation. It never uses a shell and never passes our stdin on.
package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"greenroom/internal/outside"
)

// killDelay is how long a program may tidy up after the polite signal.
const killDelay = 3 * time.Second

// Cmd describes one run.
type Cmd struct {
	Path   string
	Args   []string
	Dir    string
	Env    []string // nil inherits ours, see Hide
	Stdin  io.Reader
	Stdout io.Writer // nil discards
	// Progress receives the key=value lines that the program writes to the pipe
	// of ProgressArgs. It is called from one goroutine.
	Progress func(key, value string)
	// Stderr receives every line of stderr, from one goroutine.
	Stderr  func(line string)
	Timeout time.Duration // 0: none
	Stall   time.Duration // stop after this time without any output; 0: never
}

// Result is what is known after a run, also after a failed one.
type Result struct {
	Tail   string        // last 64 KiB of stderr
	CPU    time.Duration // user and system time of the program and the children it waited for
	MaxRSS int64         // bytes; 0 where the system does not say
}

// Reasons why we ended a program ourselves.
var (
	ErrTimeout = errors.New("took longer than allowed")
	ErrStalled = errors.New("went silent")
)

// ExitError reports how a program ended. Reason is nil when it ended by itself.
type ExitError struct {
	Path   string
	Args   []string
	Code   int // -1 when a signal ended it
	Tail   string
	Reason error
}

func (e *ExitError) Error() string {
	name := filepath.Base(e.Path)
	if e.Reason != nil {
		return fmt.Sprintf("%s: %v", name, e.Reason)
	}
	if line := lastLine(e.Tail); line != "" {
		return fmt.Sprintf("%s: exit %d: %s", name, e.Code, line)
	}
	return fmt.Sprintf("%s: exit %d", name, e.Code)
}

// Unwrap returns the reason, so errors.Is finds context.Canceled or ErrStalled. A program
// that ended by itself and wrote at the end that the disk is full, its quota is used up or too
// many files are open has syscall.ENOSPC, EDQUOT, EMFILE or ENFILE as the reason here.
func (e *ExitError) Unwrap() error {
	if e.Reason == nil && e.Code != 0 {
		end := e.Tail[max(0, len(e.Tail)-lastWords):]
		for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE} {
			if strings.Contains(strings.ToLower(end), full.Error()) {
				return full
			}
		}
	}
	return e.Reason
}

// lastWords is how much of the end of stderr is searched for the reason, bytes: what a program wrote
// long before may be over.
const lastWords = 2 << 10

// Run starts the program and waits for it and for its pipes. The error is an
// *ExitError when the program ran, an *exec.Error when it could not start.
func Run(ctx context.Context, c Cmd) (Result, error) {
	if err := context.Cause(ctx); err != nil {
		return Result{}, &ExitError{Path: c.Path, Args: c.Args, Code: -1, Reason: err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if c.Timeout > 0 {
		t := time.AfterFunc(c.Timeout, func() { cancel(fmt.Errorf("%w: %s", ErrTimeout, c.Timeout)) })
		defer t.Stop()
	}
	alive := func() {}
	if c.Stall > 0 {
		t := time.AfterFunc(c.Stall, func() { cancel(fmt.Errorf("%w for %s", ErrStalled, c.Stall)) })
		defer t.Stop()
		alive = func() { t.Reset(c.Stall) }
	}

	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.Dir, c.Env, c.Stdin
	if cmd.Env == nil {
		cmd.Env = Inherited()
	}
	cmd.WaitDelay = killDelay
	ownGroup(cmd)

	tail := &tailWriter{line: c.Stderr, alive: alive}
	cmd.Stderr = tail
	if c.Stdout != nil {
		cmd.Stdout = &aliveWriter{c.Stdout, alive}
	}
	progress, err := attachProgress(cmd, c.Progress, alive)
	if err != nil {
		return Result{}, err
	}
	if err := cmd.Start(); err != nil {
		progress.started()
		progress.wait()
		return Result{}, err
	}
	progress.started()
	err = cmd.Wait()
	killGroup(cmd) // grandchildren that outlived their parent
	progress.wait()
	tail.flush()

	res := Result{Tail: tail.String()}
	if ps := cmd.ProcessState; ps != nil {
		res.CPU, res.MaxRSS = ps.UserTime()+ps.SystemTime(), maxRSS(ps)
	}
	if err == nil && ctx.Err() == nil {
		return res, nil
	}
	e := &ExitError{Path: c.Path, Args: c.Args, Code: -1, Tail: res.Tail}
	if cmd.ProcessState != nil {
		e.Code = cmd.ProcessState.ExitCode()
	}
	var exit *exec.ExitError
	switch cause := context.Cause(ctx); {
	case cause != nil:
		e.Reason = cause
	case err == nil:
		return res, nil
	case !errors.As(err, &exit):
		e.Reason = err
	}
	return res, e
}

// Find looks a program up: explicit wins over the search path. The result is
// absolute. The error is the search's own.
func Find(explicit, name string, lookPath func(string) (string, error)) (string, error) {
	if explicit != "" {
		name = explicit
	}
	p, err := lookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(p)
}

func lastLine(s string) string {
	s = strings.TrimRight(s, "\r\n\t ")
	if i := strings.LastIndexAny(s, "\r\n"); i >= 0 {
		s = s[i+1:]
	}
	return outside.Short(strings.TrimSpace(s), 300)
}
