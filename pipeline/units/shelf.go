package units

import (
	"slices"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/pipeline/stage"
)

// Shelf keeps the store of a worker below a size: files that no unit uses are removed, the oldest first.
type Shelf struct {
	Store *assets.Store
	Bytes int64 // 0: no limit

	mu   sync.Mutex
	held map[string]int // uses, by hash
}

// Hold keeps files until release is called.
func (s *Shelf) Hold(files []stage.Object) (release func()) {
	if s == nil {
		return func() {}
	}
	s.add(files, 1)
	return func() {
		s.add(files, -1)
		s.trim()
	}
}

func (s *Shelf) add(files []stage.Object, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = map[string]int{}
	}
	for _, o := range files {
		s.held[o.Hash] += n
		if s.held[o.Hash] == 0 {
			delete(s.held, o.Hash)
		}
	}
}

// trim removes files until the store is small enough. One that cannot be removed stays until the next time.
func (s *Shelf) trim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	type file struct {
		hash    assets.Hash
		bytes   int64
		changed time.Time
	}
	var all []file
	total := int64(0)
	err := s.Store.Each(func(h assets.Hash, size int64, changed time.Time) error {
		all, total = append(all, file{h, size, changed}), total+size
		return nil
	})
	if err != nil || s.Bytes <= 0 || total <= s.Bytes {
		return
	}
	slices.SortFunc(all, func(a, b file) int { return a.changed.Compare(b.changed) })
	for _, f := range all {
		if total <= s.Bytes {
			return
		}
		if s.held[string(f.hash)] == 0 && s.Store.Remove(f.hash) == nil {
			total -= f.bytes
		}
	}
}
