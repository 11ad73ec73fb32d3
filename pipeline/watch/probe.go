package watch

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"greenroom/pipeline"
)

// Poll selects how changes of files are noticed.
type Poll string

// The ways to notice changes.
const (
	PollAuto   Poll = "auto"   // by events, or by polling where no events arrive; also the zero value
	PollAlways Poll = "always" // by polling
	PollNever  Poll = "never"  // by events, whatever the file system is
)

// probeWait is how long the event of the probe file may take. Events take milliseconds; on a
// machine that takes longer, polling works as well.
const probeWait = 2 * time.Second

// probeDir is the folder of the probe file. Nothing in it is a hint.
const probeDir = pipeline.StateDir + "/heard"

var errNoEvent = errors.New("the system sent no event for a file written here")

// probe writes a file for which w must receive an event: a file system that statfs does not know
// may accept watches and then send nothing. It returns false when the folder cannot be written or
// watched.
func (f *files) probe(w source) bool {
	dir := f.probeDir()
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	file := filepath.Join(dir, "file")
	if w.add(dir) != nil || os.WriteFile(file, []byte("probe"), 0o600) != nil || os.Remove(file) != nil {
		f.unprobe()
		return false
	}
	return true
}

// unprobe cleans up; what it leaves is written over by the next probe.
func (f *files) unprobe() { _ = os.RemoveAll(f.probeDir()) }

func (f *files) probeDir() string { return filepath.Join(f.root, filepath.FromSlash(probeDir)) }
