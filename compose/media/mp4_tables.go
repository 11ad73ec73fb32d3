package media

import (
	"bufio"
	"encoding/binary"
	"io"
)

// sampleTables say where a track's samples are in the file.
type sampleTables struct {
	w                     *boxWalk
	handler               string
	sizes, chunks, perRun box // stsz or stz2, stco or co64, stsc
	external              bool
	times                 *trackTimes
}

func (t *sampleTables) box(c box, depth int) {
	switch c.kind {
	case "mdia", "minf", "stbl", "dinf", "edts":
		t.w.children(c, depth, t.box)
	case "hdlr":
		if b := t.w.bytes(c, 12); len(b) == 12 && t.handler == "" {
			t.handler = string(b[8:12])
		}
	case "dref":
		// An entry with flag 1 is in this file; another is in a file of another name.
		if b := t.w.bytes(c, 20); len(b) == 20 && b[19]&1 == 0 {
			t.external = true
		}
	case "tkhd":
		t.number(t.w.bytes(c, 24))
	case "mdhd":
		t.times.scale, _ = header(t.w.bytes(c, 32))
	case "elst":
		t.editList(c)
	case "stts":
		t.durations(c)
	case "ctts":
		if b := t.w.bytes(c, 16); len(b) == 16 {
			t.times.shift = max(0, float64(int32(binary.BigEndian.Uint32(b[12:]))))
		}
	case "stsd":
		if b := t.w.bytes(c, 16); len(b) == 16 {
			kind := string(b[12:16])
			t.w.s.encrypted = t.w.s.encrypted || kind == "encv" || kind == "enca" || kind == "drmi" || kind == "drms"
		}
	case "stsz", "stz2":
		t.sizes = c
	case "stco", "co64":
		t.chunks = c
	case "stsc":
		t.perRun = c
	}
}

// number files the track's times under its number. mvex may have come before.
func (t *sampleTables) number(b []byte) {
	at := 12
	if len(b) > 0 && b[0] == 1 {
		at = 20
	}
	if len(b) < at+4 {
		return
	}
	if there := t.w.s.times.track(binary.BigEndian.Uint32(b[at:])); there != nil {
		t.times = there
	}
}

// editList reads which parts of a track are shown.
func (t *sampleTables) editList(c box) {
	b := t.w.bytes(c, 8+maxEdits*20)
	size := 12
	if len(b) > 0 && b[0] == 1 {
		size = 20
	}
	for n, at := count32(b, 4), 8; n > 0 && len(b) >= at+size; n, at = n-1, at+size {
		e := edit{float64(binary.BigEndian.Uint32(b[at:])), float64(int32(binary.BigEndian.Uint32(b[at+4:])))}
		if size == 20 {
			e = edit{float64(binary.BigEndian.Uint64(b[at:])), float64(int64(binary.BigEndian.Uint64(b[at+8:])))}
		}
		t.times.edits = append(t.times.edits, e)
	}
}

// durations adds up the lengths of the track's samples.
func (t *sampleTables) durations(c box) {
	r := t.w.stream(c, 8)
	var b [8]byte
	for range count32(t.w.bytes(c, 8), 4) {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return
		}
		t.times.ticks += float64(binary.BigEndian.Uint32(b[:])) * float64(binary.BigEndian.Uint32(b[4:]))
	}
}

// check counts the track and follows its tables through the file.
func (t *sampleTables) check() {
	s := t.w.s
	switch t.handler {
	case "vide":
		s.Video++
	case "soun":
		s.Sound++
	default: // time codes and notes may be damaged without harm
		return
	}
	if t.sizes.kind == "" || t.chunks.kind == "" || t.perRun.kind == "" {
		if !s.mvex {
			s.issue("a track has no sample table")
		}
		return
	}
	if t.external {
		s.issue("a track's data is in another file")
		return
	}
	t.follow()
}

