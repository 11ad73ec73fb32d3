package standin

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
)

// A small WebM writer: VP9 with alpha and Opus, a cluster for each second, cues to all
// of them. It writes what was coded before and decides nothing about quality.

// muxed is everything a file is made of.
type muxed struct {
	width, height, fps int
	frames             []Piece
	keys               []bool   // which frames are key frames
	opus               [][]byte // 20 ms each
	seconds            float64
}

// opusFrame is the length of one Opus packet, milliseconds, and preSkip the encoder's
// delay in samples, as libopus has it.
const (
	opusFrame = 20
	preSkip   = 312
)

// element is an EBML element: id, size, body.
func element(id uint32, body ...[]byte) []byte {
	n := 0
	for _, b := range body {
		n += len(b)
	}
	out := make([]byte, 0, n+12)
	for shift := 24; shift >= 0; shift -= 8 {
		if b := byte(id >> shift); b != 0 || len(out) > 0 {
			out = append(out, b)
		}
	}
	out = append(out, size(uint64(n))...)
	for _, b := range body {
		out = append(out, b...)
	}
	return out
}

// tree is an element whose parts are joined when the file is: a frame is copied once,
// not once for each of the elements around it.
type tree struct {
	parts [][]byte
	size  int
}

func leaf(parts ...[]byte) (t tree) {
	t.add(parts...)
	return t
}

func (t *tree) add(parts ...[]byte) {
	for _, p := range parts {
		t.parts, t.size = append(t.parts, p), t.size+len(p)
	}
}

// within puts an element around what is there.
func (t tree) within(id uint32) tree {
	out := leaf(binary.BigEndian.AppendUint32(nil, id)[4-idLength(id):], size(uint64(t.size)))
	out.join(t)
	return out
}

func (t *tree) join(others ...tree) {
	for _, o := range others {
		t.parts, t.size = append(t.parts, o.parts...), t.size+o.size
	}
}

func idLength(id uint32) int { return (bits.Len32(id) + 7) / 8 }

// size is a variable-length integer, as short as it goes.
func size(n uint64) []byte {
	for length := 1; length < 8; length++ {
		if n < 1<<(7*length)-1 {
			b := make([]byte, 8)
			binary.BigEndian.PutUint64(b, n|1<<(7*length))
			return b[8-length:]
		}
	}
	b := make([]byte, 8)
	binary.BigEndian.PutUint64(b, n|1<<56)
	return b
}

func number(id uint32, v uint64) []byte {
	b := make([]byte, 8)
	binary.BigEndian.PutUint64(b, v)
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return element(id, b)
}

// signed is a small negative or positive number.
func signed(id uint32, v int16) []byte {
	return element(id, binary.BigEndian.AppendUint16(nil, uint16(v)))
}

func float(id uint32, v float64) []byte {
	return element(id, binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
}

func words(id uint32, s string) []byte { return element(id, []byte(s)) }

// Identifiers, from the Matroska specification.
const (
	idEBML, idSegment, idInfo, idTracks, idCluster, idCues = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675,
		0x1C53BB6B
	idTrack, idVideo, idAudio, idColour               = 0xAE, 0xE0, 0xE1, 0x55B0
	idTimestamp, idBlockGroup, idBlock, idSimpleBlock = 0xE7, 0xA0, 0xA1, 0xA3
	idAdditions, idMore, idAddID, idAdditional, idRef = 0x75A1, 0xA6, 0xEE, 0xA5, 0xFB
)

// bytes returns the complete file.
func (m muxed) bytes() []byte {
	head := element(idEBML, number(0x4286, 1), number(0x42F7, 1), number(0x42F2, 4), number(0x42F3, 8),
		words(0x4282, "webm"), number(0x4287, 4), number(0x4285, 2))
	info := element(idInfo, number(0x2AD7B1, 1_000_000), words(0x4D80, "greenroom"), words(0x5741, "greenroom"),
		float(0x4489, math.Round(m.seconds*1000)))
	tracks := element(idTracks, m.video(), m.audio())
	body := leaf(info, tracks)
	var cues [][]byte
	for first := 0; first < len(m.frames); first += m.fps {
		at := m.millis(first)
		cues = append(cues, element(0xBB, number(0xB3, uint64(at)),
			element(0xB7, number(0xF7, 1), number(0xF1, uint64(body.size)))))
		body.join(m.cluster(first, min(first+m.fps, len(m.frames))))
	}
	body.add(element(idCues, cues...))
	body = body.within(idSegment)
	return bytes.Join(append([][]byte{head}, body.parts...), nil)
}

func (m muxed) millis(frame int) int { return int(math.Round(float64(frame) * 1000 / float64(m.fps))) }

func (m muxed) video() []byte {
	colour := element(idColour, number(0x55B1, 1), number(0x55B9, 1), number(0x55BA, 1), number(0x55BB, 1))
	video := element(idVideo, number(0xB0, uint64(m.width)), number(0xBA, uint64(m.height)), number(0x53C0, 1), colour)
	return element(idTrack, number(0xD7, 1), number(0x73C5, 1), number(0x83, 1), number(0x9C, 0), words(0x86, "V_VP9"),
		number(0x23E383, uint64(1e9/float64(m.fps))), number(0x55EE, 1), video)
}

func (m muxed) audio() []byte {
	head := append([]byte("OpusHead"), 1, 1)
	head = binary.LittleEndian.AppendUint16(head, preSkip)
	head = binary.LittleEndian.AppendUint32(head, sampleRate)
	head = append(head, 0, 0, 0)
	return element(idTrack, number(0xD7, 2), number(0x73C5, 2), number(0x83, 2), number(0x9C, 0), words(0x86, "A_OPUS"),
		number(0x56AA, preSkip*1_000_000_000/sampleRate), number(0x56BB, 80_000_000), element(0x63A2, head),
		element(idAudio, float(0xB5, sampleRate), number(0x9F, 1)))
}

// cluster holds the frames of a second with the sound that plays with them.
func (m muxed) cluster(from, to int) (body tree) {
	base := m.millis(from)
	end := m.millis(to)
	if to == len(m.frames) {
		end = math.MaxInt
	}
	body.add(number(idTimestamp, uint64(base)))
	sound := (base + opusFrame - 1) / opusFrame
	audioUntil := func(ms int) {
		for ; sound < len(m.opus) && sound*opusFrame < ms; sound++ {
			body.join(leaf(blockHead(2, sound*opusFrame-base, 0x80), m.opus[sound]).within(idSimpleBlock))
		}
	}
	last := base // key frame
	for i := from; i < to; i++ {
		audioUntil(m.millis(i))
		f := m.frames[i]
		more := leaf(number(idAddID, 1))
		more.join(leaf(f.Alpha).within(idAdditional))
		group := leaf(blockHead(1, m.millis(i)-base, 0), f.Color).within(idBlock)
		group.join(more.within(idMore).within(idAdditions))
		if m.keys[i] {
			last = m.millis(i)
		} else {
			group.add(signed(idRef, int16(last-m.millis(i))))
		}
		body.join(group.within(idBlockGroup))
	}
	audioUntil(end)
	return body.within(idCluster)
}

func blockHead(track byte, at int, flags byte) []byte {
	return []byte{0x80 | track, byte(at >> 8), byte(at), flags}
}
