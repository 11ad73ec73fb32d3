package media

import (
	"fmt"
	"io"
)

// longestZeros is more zero bytes in a row than VP8, VP9 and AV1 write into a packet: their arithmetic coders
// hardly repeat a byte. See TestZeroRunsOfEncoders for what was measured.
const longestZeros = 192

// findHole returns where bytes of a picture of a WebM file were set to zero, as a disk or a copy that fails leaves
// them; empty when nowhere. ffmpeg decodes such packets into smeared pictures without a word. It reads the
// complete file.
func findHole(r io.ReaderAt, size int64) string {
	h := holeFinder{r: r, buf: make([]byte, 64<<10)}
	_, _ = scanWebM(r, size, h.packet)
	if h.run <= longestZeros {
		return ""
	}
	return fmt.Sprintf("%d zero bytes in a picture before byte %d", h.run, h.at)
}

// holeFinder remembers the longest run of zeros.
type holeFinder struct {
	r   io.ReaderAt
	buf []byte
	run int   // bytes
	at  int64 // the end of the run
}

func (h *holeFinder) packet(t *Track, pos, end int64) {
	if t.Codec != "V_VP8" && t.Codec != "V_VP9" && t.Codec != "V_AV1" || t.encoded {
		return
	}
	run := 0
	for pos < end {
		n, err := h.r.ReadAt(h.buf[:min(int64(len(h.buf)), end-pos)], pos)
		for i, c := range h.buf[:n] {
			if c != 0 {
				run = 0
				continue
			}
			run++
			if run > h.run {
				h.run, h.at = run, pos+int64(i)+1
			}
		}
		pos += int64(n)
		if err != nil {
			return
		}
	}
}
