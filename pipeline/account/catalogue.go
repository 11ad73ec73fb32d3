package account

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"greenroom/heygen"
	"greenroom/internal/atomicfile"
)

// catalogueLife is how long a list of avatars or voices is taken from the cache: the lists have megabytes
// and seldom change.
const catalogueLife = 24 * time.Hour

// listed is a catalogue with the time it was read.
type listed[T any] struct {
	Account string    `json:"account"`
	Read    time.Time `json:"read"`
	List    T         `json:"list"`
}

// Avatars returns the catalogue of looks and talking photos, and its age.
func (a *Lookups) Avatars(ctx context.Context, refresh bool) (heygen.Avatars, time.Duration, error) {
	return cached(a, "avatars", refresh, func() (heygen.Avatars, error) {
		return call(
			ctx, a, "list the avatars",
			func(c *heygen.Client, api heygen.API) (heygen.Avatars, error) { return c.Avatars(ctx, api) },
		)
	})
}

// Voices returns the catalogue of voices, and its age. A cached list has no links to samples.
func (a *Lookups) Voices(ctx context.Context, refresh bool) ([]heygen.VoiceInfo, time.Duration, error) {
	return cached(a, "voices", refresh, func() ([]heygen.VoiceInfo, error) {
		return call(
			ctx, a, "list the voices",
			func(c *heygen.Client, api heygen.API) ([]heygen.VoiceInfo, error) { return c.Voices(ctx, api) },
		)
	})
}

// cached returns a list from the project's cache, and its age, while it is younger than catalogueLife; else it calls
// read. Only a project has a cache: a look-up elsewhere writes no file.
func cached[T any](a *Lookups, name string, refresh bool, read func() (T, error)) (T, time.Duration, error) {
	path := filepath.Join(a.core.disk.StateDir(), "cache", name+".json")
	now := a.core.o.Now()
	// Another key is another account. A program that prints the key is not run here.
	account := a.core.AccountID() + " " + KeyAccountOf(
		a.core.disk.Manifest.HeyGen.Key, a.core.disk.Dir(), a.core.o.Getenv,
	)
	var kept listed[T]
	if b, err := os.ReadFile(path); err == nil && !refresh && json.Unmarshal(b, &kept) == nil {
		if age := now.Sub(kept.Read); age >= 0 && age < catalogueLife && kept.Account == account {
			return kept.List, age, nil
		}
	}
	list, err := read()
	if err != nil {
		return list, 0, err
	}
	if _, serr := os.Stat(a.core.disk.StateDir()); serr == nil && os.MkdirAll(filepath.Dir(path), 0o700) == nil {
		if b, err := json.Marshal(listed[T]{account, now, list}); err == nil {
			_, _ = atomicfile.WriteBytes(path, 0o600, b) // a cache
		}
	}
	return list, 0, nil
}
