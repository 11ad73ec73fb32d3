package resource

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
)

// Record is one resource: what its creation sent, with the changes since.
type Record struct {
	ID         string         `json:"id"`
	Collection string         `json:"collection"` // the path of its list: /v3/folders
	Route      string         `json:"route"`      // of its creation
	Body       map[string]any `json:"body"`
	Created    time.Time      `json:"created"`
	Updated    time.Time      `json:"updated"`
	Once       string         `json:"once,omitempty"` // its idempotency key
	Job        bool           `json:"job,omitempty"`  // it is pending, then done
	Deleted    bool           `json:"deleted,omitempty"`
}

// store keeps records in one file; every change is on disk before its answer is sent.
type store struct {
	mu      sync.Mutex
	path    string
	records []*Record
}

// open reads the file at path; without one, the store is empty.
func open(path string) (*store, error) {
	s := &store{path: path}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s.records)
	}
	return s, err
}

// change runs a function that changes records and writes the file; the caller does not hold mu.
func (s *store) change(f func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	b, err := json.Marshal(s.records)
	if err == nil {
		_, err = atomicfile.WriteBytes(s.path, 0o600, b)
	}
	return err
}

// add stores a record; one that cannot be written does not exist.
func (s *store) add(r *Record) error {
	err := s.change(func() { s.records = append(s.records, r) })
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.records = slices.DeleteFunc(s.records, func(x *Record) bool { return x == r })
	}
	return err
}

// find returns a copy of a record that is not deleted.
func (s *store) find(collection, id string) (Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		if r.Collection == collection && r.ID == id && !r.Deleted {
			return *r, true
		}
	}
	return Record{}, false
}

// edit changes a record.
func (s *store) edit(collection, id string, f func(r *Record)) error {
	return s.change(func() {
		for _, r := range s.records {
			if r.Collection == collection && r.ID == id {
				f(r)
			}
		}
	})
}

// list returns copies of a collection's records, newest first.
func (s *store) list(collection string) (list []Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.records) {
		if r.Collection == collection && !r.Deleted {
			list = append(list, *r)
		}
	}
	return list
}

// once returns the record that an idempotency key made after a time.
func (s *store) once(key string, after time.Time) (Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		if key != "" && r.Once == key && r.Created.After(after) {
			return *r, true
		}
	}
	return Record{}, false
}

// jobs returns all jobs that were ever started, deleted ones too: they cost money.
func (s *store) jobs() (list []Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		if r.Job {
			list = append(list, *r)
		}
	}
	return list
}

// collectionOf returns the path of the list to which a call belongs, with the values of a request's parameters, and the
// name of the parameter that is the record's id, if the path ends with one.
func collectionOf(path string, value func(name string) string) (collection, id string) {
	segments := strings.Split(path, "/")
	if other, ok := elsewhere[path]; ok {
		return other, ""
	}
	last := segments[len(segments)-1]
	if strings.HasPrefix(last, "{") {
		id = strings.Trim(last, "{}")
		segments = segments[:len(segments)-1]
	}
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = value(strings.Trim(s, "{}"))
		}
	}
	return strings.Join(segments, "/"), id
}

// elsewhere are creations whose records are read at a path that is not theirs.
var elsewhere = map[string]string{
	"/v1/folders/create":              "/v1/folders",
	"/v2/photo_avatar/photo/generate": "/v2/photo_avatar/generation",
	"/v2/photo_avatar/look/generate":  "/v2/photo_avatar/generation",
	"/v3/voices/clone":                "/v3/voices",
}
