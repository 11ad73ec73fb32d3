package sharedcache

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"

	bucket "greenroom/assets/remote"
	"greenroom/internal/netutil"
)

// LeaseTime is how long a lease lasts that its holder no longer renews. A machine that waits measures it by its own
// clock: from when it has seen the lease change for the last time.
const LeaseTime = time.Minute

// leasePoll is the time between two reads of another machine's lease.
const leasePoll = time.Second

// LeaseState is the result of [Leases.Lease].
type LeaseState int

const (
	Leased    LeaseState = iota // this machine does the work, and then ends the lease
	Done                        // another machine has done it
	Elsewhere                   // another machine is doing it
)

// Leases is the part of a shared cache by which machines that split a job do free work once. A lease decides about time
// only: where it is lost, or the cache fails, the work is done twice. Purchases have [Claims] instead.
type Leases struct {
	*Cache
	machine string
	time    time.Duration // tests have shorter ones
	poll    time.Duration
}

// LeasesOf returns the leases of a cache, or nil if it may not be written to.
func LeasesOf(s *Cache) *Leases {
	if s.none || s.config.ReadOnly {
		return nil
	}
	machine, _ := os.Hostname() // for people who read the bucket
	return &Leases{s, machine, LeaseTime, leasePoll}
}

// leaseEntry is one lease of a key. Its holder rewrites it; another machine adds an entry with the next number.
type leaseEntry struct {
	Machine string `json:"machine"`
	Nonce   string `json:"nonce"`
	Beat    int    `json:"beat"`
	Ended   bool   `json:"ended,omitempty"`
}

// Lease asks for the work of a key. done reports whether the work is done, and takes its result. With wait, the result
// is never Elsewhere: it waits until the other machine is done, or has stopped. release ends a lease, and must be
// called after the result is in the cache.
func (l *Leases) Lease(ctx context.Context, key string, wait bool, done func() bool) (release func(), s LeaseState) {
	none := func() {}
	cache := l.open(ctx)
	if cache == nil {
		return none, Leased
	}
	var seen []byte
	var since time.Time
	for {
		text, number, free, err := lastLease(ctx, cache, key)
		if err != nil || ctx.Err() != nil {
			return none, Leased
		}
		if seen == nil || !bytes.Equal(text, seen) {
			seen, since = text, time.Now()
		}
		if free || time.Since(since) >= l.time {
			release, got, err := l.take(ctx, cache, bucket.LeaseName(key, number))
			switch {
			case err != nil:
				return none, Leased
			case got && done(): // between the last look and the lease
				release()
				return none, Done
			case got:
				return release, Leased
			}
			continue
		}
		if done() {
			return none, Done
		}
		if !wait {
			return none, Elsewhere
		}
		if netutil.Sleep(ctx, l.poll) != nil {
			return none, Leased // the caller ends by its context
		}
	}
}

// lastLease reads the entries of a key up to the last one. It returns its text, the number of the next entry, and
// whether that one may be added now.
func lastLease(ctx context.Context, cache *bucket.Cache, key string) (text []byte, next int, free bool, err error) {
	for {
		b, err := cache.Record(ctx, bucket.LeaseName(key, next))
		if errors.Is(err, bucket.ErrMissing) {
			var e leaseEntry
			return text, next, next == 0 || json.Unmarshal(text, &e) == nil && e.Ended, nil
		}
		if err != nil {
			return nil, 0, false, err
		}
		text = b
		next++
	}
}

// take adds an entry and renews it until release is called.
func (l *Leases) take(ctx context.Context, cache *bucket.Cache, name string) (release func(), got bool, err error) {
	e := leaseEntry{Machine: l.machine, Nonce: rand.Text()}
	b, err := json.Marshal(e)
	if err != nil {
		return nil, false, err
	}
	got, err = cache.Create(ctx, name, b)
	if err != nil || !got {
		return nil, false, err
	}
	write := func() {
		e.Beat++
		if b, err := json.Marshal(e); err == nil {
			_ = cache.PutRecord(context.WithoutCancel(ctx), name, b, true) // a lost lease costs time only
		}
	}
	stop := make(chan struct{})
	var g sync.WaitGroup
	g.Go(func() {
		t := time.NewTicker(l.time / 4)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				write()
			case <-stop:
				return
			}
		}
	})
	return func() {
		close(stop)
		g.Wait()
		e.Ended = true
		write()
	}, true, nil
}
