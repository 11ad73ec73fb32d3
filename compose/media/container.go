package media

import (
	"bytes"
	"fmt"
)

// Extension returns the usual ending of a video's file by its content: .mp4, .mov, .webm or .mkv. It fails for a
// file that is none of them.
func Extension(path string) (string, error) {
	f, size, start, err := openStart(path)
	if err != nil {
		return "", err
	}
	f.Close()
	switch sniff(start) {
	case "webm": // EBML; the type of document is in the first bytes
		if bytes.Contains(start[:min(len(start), 96)], []byte("matroska")) {
			return ".mkv", nil
		}
		return ".webm", nil
	case "mp4":
		if brand := bytes.Index(start, []byte("ftyp")); brand == 4 && !bytes.HasPrefix(start[8:], []byte("qt  ")) {
			return ".mp4", nil
		}
		return ".mov", nil // QuickTime wrote files without a brand, too
	}
	return "", fmt.Errorf("%w but %s", ErrNotVideo, describe(start, size))
}
