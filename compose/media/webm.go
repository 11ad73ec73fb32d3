package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Track is what a walk saw of one track.
//
// size: one field for each property of a track that a check reads.
type Track struct {
	Number        uint64
	Type          string // video, audio
	Codec         string
	Width, Height int
	AlphaMode     bool // the tag; it lies
	Packets       int
	Alpha         int // packets that carry alpha
	AlphaBytes    int64
	Keyframes     int
	LongestGOP    int          // packets
	times         []float64    // seconds, in file order
	hidden        map[int]bool // packets by their place that show no picture: VP8's alternate references

	trackEnd
	trackSize
	encoded   bool // packets are compressed or encrypted by the container
	encrypted bool
}

// WebMScan is a walk over a WebM file without decoding.
type WebMScan struct {
	Size      int64
	Truncated bool
	NoCues    bool
	Piped     bool     // the segment's size was never written
	Duration  float64  // announced, seconds
	Issues    []string // structural damage, in file order
	Tracks    []*Track

	sinceKey map[uint64]int
	scale    float64 // nanoseconds a tick
	index    cueIndex
}

// errStop ends a walk after damage that was recorded.
var errStop = errors.New("stop")

// maxPackets bounds memory on hostile files.
const maxPackets = 5_000_000

// longest is longer than any film, seconds: a time beyond it is damage.
const longest = 1e7

// errUp ends the walk over a cluster at an element that belongs to the segment.
var errUp = errors.New("up")

// ScanWebM walks the file reading element heads and eight bytes of each block:
// about 2 ms for a clip of 1 MB. The error means that this is not a WebM file, or that
// it cannot be read; damage inside one is in Issues.
func ScanWebM(r io.ReaderAt, size int64) (*WebMScan, error) {
	in := &errorReader{r: r}
	s, err := scanWebM(in, size, nil)
	if in.err != nil {
		return nil, in.err
	}
	return s, err
}

func scanWebM(r io.ReaderAt, size int64, visit func(t *Track, pos, end int64)) (*WebMScan, error) {
	e := &ebml{r: r, size: size}
	s := &WebMScan{Size: size, NoCues: true, sinceKey: map[uint64]int{}}
	first, err := e.next(0, size)
	if err != nil || first.id != idEBML || first.end > size {
		return nil, errors.New("not a WebM file")
	}
	seg, err := e.next(first.end, size)
	if err != nil || seg.id != idSegment {
		return nil, errors.New("not a WebM file: no segment")
	}
	if seg.unknown {
		s.Piped = true
	}
	if seg.end > size {
		s.Truncated = true
		s.issue("cut: %d of %d bytes are there", size, seg.end)
		seg.end = size
	} else if seg.end < size {
		s.issue("%d bytes follow the end", size-seg.end)
	}
	w := &walk{ebml: e, s: s, scale: 1e6, tracks: map[uint64]*Track{}, segment: seg.pos, visit: visit}
	if err := e.each(seg.pos, seg.end, w.top); err != nil && !errors.Is(err, errStop) {
		s.issue("%v", err)
	}
	s.scale = w.scale
	if d := w.duration * w.scale / 1e9; d > 0 && d < longest {
		s.Duration = d
	}
	for _, t := range s.Tracks {
		t.LongestGOP = max(t.LongestGOP, s.sinceKey[t.Number])
	}
	return s, nil
}

func (s *WebMScan) issue(format string, args ...any) {
	if len(s.Issues) < 20 {
		s.Issues = append(s.Issues, fmt.Sprintf(format, args...))
	}
}

type walk struct {
	*ebml
	s        *WebMScan
	segment  int64   // where the segment's content begins
	scale    float64 // nanoseconds a tick
	duration float64 // ticks
	tracks   map[uint64]*Track
	packets  int

	visit func(t *Track, pos, end int64) // called for the payload of each packet; may be nil
}

