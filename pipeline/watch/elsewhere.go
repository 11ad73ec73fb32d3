package watch

import (
	"crypto/sha256"
	"os"
	"path/filepath"

	"greenroom/pipeline"
	"greenroom/pipeline/films/records"
)

// outputs are the files that every run writes, by which a build of another program is noticed.
type outputs struct {
	lock  [32]byte // SHA-256 of the lockfile; zero when it cannot be read
	props string   // size and time of the published props, which only change with their contents
	films string   // the time of the folder in which `greenroom render` records finished films
}

func (s *Session) lockPath() string { return filepath.Join(s.root, pipeline.LockName) }

func (s *Session) propsPath() string {
	l := s.Layout()
	return l.Path(l.Published() + "/props.json")
}

func (s *Session) filmRecords() string {
	return filepath.Join(s.root, filepath.FromSlash(records.Folder))
}

// readOutputs reads what is on disk now.
func (s *Session) readOutputs() (out outputs) {
	if b, err := os.ReadFile(s.lockPath()); err == nil {
		out.lock = sha256.Sum256(b)
	}
	out.props, out.films = stampOf(s.propsPath()), stampOf(s.filmRecords())
	return out
}

// runBegins remembers the lockfile that a run opens: one that changed meanwhile, whoever wrote it, is read by another
// run.
func (s *Session) runBegins() { s.built = s.readOutputs() }

// runEnds requests another run when the lockfile is not the one that the run opened, or the props are not those that it
// wrote.
func (s *Session) runEnds() {
	if s.builtElsewhere() {
		s.files.hint()
	}
}

// builtElsewhere reports that another program, a build or `git pull`, changed what the last run left.
func (s *Session) builtElsewhere() bool { return s.readOutputs() != s.built }
