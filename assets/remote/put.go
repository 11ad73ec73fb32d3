package remote

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"greenroom/assets"
	"greenroom/assets/remote/bucket"
)

// slowest is the lowest rate at which parts of an upload that are on their way may still leave, bytes
// a second.
const slowest = 128 << 10

// Put sends a file of the store, unless the cache has an object of that size. With replace it is sent anyway: the
// object was read and is corrupt. The file's own hash is verified while it is sent, and nothing appears in the
// cache when it is not h. After the upload the object's size, and its checksum where the cache reports one, are
// compared. Errors: ErrReadOnly, *BadError, *RefusedError, *DownError.
func (c *Cache) Put(ctx context.Context, path string, h assets.Hash, size int64, replace bool) (sent bool, err error) {
	key, err := objectKey(h)
	if err != nil {
		return false, err
	}
	if err := c.writable(); err != nil {
		return false, err
	}
	if !replace {
		switch at, err := c.attributes(ctx, key); {
		case errors.Is(err, ErrMissing):
		case err != nil:
			return false, err
		case at.Size == size:
			return false, nil
		default:
			replace = true // written half, or by a stranger
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash, sum := sha256.New(), md5.New()
	err = c.write(ctx, key, replace, size, io.TeeReader(localReader{f}, io.MultiWriter(hash, sum)), func() error {
		if got := hex.EncodeToString(hash.Sum(nil)); got != string(h) {
			return &localError{fmt.Errorf("%w: %s", assets.ErrCorrupt, h)}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	at, err := c.attributes(ctx, key)
	switch {
	case errors.Is(err, ErrMissing):
		return false, &BadError{key, "it was sent and is not there"}
	case err != nil:
		return false, err
	case at.Size != size:
		return false, &BadError{key, fmt.Sprintf("%d bytes were sent and %d are there", size, at.Size)}
	case len(at.MD5) == md5.Size && !bytes.Equal(at.MD5, sum.Sum(nil)):
		return false, &BadError{key, "what is there has another checksum than what was sent"}
	}
	return true, nil
}

// PutRecord writes a small text under a name; one that is there stays unless replace.
func (c *Cache) PutRecord(ctx context.Context, name string, b []byte, replace bool) error {
	key, err := recordKey(name)
	if err != nil {
		return err
	}
	if err := c.writable(); err != nil {
		return err
	}
	return c.write(ctx, key, replace, int64(len(b)), bytes.NewReader(b), func() error { return nil })
}

// write sends from; verify is called when all is read and before anything becomes visible. An object
// that another process has put there first is as good as ours.
func (c *Cache) write(ctx context.Context, key string, replace bool, size int64, from io.Reader,
	verify func() error) error {
	err := c.do(ctx, func(ctx context.Context, dog *watchdog) error {
		source := &checkedReader{from: io.TeeReader(from, dog), end: func() error {
			dog.more(time.Duration(min(size, bucket.Parts*bucket.PartSize)) * time.Second / slowest)
			return verify()
		}}
		err := c.bucket.Write(ctx, key, source, replace)
		switch {
		case source.err != nil:
			return source.err // a library's words around it would hide that it is ours
		case errors.Is(err, fs.ErrExist):
			return nil
		}
		return err
	})
	var refused *RefusedError
	if errors.As(err, &refused) {
		c.mu.Lock()
		c.sealed = err
		c.mu.Unlock()
	}
	return err
}

// writable returns the reason why nothing may be written.
func (c *Cache) writable() error {
	if c.c.ReadOnly {
		return ErrReadOnly
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sealed
}

func (c *Cache) attributes(ctx context.Context, key string) (at bucket.Info, err error) {
	err = c.do(ctx, func(ctx context.Context, _ *watchdog) error {
		at, err = c.bucket.Stat(ctx, key)
		return notFile(key, err)
	})
	return at, err
}

// checkedReader fails at its end when what was read is not what it must be.
type checkedReader struct {
	from io.Reader
	end  func() error
	err  error // other than io.EOF
}

func (r *checkedReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.from.Read(p)
	if err == io.EOF {
		r.err = r.end()
		if r.err != nil {
			return n, r.err
		}
		return n, io.EOF
	}
	r.err = err
	return n, err
}
