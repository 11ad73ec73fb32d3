// Package benchtest compares two ways of doing a thing, for benchmarks.
//
// It promises that both run in turn inside one measurement, so that a slow minute
// of the machine slows both, and that what it reports is the median of the ratios
// of neighbours. It never fails: goals are in docs/benchmarks.md.
package benchtest

import (
	"slices"
	"testing"
	"time"
)

// Way is one of the things compared.
type Way struct {
	Name string
	Do   func() error
}

// Clock is what is measured.
type Clock int

// Clocks.
const (
	Wall      Clock = iota
	Processor       // user and system time of this process and its children
)

func (c Clock) now() time.Duration {
	if c == Processor {
		return CPU()
	}
	return time.Duration(time.Now().UnixNano())
}

// Ratio runs a and b in turn, rounds times each after one unmeasured round, and
// reports the median of a/b and of each way's milliseconds.
func Ratio(b *testing.B, c Clock, rounds int, a, base Way) {
	b.Helper()
	var ratios, as, bases []float64
	run := func(w Way) float64 {
		start := c.now()
		if err := w.Do(); err != nil {
			b.Fatalf("%s: %v", w.Name, err)
		}
		return float64(c.now()-start) / 1e6
	}
	for i := range rounds*b.N + 1 {
		x, y := run(a), run(base)
		if i == 0 || y == 0 {
			continue
		}
		ratios, as, bases = append(ratios, x/y), append(as, x), append(bases, y)
	}
	b.ReportMetric(Median(ratios), "ratio")
	b.ReportMetric(Median(as), "ms-"+a.Name)
	b.ReportMetric(Median(bases), "ms-"+base.Name)
	b.ReportMetric(0, "ns/op") // the ratio is the figure
}

// Median of the values; 0 for none.
func Median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
