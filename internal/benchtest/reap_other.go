//go:build !linux

package benchtest

func reap() {}
