package benchtest

import (
	"sync"
	"syscall"
	"time"
)

const prSetChildSubreaper = 36 // linux/prctl.h

var subreaper = sync.OnceFunc(func() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
})

// reap waits for what our children left behind. A browser's helpers outlive it by a
// moment and would otherwise not be counted.
func reap() {
	subreaper()
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); {
		var st syscall.WaitStatus
		if _, err := syscall.Wait4(-1, &st, 0, nil); err != nil && err != syscall.EINTR {
			return // no children
		}
	}
}
