package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// TestAnOverflowOfEvents fills the system's own queue: what was lost is found again. The
// folder whose creation was lost is watched afterwards.
func TestAnOverflowOfEvents(t *testing.T) {
	f := newFiles(t.TempDir(), func(s string) { t.Errorf("notice: %s", s) })
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := f.addTree(source{w.Events, w.Errors, w.Add}, f.root); err != nil {
		t.Fatal(err)
	}
	limit := 16384
	if b, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events"); err == nil {
		if _, err := fmt.Sscan(string(b), &limit); err != nil || limit > 1<<17 {
			t.Fatalf("a queue of %s events: %v", strings.TrimSpace(string(b)), err)
		}
	}
	// No one reads: fsnotify takes what fits its buffer, the rest waits in the queue. A
	// rename is two events.
	name := filepath.Join(f.root, "0")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range limit + 5000 {
		next := filepath.Join(f.root, fmt.Sprint(i%2+1))
		if err := os.Rename(name, next); err != nil {
			t.Fatal(err)
		}
		name = next
	}
	late := filepath.Join(f.root, "late")
	if err := os.Mkdir(late, 0o755); err != nil {
		t.Fatal(err)
	}
	seen, errs := make(chan error, 8), make(chan error, 8)
	go func() { // passes errors on, and records them; ends with the watcher
		for err := range w.Errors {
			seen <- err
			errs <- err
		}
	}()
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- f.listen(ctx, source{w.Events, errs, w.Add}, false) }()
	select {
	case err := <-seen:
		if !errors.Is(err, fsnotify.ErrEventOverflow) {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the queue did not overflow")
	}
	<-f.hints
	// No event named the new folder: it is watched since the second scan.
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !slices.Contains(w.WatchList(), late); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("the folder whose creation was lost is not watched")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
