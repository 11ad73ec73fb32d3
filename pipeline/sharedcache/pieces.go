package sharedcache

import (
	"context"
	"encoding/json"
	"errors"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
	"greenroom/pipeline/films/segments"
)

// pieceRecord returns the name of the record of a film's piece.
func pieceRecord(key string) string { return bucket.Pieces + "/" + key }

// Fetch brings an encoded piece of a film into the store and returns its record. It reports false if the cache does not
// have it, or cannot be used. A record whose file is missing or corrupt is replaced at the next Send.
func (s *Cache) Fetch(ctx context.Context, key string) (segments.Record, bool) {
	cache := s.open(ctx)
	if cache == nil {
		return segments.Record{}, false
	}
	name := pieceRecord(key)
	b, err := cache.Record(ctx, name)
	if err != nil {
		s.warnUnlessMissing(ctx, err)
		return segments.Record{}, false
	}
	r, ok := segments.Parse(b, key)
	if !ok {
		s.distrust(name)
		return segments.Record{}, false
	}
	if s.on.Store.Has(assets.Hash(r.Hash), r.Bytes) {
		return r, true
	}
	if err := cache.Get(ctx, s.on.Store, assets.Hash(r.Hash), r.Bytes); err != nil {
		s.blame(assets.Hash(r.Hash), err)
		var bad *bucket.BadError
		if errors.Is(err, bucket.ErrMissing) || errors.As(err, &bad) {
			s.distrust(name)
		}
		s.warnUnlessMissing(ctx, err)
		return segments.Record{}, false
	}
	s.mu.Lock()
	s.restored++
	s.mu.Unlock()
	return r, true
}

// Send sends an encoded piece of the store, then its record. A problem is a warning.
func (s *Cache) Send(ctx context.Context, r segments.Record) {
	if s.config.ReadOnly {
		return
	}
	cache := s.open(ctx)
	if cache == nil {
		return
	}
	name := pieceRecord(r.Key)
	s.mu.Lock()
	replaceFile, replaceRecord := s.corrupt[r.Hash], s.corrupt[name]
	s.mu.Unlock()
	hash := assets.Hash(r.Hash)
	sent, err := cache.Put(ctx, s.on.Store.Path(hash), hash, r.Bytes, replaceFile)
	if err == nil {
		var b []byte
		b, err = json.Marshal(r)
		if err == nil {
			err = cache.PutRecord(ctx, name, b, replaceRecord)
		}
	}
	if err != nil {
		s.warn(ctx, err)
		return
	}
	if sent {
		s.mu.Lock()
		s.sent++
		s.mu.Unlock()
	}
}

func (s *Cache) warnUnlessMissing(ctx context.Context, err error) {
	if !errors.Is(err, bucket.ErrMissing) {
		s.warn(ctx, err)
	}
}

// distrust makes the next Send replace a record.
func (s *Cache) distrust(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corrupt[name] = true
}
