package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

// KnownJobs returns the ids of all jobs and sessions that a sandbox with its state in dir
// has made, without starting it. A folder without a state has none; a line or a file that
// cannot be read adds none.
func KnownJobs(dir string) map[string]bool {
	known := map[string]bool{}
	s := &Server{o: Options{Dir: dir}}
	add := func(j *job) {
		known[j.ID] = true
		if j.Session != "" {
			known[j.Session] = true
		}
	}
	if b, err := os.ReadFile(s.stateFile()); err == nil {
		var st state
		if json.Unmarshal(b, &st) == nil {
			for _, j := range st.Jobs {
				add(j)
			}
		}
	}
	b, err := os.ReadFile(filepath.Clean(s.diaryFile()))
	if err != nil {
		return known
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, len(b)+1)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Job != nil {
			add(e.Job)
		}
	}
	return known
}
