//go:build unix

package proc

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func sh(script string) Cmd { return Cmd{Path: "/bin/sh", Args: []string{"-c", script}} }

func TestExitCodeAndTailOfARealProgram(t *testing.T) {
	_, err := Run(t.Context(), sh("echo first >&2; echo 'last words' >&2; exit 3"))
	var e *ExitError
	if !errors.As(err, &e) || e.Code != 3 || e.Reason != nil || !strings.Contains(err.Error(), "exit 3: last words") {
		t.Fatalf("got %#v %v", e, err)
	}
}

// A program reports a full disk as text: as an error it is the system's own.
func TestAFullDiskIsHeardInLastWords(t *testing.T) {
	for script, want := range map[string]error{
		"echo 'av_interleaved_write_frame(): No space left on device' >&2; echo Conversion failed >&2; exit 228": syscall.ENOSPC,
		"echo 'write: Disk quota exceeded' >&2; exit 1":                                                          syscall.EDQUOT,
	} {
		if _, err := Run(t.Context(), sh(script)); !errors.Is(err, want) {
			t.Errorf("%s: %v", script, err)
		}
	}
	for _, script := range []string{"echo 'No space left on device' >&2; head -c 9000 /dev/zero | tr '\\0' x >&2; exit 1", "echo 'No such file' >&2; exit 1"} {
		if _, err := Run(t.Context(), sh(script)); err == nil || errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestOutputLinesAndProgress(t *testing.T) {
	c := sh("echo answer; echo one >&2; printf 'two' >&2; echo frame=12 >&3; echo progress=end >&3")
	var out bytes.Buffer
	var lines, progress []string
	c.Stdout = &out
	c.Stderr = func(l string) { lines = append(lines, l) }
	c.Progress = func(k, v string) { progress = append(progress, k+":"+v) }
	if _, err := Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if out.String() != "answer\n" || strings.Join(lines, ",") != "one,two" ||
		strings.Join(progress, ",") != "frame:12,progress:end" {
		t.Errorf("out %q lines %q progress %q", out.String(), lines, progress)
	}
}

func TestCancelEndsTheWholeGroupAndNamesTheCause(t *testing.T) {
	why := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := sh("sleep 60 & echo $! >&2; wait")
	var child string
	c.Stderr = func(l string) { child = l; cancel(why) }
	_, err := Run(ctx, c)
	if !errors.Is(err, why) {
		t.Fatalf("got %v", err)
	}
	// The grandchild was killed with its group; ps lists it at most as a zombie.
	out, _ := exec.Command("ps", "-o", "stat=", "-p", child).Output()
	if s := strings.TrimSpace(string(out)); s != "" && !strings.HasPrefix(s, "Z") {
		t.Errorf("process %s still runs: %s", child, s)
	}
}

func TestTimeoutAndStallAreToldApart(t *testing.T) {
	c := sh("sleep 60")
	c.Timeout = 50 * time.Millisecond
	if _, err := Run(t.Context(), c); !errors.Is(err, ErrTimeout) {
		t.Errorf("timeout: %v", err)
	}
	c = sh("echo hello; sleep 60")
	c.Stall = 100 * time.Millisecond
	if _, err := Run(t.Context(), c); !errors.Is(err, ErrStalled) {
		t.Errorf("stall: %v", err)
	}
}

func TestTailIsBounded(t *testing.T) {
	res, err := Run(t.Context(), sh("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo END >&2"))
	if err != nil || len(res.Tail) > tailSize || !strings.HasSuffix(res.Tail, "END\n") {
		t.Errorf("tail of %d bytes, %v", len(res.Tail), err)
	}
}

func TestADeadPipeHolderDoesNotHoldUs(t *testing.T) {
	c := sh("setsid sleep 5 & exit 0")
	c.Progress = func(string, string) {}
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), c); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("got %v", err)
	}
}

func TestMissingProgram(t *testing.T) {
	_, err := Run(t.Context(), Cmd{Path: "/nonexistent/ffmpeg"})
	if !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	for _, c := range []struct {
		err    error
		stderr string
		want   bool
	}{
		{nil, "", false},
		{nil, "[out#0] Error writing: No space left on device\nConversion failed!", true},
		{nil, "ENOSPC: no space left on device, write", true},
		{&fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}, "", true},
		{&ExitError{Path: "ffmpeg", Code: 1, Tail: "Disk quota exceeded"}, "", true},
		{errors.New("write a: There is not enough space on the disk."), "", true},
		{&fs.PathError{Op: "write", Path: "a", Err: syscall.EACCES}, "Permission denied", false},
	} {
		if got := DiskFull(c.err, c.stderr); got != c.want {
			t.Errorf("%v %q: %v", c.err, c.stderr, got)
		}
	}
}
