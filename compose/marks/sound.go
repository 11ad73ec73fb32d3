package marks

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// kindWAV is the kind of the chunk with XMP.
const kindWAV = "_PMX"

// writeWAV adds a chunk at the end. One with XMP that is there already is removed.
func writeWAV(in *io.SectionReader, out io.Writer, xmp []byte) error {
	var keep []chunk
	err := chunksRIFF(in, "WAVE", func(c chunk) error {
		if c.kind != kindWAV {
			keep = append(keep, c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeRIFF(in, out, "WAVE", nil, keep, kindWAV, xmp)
}

// writeRIFF writes a file of chunks: a first one, those of in that are kept, and one with XMP.
func writeRIFF(in *io.SectionReader, out io.Writer, form string, first []byte, keep []chunk, kind string, xmp []byte) error {
	last := slices.Concat([]byte(kind), binary.LittleEndian.AppendUint32(nil, uint32(len(xmp))), xmp)
	if len(xmp)%2 == 1 {
		last = append(last, 0)
	}
	size := int64(len(form) + len(first) + len(last))
	parts := []io.Reader{bytes.NewReader(first)}
	for _, c := range keep {
		size += c.size
		parts = append(parts, io.NewSectionReader(in, c.at, c.size))
	}
	if size > math.MaxUint32 {
		return errors.New("it is too large for another chunk: such files have up to 4 GiB")
	}
	head := slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(size)), []byte(form))
	parts = append([]io.Reader{bytes.NewReader(head)}, append(parts, bytes.NewReader(last))...)
	_, err := io.Copy(out, io.MultiReader(parts...))
	return err
}

// id3 is a tag ID3v2 at the beginning of an MP3.
type id3 struct {
	version byte // 3 or 4
	frames  []id3Frame
	size    int64 // with its header and padding; 0 without a tag
}

// id3Frame is a frame, with its header.
type id3Frame []byte

const (
	id3Head = 10       // bytes, of a tag and of a frame
	id3Fill = 10       // bytes of zeros after the last frame: some programs take a tag without them for damaged
	maxID3  = 32 << 20 // bytes of a tag, with its pictures
)

// id3Owner is the owner of the private frame with XMP.
const id3Owner = "XMP\x00"

// isXMP reports whether a frame has XMP.
func (f id3Frame) isXMP() bool {
	return string(f[:4]) == "PRIV" && bytes.HasPrefix(f[id3Head:], []byte(id3Owner))
}

// writeMP3 adds a frame to the tag at the beginning. One with XMP that is there already is removed. The sound is
// not touched.
func writeMP3(in *io.SectionReader, out io.Writer, xmp []byte) error {
	tag, err := readID3(in)
	if err != nil {
		return err
	}
	first := make([]byte, 2)
	if _, err := in.ReadAt(first, tag.size); err != nil || first[0] != 0xFF || first[1]&0xE0 != 0xE0 {
		return errors.New("it is not MP3")
	}
	frames := slices.DeleteFunc(tag.frames, id3Frame.isXMP)
	body := slices.Concat([]byte(id3Owner), xmp)
	frames = append(frames, slices.Concat([]byte("PRIV"), tag.number(len(body)), []byte{0, 0}, body))
	all := append(slices.Concat(frames...), make([]byte, id3Fill)...)
	head := slices.Concat([]byte("ID3"), []byte{tag.version, 0, 0}, synchsafe(len(all)))
	for _, part := range []io.Reader{bytes.NewReader(head), bytes.NewReader(all),
		io.NewSectionReader(in, tag.size, in.Size()-tag.size)} {
		if _, err := io.Copy(out, part); err != nil {
			return err
		}
	}
	return nil
}

// readID3 reads the tag of a file. Tags of version 2.2, and those with parts that are packed or that hold sizes of others,
// are refused.
func readID3(in *io.SectionReader) (tag id3, err error) {
	head := make([]byte, id3Head)
	if _, err := in.ReadAt(head, 0); err != nil {
		return tag, errDamaged
	}
	if string(head[:3]) != "ID3" {
		return id3{version: 4}, nil
	}
	tag.version = head[3]
	if tag.version != 3 && tag.version != 4 || head[5] != 0 {
		return tag, fmt.Errorf("its tag, ID3v2.%d with flags %02x, cannot be extended", head[3], head[5])
	}
	size := int(unsynchsafe(head[6:]))
	tag.size = int64(id3Head + size)
	if tag.size > in.Size() {
		return tag, errDamaged
	}
	if size > maxID3 {
		return tag, fmt.Errorf("its tag has %d bytes, more than %d", size, maxID3)
	}
	body, err := io.ReadAll(io.NewSectionReader(in, id3Head, int64(size)))
	if err != nil {
		return tag, err
	}
	for len(body) > id3Head && body[0] != 0 { // zeros fill the tag up
		n := id3Head + tag.size32(body[4:])
		if n < id3Head || n > len(body) {
			return tag, errDamaged
		}
		tag.frames = append(tag.frames, body[:n])
		body = body[n:]
	}
	return tag, nil
}

// size32 reads the size of a frame.
func (t id3) size32(b []byte) int {
	if t.version == 4 {
		return int(unsynchsafe(b))
	}
	return int(binary.BigEndian.Uint32(b))
}

// number returns the size of a frame.
func (t id3) number(n int) []byte {
	if t.version == 4 {
		return synchsafe(n)
	}
	return binary.BigEndian.AppendUint32(nil, uint32(n))
}

// synchsafe returns a number of 28 bits as four bytes of seven.
func synchsafe(n int) []byte {
	return []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
}

func unsynchsafe(b []byte) uint32 {
	return uint32(b[0]&0x7F)<<21 | uint32(b[1]&0x7F)<<14 | uint32(b[2]&0x7F)<<7 | uint32(b[3]&0x7F)
}