// follow adds up the samples of each chunk and compares the end with the file's.
func (t *sampleTables) follow() {
	s := t.w.s
	each, next, samples := t.sampleSizes()
	chunk, chunks := t.chunkOffsets()
	runs := &chunkRuns{r: t.w.stream(t.perRun, 8), left: count32(t.w.bytes(t.perRun, 8), 4)}
	left := samples
	for i := int64(1); i <= chunks && left > 0; i++ {
		at, ok := chunk()
		n := min(runs.samples(i), left)
		if !ok || n <= 0 {
			s.issue("a sample table is cut")
			return
		}
		end := at + each*n
		for j := int64(0); j < n && each == 0; j++ {
			size, ok := next()
			if !ok {
				s.issue("a sample table is cut")
				return
			}
			end += size
		}
		if at < 0 || end < at || end > s.Size {
			s.isCut("a sample ends at byte %d, the file has %d", end, s.Size)
			return
		}
		left -= n
	}
	if left > 0 {
		s.issue("%d samples are in no chunk", left)
	}
	s.Samples += samples - left
}

// sampleSizes returns the size that all samples have, or 0 and a function that reads one size
// after another, and how many there are.
func (t *sampleTables) sampleSizes() (each int64, next func() (int64, bool), n int64) {
	b := t.w.bytes(t.sizes, 12)
	n = count32(b, 8)
	if t.sizes.kind == "stz2" {
		width := 0
		if len(b) == 12 {
			width = int(b[7])
		}
		return 0, packedSizes(t.w.stream(t.sizes, 12), width), n
	}
	r := t.w.stream(t.sizes, 12)
	return count32(b, 4), func() (int64, bool) { return read32(r) }, n
}

// packedSizes reads sizes of 4, 8 or 16 bits.
func packedSizes(r *bufio.Reader, width int) func() (int64, bool) {
	var half byte
	odd := false
	return func() (int64, bool) {
		switch width {
		case 4:
			odd = !odd
			if !odd {
				return int64(half & 15), true
			}
			c, err := r.ReadByte()
			half = c
			return int64(c >> 4), err == nil
		case 8:
			c, err := r.ReadByte()
			return int64(c), err == nil
		case 16:
			var b [2]byte
			_, err := io.ReadFull(r, b[:])
			return int64(binary.BigEndian.Uint16(b[:])), err == nil
		}
		return 0, false
	}
}

func (t *sampleTables) chunkOffsets() (next func() (int64, bool), n int64) {
	n = count32(t.w.bytes(t.chunks, 8), 4)
	r := t.w.stream(t.chunks, 8)
	if t.chunks.kind == "stco" {
		return func() (int64, bool) { return read32(r) }, n
	}
	return func() (int64, bool) {
		var b [8]byte
		_, err := io.ReadFull(r, b[:])
		return int64(binary.BigEndian.Uint64(b[:])), err == nil
	}, n
}

// chunkRuns is the table of how many samples a chunk has, from which chunk on.
type chunkRuns struct {
	r          *bufio.Reader
	left       int64 // entries not read yet
	now, after int64 // samples of a chunk in this run and in the next one
	from       int64 // the next run's first chunk; 0: not read
}

// samples returns how many samples a chunk has; it must be called for chunks in order.
func (c *chunkRuns) samples(chunk int64) int64 {
	for {
		if c.from == 0 && c.left > 0 {
			var b [12]byte
			if _, err := io.ReadFull(c.r, b[:]); err != nil {
				c.left = 0
				return 0
			}
			c.left--
			c.from, c.after = int64(binary.BigEndian.Uint32(b[:])), int64(binary.BigEndian.Uint32(b[4:]))
		}
		if c.from == 0 || c.from > chunk {
			return c.now
		}
		c.now, c.from = c.after, 0
	}
}

// count32 is the number at a place; 0 when it is not there.
func count32(b []byte, at int) int64 {
	if len(b) < at+4 {
		return 0
	}
	return int64(binary.BigEndian.Uint32(b[at:]))
}

func read32(r io.Reader) (int64, bool) {
	var b [4]byte
	_, err := io.ReadFull(r, b[:])
	return int64(binary.BigEndian.Uint32(b[:])), err == nil
}
