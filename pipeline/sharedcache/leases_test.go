package sharedcache

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func never() bool { return false }

// leases returns those of a machine, with a short lease time.
func (m *machine) leases(at string, d time.Duration) *Leases {
	l := m.claims(at).Leases()
	l.time, l.poll = d, time.Millisecond
	return l
}

func TestALeaseIsHeldByOne(t *testing.T) {
	for name, at := range map[string]string{
		"folder": "file://" + filepath.ToSlash(t.TempDir()), "s3": newStore(t).url,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, key := context.Background(), strings.Repeat("cd", 32)
			a, b := newMachine(t).leases(at, time.Minute), newMachine(t).leases(at, time.Minute)
			release, s := a.Lease(ctx, key, false, never)
			if s != Leased {
				t.Fatalf("the first machine: %v", s)
			}
			if _, s := b.Lease(ctx, key, false, never); s != Elsewhere {
				t.Errorf("the second machine: %v", s)
			}
			ready := false
			if _, s := b.Lease(ctx, key, true, func() bool { ready = !ready; return !ready }); s != Done {
				t.Errorf("when the result is there: %v", s)
			}
			release()
			release, s = b.Lease(ctx, key, false, never) // the work failed on the first machine
			if s != Leased {
				t.Errorf("after the end of the lease: %v", s)
			}
			release()
			if _, s := a.Lease(ctx, key, false, func() bool { return true }); s != Done {
				t.Errorf("a result that came between the last look and the lease: %v", s)
			}
		})
	}
}

// TestAnExpiredLeaseIsTakenOver: its holder was killed. One that is renewed is not taken over.
func TestAnExpiredLeaseIsTakenOver(t *testing.T) {
	at, key := "file://"+filepath.ToSlash(t.TempDir()), strings.Repeat("ef", 32)
	b := newMachine(t).leases(at, 200*time.Millisecond)
	cache := b.open(context.Background())
	dead := []byte(`{"machine":"gone","nonce":"x","beat":3}`)
	if created, err := cache.Create(context.Background(), "leases-0/"+key, dead); err != nil || !created {
		t.Fatal(created, err)
	}
	release, s := b.Lease(context.Background(), key, true, never)
	if s != Leased {
		t.Fatalf("the lease of a machine that was killed: %v", s)
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // five lease times
	defer cancel()
	c := newMachine(t).leases(at, 200*time.Millisecond)
	if _, _ = c.Lease(ctx, key, true, never); ctx.Err() == nil {
		t.Error("a lease that is renewed was taken over")
	}
}

// TestALeaseIsNotNeeded: without a cache that works, each machine does the work itself.
func TestALeaseIsNotNeeded(t *testing.T) {
	for _, mode := range []string{"unreachable", "slow", "full", "refusing", "overwriting"} {
		s := newStore(t)
		s.be(mode)
		l := newMachine(t).leases(s.url, time.Minute)
		release, state := l.Lease(context.Background(), strings.Repeat("ab", 32), true, never)
		if release(); state != Leased {
			t.Errorf("%s: %v", mode, state)
		}
	}
}
