package atomicfile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// ended is the number of a process that has ended.
func ended(t *testing.T) int {
	t.Helper()
	c := exec.Command("true")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	return c.Process.Pid
}

// TestWhatKilledProcessesLeftIsSwept, and nothing else: files of living processes and files
// of the user stay.
func TestWhatKilledProcessesLeftIsSwept(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-2 * time.Hour)
	for name, c := range map[string]struct{ old, gone bool }{
		fmt.Sprintf(".greenroom.lock.tmp-%d-1", ended(t)):     {false, true},
		fmt.Sprintf(".greenroom.lock.tmp-%d-1", os.Getpid()):  {false, false},
		fmt.Sprintf(".greenroom.lock.tmp-%d-1", os.Getppid()): {false, false},
		fmt.Sprintf(".greenroom.lock.tmp-%d-2", os.Getppid()): {true, true},
		".greenroom.lock.tmp123":                              {false, false},
		".greenroom.lock.tmp1234":                             {true, true},
		"greenroom.lock.tmp-1-1":                              {true, false},
		".notes.tmp":                                          {true, false},
		".tmp-file":                                           {true, false},
		"greenroom.lock":                                      {true, false},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.old {
			if err := os.Chtimes(path, long, long); err != nil {
				t.Fatal(err)
			}
		}
		Sweep(dir)
		if _, err := os.Stat(path); os.IsNotExist(err) != c.gone {
			t.Errorf("%s, old %v: %v", name, c.old, err)
		}
	}
}

// TestAWriteUsesANameThatSweepKnows: a killed write must be recognised.
func TestAWriteUsesANameThatSweepKnows(t *testing.T) {
	if name := TempName("greenroom.lock"); !tempName.MatchString(name) {
		t.Error(name)
	}
}
