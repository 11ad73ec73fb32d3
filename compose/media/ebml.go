package media

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// EBML element ids of Matroska and WebM that the walk understands.
const (
	idEBML, idSegment, idInfo, idTracks, idTrack     = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
	idScale, idDuration, idNumber, idType, idCodec   = 0x2AD7B1, 0x4489, 0xD7, 0x83, 0x86
	idVideo, idWidth, idHeight, idAlpha              = 0xE0, 0xB0, 0xBA, 0x53C0
	idCluster, idTime, idSimple, idGroup, idBlock    = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
	idReference, idAdditions, idCues, idTags, idSeek = 0xFB, 0x75A1, 0x1C53BB6B, 0x1254C367, 0x114D9B74
	idVoid, idCRC, idChapters, idAttachments         = 0xEC, 0xBF, 0x1043A770, 0x1941A469
	idEncodings, idEncoding, idEncryption            = 0x6D80, 0x6240, 0x5035
	idDefaultDuration, idBlockDuration               = 0x23E383, 0x9B
	idSeekEntry, idSeekID                            = 0x4DBB, 0x53AB
	idCuePoint, idCuePositions, idCueCluster         = 0xBB, 0xB7, 0xF1
)

// ebml reads element heads.
type ebml struct {
	r        io.ReaderAt
	size     int64
	buf      [16]byte
	elements int   // heads that were read
	allowed  int   // heads that may be read
	resume   int64 // where each goes on instead of after the element; 0: there
}

// spareElements is how many elements a file may have besides those of its packets. An element can be two
// bytes long, and each costs a read: 13 MB of them took seconds.
const spareElements = 500_000

type element struct {
	id       uint32
	start    int64 // of its head
	pos, end int64 // of the payload
	unknown  bool  // the size was not written: a piped file
}

// next reads the head at pos. limit is the parent's end.
func (e *ebml) next(pos, limit int64) (element, error) {
	e.elements++
	if e.elements > e.allowed+spareElements {
		return element{}, fmt.Errorf("too many elements before byte %d", pos)
	}
	n, _ := e.r.ReadAt(e.buf[:12], pos)
	b := e.buf[:n]
	k := vintLen(b)
	if k == 0 || k > 4 || len(b) <= k {
		return element{}, fmt.Errorf("no element at byte %d", pos)
	}
	el := element{start: pos}
	for _, c := range b[:k] {
		el.id = el.id<<8 | uint32(c)
	}
	b = b[k:]
	m := vintLen(b)
	if m == 0 || len(b) < m {
		return element{}, fmt.Errorf("no element size at byte %d", pos)
	}
	size, ones := uint64(b[0])&(1<<(8-m)-1), b[0]|^byte(1<<(8-m)-1) == 0xff
	for _, c := range b[1:m] {
		size, ones = size<<8|uint64(c), ones && c == 0xff
	}
	el.pos = pos + int64(k+m)
	switch {
	case ones:
		el.unknown, el.end = true, limit
	case size > math.MaxInt64/2:
		return el, fmt.Errorf("element %X at byte %d has an impossible size", el.id, pos)
	default:
		el.end = el.pos + int64(size)
	}
	return el, nil
}

// vintLen is the length in bytes of the variable-size number that starts here; 0
// when none does.
func vintLen(b []byte) int {
	if len(b) == 0 || b[0] == 0 {
		return 0
	}
	n := 1
	for m := byte(0x80); b[0]&m == 0; m >>= 1 {
		n++
	}
	return n
}

// each walks the children between pos and end. An element that runs past its
// parent ends the walk with an error, as truncation and damage do.
func (e *ebml) each(pos, end int64, f func(element) error) error {
	for pos < end {
		el, err := e.next(pos, end)
		if err != nil {
			return err
		}
		if el.end > end {
			if el.id == idCluster { // what is there of a cut cluster still counts
				if err := f(element{id: el.id, start: pos, pos: el.pos, end: end}); err != nil {
					return err
				}
				e.resume = 0
			}
			return fmt.Errorf("element %X at byte %d runs %d bytes past its parent", el.id, pos, el.end-end)
		}
		if err := f(el); err != nil {
			return err
		}
		pos = el.end
		if e.resume > el.start {
			pos, e.resume = e.resume, 0
		}
	}
	return nil
}

// raw reads the beginning of an element's payload, at most 64 bytes.
func (e *ebml) raw(el element) []byte {
	b := make([]byte, max(0, min(el.end-el.pos, 64)))
	n, _ := e.r.ReadAt(b, el.pos)
	return b[:n]
}

func (e *ebml) uint(el element) uint64 {
	var v uint64
	for _, c := range e.raw(el) {
		v = v<<8 | uint64(c)
	}
	return v
}

func (e *ebml) float(el element) float64 {
	switch b := e.raw(el); len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}
