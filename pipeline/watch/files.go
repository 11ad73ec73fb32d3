package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// Quiet and longest are how long files must be still before a run, and how long a
// storm may put it off.
const (
	quiet   = 40 * time.Millisecond
	longest = 250 * time.Millisecond
	// stormy is the longest delay of a run while saves go on through several runs: each
	// cancelled run doubles the delay.
	stormy = 2 * time.Second
	// pollEvery is the time between two polls where events are not available.
	pollEvery = 400 * time.Millisecond
)

// ignoredDirs hold no files that a user edits for a film.
var ignoredDirs = map[string]bool{".greenroom": true, ".git": true, "node_modules": true, "out": true}

// ignored reports a path whose changes mean nothing: our own output, editors' swap
// and backup files.
func ignored(l project.Layout, path string) bool {
	rel, err := filepath.Rel(l.Dir, path)
	if err != nil {
		return false
	}
	slash := filepath.ToSlash(rel)
	if within(l.Published(), slash) || within(l.SourceDir(), slash) ||
		slash == "greenroom.lock" || strings.HasPrefix(slash, ".greenroom.lock") {
		return true
	}
	for _, part := range strings.Split(slash, "/") {
		if ignoredDirs[part] {
			return true
		}
	}
	return leftover(filepath.Base(path))
}

// within reports that a name is a folder or lies in it.
func within(folder, name string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// leftover reports a file that editors keep next to the one being edited.
func leftover(name string) bool {
	for _, end := range []string{
		"~",                            // vim, emacs, gedit: backups; JetBrains: the old file of a safe write
		".swp", ".swo", ".swn", ".swx", // vim: swap files
		".un~",          // vim: undo
		".tmp", ".temp", // VS Code's extensions, Office, many
		".bak", ".orig", ".rej",
		"___jb_tmp___", "___jb_old___", "___jb_bak___", // JetBrains: safe write
		".crdownload", ".part", ".partial", // downloads that are not there yet
		".kate-swp",
	} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	for _, begin := range []string{
		".#",             // emacs: locks
		"#",              // emacs: auto-saves
		".goutputstream", // GLib: a save on its way
		".sublime-",      // Sublime Text: atomic saves
		"~$",             // Office: locks
		".~lock.",        // LibreOffice: locks
	} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return name == "4913" || name == ".DS_Store" || name == "Thumbs.db" // vim's probe; folders' looks
}

// files sends a hint when something in a project's folder, or in folders outside it that the
// project reads, may have changed.
type files struct {
	root   string
	hints  chan struct{} // buffered by one
	notice func(string)
	layout atomic.Pointer[project.Layout] // of the last manifest that could be read

	mu     sync.Mutex
	inputs map[string]bool // the files that a run reads, by every name they have
	folder string          // every new file in it counts too; empty: none
	more   chan struct{}   // there are new ones; buffered by one

	open      func() (w source, end func(), err error)
	probeWait time.Duration
}

func newFiles(root string, notice func(string)) *files {
	return &files{
		root: root, hints: make(chan struct{}, 1), more: make(chan struct{}, 1),
		notice: notice, open: system, probeWait: probeWait,
	}
}

// at is where the project keeps its files.
func (f *files) at() project.Layout {
	if l := f.layout.Load(); l != nil {
		return *l
	}
	return project.Layout{Dir: f.root}
}

func (f *files) hint() {
	select {
	case f.hints <- struct{}{}:
	default: // one is waiting already
	}
}

// run watches until ctx ends. Where events are not available or do not arrive, it
// polls instead, and the notice contains the reason; with PollNever that is an error.
func (f *files) run(ctx context.Context, poll Poll) error {
	if poll != PollAlways {
		var err error
		if poll != PollNever {
			err = f.eventsUnreliable()
		}
		if err == nil {
			err = f.events(ctx, poll != PollNever)
		}
		if ctx.Err() != nil {
			return nil
		}
		if poll == PollNever {
			return fault.Wrap(
				fault.Failed, err, "omit --poll=never; then files are polled", "listen to saves: %s", plainError(err),
			)
		}
		f.notice("polling files every " + pollEvery.String() + ": " + plainError(err))
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f.hint()
		case <-ctx.Done():
			return nil
		}
	}
}

