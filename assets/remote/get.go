package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"greenroom/assets"
)

// tries is how often a read that broke off goes on without having moved; mostTries how
// often at all.
const (
	tries     = 3
	mostTries = 12
)

// Get brings an object into the store. The object must have this size and hash; until both are verified, the store
// does not have it. A read that breaks off continues at the same byte. Errors: ErrMissing, *BadError,
// *RefusedError, *DownError.
func (c *Cache) Get(ctx context.Context, store *assets.Store, h assets.Hash, size int64) (err error) {
	key, err := objectKey(h)
	if err != nil {
		return err
	}
	tmp, err := store.Temp("remote-*")
	if err != nil {
		return err
	}
	defer func() {
		tmp.Close()
		os.Remove(tmp.Name()) // gone already when it was adopted
	}()
	if err := c.Verify(ctx, h, size, tmp); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	got, _, err := store.Adopt(tmp.Name())
	if err == nil && got != h {
		return &BadError{key, "its bytes changed on this disk"}
	}
	return err
}

// Verify reads a complete object into w and verifies its size and hash.
func (c *Cache) Verify(ctx context.Context, h assets.Hash, size int64, w io.Writer) error {
	key, err := objectKey(h)
	if err != nil {
		return err
	}
	sum := sha256.New()
	var have int64
	for left, all := tries, mostTries; ; all-- {
		before := have
		err := c.do(ctx, func(ctx context.Context, dog *watchdog) error {
			n, err := c.read(ctx, key, have, size, io.MultiWriter(localWriter{w}, sum, dog))
			have += n
			return err
		})
		if err == nil || have == size {
			break
		}
		if have-before >= drip {
			left = tries
		}
		left--
		var down *DownError
		if !errors.As(err, &down) || left == 0 || all == 0 || c.dead() != nil {
			return err
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != string(h) {
		return &BadError{key, fmt.Sprintf("its content has the hash %s…", got[:12])}
	}
	return nil
}

// read copies an object from one byte to its end and returns how much came.
func (c *Cache) read(ctx context.Context, key string, from, size int64, w io.Writer) (int64, error) {
	r, has, err := c.bucket.Read(ctx, key, from)
	if err != nil {
		return 0, notFile(key, err)
	}
	defer r.Close()
	if has != size {
		return 0, &BadError{key, fmt.Sprintf("it has %d bytes instead of %d", has, size)}
	}
	// One byte more than there may be, so that an endless answer is noticed.
	n, err := io.Copy(w, io.LimitReader(r, size-from+1))
	switch {
	case err != nil:
		return n, err
	case n > size-from:
		return n, &BadError{key, "it does not end where it must"}
	case n < size-from:
		return n, fmt.Errorf("it broke off at byte %d of %d", from+n, size)
	}
	return n, nil
}

// maxRecord bounds a record, bytes.
const maxRecord = 64 << 10

// Record reads a small text, such as "heygen/<take key>". Nothing verifies it: the caller
// must check its content.
func (c *Cache) Record(ctx context.Context, name string) (b []byte, err error) {
	key, err := recordKey(name)
	if err != nil {
		return nil, err
	}
	err = c.do(ctx, func(ctx context.Context, dog *watchdog) error {
		r, _, err := c.bucket.Read(ctx, key, 0)
		if err != nil {
			return notFile(key, err)
		}
		defer r.Close()
		b, err = io.ReadAll(io.LimitReader(r, maxRecord+1))
		if err == nil && len(b) > maxRecord {
			return &BadError{key, "it is too large for a record"}
		}
		return err
	})
	return b, err
}
