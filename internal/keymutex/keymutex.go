// Package keymutex locks by key: work on one key is done one at a time, work on different keys side by side.
package keymutex

import "sync"

// Mutex is a mutex for each key. The zero value is ready for use.
type Mutex struct {
	mu   sync.Mutex
	held map[string]*sync.Mutex
}

// Lock waits until the key is free. again reports that the key was locked before, by this or another caller.
func (k *Mutex) Lock(key string) (unlock func(), again bool) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*sync.Mutex{}
	}
	m := k.held[key]
	again = m != nil
	if !again {
		m = &sync.Mutex{}
		k.held[key] = m
	}
	k.mu.Unlock()
	m.Lock()
	return m.Unlock, again
}
