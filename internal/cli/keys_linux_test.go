package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greenroom/pipeline"
	"greenroom/pipeline/watch"
)

// terminal opens a pair of a keyboard and a terminal.
func terminal(t *testing.T) (keyboard, tty *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return keyboard, tty
}

// On a terminal a key counts as it is pressed, without Enter; a clip's name can be typed
// behind b; and the terminal is what it was when it ends.
func TestKeysOfATerminal(t *testing.T) {
	for _, last := range []string{"q", "\x04"} {
		keyboard, tty := terminal(t)
		before, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		s, err := watch.New(watch.Options{Project: pipeline.Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Now: time.Now, Getenv: func(string) string { return "" }, LookPath: exec.LookPath}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		e := &env{Env: Env{Stdin: tty, Stderr: tty, Stdout: tty}}
		restore := e.readKeys(ctx, s, cancel)
		screen := bufio.NewReader(keyboard)
		press := func(keys, want string) {
			t.Helper()
			if _, err := keyboard.WriteString(keys); err != nil {
				t.Fatal(err)
			}
			for {
				line, err := screen.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(line, want) {
					return
				}
			}
		}
		press("?", "b CLIP")
		press("b", "nothing to buy")
		press("b lobbz\x7fy\r", "buy the clip: lobbz\b \by") // the b before offers all: nothing again
		press("", "nothing to buy")
		press("b x\x1b", "x")                                     // forgotten
		if _, err := keyboard.WriteString("\x1b[A"); err != nil { // an arrow is not a command
			t.Fatal(err)
		}
		press("?", "show the keys")
		if _, err := keyboard.WriteString(last); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		if err := context.Cause(ctx); !errors.Is(err, errEnded) {
			t.Errorf("%v", err)
		}
		during, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
		if err != nil || during.Lflag&(unix.ICANON|unix.ECHO) != 0 || during.Lflag&unix.ISIG == 0 || during.Oflag&unix.OPOST == 0 {
			t.Errorf("meanwhile: %+v %v", during, err)
		}
		restore()
		if after, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil || *after != *before {
			t.Errorf("%+v became %+v, %v", before, after, err)
		}
	}
}

// A watch whose terminal is given back also when the session fails at once.
func TestTheTerminalIsGivenBack(t *testing.T) {
	_, tty := terminal(t)
	before, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte("version: 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, pipeline.StateDir), []byte("in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	code := Main(t.Context(), []string{"watch", "--no-page"}, Env{Stdin: tty, Stdout: tty, Stderr: tty, Getenv: func(string) string { return "" }, Now: time.Now, Dir: dir, Version: "1", LookPath: exec.LookPath})
	after, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if code == 0 || err != nil || *after != *before {
		t.Errorf("exit %d; %+v became %+v, %v", code, before, after, err)
	}
}
