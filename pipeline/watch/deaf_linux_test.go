package watch

import (
	"context"
	"strings"
	"testing"
)

// On a file system that tells nothing of saves from elsewhere, files are looked at at
// intervals without being asked to, and it says why.
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
	<-f.hints // nothing was saved: this is the look at intervals
	cancel()
	<-done
}
