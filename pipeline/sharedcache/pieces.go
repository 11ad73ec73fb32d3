package sharedcache

import (
	"context"
	"encoding/json"
	"errors"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
)

// Piece is what is known about an encoded piece. It is valid for one key.
type Piece struct {
	Key    string `json:"key"`
	Hash   string `json:"sha256"` // of its file in the store
	Bytes  int64  `json:"bytes"`
	Frames int    `json:"frames,omitempty"` // 0 for sound
	// Parameters is the hash of what a decoder must know before the first picture. It is the same in all pieces of a
	// film.
	Parameters string `json:"parameters,omitempty"`
}

// ParsePiece reads a record and reports whether it is one of a key.
func ParsePiece(b []byte, key string) (Piece, bool) {
	var r Piece
	if json.Unmarshal(b, &r) != nil || r.Key != key || len(r.Hash) != 64 || r.Bytes <= 0 {
		return Piece{}, false
	}
	return r, true
}

// Pieces is the part of a shared cache that has encoded pieces of films.
type Pieces struct{ *Cache }

// pieceRecord returns the name of the record of a film's piece.
func pieceRecord(key string) string { return bucket.Pieces + "/" + key }

// Fetch brings an encoded piece of a film into the store and returns its record. It reports false if the cache does not
// have it, or cannot be used. A record whose file is missing or corrupt is replaced at the next Send.
func (s Pieces) Fetch(ctx context.Context, key string) (Piece, bool) {
	cache := s.open(ctx)
	if cache == nil {
		return Piece{}, false
	}
	name := pieceRecord(key)
	b, err := cache.Record(ctx, name)
	if err != nil {
		s.warnUnlessMissing(ctx, err)
		return Piece{}, false
	}
	r, ok := ParsePiece(b, key)
	if !ok {
		s.distrust(name)
		return Piece{}, false
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
		return Piece{}, false
	}
	s.mu.Lock()
	s.restored++
	s.mu.Unlock()
	return r, true
}

// Send sends an encoded piece of the store, then its record. A problem is a warning.
func (s Pieces) Send(ctx context.Context, r Piece) {
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

// Distrust makes the next Send of a key replace its record.
func (s Pieces) Distrust(key string) { s.distrust(pieceRecord(key)) }

func (s Pieces) warnUnlessMissing(ctx context.Context, err error) {
	if !errors.Is(err, bucket.ErrMissing) {
		s.warn(ctx, err)
	}
}

// distrust makes the next Send replace a record.
func (s Pieces) distrust(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corrupt[name] = true
}
