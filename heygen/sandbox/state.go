package sandbox

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// state is a file with everything. The jobs that changed since it was written are in a second file,
// one per line: with ten thousand jobs, writing all of them for each change took most of the time.
type state struct {
	Rev    int64             `json:"rev,omitempty"` // diary lines up to here are in it
	Secret string            `json:"secret"`
	Jobs   []*job            `json:"jobs"`
	Assets []asset           `json:"assets,omitempty"`
	Photos []photo           `json:"photos,omitempty"`
	Direct map[string]direct `json:"direct,omitempty"` // uploads that were announced
}

// entry is one line of the diary.
type entry struct {
	Rev int64 `json:"rev"`
	Job *job  `json:"job"`
}

func (s *Server) stateFile() string { return filepath.Join(s.o.Dir, "state.json") }
func (s *Server) diaryFile() string { return filepath.Join(s.o.Dir, "jobs.jsonl") }

func (s *Server) load() error {
	var st state
	b, err := os.ReadFile(s.stateFile())
	if err == nil {
		if err := json.Unmarshal(b, &st); err != nil {
			return fault.Wrap(fault.Failed, err, "remove the folder to start again", "read the sandbox's state")
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.secret, err = hex.DecodeString(st.Secret)
	if err != nil || len(s.secret) < 16 {
		s.secret = make([]byte, 32)
		rand.Read(s.secret)
	}
	s.jobs, s.assets, s.photos, s.rev = st.Jobs, st.Assets, st.Photos, st.Rev
	if st.Direct != nil {
		s.direct = st.Direct
	}
	if err := s.replay(); err != nil {
		return err
	}
	s.diary, err = os.OpenFile(s.diaryFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := s.save(); err != nil { // and the diary is emptied
		return err
	}
	return s.loadHooks()
}

// replay reads the changes in the diary that are newer than the state. A last line that was
// cut short belongs to a request without an answer.
func (s *Server) replay() error {
	b, err := os.ReadFile(s.diaryFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, j := range s.jobs {
		at[j.ID] = i
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, len(b)+1)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Job == nil {
			break
		}
		if e.Rev <= s.rev {
			continue
		}
		s.rev = e.Rev
		if i, ok := at[e.Job.ID]; ok {
			s.jobs[i] = e.Job
			continue
		}
		at[e.Job.ID] = len(s.jobs)
		s.jobs = append(s.jobs, e.Job)
	}
	return lines.Err()
}

// saveJob writes one job's change into the diary; the caller holds mu. With sync it is on disk
// when saveJob returns: a job that was billed must not be lost.
func (s *Server) saveJob(j *job, sync bool) error {
	s.rev++
	b, err := json.Marshal(entry{s.rev, j})
	if err != nil {
		return err
	}
	n, err := s.diary.Write(append(b, '\n'))
	if err != nil { // after half a line, the next ones could not be read
		return errors.Join(err, s.diary.Truncate(s.diarySize))
	}
	s.diarySize += int64(n)
	if !sync {
		return nil
	}
	return s.diary.Sync()
}

// save writes the complete state; the caller holds mu.
func (s *Server) save() error {
	b, err := json.Marshal(state{s.rev, hex.EncodeToString(s.secret), s.jobs, s.assets, s.photos, s.direct})
	if err != nil {
		return err
	}
	if _, err := atomicfile.WriteBytes(s.stateFile(), 0o600, b); err != nil {
		return err
	}
	s.diarySize = 0
	return s.diary.Truncate(0)
}
