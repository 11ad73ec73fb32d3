package watch

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"greenroom/pipeline"
)

// Poll says how changes of files are noticed.
type Poll string

// The ways to notice changes.
const (
	PollAuto   Poll = "auto"   // by events, or at intervals where these tell nothing; the zero value too
	PollAlways Poll = "always" // at intervals
	PollNever  Poll = "never"  // by events, whatever the file system is
)

// probeWait is how long a file of our own may stay unheard. Events take milliseconds; on
// a machine that takes longer, looking at intervals works as well.
const probeWait = 2 * time.Second

// probeDir is the folder in which we write to be heard. Nothing in it is a hint.
const probeDir = pipeline.StateDir + "/heard"

var errDeaf = errors.New("the system told nothing of a file written here")

// probe writes a file where w must hear it: a file system that statfs does not know may
// take watches and then say nothing. It reports false when there is no proof to be had,
// for the folder cannot be written or watched.
func (f *files) probe(w source) bool {
	dir := f.probeDir()
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	file := filepath.Join(dir, "file")
	if w.add(dir) != nil || os.WriteFile(file, []byte("is this heard?"), 0o600) != nil || os.Remove(file) != nil {
		f.unprobe()
		return false
	}
	return true
}

// unprobe cleans up; what it leaves is written over by the next probe.
func (f *files) unprobe() { _ = os.RemoveAll(f.probeDir()) }

func (f *files) probeDir() string { return filepath.Join(f.root, filepath.FromSlash(probeDir)) }
