package media

import (
	"encoding/binary"
	"io"
)

// movieTimes compares the length that a movie's header announces with the length of its samples, in seconds.
type movieTimes struct {
	scale     float64 // ticks a second, of the header and the edit lists
	announced float64 // 0 when not stated
	tracks    map[uint32]*trackTimes
}

// trackTimes are the times of one track. Ticks are the track's own unless another clock is named.
type trackTimes struct {
	scale      float64 // ticks a second
	ticks      float64 // of the samples in tables
	shift      float64 // of the first picture against its place, which an edit list takes back
	edits      []edit
	usual      float64 // length of a sample in fragments by the header
	from, to   float64 // of the fragments
	fragmented bool
}

// edit is an entry of an edit list.
type edit struct {
	ticks float64 // of the movie; 0: to the end
	from  float64 // -1: nothing is shown
}

// maxTimedTracks and maxEdits bound memory.
const maxTimedTracks, maxEdits = 64, 1000

func (m *movieTimes) track(id uint32) *trackTimes {
	t := m.tracks[id]
	if t == nil && len(m.tracks) < maxTimedTracks {
		if m.tracks == nil {
			m.tracks = map[uint32]*trackTimes{}
		}
		t = &trackTimes{}
		m.tracks[id] = t
	}
	return t
}

// held returns how long the samples last that are in the file; 0 when unknown.
func (m *movieTimes) held() float64 {
	longest := 0.0
	for _, t := range m.tracks {
		longest = max(longest, t.seconds(m.scale))
	}
	return longest
}

// seconds returns how long a track is shown.
func (t *trackTimes) seconds(movieScale float64) float64 {
	if t.scale <= 0 {
		return 0
	}
	media := (t.ticks + t.to - t.from) / t.scale
	if len(t.edits) == 0 || movieScale <= 0 {
		return media
	}
	sum := 0.0
	for _, e := range t.edits {
		length := e.ticks / movieScale
		if e.from >= 0 {
			rest := max(0, media-max(0, e.from-t.shift)/t.scale)
			if t.fragmented {
				rest = media // the fragments' times are counted from the first one
			}
			if length == 0 || length > rest {
				length = rest
			}
		}
		sum += length
	}
	return sum
}

// header reads mvhd or mdhd: ticks a second and the length in ticks, 0 when it is marked as unknown.
func header(b []byte) (scale, ticks float64) {
	const unknown32, unknown64 = 1<<32 - 1, 1<<64 - 1
	switch {
	case len(b) >= 20 && b[0] == 0:
		scale = float64(binary.BigEndian.Uint32(b[12:]))
		if n := binary.BigEndian.Uint32(b[16:]); n != unknown32 && n != unknown32>>1 {
			ticks = float64(n)
		}
	case len(b) >= 32 && b[0] == 1:
		scale = float64(binary.BigEndian.Uint32(b[20:]))
		if n := binary.BigEndian.Uint64(b[24:]); n != unknown64 && n != unknown64>>1 {
			ticks = float64(n)
		}
	}
	return scale, ticks
}

// movieHeader reads mvhd.
func (w *boxWalk) movieHeader(c box) {
	scale, ticks := header(w.bytes(c, 32))
	w.s.times.scale = scale
	if scale > 0 {
		w.s.times.announced = ticks / scale
	}
}

// extends reads the boxes of mvex: what fragments share.
func (w *boxWalk) extends(c box, _ int) {
	m := &w.s.times
	switch b := w.bytes(c, 24); c.kind {
	case "mehd":
		if len(b) >= 12 && b[0] == 1 && m.scale > 0 {
			m.announced = float64(binary.BigEndian.Uint64(b[4:])) / m.scale
		} else if len(b) >= 8 && b[0] == 0 && m.scale > 0 {
			m.announced = float64(binary.BigEndian.Uint32(b[4:])) / m.scale
		}
	case "trex":
		if len(b) < 16 {
			return
		}
		if t := m.track(binary.BigEndian.Uint32(b[4:])); t != nil {
			t.usual = float64(binary.BigEndian.Uint32(b[12:]))
		}
	}
}

