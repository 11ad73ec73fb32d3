//go:build !linux

package watch

// deaf finds nothing here: kqueue and Windows refuse what they cannot watch.
func (f *files) deaf() error { return nil }
