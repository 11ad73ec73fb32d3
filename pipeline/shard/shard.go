// Package shard splits named items between machines that do not talk to each other.
package shard

import (
	"hash/fnv"
	"strconv"
	"strings"

	"greenroom/internal/fault"
)

// Shard is one of several machines that split a project between themselves. The zero Shard has every item.
type Shard struct{ Index, Of int } // Index from 1

// Parse reads "2/5": the second of five machines.
func Parse(s string) (Shard, error) {
	i, n, ok := strings.Cut(s, "/")
	index, e1 := strconv.Atoi(i)
	of, e2 := strconv.Atoi(n)
	if !ok || e1 != nil || e2 != nil || index < 1 || of < 1 || index > of {
		return Shard{}, fault.New(fault.Usage, "write --shard 2/5 for the second of five machines", "invalid shard %q", s)
	}
	return Shard{index, of}, nil
}

// Has reports whether an item belongs to this machine. It depends on the name alone, so that new or removed rows do
// not move the others from one machine to another.
func (s Shard) Has(name string) bool {
	if s.Of <= 1 {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32()%uint32(s.Of)) == s.Index-1
}
