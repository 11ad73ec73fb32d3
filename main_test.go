//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { e2etest.Main(m, nil) }

// TestASignalThatComesTwice: Ctrl-C on a terminal reaches a program and the npm that started it, which forwards it.
// Both together are one request to end.
func TestASignalThatComesTwice(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		address := filepath.Join(t.TempDir(), "url")
		cmd := exec.Command("greenroom", "sandbox", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--url-file", address)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		e2etest.Eventually(t, "the sandbox", func() bool {
			fi, err := os.Stat(address)
			return err == nil && fi.Size() > 0
		})
		for range 2 {
			_ = cmd.Process.Signal(sig)
		}
		_ = cmd.Wait() // its exit code is read below
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signaled() {
			t.Errorf("%s twice: %s", sig, cmd.ProcessState)
		}
	}
}
