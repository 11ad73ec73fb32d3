//go:build linux || darwin

package cli

import "golang.org/x/sys/unix"

// immediate lets keys be read as they are pressed, without echo. Lines are still ended as
// usual and Ctrl-C is still a signal, which term.MakeRaw takes away.
func immediate(fd int) (restore func(), err error) {
	if front, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && front != unix.Getpgrp() {
		return nil, unix.ENOTTY // in the background: a change would stop us
	}
	old, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	now := *old
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, setTermios, &now); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, old) }, nil // a terminal that is gone needs none
}
