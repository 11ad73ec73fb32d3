package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/assets/remote/bucket"
	"greenroom/internal/lazyregexp"
)

// Stall is how long nothing may move before a cache counts as down.
const Stall = 20 * time.Second

// enough is how many failures in a row make a cache count as down for good.
const enough = 3

// Config is what a cache is opened with.
type Config struct {
	At       assets.Location
	ReadOnly bool
	Stall    time.Duration // 0: Stall
}

// Cache is an open cache. Its methods may be called from many goroutines.
type Cache struct {
	c      Config
	bucket bucket.Bucket

	mu     sync.Mutex
	failed int
	down   error
	sealed error // writes were refused

	asked    sync.Once // whether the bucket is there
	noBucket error
}

// Open connects lazily: a wrong address is an error here, an unreachable one at the first
// use. ctx must live as long as the cache.
func Open(ctx context.Context, c Config) (*Cache, error) {
	if c.Stall <= 0 {
		c.Stall = Stall
	}
	b, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Cache{c: c, bucket: b}, nil
}

func open(ctx context.Context, c Config) (bucket.Bucket, error) {
	if c.At.Folder() != "" {
		b, err := bucket.OpenFolder(c.At.Folder(), !c.ReadOnly)
		if err != nil {
			return nil, &DownError{scrub(err)}
		}
		return b, nil
	}
	type opened struct {
		b   bucket.Bucket
		err error
	}
	// Looking for credentials may ask a metadata server that is not there.
	done := make(chan opened, 1)
	go func() {
		u := c.At.Reveal()
		b, err := bucket.Open(ctx, &u)
		done <- opened{b, err}
	}()
	t := time.NewTimer(c.Stall)
	defer t.Stop()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, &DownError{scrubCredentials(o.err)}
		}
		return o.b, nil
	case <-t.C:
		return nil, &DownError{stall{c.Stall}.Error()}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// scrubCredentials is scrub for a built-in message that contains a parameter of an address.
func scrubCredentials(err error) string {
	var credentials *bucket.CredentialsError
	if errors.As(err, &credentials) {
		return (&bucket.CredentialsError{Err: errors.New(scrub(credentials.Err))}).Error()
	}
	return scrub(err)
}

// Close ends the connections.
func (c *Cache) Close() error {
	c.bucket.Close()
	return nil
}

// ReadOnly reports that nothing is written.
func (c *Cache) ReadOnly() bool { return c.c.ReadOnly }

func (c *Cache) String() string { return c.c.At.String() }

// do runs one operation under a watchdog. After a few failures in a row the cache is
// down for the rest of the run, so that a thousand clips do not wait a thousand times.
func (c *Cache) do(ctx context.Context, f func(context.Context, *watchdog) error) error {
	if err := c.dead(); err != nil {
		return err
	}
	ctx, w := watch(ctx, c.c.Stall)
	defer w.stop()
	err := classify(ctx, f(ctx, w))
	if errors.Is(err, ErrMissing) && c.c.At.Reveal().Scheme == "gs" {
		err = c.bucketThere(ctx, err)
	}
	c.note(err, w.lively(ctx))
	return err
}

// bucketThere distinguishes a missing bucket from a missing object, for which Google's client has the
// same error. It sends one request at most.
func (c *Cache) bucketThere(ctx context.Context, missing error) error {
	c.asked.Do(func() {
		if ok, err := c.bucket.Exists(ctx); err == nil && !ok {
			c.noBucket = &DownError{"there is no such bucket"}
		}
	})
	if c.noBucket != nil {
		return c.noBucket
	}
	return missing
}

func (c *Cache) dead() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.down
}

func (c *Cache) note(err error, lively bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var down *DownError
	switch {
	case !errors.As(err, &down):
		if err == nil || errors.Is(err, ErrMissing) {
			c.failed = 0
		}
	case lively: // it answers, it only broke off
	default:
		c.failed++
		if c.failed >= enough && c.down == nil {
			c.down = down
		}
	}
}

// objectKey is an object's name in the bucket: made from the hash, never read from it.
func objectKey(h assets.Hash) (string, error) {
	if len(h) != 64 || strings.Trim(string(h), "0123456789abcdef") != "" {
		return "", fmt.Errorf("%q is not a hash", h)
	}
	return "sha256/" + string(h[:2]) + "/" + string(h), nil
}

var recordName = lazyregexp.New(`^[a-z0-9][a-z0-9-]{0,30}/[0-9a-f]{64}$`)

// Scopes of records that are not origins of takes.
const (
	Pieces = "pieces" // of films, encoded
	Units  = "units"  // that other machines have run
)

func recordKey(name string) (string, error) {
	if !recordName.MatchString(name) {
		return "", fmt.Errorf("%q is not a record's name", name)
	}
	scope, key, _ := strings.Cut(name, "/")
	if name, ok := numbered(scope, key); ok {
		return name, nil
	}
	if scope == Pieces || scope == Units {
		return scope + "/" + key[:2] + "/" + key + ".json", nil
	}
	return "takes/" + scope + "/" + key[:2] + "/" + key + ".yaml", nil
}
