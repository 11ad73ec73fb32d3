// Package piece cuts a resolved film into pieces that can be encoded one by one. It is pure: the same film always has
// the same cuts.
package piece

import (
	"hash/fnv"
	"math"

	"greenroom/compose/timeline"
)

// Shortest and longest length of a piece, in seconds. A piece is longer where nothing allows a cut, and a film that is
// shorter than a piece is one piece.
const (
	Shortest = 2
	Longest  = 10
)

// Span is a range of frames of a film: From is its first frame, To the first one after it.
type Span struct{ From, To int }

// Frames returns how many frames the span has.
func (s Span) Frames() int { return s.To - s.From }

// rank orders cuts: lower is better.
type rank int

const (
	never rank = iota // something spans the frame
	scene             // a layer other than a text starts, arrives, leaves or ends
	line              // a text starts or ends
	beat              // a whole number of seconds after the last scene
)

// Cut returns the pieces of a film, in order and without gaps. No motion, fade, text or change of a gain spans a cut,
// except a text or a change of a gain that is longer than the longest piece.
//
// Where a scene changes, a piece ends. Other cuts depend on how far they are from the last such change and on nothing
// before it, so an edit moves the cuts of its own scene only, and a scene that moves in time keeps its cuts.
func Cut(f *timeline.Film) []Span {
	fps := f.FPS.FPS()
	c := cutter{
		ranks: ranks(f), shortest: int(math.Ceil(Shortest * fps)), longest: int(math.Floor(Longest * fps)),
	}
	var out []Span
	for from := 0; from < f.Frames; {
		to := c.next(from)
		out = append(out, Span{from, to})
		from = to
	}
	return out
}

// cutter finds cuts.
type cutter struct {
	ranks             []rank // by frame; the end of the film is the last element and a scene
	shortest, longest int    // of a piece, frames
	last              int    // the last scene's frame at or before the frame that next was called with
}

// next returns the end of the piece that starts at a frame.
func (c *cutter) next(from int) int {
	end := len(c.ranks) - 1
	for at := from; at > c.last; at-- {
		if c.ranks[at] == scene {
			c.last = at
		}
	}
	first, last := from+c.shortest, min(from+c.longest, end)
	for at := first; at <= last; at++ {
		if c.ranks[at] == scene && (end-at >= c.shortest || at == end) {
			return at
		}
	}
	// A piece that ends within the shortest length before a scene would take the next cut away from it.
	ahead := last + 1
	for ahead < end && c.ranks[ahead] != scene {
		ahead++
	}
	for _, r := range []rank{line, beat} {
		if at := c.among(r, first, min(last, ahead-c.shortest)); at > 0 {
			return at
		}
	}
	for at := max(first, last+1); at <= end-c.shortest; at++ {
		if c.ranks[at] != never {
			return at
		}
	}
	return end
}

// among returns the cut of a rank from a frame to another whose distance from the last scene has the lowest hash, or 0.
// Two runs through the same scene that start at different frames soon agree on their cuts.
func (c *cutter) among(r rank, first, last int) int {
	best, lowest := 0, uint64(math.MaxUint64)
	for at := first; at <= last; at++ {
		if c.ranks[at] != r {
			continue
		}
		if h := hash(at - c.last); best == 0 || h < lowest {
			best, lowest = at, h
		}
	}
	return best
}

func hash(n int) uint64 {
	h := fnv.New64a()
	for range 4 {
		h.Write([]byte{byte(n)})
		n >>= 8
	}
	return h.Sum64()
}

// ranks returns the rank of a cut before each frame of a film, and after its last frame.
func ranks(f *timeline.Film) []rank {
	out := make([]rank, f.Frames+1)
	mark := func(r rank, frames ...int) {
		for _, at := range frames {
			if at > 0 && at < f.Frames && (out[at] == never || r < out[at]) {
				out[at] = r
			}
		}
	}
	for i := range f.Layers {
		l := &f.Layers[i]
		if l.Kind == timeline.KindText {
			mark(line, l.From, l.End())
			continue
		}
		mark(scene, l.From, l.From+l.Enter.Frames, l.End()-l.Leave.Frames, l.End())
	}
	blocked := blocked(f)
	for at, is := range blocked {
		if is {
			out[at] = never
		}
	}
	out[0], out[f.Frames] = scene, scene
	beats(out, max(1, int(math.Round(f.FPS.FPS()))), blocked)
	return out
}

// blocked reports for each frame whether something spans a cut before it.
func blocked(f *timeline.Film) []bool {
	out := make([]bool, f.Frames+1)
	blockAll(f, func(from, to int) {
		for at := max(from+1, 0); at < min(to, f.Frames); at++ {
			out[at] = true
		}
	})
	return out
}

// beats marks whole numbers of seconds after each scene.
func beats(out []rank, second int, blocked []bool) {
	last := 0
	for at := range out {
		switch {
		case out[at] == scene:
			last = at
		case out[at] == never && !blocked[at] && (at-last)%second == 0:
			out[at] = beat
		}
	}
}

// blockAll calls block for everything that a cut must not be inside of.
func blockAll(f *timeline.Film, block func(from, to int)) {
	longest := int(math.Floor(Longest * f.FPS.FPS()))
	short := func(from, to int) {
		if to-from <= longest {
			block(from, to)
		}
	}
	for i := range f.Layers {
		l := &f.Layers[i]
		if l.Enter.Fade || l.Enter.DX != 0 || l.Enter.DY != 0 {
			block(l.From, l.From+l.Enter.Frames)
		}
		if l.Leave.Fade || l.Leave.DX != 0 || l.Leave.DY != 0 {
			block(l.End()-l.Leave.Frames, l.End())
		}
		if l.Text != nil {
			short(l.From, l.End())
		}
	}
	for i := range f.Sounds {
		s := &f.Sounds[i]
		for j := 1; j < len(s.Gain); j++ {
			a, b := s.Gain[j-1], s.Gain[j]
			if a.Gain != b.Gain && b.At > a.At {
				from := int(math.Floor(a.At * f.FPS.FPS()))
				short(max(s.From, from), min(s.From+s.Frames, int(math.Ceil(b.At*f.FPS.FPS()))))
			}
		}
	}
}
