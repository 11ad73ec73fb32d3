// Package capacity bounds how much heavy work a process does at once, by processor cores and by memory. Everything that
// decodes or encodes pictures asks here before it begins.
package capacity

import (
	"context"
	"runtime"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"golang.org/x/sync/semaphore"
)

// Capacity is what one process may use. Its methods may be called at the same time.
type Capacity struct {
	cores, memory   *semaphore.Weighted
	threads, amount int64
}

// Work is what one job takes while it runs.
type Work struct {
	Threads int
	Bytes   int64
}

// New returns the capacity of so many cores and bytes. 0 bytes: how much memory there is is unknown, and it bounds nothing.
func New(cores int, bytes int64) *Capacity {
	m := &Capacity{threads: int64(max(1, cores)), amount: bytes}
	m.cores = semaphore.NewWeighted(m.threads)
	if bytes > 0 {
		m.memory = semaphore.NewWeighted(bytes)
	}
	return m
}

// Here returns the capacity of this machine, of which so many cores are used; 0: all.
func Here(cores int) *Capacity {
	if cores <= 0 {
		cores = runtime.NumCPU()
	}
	return New(cores, Memory())
}

// share of the memory is for heavy work; the rest is for greenroom itself, the system and the cache of files.
const share = 0.8

// Memory returns how many bytes heavy work may use: a share of what the container allows, or of what the machine has.
// 0 means that neither is known.
func Memory() int64 {
	n, err := memlimit.ApplyRatio(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem), share)()
	if err != nil {
		return 0
	}
	return int64(n)
}

// Use waits until there is room for w and returns what ends it. Work that is larger than the machine waits until it is
// alone. The error is the cause of ctx. A nil Capacity has no bounds.
func (m *Capacity) Use(ctx context.Context, w Work) (release func(), err error) {
	if m == nil {
		return func() {}, nil
	}
	threads := min(int64(max(1, w.Threads)), m.threads)
	bytes := min(w.Bytes, m.amount)
	if err := m.cores.Acquire(ctx, threads); err != nil {
		return nil, context.Cause(ctx)
	}
	if m.memory == nil {
		return func() { m.cores.Release(threads) }, nil
	}
	if err := m.memory.Acquire(ctx, bytes); err != nil {
		m.cores.Release(threads)
		return nil, context.Cause(ctx)
	}
	return func() {
		m.memory.Release(bytes)
		m.cores.Release(threads)
	}, nil
}

// What ffmpeg 5.1 took at most, bytes of resident memory: VP9 with alpha, the dearest encoder, 122 MiB at 640x360, 402 MiB
// at 1920x1080 and 1,290 MiB at 3840x2160 from a source without a decoder, and 620 MiB at 1920x1080 from a delivered take;
// a decode 57 MiB at 1920x1080.
const (
	program       = 80 << 20
	encodedPixel  = 280
	decodedPixel  = 40
	unknownPixels = 1920 * 1080
)

// Encoding is the work of decoding pictures of w x h pixels and encoding them. A size of 0 is unknown: that of full HD.
func Encoding(w, h, threads int) Work {
	return Work{Threads: threads, Bytes: program + encodedPixel*pixels(w, h)}
}

// Decoding is the work of decoding and reducing pictures of w x h pixels. A size of 0 is unknown: that of full HD.
func Decoding(w, h int) Work {
	return Work{Threads: 1, Bytes: program + decodedPixel*pixels(w, h)}
}

func pixels(w, h int) int64 {
	if w <= 0 || h <= 0 {
		return unknownPixels
	}
	return int64(w) * int64(h)
}
