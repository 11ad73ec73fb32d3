package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MP4Scan is a walk over an MP4 or QuickTime file without decoding.
//
// size: one field for each thing that the walk has met so far.
type MP4Scan struct {
	Size     int64
	Trailing int64    // bytes after the last box that do not belong to a box
	Issues   []string // what cannot be played, in file order
	Video    int      // tracks with pictures
	Sound    int      // tracks with sound
	Samples  int64    // of all tracks; 0 in a file of fragments

	moov, mdat, mvex, moof bool
	ended                  bool   // a file of fragments has a mark of its end
	encrypted              bool   // a track is
	cut                    string // the issue of bytes that are missing at the end
	fragmentSamples        int64
	times                  movieTimes
}

// Limits of what is read: a hostile file must not cost memory or time.
const (
	maxBoxDepth = 8
	maxBoxes    = 1_000_000
)

func (s *MP4Scan) issue(format string, args ...any) {
	if len(s.Issues) < 20 {
		s.Issues = append(s.Issues, fmt.Sprintf(format, args...))
	}
}

// isCut records that bytes are missing at the end.
func (s *MP4Scan) isCut(format string, args ...any) {
	s.issue("cut: "+format, args...)
	if s.cut == "" {
		s.cut = fmt.Sprintf("cut: "+format, args...)
	}
}

// ScanMP4 walks the boxes and the sample tables: it finds a file that was cut, also at the
// end of a box, and tables that point outside of the file. The error means that this is no
// MP4 file; damage inside one is in Issues. The tables are read as a stream: memory does
// not grow with the file.
func ScanMP4(r io.ReaderAt, size int64) (*MP4Scan, error) {
	in := &errorReader{r: r}
	w := &boxWalk{r: in, s: &MP4Scan{Size: size}}
	first, err := w.head(0, size)
	if in.err != nil {
		return nil, in.err
	}
	if err != nil || !startsMP4[first.kind] {
		return nil, errors.New("not an MP4 file")
	}
	w.top()
	if in.err != nil {
		return nil, in.err
	}
	w.s.judge()
	return w.s, nil
}

// startsMP4 are the boxes that a file may begin with; QuickTime wrote files without ftyp.
var startsMP4 = map[string]bool{"ftyp": true, "moov": true, "mdat": true, "wide": true, "free": true, "skip": true}

// topMP4 are the boxes of a file's top level.
var topMP4 = map[string]bool{
	"ftyp": true, "moov": true, "mdat": true, "moof": true, "mfra": true, "free": true, "skip": true, "wide": true,
	"uuid": true,
	"meta": true, "styp": true, "sidx": true, "ssix": true, "emsg": true, "prft": true, "udta": true,
}

func (s *MP4Scan) judge() {
	switch {
	case !s.moov:
		s.issue("no index (moov)")
	case s.Video+s.Sound == 0:
		s.issue("no track")
	case s.mvex && !s.moof && s.Samples == 0:
		s.issue("no fragment (moof)")
	case !s.mvex && s.Samples == 0:
		s.issue("no sample")
	}
	if s.moov && !s.mdat {
		s.issue("no data (mdat)")
	}
}

type box struct {
	kind     string
	pos, end int64 // of the payload
}

type boxWalk struct {
	r     io.ReaderAt
	s     *MP4Scan
	boxes int
}

var errNoBox = errors.New("no box")

// head reads the head of the box at pos. end is the parent's.
func (w *boxWalk) head(pos, end int64) (box, error) {
	var b [16]byte
	w.boxes++
	if w.boxes > maxBoxes {
		return box{}, fmt.Errorf("more than %d boxes", maxBoxes)
	}
	n, _ := w.r.ReadAt(b[:min(16, max(0, end-pos))], pos)
	if n < 8 {
		return box{}, errNoBox
	}
	for _, c := range b[4:8] {
		if c < ' ' || c > '~' && c != 0xa9 { // QuickTime's © begins names of notes
			return box{}, errNoBox
		}
	}
	x := box{kind: string(b[4:8]), pos: pos + 8}
	switch size := uint64(binary.BigEndian.Uint32(b[:4])); {
	case size == 0: // to the end of the file
		x.end = end
	case size == 1:
		if n < 16 {
			return box{}, errNoBox
		}
		size, x.pos = binary.BigEndian.Uint64(b[8:16]), pos+16
		if size < 16 || size > 1<<62 {
			return box{}, errNoBox
		}
		x.end = pos + int64(size)
	case size < 8:
		return box{}, errNoBox
	default:
		x.end = pos + int64(size)
	}
	return x, nil
}

func (w *boxWalk) top() {
	for pos := int64(0); pos < w.s.Size; {
		x, err := w.head(pos, w.s.Size)
		switch {
		case errors.Is(err, errNoBox):
			w.s.Trailing = w.s.Size - pos
			return
		case err != nil:
			w.s.issue("%v", err)
			return
		}
		if x.end > w.s.Size && w.s.moov && w.s.mdat && !topMP4[x.kind] { // no box, but something that was appended
			w.s.Trailing = w.s.Size - pos
			return
		}
		if x.end > w.s.Size {
			w.s.Issues = nil // all else follows from this
			w.s.isCut("%d of at least %d bytes are there", w.s.Size, x.end)
			w.s.mdat = w.s.mdat || x.kind == "mdat"
			return
		}
		switch x.kind {
		case "moov":
			w.s.moov = true
			w.children(x, 0, w.movie)
		case "mdat":
			w.s.mdat = true
		case "moof":
			w.s.moof = true
			w.children(x, 0, w.fragment)
		case "sidx":
			w.segmentIndex(x)
		case "mfra":
			w.s.ended = true
		}
		pos = x.end
	}
}

// children calls f for each box inside x.
func (w *boxWalk) children(x box, depth int, f func(box, int)) {
	if depth > maxBoxDepth {
		w.s.issue("boxes are nested too deeply")
		return
	}
	for pos := x.pos; pos < x.end; {
		c, err := w.head(pos, x.end)
		if err != nil {
			if x.end-pos >= 8 { // QuickTime ends some lists with four zero bytes
				w.s.issue("%v at byte %d in %s", err, pos, x.kind)
			}
			return
		}
		if c.end > x.end {
			w.s.issue("box %s at byte %d runs past %s", c.kind, pos, x.kind)
			return
		}
		f(c, depth+1)
		pos = c.end
	}
}

func (w *boxWalk) movie(c box, depth int) {
	switch c.kind {
	case "mvhd":
		w.movieHeader(c)
	case "mvex":
		w.s.mvex = true
		w.children(c, depth, w.extends)
	case "trak":
		t := &sampleTables{w: w, times: &trackTimes{}}
		w.children(c, depth, t.box)
		t.check()
	}
}

// bytes reads a box's payload, at most n bytes of it.
func (w *boxWalk) bytes(x box, n int64) []byte {
	b := make([]byte, max(0, min(n, x.end-x.pos)))
	k, _ := w.r.ReadAt(b, x.pos)
	return b[:k]
}

// stream reads a box's payload from byte skip on. The buffer is never larger than the payload: a file can have
// thousands of tracks with empty tables.
func (w *boxWalk) stream(x box, skip int64) *bufio.Reader {
	left := max(0, x.end-x.pos-skip)
	return bufio.NewReaderSize(io.NewSectionReader(w.r, x.pos+skip, left), int(min(32<<10, left)))
}
