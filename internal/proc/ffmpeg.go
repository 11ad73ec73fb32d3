package proc

import (
	"errors"
	"strings"
	"syscall"
)

// Protocols is the value of ffmpeg's -protocol_whitelist for files that others made: local files and
// pipes, never the network.
const Protocols = "file,pipe"

// FFmpegArgs returns the options that begin every command line of ffmpeg: no banner, nothing read
// from stdin, no statistics, and on stderr only messages of this level or above.
func FFmpegArgs(level string) []string {
	return []string{"-hide_banner", "-nostdin", "-nostats", "-v", level}
}

// DiskFull reports that a disk is full or a quota is used up: by the error, or by the stderr of a
// program. ffmpeg may mention it long before it ends.
func DiskFull(err error, stderr string) bool {
	if strings.Contains(stderr, "No space left on device") || strings.Contains(stderr, "ENOSPC") {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		err != nil && strings.Contains(err.Error(), "not enough space") // on Windows
}
