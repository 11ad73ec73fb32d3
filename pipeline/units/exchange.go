package units

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"greenroom/assets"
	"greenroom/assets/remote"
	"greenroom/pipeline/stage"
)

// exchange reads and writes the shared cache for one side.
type exchange struct {
	store *assets.Store
	cache *remote.Cache
}

// maxJSON bounds orders and outcomes, bytes.
const maxJSON = 64 << 20

// putFile sends a file; with replace also if the cache has one of its size.
func (x exchange) putFile(ctx context.Context, path string, o stage.Object, replace bool) error {
	_, err := x.cache.Put(ctx, path, assets.Hash(o.Hash), o.Bytes, replace)
	return err
}

// getFile brings a file into the store. The error is errBad for one that is missing or corrupt in the cache.
func (x exchange) getFile(ctx context.Context, o stage.Object) error {
	if x.store.Has(assets.Hash(o.Hash), o.Bytes) {
		return nil
	}
	return bad(x.cache.Get(ctx, x.store, assets.Hash(o.Hash), o.Bytes))
}

// putJSON sends a value as an object, and returns its name.
func (x exchange) putJSON(ctx context.Context, v any, replace bool) (stage.Object, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return stage.Object{}, err
	}
	f, err := x.store.Temp("unit-*")
	if err != nil {
		return stage.Object{}, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	err = errors.Join(err, f.Close())
	if err != nil {
		return stage.Object{}, err
	}
	o := stage.Object{Hash: fmt.Sprintf("%x", sha256.Sum256(b)), Bytes: int64(len(b))}
	_, err = x.cache.Put(ctx, f.Name(), assets.Hash(o.Hash), o.Bytes, replace)
	return o, err
}

// getJSON reads a value that putJSON sent.
func (x exchange) getJSON(ctx context.Context, o stage.Object, v any) error {
	if o.Bytes <= 0 || o.Bytes > maxJSON {
		return fmt.Errorf("%w: %d bytes are not the size of a unit", errBad, o.Bytes)
	}
	var b bytes.Buffer
	err := bad(x.cache.Verify(ctx, assets.Hash(o.Hash), o.Bytes, &b))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b.Bytes(), v); err != nil {
		return fmt.Errorf("%w: %w", errBad, err)
	}
	return nil
}

// record returns the outcome that is on record for a key; ok is false without one that can be used.
func (x exchange) record(ctx context.Context, key string) (name stage.Object, out Outcome, ok bool, err error) {
	b, err := x.cache.Record(ctx, recordName(key))
	if errors.Is(err, remote.ErrMissing) {
		return name, out, false, nil
	}
	if err == nil && json.Unmarshal(b, &name) == nil {
		err = x.getJSON(ctx, name, &out)
	}
	var corrupt *remote.BadError
	if errors.Is(err, errBad) || errors.As(err, &corrupt) {
		return name, Outcome{}, false, nil
	}
	return name, out, err == nil && out.Key == key && len(out.Faults) == 0, err
}

// putRecord replaces the record of a key.
func (x exchange) putRecord(ctx context.Context, key string, name stage.Object) error {
	b, err := json.Marshal(name)
	if err != nil {
		return err
	}
	return x.cache.PutRecord(ctx, recordName(key), b, true)
}

func recordName(key string) string { return remote.Units + "/" + key }

// bad marks errors about a single object.
func bad(err error) error {
	var corrupt *remote.BadError
	if errors.Is(err, remote.ErrMissing) || errors.As(err, &corrupt) {
		return fmt.Errorf("%w: %w", errBad, err)
	}
	return err
}