// fragment reads a moof.
func (w *boxWalk) fragment(c box, depth int) {
	if c.kind != "traf" {
		return
	}
	f := &fragmentTimes{w: w}
	w.children(c, depth, f.box)
}

// fragmentTimes reads the times of one track in one fragment.
type fragmentTimes struct {
	w     *boxWalk
	t     *trackTimes
	usual float64
	at    float64
}

func (f *fragmentTimes) box(c box, _ int) {
	b := f.w.bytes(c, 28)
	if len(b) < 8 {
		return
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	switch c.kind {
	case "tfhd":
		f.t = f.w.s.times.track(binary.BigEndian.Uint32(b[4:]))
		if f.t == nil {
			return
		}
		f.usual, f.at = f.t.usual, f.t.to
		at := 8
		for _, field := range []struct {
			flag uint32
			size int
		}{{0x1, 8}, {0x2, 4}} { // offset of the data, index of the description
			if flags&field.flag != 0 {
				at += field.size
			}
		}
		if flags&0x8 != 0 && len(b) >= at+4 {
			f.usual = float64(binary.BigEndian.Uint32(b[at:]))
		}
	case "tfdt":
		if f.t == nil {
			return
		}
		f.at = float64(binary.BigEndian.Uint32(b[4:]))
		if b[0] == 1 && len(b) >= 12 {
			f.at = float64(binary.BigEndian.Uint64(b[4:]))
		}
	case "trun":
		if f.t != nil {
			f.run(c, flags, int64(binary.BigEndian.Uint32(b[4:])))
		}
	}
}

// run adds up the samples of a trun.
func (f *fragmentTimes) run(c box, flags uint32, samples int64) {
	skip := int64(8)
	for _, flag := range []uint32{0x1, 0x4} { // offset of the data, flags of the first sample
		if flags&flag != 0 {
			skip += 4
		}
	}
	entry := int64(0)
	for _, flag := range []uint32{0x100, 0x200, 0x400, 0x800} { // length, size, flags, composition
		if flags&flag != 0 {
			entry += 4
		}
	}
	from, ticks := f.at, f.usual*float64(samples)
	if flags&0x100 != 0 {
		ticks = 0
		r := f.w.stream(c, skip)
		b := make([]byte, entry)
		for range samples {
			if _, err := io.ReadFull(r, b); err != nil {
				break
			}
			ticks += float64(binary.BigEndian.Uint32(b))
		}
	}
	if !f.t.fragmented {
		f.t.fragmented, f.t.from, f.t.to = true, from, from
	}
	f.t.from, f.t.to = min(f.t.from, from), max(f.t.to, from+ticks)
	f.at += ticks
	f.w.s.fragmentSamples += samples
}

// segmentIndex compares the sizes that a sidx has of the parts that follow with the file's length.
func (w *boxWalk) segmentIndex(c box) {
	b := w.bytes(c, 32)
	if len(b) < 24 {
		return
	}
	first, at := int64(binary.BigEndian.Uint32(b[16:])), int64(20)
	if b[0] == 1 && len(b) >= 32 {
		first, at = int64(min(binary.BigEndian.Uint64(b[20:]), 1<<62)), 28
	}
	r := w.stream(c, at)
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return
	}
	end := c.end + first
	var entry [12]byte
	for range binary.BigEndian.Uint16(head[2:]) {
		if _, err := io.ReadFull(r, entry[:]); err != nil {
			return
		}
		end += int64(binary.BigEndian.Uint32(entry[:]) & 0x7fffffff)
	}
	w.s.ended = true
	if end > w.s.Size || end < 0 {
		w.s.isCut("the segment index goes on to byte %d, the file has %d", end, w.s.Size)
	}
}
