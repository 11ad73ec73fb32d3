package segments

import (
	"encoding/binary"
	"io"
	"os"
	"slices"

	"greenroom/internal/hashkey"
)

// maxHeader bounds the part of a file that describes its streams, bytes.
const maxHeader = 1 << 20

// parametersOf returns the hash of the description of pictures in an MP4 or MOV file: codec, size, colours and
// parameter sets. Other files have none.
func parametersOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return "", err
	}
	found, err := boxAt(f, 0, fi.Size(), "moov", "trak", "mdia", "minf", "stbl", "stsd")
	if err != nil || found == nil {
		return "", err
	}
	k := hashkey.New("parameters/1")
	fixed := min(len(found), entryHeader)
	k.Field("entry", string(found[:fixed][min(fixed, 12):])) // without sizes
	for rest := found[fixed:]; len(rest) >= 8; {
		size := int(binary.BigEndian.Uint32(rest))
		if size < 8 || size > len(rest) {
			break
		}
		if name := string(rest[4:8]); name != "btrt" { // the bit rate
			k.Field(name, string(rest[8:size]))
		}
		rest = rest[size:]
	}
	return k.Sum(), nil
}

// entryHeader is where the boxes in the first description of pictures start, bytes.
const entryHeader = 8 + 8 + 78

// containers are boxes that only hold others.
var containers = []string{"moov", "trak", "mdia", "minf", "stbl"}

// boxAt returns the content of the first box with a path of names, or nil.
func boxAt(r io.ReaderAt, from, to int64, path ...string) ([]byte, error) {
	for from+8 <= to {
		var head [16]byte
		if _, err := r.ReadAt(head[:8], from); err != nil {
			return nil, err
		}
		size, start := int64(binary.BigEndian.Uint32(head[:4])), from+8
		if size == 1 {
			if _, err := r.ReadAt(head[8:], from+8); err != nil {
				return nil, err
			}
			size, start = int64(binary.BigEndian.Uint64(head[8:])), from+16
		}
		end := from + size
		if size < start-from || end > to {
			return nil, nil
		}
		if name := string(head[4:8]); name == path[0] {
			if slices.Contains(containers, name) {
				return boxAt(r, start, end, path[1:]...)
			}
			content := make([]byte, min(end-start, maxHeader))
			_, err := r.ReadAt(content, start)
			return content, err
		}
		from = end
	}
	return nil, nil
}
