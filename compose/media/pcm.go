package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// errNotPCM reports a file whose length this reader cannot tell from its headers.
var errNotPCM = errors.New("not uncompressed sound")

const (
	maxChunks    = 10000
	sizeUnknown  = math.MaxUint32 // what a program writes that streams to a pipe
	ds64Required = 28             // bytes of RF64's 64-bit sizes
)

// pcmSeconds returns the length of an uncompressed WAV, RF64, BW64 or AIFF file without
// a child process. A header that claims less than the file holds, or nothing, as of a
// recording that was cut off or streamed, is not trusted: the longer of both counts.
// It returns errNotPCM for anything else.
func pcmSeconds(f io.ReaderAt, size int64) (float64, error) {
	head := make([]byte, 12)
	if _, err := f.ReadAt(head, 0); err != nil {
		return 0, errNotPCM
	}
	c := chunks{f: f, size: size, order: binary.LittleEndian}
	switch form, kind := string(head[:4]), string(head[8:]); {
	case (form == "RIFF" || form == "RF64" || form == "BW64") && kind == "WAVE":
		return c.wave()
	case form == "RIFX" && kind == "WAVE":
		c.order = binary.BigEndian
		return c.wave()
	case form == "FORM" && (kind == "AIFF" || kind == "AIFC"):
		c.order = binary.BigEndian
		return c.aiff(kind == "AIFC")
	}
	return 0, errNotPCM
}

// chunks walks through a file of chunks: a name of four letters, a size, the content.
type chunks struct {
	f     io.ReaderAt
	size  int64
	order binary.ByteOrder
}

// at reads the head of the chunk at a position; ok is false where none can be.
func (c chunks) at(pos int64) (name string, size uint32, ok bool) {
	var b [8]byte
	if pos+8 > c.size {
		return "", 0, false
	}
	if _, err := c.f.ReadAt(b[:], pos); err != nil {
		return "", 0, false
	}
	for _, x := range b[:4] {
		if x < ' ' || x > '~' {
			return "", 0, false
		}
	}
	return string(b[:4]), c.order.Uint32(b[4:]), true
}

// body reads the first bytes of a chunk's content.
func (c chunks) body(pos int64, n int) []byte {
	b := make([]byte, n)
	got, _ := c.f.ReadAt(b, pos)
	return b[:got]
}

// wave reads a WAV of any size.
func (c chunks) wave() (float64, error) {
	perSecond, wide := 0.0, int64(-1)
	pos := int64(12)
	for range maxChunks {
		name, size, ok := c.at(pos)
		if !ok {
			return 0, errNotPCM
		}
		switch name {
		case "ds64":
			if b := c.body(pos+8, ds64Required); len(b) == ds64Required {
				wide = int64(min(c.order.Uint64(b[8:]), math.MaxInt64))
			}
		case "fmt ":
			perSecond = c.waveRate(c.body(pos+8, int(min(size, 40))))
			if perSecond == 0 {
				return 0, errNotPCM
			}
		case "data":
			if perSecond == 0 {
				return 0, errNotPCM
			}
			claimed := int64(size)
			if size == sizeUnknown && wide >= 0 {
				claimed = wide
			}
			return float64(c.content(pos+8, claimed)) / perSecond, nil
		}
		pos += 8 + int64(size) + int64(size&1)
	}
	return 0, errNotPCM
}

// waveRate returns the bytes of a second of sound, 0 where they do not tell its length.
func (c chunks) waveRate(b []byte) float64 {
	const pcm, float, aLaw, muLaw, extensible = 1, 3, 6, 7, 0xFFFE
	if len(b) < 16 {
		return 0
	}
	tag := c.order.Uint16(b)
	if tag == extensible && len(b) >= 26 {
		tag = c.order.Uint16(b[24:]) // the first bytes of the sub-format
	}
	if tag != pcm && tag != float && tag != aLaw && tag != muLaw {
		return 0
	}
	channels, rate := float64(c.order.Uint16(b[2:])), float64(c.order.Uint32(b[4:]))
	bits := float64(c.order.Uint16(b[14:]))
	return frameRate(channels, bits, rate)
}

// frameRate returns bytes a second; 0 for figures that no recording has.
func frameRate(channels, bits, rate float64) float64 {
	if channels < 1 || bits < 1 || bits > 64 || rate < 1 || rate > 1e7 {
		return 0
	}
	return channels * math.Ceil(bits/8) * rate
}

// content returns how many bytes of sound follow a position. The claim counts when the
// file ends with it or goes on with chunks that fit; else all that follows is sound.
func (c chunks) content(pos, claimed int64) int64 {
	rest := c.size - pos
	if claimed <= 0 || claimed >= rest {
		return max(rest, 0)
	}
	for _, end := range []int64{claimed, claimed + claimed&1} {
		if c.chunksUntilEnd(pos + end) {
			return claimed
		}
	}
	return rest
}

// chunksUntilEnd reports that the rest of the file is chunks.
func (c chunks) chunksUntilEnd(pos int64) bool {
	for range maxChunks {
		if pos >= c.size-1 { // the padding of a last chunk may be missing
			return true
		}
		_, size, ok := c.at(pos)
		if !ok || int64(size) > c.size-pos-8 {
			return false
		}
		pos += 8 + int64(size) + int64(size&1)
	}
	return false
}

// aiff reads an AIFF, and an AIFC that is not compressed.
func (c chunks) aiff(aifc bool) (float64, error) {
	perSecond, claimed, rate := 0.0, 0.0, 0.0
	pos := int64(12)
	for range maxChunks {
		name, size, ok := c.at(pos)
		if !ok {
			break
		}
		switch name {
		case "COMM":
			b := c.body(pos+8, int(min(size, 22)))
			if len(b) < 18 || aifc && (len(b) < 22 || !plain(b[18:22])) {
				return 0, errNotPCM
			}
			rate = extended(b[8:18])
			perSecond = frameRate(float64(c.order.Uint16(b)), float64(c.order.Uint16(b[6:])), rate)
			if perSecond == 0 {
				return 0, errNotPCM
			}
			claimed = float64(c.order.Uint32(b[2:])) / rate
		case "SSND":
			if perSecond == 0 {
				return 0, errNotPCM // its figures follow the sound: rare, and left to ffprobe
			}
			held := float64(max(0, c.content(pos+8, int64(size))-8)) / perSecond
			if c.size-pos < int64(size) {
				return held, nil // cut off
			}
			return max(held, min(claimed, float64(c.size)/perSecond)), nil
		}
		pos += 8 + int64(size) + int64(size&1)
	}
	return 0, errNotPCM
}

// plain reports an AIFC whose sound is not compressed.
func plain(compression []byte) bool {
	for _, name := range []string{"NONE", "sowt", "twos", "fl32", "FL32", "fl64", "FL64", "in24", "in32"} {
		if bytes.Equal(compression, []byte(name)) {
			return true
		}
	}
	return false
}

// extended reads an 80-bit floating-point number.
func extended(b []byte) float64 {
	exponent := int(binary.BigEndian.Uint16(b)&0x7FFF) - 16383 - 63
	return math.Ldexp(float64(binary.BigEndian.Uint64(b[2:])), exponent)
}