func plainError(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the system has no more file watches (fs.inotify.max_user_watches)"
	case errors.Is(err, syscall.EMFILE): // of the user, or of this process
		return "too many programs listen to files (fs.inotify.max_user_instances), or too many files are open (ulimit -n)"
	case err != nil:
		return err.Error()
	}
	return "the system's events ended"
}

// source is where events come from.
type source struct {
	events <-chan fsnotify.Event
	errors <-chan error
	add    func(dir string) error
}

// system opens the operating system's file events.
func system() (source, func(), error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return source{}, nil, err
	}
	return source{w.Events, w.Errors, w.Add}, func() { _ = w.Close() }, nil
}

// events turns the system's events into hints. An error means that it cannot go on.
func (f *files) events(ctx context.Context, probe bool) error {
	w, end, err := f.open()
	if err != nil {
		return err
	}
	defer end()
	return f.listen(ctx, w, probe)
}

// listen watches the tree and handles a source's events until ctx ends. With probe, a source
// that sends no event for greenroom's own file is an error.
func (f *files) listen(ctx context.Context, w source, probe bool) error {
	if err := f.addTree(w, f.root); err != nil {
		return err
	}
	// The folder above reports when the project's own folder is removed and made again.
	if err := w.add(filepath.Dir(f.root)); err != nil && tooMany(err) {
		return err
	}
	var late <-chan time.Time
	if probe && f.probe(w) {
		defer f.unprobe()
		late = time.After(f.probeWait)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-late:
			return errNoEvent
		case <-f.more:
			if err := f.addInputs(w); err != nil {
				return err
			}
		case err, ok := <-w.errors:
			switch {
			case !ok:
				return errors.New("the watcher ended")
			case errors.Is(err, fsnotify.ErrEventOverflow): // some were lost: read everything
				if err := errors.Join(f.addTree(w, f.root), f.addInputs(w)); err != nil {
					return err
				}
				f.hint()
			default:
				return err
			}
		case e, ok := <-w.events:
			if !ok {
				return errors.New("the watcher ended")
			}
			if late != nil && f.inside(e.Name) { // any event will do
				late = nil
				f.unprobe()
			}
			if err := f.event(w, e); err != nil {
				return err
			}
		}
	}
}

// inside reports whether a path is in the project's folder.
func (f *files) inside(path string) bool {
	return path == f.root || strings.HasPrefix(path, f.root+string(filepath.Separator))
}

func (f *files) event(w source, e fsnotify.Event) error {
	if e.Has(fsnotify.Create) && f.holdsInput(e.Name) {
		// The published folder was made, perhaps again: the watch of an earlier one ended with it. The tree comes first:
		// whatever is made in it from then on has an event, and what is there already is added here.
		if err := errors.Join(f.addTree(w, e.Name), f.addInputs(w)); err != nil {
			return err
		}
		f.hint()
		return nil
	}
	if f.folder != "" && filepath.Dir(e.Name) == f.folder {
		f.hint()
		return nil
	}
	if (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)) && f.holdsInput(e.Name) {
		// A folder that was made and removed at once is never watched itself: the folder above it reports its end.
		f.hint()
		return nil
	}
	if e.Op == fsnotify.Chmod || !f.input(e.Name) && (!f.inside(e.Name) || ignored(f.at(), e.Name)) {
		return nil
	}
	if e.Has(fsnotify.Create) {
		// What was put into a new folder before it was watched is seen by the run itself.
		if err := f.addTree(w, e.Name); err != nil {
			return err
		}
	}
	f.hint()
	return nil
}

func tooMany(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE)
}

// addTree watches a folder and everything in it. Symlinks are not followed, so a loop
// of them ends at once. Folders that vanish meanwhile are skipped.
func (f *files) addTree(w source, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint: a folder that cannot be read is not watched
		}
		if !d.IsDir() {
			return nil
		}
		if path != f.root && ignored(f.at(), path) {
			return filepath.SkipDir
		}
		if err := w.add(path); err != nil && tooMany(err) {
			return err
		} else if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return nil
	})
}

// debounce waits until no hint has come for a moment, or until hints have come for too long.
// vain is the number of runs that were cancelled. It returns false when ctx ended.
func (f *files) debounce(ctx context.Context, vain int) bool {
	end := time.NewTimer(min(longest<<min(vain, 8), stormy))
	defer end.Stop()
	still := time.NewTimer(quiet)
	defer still.Stop()
	for {
		select {
		case <-f.hints:
			still.Reset(quiet)
		case <-still.C:
			return true
		case <-end.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
}
