//go:build unix

package atomicfile

import (
	"errors"
	"syscall"
)

// Alive reports that a process with this number runs on this machine.
func Alive(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