func (w *walk) top(el element) error {
	switch el.id {
	case idInfo:
		return w.each(el.pos, el.end, func(c element) error {
			switch c.id {
			case idScale:
				if v := w.uint(c); v > 0 {
					w.scale = float64(v)
				}
			case idDuration:
				if v := w.float(c); !math.IsNaN(v) && !math.IsInf(v, 0) {
					w.duration = v
				}
			}
			return nil
		})
	case idTracks:
		return w.each(el.pos, el.end, func(c element) error {
			if c.id != idTrack {
				return nil
			}
			return w.track(c)
		})
	case idCluster:
		w.s.index.cluster(el.start - w.segment)
		return w.cluster(el)
	case idCues:
		w.s.NoCues = false
		w.cues(el)
	case idSeek:
		w.seekHead(el)
	case idTags, idVoid, idCRC, idChapters, idAttachments, idEBML:
	default:
		w.s.issue("unknown element %X at byte %d: a hole or a splice", el.id, el.pos)
	}
	return nil
}

func (w *walk) track(el element) error {
	t := &Track{}
	err := w.each(el.pos, el.end, func(c element) error {
		switch c.id {
		case idNumber:
			t.Number = w.uint(c)
		case idType:
			t.Type = map[uint64]string{1: "video", 2: "audio"}[w.uint(c)]
		case idCodec:
			t.Codec = string(w.raw(c))
		case idDefaultDuration:
			t.each = float64(w.uint(c)) / 1e9
		case idEncodings:
			t.encoded = true
			return w.each(c.pos, c.end, func(v element) error {
				if v.id != idEncoding {
					return nil
				}
				return w.each(v.pos, v.end, func(x element) error {
					t.encrypted = t.encrypted || x.id == idEncryption
					return nil
				})
			})
		case idVideo:
			return w.each(c.pos, c.end, func(v element) error {
				switch v.id {
				case idWidth:
					t.Width = int(w.uint(v) & 0xfffff)
				case idHeight:
					t.Height = int(w.uint(v) & 0xfffff)
				case idAlpha:
					t.AlphaMode = w.uint(v) == 1
				}
				return nil
			})
		}
		return nil
	})
	if w.tracks[t.Number] == nil && len(w.tracks) < 64 {
		w.tracks[t.Number] = t
		w.s.Tracks = append(w.s.Tracks, t)
	}
	return err
}

func (w *walk) cluster(el element) error {
	base := 0.0
	err := w.each(el.pos, el.end, func(c element) error {
		switch c.id {
		case idTime:
			base = float64(w.uint(c))
		case idSimple:
			return w.block(c, base, packet{})
		case idGroup:
			return w.group(c, base)
		case idVoid, idCRC, 0xA7, 0xAB, 0x5854: // position, previous size, silent tracks
		case idCluster, idCues, idTags:
			// The next top element after a cluster of unknown size. The segment's walk goes on with it:
			// a call from here would nest as deep as a file has clusters.
			w.resume = c.start
			return errUp
		default:
			w.s.issue("unknown element %X at byte %d: a hole or a splice", c.id, c.pos)
			return errStop
		}
		return nil
	})
	if errors.Is(err, errUp) {
		return nil
	}
	return err
}

// packet is what a group has about its block.
type packet struct {
	alpha    element // additions to the block: empty without
	duration float64 // ticks; 0 when not stated
	key      *bool   // nil in a SimpleBlock, which has a flag for it
}

// group reads a block with its reference, its length and its alpha.
func (w *walk) group(el element, base float64) error {
	var block element
	var p packet
	refers := false
	err := w.each(el.pos, el.end, func(c element) error {
		switch c.id {
		case idBlock:
			block = c
		case idBlockDuration:
			p.duration = float64(w.uint(c))
		case idReference:
			refers = true
		case idAdditions:
			p.alpha = c
		}
		return nil
	})
	if err != nil || block.id == 0 {
		return err
	}
	key := !refers
	p.key = &key
	return w.block(block, base, p)
}

