//go:build !linux && !darwin && !windows

package netfs

func name(string) string { return "" }
