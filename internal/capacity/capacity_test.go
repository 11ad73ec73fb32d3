package capacity

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// TestMemoryBoundsWhatRunsAtOnce: four encodes of 4K on eight cores, and room for one and a half of them.
func TestMemoryBoundsWhatRunsAtOnce(t *testing.T) {
	w := Encoding(3840, 2160, 2)
	for _, c := range []struct {
		name   string
		cores  int
		memory int64
		most   int32
	}{
		{"memory for one", 8, w.Bytes * 3 / 2, 1},
		{"memory for two", 8, w.Bytes * 2, 2},
		{"less memory than one needs", 8, w.Bytes / 4, 1},
		{"memory unknown", 4, 0, 2},
		{"cores for one", 3, 100 * w.Bytes, 1},
		{"fewer cores than one uses", 1, 100 * w.Bytes, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := New(c.cores, c.memory)
			var now, most atomic.Int32
			var all sync.WaitGroup
			for range 40 {
				all.Go(func() {
					release, err := m.Use(t.Context(), w)
					if err != nil {
						t.Error(err)
						return
					}
					n := now.Add(1)
					for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
					}
					now.Add(-1)
					release()
				})
			}
			all.Wait()
			if most.Load() > c.most {
				t.Errorf("%d ran at once, not %d", most.Load(), c.most)
			}
		})
	}
}

// TestWaitingEnds: the cores of work that waits for memory are free again when its context ends.
func TestWaitingEnds(t *testing.T) {
	m := New(4, 100)
	release, err := m.Use(t.Context(), Work{Threads: 1, Bytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	waited := make(chan error)
	go func() {
		_, err := m.Use(ctx, Work{Threads: 3, Bytes: 1})
		waited <- err
	}()
	cancel(why)
	err = <-waited
	if !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	release()
	release, err = m.Use(t.Context(), Work{Threads: 4, Bytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestSizes(t *testing.T) {
	const gib = 1 << 30
	hd, uhd := Encoding(1920, 1080, 2).Bytes, Encoding(3840, 2160, 2).Bytes
	if hd < 620<<20 || hd > gib || uhd < 2*gib || uhd > 3*gib {
		t.Errorf("full HD %d, 4K %d", hd, uhd)
	}
	if Encoding(0, 0, 1).Bytes != hd || Decoding(-1, 5) != Decoding(1920, 1080) {
		t.Error("an unknown size is not full HD")
	}
	if n := Memory(); n < gib/4 || n > 1<<46 {
		t.Errorf("this machine has %d bytes", n)
	}
}
