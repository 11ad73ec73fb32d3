package marks

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"greenroom/internal/regular"
)

// Found is what a file states about how it was made.
type Found struct {
	Source Source `json:"source,omitempty"` // digital source type
	C2PA   bool   `json:"c2pa,omitempty"`   // it has a manifest of C2PA
}

// maxXMP bounds what is read of a mark, bytes.
const maxXMP = 1 << 20

// maxParts bounds the parts of a file that are visited.
const maxParts = 1 << 20

const (
	pngMagic  = "\x89PNG\r\n\x1a\n"
	ebmlMagic = "\x1a\x45\xdf\xa3"
)

// c2paBox is the type of the box with a manifest of C2PA.
var c2paBox = [16]byte{
	0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
}

// Read returns the marks of a file, by its content. A file of another kind, or a damaged one, has none as far as it can
// be read; only a file that cannot be opened is an error.
func Read(path string) (Found, error) {
	f, err := regular.Open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Found{}, err
	}
	return read(io.NewSectionReader(f, 0, st.Size())), nil
}

func read(in *io.SectionReader) (out Found) {
	head := make([]byte, 12)
	n, _ := in.ReadAt(head, 0)
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte(pngMagic)):
		out = readPNG(in)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		out = readZIP(in)
	case bytes.HasPrefix(head, []byte("ID3")):
		tag, _ := readID3(in)
		for _, f := range tag.frames {
			if f.isXMP() {
				out.Source = sourceIn(f)
			}
		}
	case bytes.HasPrefix(head, []byte("RIFF")) && n == len(head):
		_ = chunksRIFF(in, string(head[8:]), func(c chunk) error {
			out.C2PA = out.C2PA || c.kind == "C2PA"
			if c.kind == "XMP " || c.kind == kindWAV {
				out.Source = sourceIn(c.read(in))
			}
			return nil
		})
	case bytes.HasPrefix(head, []byte{0xFF, 0xD8}):
		_ = segmentsJPEG(in, func(s chunk, body []byte) error {
			out.C2PA = out.C2PA || s.kind == "\xeb" && bytes.Contains(body, []byte("c2pa"))
			if bytes.HasPrefix(body, []byte(jpegNamespace)) {
				out.Source = sourceIn(body)
			}
			return nil
		})
	case bytes.HasPrefix(head, []byte(ebmlMagic)):
		out.Source = matroska(in)
	default:
		_ = boxes(in, func(b box) error {
			out.C2PA = out.C2PA || b.uuid == c2paBox
			if b.isXMP() {
				out.Source = sourceIn(b.read(in))
			}
			return nil
		})
	}
	return out
}

func readPNG(in *io.SectionReader) (out Found) {
	_ = chunksPNG(in, func(c chunk) error {
		out.C2PA = out.C2PA || c.kind == "caBX"
		if c.isXMP(in) {
			out.Source = sourceIn(c.read(in))
		}
		return nil
	})
	return out
}

// readZIP reads the first picture of a sequence.
func readZIP(in *io.SectionReader) Found {
	z, err := zip.NewReader(in, in.Size())
	if err != nil || len(z.File) == 0 || z.File[0].Method != zip.Store {
		return Found{}
	}
	at, err := z.File[0].DataOffset()
	if err != nil {
		return Found{}
	}
	return readPNG(io.NewSectionReader(in, at, min(in.Size()-at, int64(z.File[0].CompressedSize64))))
}

// chunk is a part of a file: its header and its content.
type chunk struct {
	kind     string
	at, size int64 // with the header, and with what fills it up
}

// read returns the first bytes of a chunk.
func (c chunk) read(in io.ReaderAt) []byte {
	b, _ := io.ReadAll(io.NewSectionReader(in, c.at, min(c.size, maxXMP)))
	return b
}

// isXMP reports whether a chunk of PNG has XMP.
func (c chunk) isXMP(in io.ReaderAt) bool {
	if c.kind != "iTXt" {
		return false
	}
	name := make([]byte, len(pngKeyword)+1)
	_, err := in.ReadAt(name, c.at+8)
	return err == nil && string(name) == pngKeyword+"\x00"
}

// box is a top-level box of an MP4.
type box struct {
	chunk
	uuid [16]byte // of a box uuid
	open bool     // it goes to the end of the file
}

func (b box) isXMP() bool { return b.uuid == xmpBox }

var errDamaged = errors.New("it is damaged")

// boxes visits the top-level boxes.
func boxes(in *io.SectionReader, visit func(box) error) error {
	if in.Size() == 0 {
		return errDamaged
	}
	head := make([]byte, 32)
	for at, n := int64(0), 0; at < in.Size(); n++ {
		got, err := in.ReadAt(head, at)
		if got < 8 || n > maxParts || err != nil && !errors.Is(err, io.EOF) {
			return errDamaged
		}
		b := box{chunk: chunk{kind: string(head[4:8]), at: at, size: int64(binary.BigEndian.Uint32(head))}}
		body := 8
		switch {
		case b.size == 1 && got >= 16:
			b.size, body = int64(binary.BigEndian.Uint64(head[8:])), 16
		case b.size == 0:
			b.size, b.open = in.Size()-at, true
		}
		if b.size < int64(body) || b.size > in.Size()-at {
			return errDamaged
		}
		if b.kind == "uuid" && got >= body+16 {
			copy(b.uuid[:], head[body:])
		}
		if err := visit(b); err != nil {
			return err
		}
		at += b.size
	}
	return nil
}

