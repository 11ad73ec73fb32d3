package fault

import (
	"errors"
	"syscall"
)

// MachineHint returns what helps when err is a failure of this machine and not of the file or the
// program that it was met on: no more file descriptors, memory or disk. It is "" for other errors.
func MachineHint(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return "raise the limit with `ulimit -n 1024`, then run the same command again"
	case errors.Is(err, syscall.ENFILE):
		return "close programs: this machine has no more open files, then run the same command again"
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.EAGAIN):
		return "close programs, or raise the limits that `ulimit -a` prints, then run the same command again"
	case errors.Is(err, syscall.EIO):
		return "check the disk that holds it, then run the same command again"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "free some space, then run the same command again"
	}
	return ""
}

// ReadHint is MachineHint, or otherwise where that has none.
func ReadHint(err error, otherwise string) string {
	if h := MachineHint(err); h != "" {
		return h
	}
	return otherwise
}
