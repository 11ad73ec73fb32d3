package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"greenroom/internal/fault"
)

// mutes returns a source that accepts watches and has only the events of the test, as a
// file system does that knows nothing of events.
func mutes(events chan fsnotify.Event, watched *[]string) source {
	return source{events, make(chan error), func(dir string) error {
		*watched = append(*watched, dir)
		return nil
	}}
}

// A probe file without an event within the bound shows that saves have no events.
func TestAFolderWithoutEventsIsDetected(t *testing.T) {
	f := newFiles(t.TempDir(), func(string) {})
	f.probeWait = 20 * time.Millisecond
	var watched []string
	events := make(chan fsnotify.Event, 1)
	events <- fsnotify.Event{Name: filepath.Join(filepath.Dir(f.root), "beside"), Op: fsnotify.Create} // shows nothing
	if err := f.listen(t.Context(), mutes(events, &watched), true); !errors.Is(err, errNoEvent) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(f.probeDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the probe is left: %v", err)
	}
	if len(watched) != 3 || watched[2] != f.probeDir() {
		t.Errorf("watched are %v", watched)
	}
	if text := plainError(errNoEvent); !strings.Contains(text, "sent no event") {
		t.Errorf("%q", text)
	}
}

// One event is proof enough, and nothing of the probe is a hint.
func TestOneEventIsProof(t *testing.T) {
	f := newFiles(t.TempDir(), func(string) {})
	f.probeWait = time.Hour
	events := make(chan fsnotify.Event)
	var watched []string
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.listen(ctx, mutes(events, &watched), true) }()
	events <- fsnotify.Event{Name: filepath.Join(f.probeDir(), "file"), Op: fsnotify.Create}
	events <- fsnotify.Event{Name: filepath.Join(f.probeDir(), "file"), Op: fsnotify.Remove}
	if _, err := os.Stat(f.probeDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the probe is left: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(f.hints) != 0 {
		t.Error("our own file is a hint")
	}
}

// The machine's own events pass the probe: no notice, and saves are hints.
func TestTheSystemsEventsPassTheProbe(t *testing.T) {
	f := newFiles(t.TempDir(), func(s string) { t.Errorf("notice: %s", s) })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.events(ctx, true) }()
	gone := time.NewTicker(5 * time.Millisecond) // begun and ended: the folder came and went
	defer gone.Stop()
	wait := func() {
		select {
		case <-gone.C:
		case err := <-done: // nothing listens any more
			t.Fatalf("no events: %v", err)
		}
	}
	for i := 0; len(f.hints) == 0; i++ {
		if err := os.WriteFile(filepath.Join(f.root, fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wait()
	}
	for _, err := os.Stat(f.probeDir()); err == nil; _, err = os.Stat(f.probeDir()) {
		wait()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The system has two limits, and each has a name of its own.
func TestWhichLimitIsMet(t *testing.T) {
	for err, want := range map[error]string{syscall.ENOSPC: "max_user_watches", syscall.EMFILE: "max_user_instances"} {
		if said := plainError(fmt.Errorf("listen: %w", os.NewSyscallError("inotify_init1", err))); !strings.Contains(said, want) {
			t.Errorf("%v: %q", err, said)
		}
	}
}

// Where the probe cannot be written nothing is known, and it waits for events.
func TestAProbeThatCannotBeWritten(t *testing.T) {
	f := newFiles(t.TempDir(), func(string) {})
	if err := os.WriteFile(filepath.Join(f.root, ".greenroom"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f.probe(mutes(nil, new([]string))) {
		t.Error("it is written inside of a file")
	}
}

// The fallback of each way of noticing changes: auto polls and reports
// so once, never ends with an error, always does not ask the system at all.
func TestTheWaysToNoticeChanges(t *testing.T) {
	root := filepath.Join(t.TempDir(), "project")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no events today")
	open := func(said *[]string) *files {
		f := newFiles(root, func(s string) { *said = append(*said, s) })
		f.open = func() (source, func(), error) { return source{}, nil, broken }
		return f
	}
	for _, poll := range []Poll{PollAuto, PollAlways, ""} {
		var said []string
		f := open(&said)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- f.run(ctx, poll) }()
		<-f.hints
		<-f.hints // nothing was saved: this is polling
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: %v", poll, err)
		}
		want := 1
		if poll == PollAlways {
			want = 0
		}
		if len(said) != want || want == 1 && !strings.HasSuffix(said[0], "every 400ms: no events today") {
			t.Errorf("%q: notice %q", poll, said)
		}
	}
	var said []string
	err := open(&said).run(t.Context(), PollNever)
	if !errors.Is(err, broken) || fault.KindOf(err) != fault.Failed || len(said) != 0 {
		t.Errorf("never: %v, notice %q", err, said)
	}
}
