//go:build unix && !linux

package proc

// rssUnit is the unit of getrusage's ru_maxrss: bytes on macOS.
const rssUnit = 1
