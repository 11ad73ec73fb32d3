package watch

import (
	"context"
	"strings"
	"testing"
)

// On a file system that sends no events for saves from elsewhere, files are polled without an
// option, and the notice has the reason.
func TestWhereEventsTellNothing(t *testing.T) {
	dir := t.TempDir()
	asked := fileSystem
	defer func() { fileSystem = asked }()
	fileSystem = func(string) string { return "SMB" }
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan string, 1)
	f := newFiles(dir, func(s string) { said <- s })
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.run(ctx, PollAuto)
	}()
	if s := <-said; !strings.Contains(s, "SMB") || !strings.Contains(s, "every 400ms") {
		t.Errorf("%q", s)
	}
	<-f.hints // nothing was saved: this is polling
	cancel()
	<-done
}
