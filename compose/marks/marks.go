// Package marks writes and reads the digital source type of IPTC in files: the machine-readable statement that a
// picture or a film was made by a trained algorithm.
//
//	MP4, MOV    a box uuid with XMP, the last one of the file: no other byte moves
//	PNG         a chunk iTXt with XMP, before the picture
//	WebP        a chunk XMP, and the extended header that announces it
//	JPEG        a segment APP1 with XMP
//	WAV         a chunk _PMX with XMP, the last one
//	MP3         a private frame of the tag ID3v2 with XMP
//	ZIP         a mark in each picture, see [Copy]; that of the first one is read
//	WebM        a tag; ffmpeg writes it, see [Metadata]
//
// It also finds the manifests of C2PA that others have embedded. It does not verify them.
package marks

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/regular"
)

// Source is a digital source type: the last word of its address at IPTC. "" is none.
type Source string

// Digital source types that greenroom writes.
const (
	Generated Source = "trainedAlgorithmicMedia"              // all of it is made by a trained algorithm
	Composite Source = "compositeWithTrainedAlgorithmicMedia" // a part of it is
	Composed  Source = "composite"                            // of parts that nothing is known about
)

const newscodes = "http://cv.iptc.org/newscodes/digitalsourcetype/"

// URL returns the address of a digital source type.
func (s Source) URL() string { return newscodes + string(s) }

// tag is the name of the tag in Matroska files.
const tag = "DIGITAL_SOURCE_TYPE"

// Metadata returns the options of ffmpeg that write the mark of a Matroska file; none for no source.
func Metadata(s Source) []string {
	if s == "" {
		return nil
	}
	return []string{"-metadata", tag + "=" + s.URL()}
}

// XMP returns the packet of a source.
func XMP(s Source) []byte {
	return fmt.Appendf(nil, "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"+
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`+
		`<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">`+
		`<Iptc4xmpExt:DigitalSourceType>%s</Iptc4xmpExt:DigitalSourceType>`+
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>", s.URL())
}

// sourceType finds the digital source type in XMP, as an element or as an attribute.
var sourceType = lazyregexp.New(`DigitalSourceType(?:>|\s+rdf:resource="|=")\s*https?://cv\.iptc\.org/newscodes/` +
	`digitalsourcetype/([A-Za-z]{1,80})`)

// sourceIn returns the digital source type that XMP has; "" for none.
func sourceIn(xmp []byte) Source {
	m := sourceType.FindStringSubmatch(string(xmp))
	if m == nil {
		return ""
	}
	return Source(m[1])
}

// writers write a marked copy of a file, by the extension of the file.
var writers = map[string]func(in *io.SectionReader, out io.Writer, xmp []byte) error{
	".mp4": writeMP4, ".m4v": writeMP4, ".m4a": writeMP4, ".mov": writeMP4,
	".png": writePNG, ".webp": writeWebP, ".jpg": writeJPEG, ".jpeg": writeJPEG, ".wav": writeWAV, ".mp3": writeMP3,
}

// CanWrite reports whether Write marks files of a name.
func CanWrite(path string) bool { return writers[strings.ToLower(filepath.Ext(path))] != nil }

// Write marks a file. The marked file replaces it at once, or not at all. Nothing but the mark is changed.
func Write(path string, s Source) error {
	write := writers[strings.ToLower(filepath.Ext(path))]
	if write == nil {
		return fmt.Errorf("mark %s: no mark for files of this kind", filepath.Base(path))
	}
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	err = atomicfile.Write(path, st.Mode().Perm(), func(out io.Writer) error {
		return write(io.NewSectionReader(f, 0, st.Size()), out, XMP(s))
	})
	if err != nil {
		return fmt.Errorf("mark %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Copy writes a marked copy of a PNG, for an archive of pictures. Without a source it copies the bytes.
func Copy(out io.Writer, picture io.ReaderAt, size int64, s Source) error {
	in := io.NewSectionReader(picture, 0, size)
	if s == "" {
		_, err := io.Copy(out, in)
		return err
	}
	return writePNG(in, out, XMP(s))
}

// xmpBox is the type of the box with XMP.
var xmpBox = [16]byte{
	0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC,
}

// writeMP4 adds a box after the last one. A box of XMP that is there already is replaced, if it is the last one.
func writeMP4(in *io.SectionReader, out io.Writer, xmp []byte) error {
	end := int64(0)
	err := boxes(in, func(b box) error {
		if b.open {
			return fmt.Errorf("its last box %q has no size", b.kind)
		}
		end = b.at + b.size
		if b.isXMP() && end == in.Size() {
			end = b.at
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, io.NewSectionReader(in, 0, end)); err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(8+len(xmpBox)+len(xmp)))
	head = append(append(head, "uuid"...), xmpBox[:]...)
	_, err = out.Write(append(head, xmp...))
	return err
}

const pngKeyword = "XML:com.adobe.xmp"

// writePNG adds a chunk after the header. One with XMP that is there already is removed.
func writePNG(in *io.SectionReader, out io.Writer, xmp []byte) error {
	if _, err := out.Write([]byte(pngMagic)); err != nil {
		return err
	}
	return chunksPNG(in, func(c chunk) error {
		if c.isXMP(in) {
			return nil
		}
		_, err := io.Copy(out, io.NewSectionReader(in, c.at, c.size))
		if c.kind != "IHDR" || err != nil {
			return err
		}
		// Keyword, 0, not compressed, method 0, no language, no translated keyword, text.
		body := slices.Concat([]byte("iTXt"+pngKeyword), make([]byte, 5), xmp)
		_, err = out.Write(slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)-4)), body,
			binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))))
		return err
	})
}