// chunksPNG visits the chunks.
func chunksPNG(in *io.SectionReader, visit func(chunk) error) error {
	head := make([]byte, 8)
	if _, err := in.ReadAt(head, 0); err != nil || string(head) != pngMagic {
		return errDamaged
	}
	for at, n := int64(len(pngMagic)), 0; at < in.Size(); n++ {
		if _, err := in.ReadAt(head, at); err != nil || n > maxParts {
			return errDamaged
		}
		c := chunk{string(head[4:]), at, int64(binary.BigEndian.Uint32(head)) + 12}
		if c.size > in.Size()-at {
			return errDamaged
		}
		if err := visit(c); err != nil {
			return err
		}
		at += c.size
	}
	return nil
}

// chunksRIFF visits the chunks of a form: WEBP or WAVE.
func chunksRIFF(in *io.SectionReader, form string, visit func(chunk) error) error {
	head := make([]byte, 12)
	if _, err := in.ReadAt(head, 0); err != nil || string(head[:4])+string(head[8:]) != "RIFF"+form {
		return fmt.Errorf("it is not %s", form)
	}
	end := min(in.Size(), int64(binary.LittleEndian.Uint32(head[4:]))+8)
	for at, n := int64(12), 0; at < end; n++ {
		if _, err := in.ReadAt(head[:8], at); err != nil || n > maxParts {
			return errDamaged
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		c := chunk{string(head[:4]), at, 8 + size + size%2}
		if c.size > end-at {
			return errDamaged
		}
		if err := visit(c); err != nil {
			return err
		}
		at += c.size
	}
	return nil
}

// segmentsJPEG visits the segments before the picture. The kind of a segment is the second byte of its marker.
func segmentsJPEG(in *io.SectionReader, visit func(s chunk, body []byte) error) error {
	head := make([]byte, 4)
	for at := int64(2); at < in.Size(); {
		if _, err := in.ReadAt(head, at); err != nil || head[0] != 0xFF {
			return errDamaged
		}
		if head[1] == 0xDA { // the picture
			return nil
		}
		s := chunk{string(head[1:2]), at, int64(binary.BigEndian.Uint16(head[2:])) + 2}
		if s.size < 4 || s.size > in.Size()-at {
			return errDamaged
		}
		if err := visit(s, s.read(in)[4:]); err != nil {
			return err
		}
		at += s.size
	}
	return errDamaged
}

// Elements of Matroska that lead to the mark.
const (
	idSegment   = 0x18538067
	idTags      = 0x1254C367
	idTag       = 0x7373
	idSimpleTag = 0x67C8
	idTagName   = 0x45A3
	idTagString = 0x4487
)

// matroska returns the source in the tags of a file.
func matroska(in *io.SectionReader) (out Source) {
	left := maxParts
	name := ""
	var walk func(from, to int64, depth int)
	walk = func(from, to int64, depth int) {
		for at := from; at < to && left > 0; left-- {
			id, n, ok := vint(in, at, true)
			if !ok {
				return
			}
			size, m, ok := vint(in, at+n, false)
			at += n + m
			if !ok || size < 0 || size > to-at { // of unknown size, or cut off
				size = to - at
			}
			switch id {
			case []int64{idSegment, idTags, idTag, idSimpleTag, 0}[depth]:
				walk(at, at+size, depth+1)
			case idTagName:
				name = string(chunk{"", at, min(size, 256)}.read(in))
			case idTagString:
				if strings.EqualFold(name, tag) {
					text := string(chunk{"", at, min(size, 256)}.read(in))
					out = Source(strings.TrimPrefix(text, newscodes))
				}
			}
			at += size
		}
	}
	walk(0, in.Size(), 0)
	return out
}

// vint reads a number of variable length: an id keeps its marker. An unknown size is negative.
func vint(in io.ReaderAt, at int64, id bool) (v, n int64, ok bool) {
	b := make([]byte, 8)
	got, _ := in.ReadAt(b, at)
	if got == 0 || b[0] == 0 {
		return 0, 0, false
	}
	n = 1
	for mask := byte(0x80); b[0]&mask == 0; mask >>= 1 {
		n++
	}
	if int64(got) < n {
		return 0, 0, false
	}
	v = int64(b[0])
	if !id {
		v &= 1<<(8-n) - 1
	}
	ones := !id && v == 1<<(8-n)-1
	for _, c := range b[1:n] {
		v = v<<8 | int64(c)
		ones = ones && c == 0xFF
	}
	if ones {
		return -1, n, true
	}
	return v, n, true
}
