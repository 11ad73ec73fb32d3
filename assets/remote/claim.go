package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// ErrUnconditional reports a cache that replaces an object although the request was to create it.
var ErrUnconditional = errors.New("the cache ignores the condition of a write (If-None-Match), so it cannot decide between two machines")

// Create writes a small text under a name that must be free, and reports whether this call created it: of any number of
// machines that create the same name, exactly one does. The answer of the cache is verified, as the decision is worth
// money: a second conditional write must be refused, and what is read back must be b. With an error it is unknown
// whether the text is there. Errors: ErrReadOnly, ErrUnconditional, *BadError, *RefusedError, *DownError.
func (c *Cache) Create(ctx context.Context, name string, b []byte) (created bool, err error) {
	key, err := recordKey(name)
	if err != nil {
		return false, err
	}
	if err := c.writable(); err != nil {
		return false, err
	}
	created, err = c.create(ctx, key, b)
	if err != nil || !created {
		return false, err
	}
	if err := c.Confirm(ctx, name, b); err != nil {
		return false, err
	}
	back, err := c.Record(ctx, name)
	switch {
	case errors.Is(err, ErrMissing):
		return false, &BadError{key, "it was written and is not there"}
	case err != nil:
		return false, err
	}
	return bytes.Equal(back, b), nil
}

// Confirm verifies that the cache refuses to create b under the name of an entry that is there with the same text. It
// fails with ErrUnconditional when the cache wrote it.
func (c *Cache) Confirm(ctx context.Context, name string, b []byte) error {
	key, err := recordKey(name)
	if err != nil {
		return err
	}
	again, err := c.create(ctx, key, b)
	if err == nil && again {
		return ErrUnconditional
	}
	return err
}

// create is one conditional write. It reports false for an object that exists.
func (c *Cache) create(ctx context.Context, key string, b []byte) (bool, error) {
	created := false
	err := c.do(ctx, func(ctx context.Context, dog *watchdog) error {
		err := c.bucket.Write(ctx, key, io.TeeReader(bytes.NewReader(b), dog), false)
		created = err == nil
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	})
	return created && err == nil, err
}

// Scopes of numbered entries. Entries are only added, each by [Cache.Create].
const (
	claims = "claims" // on purchases
	leases = "leases" // of free work
)

// ClaimName returns the name of an entry of the claims on a key.
func ClaimName(key string, n int) string { return fmt.Sprintf("%s-%d/%s", claims, n, key) }

// LeaseName returns the name of an entry of the leases of a key.
func LeaseName(key string, n int) string { return fmt.Sprintf("%s-%d/%s", leases, n, key) }

// numbered returns the name in the bucket of an entry of a scope; ok is false for other scopes.
func numbered(scope, key string) (name string, ok bool) {
	kind, n, ok := strings.Cut(scope, "-")
	if !ok || kind != claims && kind != leases {
		return "", false
	}
	return kind + "/" + key[:2] + "/" + key + "-" + n + ".json", true
}
