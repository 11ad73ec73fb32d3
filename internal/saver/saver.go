// Package saver limits how often a file is written that many clips change.
package saver

import (
	"sync"
	"time"
)

// pause is how many times the duration of a write passes between two writes: ten thousand clips would write a file of
// megabytes ten thousand times otherwise.
const pause = 40

// Saver calls a function that writes a file. The first change is written at once, later ones after a pause.
type Saver struct {
	write func() error
	now   func() time.Time

	mu    sync.Mutex
	dirty bool
	next  time.Time
}

// New returns a Saver for a function that writes the complete file.
func New(write func() error) *Saver { return &Saver{write: write, now: time.Now} }

// Changed records a change, and writes when the pause is over.
func (s *Saver) Changed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty = true
	if s.now().Before(s.next) {
		return nil
	}
	return s.save()
}

// Flush writes what is not written yet.
func (s *Saver) Flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dirty {
		return nil
	}
	return s.save()
}

func (s *Saver) save() error {
	began := s.now()
	if err := s.write(); err != nil {
		return err
	}
	s.dirty = false
	s.next = began.Add(pause * s.now().Sub(began))
	return nil
}
