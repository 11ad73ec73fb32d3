package sharedcache

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	bucket "greenroom/assets/remote"
)

func never() bool { return false }

// leases returns those of a machine, with a short lease time.
func (m *machine) leases(at string, d time.Duration) *Leases {
	l := LeasesOf(m.claims(at).Cache)
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
	synctest.Test(t, func(t *testing.T) {
		at, key := "file://"+filepath.ToSlash(t.TempDir()), strings.Repeat("ef", 32)
		b, c := LeasesOf(newMachine(t).claims(at).Cache), LeasesOf(newMachine(t).claims(at).Cache)
		dead := []byte(`{"machine":"gone","nonce":"x","beat":3}`)
		created, err := b.open(t.Context()).Create(t.Context(), bucket.LeaseName(key, 0), dead)
		if err != nil || !created {
			t.Fatal(created, err)
		}
		began := time.Now()
		release, s := b.Lease(t.Context(), key, true, never)
		if s != Leased || time.Since(began) < LeaseTime {
			t.Fatalf("the lease of a machine that was killed: %v after %s", s, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*LeaseTime)
		defer cancel()
		if c.Lease(ctx, key, true, never); ctx.Err() == nil {
			t.Error("a lease that is renewed was taken over")
		}
		release()
	})
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