// flagXMP and flagAlpha are bits of the extended header of WebP.
const flagXMP, flagAlpha = 0x04, 0x10

// writeWebP adds a chunk at the end, and the extended header if there is none.
func writeWebP(in *io.SectionReader, out io.Writer, xmp []byte) error {
	var head []byte
	var keep []chunk
	err := chunksRIFF(in, "WEBP", func(c chunk) error {
		switch c.kind {
		case "XMP ":
			return nil
		case "VP8X":
			head = make([]byte, c.size)
			_, err := in.ReadAt(head, c.at)
			if err != nil || len(head) < 18 {
				return fmt.Errorf("its header is short")
			}
			head[8] |= flagXMP
			return nil
		case "VP8 ", "VP8L":
			if head == nil {
				first := make([]byte, 18)
				if _, err := in.ReadAt(first, c.at); err != nil {
					return err
				}
				head = extended(first)
			}
		}
		keep = append(keep, c)
		return nil
	})
	if err != nil {
		return err
	}
	if head == nil {
		return fmt.Errorf("it has no picture")
	}
	return writeRIFF(in, out, "WEBP", head, keep, "XMP ", xmp)
}

// extended returns the extended header for a picture of which first has the first bytes: the size of the canvas, and
// whether there is alpha.
func extended(first []byte) []byte {
	flags, w, h := byte(flagXMP), uint32(0), uint32(0)
	if string(first[:4]) == "VP8L" {
		bits := binary.LittleEndian.Uint32(first[9:])
		w, h = bits&0x3FFF, bits>>14&0x3FFF
		if bits>>28&1 == 1 {
			flags |= flagAlpha
		}
	} else {
		w = uint32(binary.LittleEndian.Uint16(first[14:])&0x3FFF) - 1
		h = uint32(binary.LittleEndian.Uint16(first[16:])&0x3FFF) - 1
	}
	return append([]byte("VP8X\x0a\x00\x00\x00"), flags, 0, 0, 0,
		byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
}

const jpegNamespace = "http://ns.adobe.com/xap/1.0/\x00"

// writeJPEG adds a segment after JFIF and Exif, which must be first. One with XMP that is there already is removed.
func writeJPEG(in *io.SectionReader, out io.Writer, xmp []byte) error {
	var first, others []io.Reader
	end := int64(2)
	err := segmentsJPEG(in, func(s chunk, body []byte) error {
		end = s.at + s.size
		part := io.NewSectionReader(in, s.at, s.size)
		switch {
		case bytes.HasPrefix(body, []byte(jpegNamespace)):
		case len(others) == 0 && (s.kind == "\xe0" || s.kind == "\xe1"):
			first = append(first, part)
		default:
			others = append(others, part)
		}
		return nil
	})
	if err != nil {
		return err
	}
	body := slices.Concat([]byte(jpegNamespace), xmp)
	mark := slices.Concat([]byte{0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2)), body)
	all := slices.Concat([]io.Reader{io.NewSectionReader(in, 0, 2)}, first, []io.Reader{bytes.NewReader(mark)}, others,
		[]io.Reader{io.NewSectionReader(in, end, in.Size()-end)})
	_, err = io.Copy(out, io.MultiReader(all...))
	return err
}
