package media

import "math"

// trackEnd finds where a track ends. Most blocks do not say how long they are: then the length is the track's
// default, or the mean of those before.
type trackEnd struct {
	each  float64 // of a frame by the track's header, seconds; 0 when not stated
	first float64 // time of the earliest block, seconds
	last  float64 // time of the latest block
	until float64 // the end by what is stated, 0 without
	laces int     // frames in the latest block: sound has several
	seen  int     // frames of all blocks
	begun bool
}

// add notes a block. duration is in seconds, 0 when unknown.
func (e *trackEnd) add(at, duration float64, laces int) {
	if !e.begun {
		e.begun, e.first, e.last = true, at, math.Inf(-1)
	}
	e.first = min(e.first, at)
	if at >= e.last {
		e.last, e.laces = at, laces
	}
	e.seen += laces
	if duration == 0 {
		duration = e.each * float64(laces)
	}
	if duration > 0 && duration < longest {
		e.until = max(e.until, at+duration)
	}
}

// end returns where the track ends, seconds; 0 without blocks.
func (e *trackEnd) end() float64 {
	if !e.begun {
		return 0
	}
	end := max(e.last, e.until)
	if before := e.seen - e.laces; e.until <= e.last && before > 0 {
		end = e.last + (e.last-e.first)/float64(before)*float64(e.laces)
	}
	if !(end < longest) {
		return e.last
	}
	return end
}

// end returns where the last track ends, seconds.
func (s *WebMScan) end() float64 {
	end := 0.0
	for _, t := range s.Tracks {
		end = max(end, t.end())
	}
	return end
}
