package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"greenroom/internal/excerpt"
)

// ErrNotSound reports a file that is not WAV, MP3, AAC, Ogg, FLAC, M4A or WebM.
var ErrNotSound = errors.New("not a sound file")

// CompleteSound reports why a file cannot be a complete sound file. It reads the container
// and decodes nothing. MP3 and AAC without a table of contents do not say how long they are.
func CompleteSound(path string) error {
	f, size, start, err := openStart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	kind, cut := soundKind(start), ""
	switch kind {
	case "WAV":
		cut = cutWAV(f, size)
	case "MP3":
		cut = cutMP3(start, size)
	case "Ogg":
		cut = cutOgg(f, size)
	case "AAC", "FLAC":
	case "WebM":
		s, err := ScanWebM(f, size)
		if err != nil {
			return err
		}
		if s.Audio() == nil {
			return fmt.Errorf("%s of WebM without sound: %w", excerpt.Size(size), ErrNotSound)
		}
		if len(s.Issues) > 0 {
			cut = s.Issues[0]
		}
	case "MP4":
		s, err := ScanMP4(f, size)
		if err != nil {
			return err
		}
		if len(s.Issues) > 0 {
			cut = s.Issues[0]
		} else if s.Sound == 0 {
			return fmt.Errorf("%s of MP4 without sound: %w", excerpt.Size(size), ErrNotSound)
		}
	default:
		return fmt.Errorf("%w but %s", ErrNotSound, describe(start, size))
	}
	if cut != "" {
		return damaged(size, kind, []string{cut})
	}
	return nil
}

// soundKind names the kinds of sound files by their first bytes; empty for others.
func soundKind(b []byte) string {
	switch {
	case len(b) < 12:
		return ""
	case bytes.HasPrefix(b, []byte("RIFF")) && string(b[8:12]) == "WAVE":
		return "WAV"
	case bytes.HasPrefix(b, []byte("OggS")):
		return "Ogg"
	case bytes.HasPrefix(b, []byte("fLaC")):
		return "FLAC"
	case bytes.HasPrefix(b, []byte("ID3")):
		return "MP3"
	case b[0] == 0xff && b[1]&0xf6 == 0xf0: // ADTS: layer 0
		return "AAC"
	case b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x06 != 0 && b[2]&0xf0 != 0xf0:
		return "MP3"
	}
	return map[string]string{"webm": "WebM", "mp4": "MP4"}[sniff(b)]
}

// cutWAV follows the chunks to the samples. Programs that write to a pipe leave sizes of 0 or
// all ones.
func cutWAV(f *os.File, size int64) string {
	chunks := 0
	for pos := int64(12); pos+8 <= size; {
		var h [8]byte
		chunks++
		if chunks > maxChunks {
			return "too many chunks before the samples"
		}
		if _, err := f.ReadAt(h[:], pos); err != nil {
			return "it cannot be read to its end"
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		if string(h[:4]) == "data" {
			if n != 0 && n < 0xffffff00 && pos+8+n > size {
				return fmt.Sprintf("cut: %d of %d bytes are there", size, pos+8+n)
			}
			return ""
		}
		pos += 8 + n + n&1
	}
	return "no samples"
}

// cutMP3 compares the file with the size in a Xing or Info frame, where there is one. The
// size does not count an ID3 tag before it and what follows.
func cutMP3(start []byte, size int64) string {
	for _, mark := range []string{"Xing", "Info"} {
		at := bytes.Index(start, []byte(mark))
		if at < 0 || len(start) < at+16 {
			continue
		}
		flags := binary.BigEndian.Uint32(start[at+4:])
		if flags&3 != 3 { // frames and bytes
			return ""
		}
		if n := int64(binary.BigEndian.Uint32(start[at+12:])); n > size {
			return fmt.Sprintf("cut: %d of %d bytes are there", size, n)
		}
		return ""
	}
	return ""
}

// maxPages is about 10 days of speech: encoders write a page a second. Each costs a read.
const maxPages = 1_000_000

// cutOgg walks the pages: each ends inside the file, and the last is marked as the last.
func cutOgg(f *os.File, size int64) string {
	last, pages := false, 0
	for pos := int64(0); pos < size; {
		var h [27 + 255]byte
		pages++
		if pages > maxPages {
			return fmt.Sprintf("more than %d pages", maxPages)
		}
		n, _ := f.ReadAt(h[:], pos)
		if n < 27 || string(h[:4]) != "OggS" || n < 27+int(h[26]) {
			return fmt.Sprintf("no page at byte %d", pos)
		}
		body := int64(0)
		for _, c := range h[27 : 27+int(h[26])] {
			body += int64(c)
		}
		pos += 27 + int64(h[26]) + body
		last = h[5]&4 != 0
		if pos > size {
			return fmt.Sprintf("cut: %d of %d bytes are there", size, pos)
		}
	}
	if !last {
		return "cut: the last page is missing"
	}
	return ""
}
