package workdir

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain is also the process that is killed: it makes a folder and waits.
func TestMain(m *testing.M) {
	if parent := os.Getenv("WORKDIR_TEST_PARENT"); parent != "" {
		d, err := New(parent, "greenroom-test-")
		if err != nil {
			os.Exit(1)
		}
		_ = os.MkdirAll(filepath.Join(d.Path(), "deep", "deeper"), 0o755)
		_ = os.WriteFile(filepath.Join(d.Path(), "deep", "file"), []byte("x"), 0o600)
		os.Stdout.WriteString(d.Path() + "\n")
		select {}
	}
	os.Exit(m.Run())
}

// TestAKilledProcesssFolderIsSwept, one of a living process and those of others are not.
func TestAKilledProcesssFolderIsSwept(t *testing.T) {
	parent := t.TempDir()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "WORKDIR_TEST_PARENT="+parent)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.TrimSpace(line)
	mine, err := New(parent, "greenroom-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	users := filepath.Join(parent, "greenroom-test-notes")
	if err := os.MkdirAll(users, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(users, "a"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(users, long, long); err != nil {
		t.Fatal(err)
	}
	there := func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	}
	Sweep(parent, "greenroom-test-")
	if !there(theirs) || !there(mine.Path()) || !there(users) {
		t.Error("a folder in use, or of the user, was swept")
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	Sweep(parent, "greenroom-test-")
	if there(theirs) {
		t.Error("the killed process's folder is still there")
	}
	if !there(mine.Path()) || !there(users) {
		t.Error("another folder was swept")
	}
	mine.Close()
	mine.Close()
	if there(mine.Path()) {
		t.Error("a closed folder is still there")
	}
}

// TestALinkIsNotFollowed: in a shared temporary folder anybody may make a name.
func TestALinkIsNotFollowed(t *testing.T) {
	parent, target := t.TempDir(), t.TempDir()
	for _, f := range []string{lockFile, "precious"} {
		if err := os.WriteFile(filepath.Join(target, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(target, filepath.Join(parent, "greenroom-test-1")); err != nil {
		t.Fatal(err)
	}
	Sweep(parent, "greenroom-test-")
	if _, err := os.Stat(filepath.Join(target, "precious")); err != nil {
		t.Error("followed")
	}
}

// TestASweepTakesNoNewFolder: one that is made while others sweep is there until it is closed.
func TestASweepTakesNoNewFolder(t *testing.T) {
	parent, k := t.TempDir(), Kind{"work-", "lock"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 400 {
				k.Sweep(parent, nil)
				d, err := k.New(parent)
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(d.Path(), "voice.wav"), nil, 0o600); err != nil {
					t.Error(err)
				}
				d.Close()
			}
		})
	}
	wg.Wait()
}