// blockHead is enough for a block's head and the head of a keyframe.
const blockHead = 32

// block records one packet.
func (w *walk) block(el element, base float64, p packet) error {
	b := w.raw(element{pos: el.pos, end: min(el.end, el.pos+blockHead)})
	n := vintLen(b)
	if n == 0 || len(b) < n+3 {
		w.s.issue("a packet at byte %d has no head", el.pos)
		return errStop
	}
	num := uint64(b[0]) & (1<<(8-n) - 1)
	for _, c := range b[1:n] {
		num = num<<8 | uint64(c)
	}
	t := w.tracks[num]
	if t == nil {
		w.s.issue("a packet at byte %d belongs to no track", el.pos)
		return errStop
	}
	w.allowed += 5 // a group has its block, a duration, a reference and an addition
	w.packets++
	if w.packets > maxPackets {
		w.s.issue("more than %d packets", maxPackets)
		return errStop
	}
	isKey := b[n+2]&0x80 != 0
	if p.key != nil {
		isKey = *p.key
	}
	t.Packets++
	if isKey {
		t.Keyframes++
		t.LongestGOP = max(t.LongestGOP, w.s.sinceKey[num])
		w.s.sinceKey[num] = 0
	}
	w.s.sinceKey[num]++
	if alpha := p.alpha.end - p.alpha.pos; alpha > 0 {
		t.Alpha++
		t.AlphaBytes += alpha
	}
	if t.Codec == "V_VP8" && !t.encoded && len(b) > n+3 && b[n+3]&0x10 == 0 { // RFC 6386, 9.1: show_frame
		if t.hidden == nil {
			t.hidden = map[int]bool{}
		}
		t.hidden[len(t.times)] = true
	}
	ticks := base + float64(int16(binary.BigEndian.Uint16(b[n:n+2])))
	at := ticks * w.scale / 1e9
	t.times = append(t.times, at)
	laces := 1
	if b[n+2]&0x06 != 0 && len(b) > n+3 {
		laces += int(b[n+3])
	} else if isKey && !t.encoded {
		t.trackSize.add(t.Codec, b[n+3:])
	}
	t.trackEnd.add(at, p.duration*w.scale/1e9, laces)
	if w.visit != nil {
		w.visit(t, el.pos+int64(n+3), el.end)
		w.visit(t, p.alpha.pos, p.alpha.end)
	}
	return nil
}

// Video returns the first video track, nil without one.
func (s *WebMScan) Video() *Track { return s.first("video") }

// Audio returns the first audio track, nil without one.
func (s *WebMScan) Audio() *Track { return s.first("audio") }

// video returns the video track with an index, or the first when there is none.
func (s *WebMScan) video(index int) *Track {
	if index >= 0 && index < len(s.Tracks) && s.Tracks[index].Type == "video" {
		return s.Tracks[index]
	}
	return s.Video()
}

func (s *WebMScan) first(kind string) *Track {
	for _, t := range s.Tracks {
		if t.Type == kind {
			return t
		}
	}
	return nil
}

// Start is the first timestamp, seconds.
func (t *Track) Start() float64 {
	if len(t.times) == 0 {
		return 0
	}
	return slices.Min(t.times)
}

// shown returns the times of the packets that show a picture, seconds, in file order.
func (t *Track) shown() []float64 {
	if len(t.hidden) == 0 {
		return t.times
	}
	out := make([]float64, 0, len(t.times)-len(t.hidden))
	for i, at := range t.times {
		if len(t.hidden) == 0 || !t.hidden[i] {
			out = append(out, at)
		}
	}
	return out
}

// length is from the first packet to the end of the last, seconds.
func (t *Track) length() float64 {
	if len(t.times) == 0 {
		return 0
	}
	return t.end() - t.Start()
}

// tick is the resolution of the file's times, seconds.
func (s *WebMScan) tick() float64 {
	if s.scale <= 0 {
		return 1e-3
	}
	return s.scale / 1e9
}
