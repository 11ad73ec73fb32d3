package animation

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

const corpus = "../../../testdata/foreign"

func FuzzWebP(f *testing.F) {
	names, err := filepath.Glob(filepath.Join(corpus, "*.webp"))
	if err != nil || len(names) < 5 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := Read(bytes.NewReader(b), 1<<20)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(1<<20+64*len(b)) {
			t.Errorf("%d bytes were allocated for a file of %d", used, len(b))
		}
		if err != nil {
			return
		}
		const canvas, pictures = 1 << 16, 32 // what a fuzzer has time for
		if a.Width*a.Height > canvas || len(a.frames) > pictures {
			return
		}
		if len(a.Milliseconds) != len(a.frames) || len(a.frames) == 0 {
			t.Errorf("%d times of %d pictures", len(a.Milliseconds), len(a.frames))
		}
		runtime.ReadMemStats(&before)
		_ = a.Each(func(_ int, rgba []byte) error {
			if len(rgba) != 4*a.Width*a.Height {
				t.Errorf("%d bytes of a canvas of %d x %d", len(rgba), a.Width, a.Height)
			}
			return nil
		})
		runtime.ReadMemStats(&after)
		// A decoder of libwebp's lossless format builds tables of up to 2,300 Huffman codes for each 4 x 4 pixels.
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(a.frames))*(64<<20) {
			t.Errorf("%d bytes were allocated for %d pictures of %d x %d at most", used, len(a.frames), a.Width, a.Height)
		}
	})
}

// riff is a chunk.
func riff(id string, b ...byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(b)))
	out = append(out, b...)
	return append(out, make([]byte, len(b)&1)...)
}

func file(chunks ...[]byte) []byte {
	return riff("RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...)...)
}

func canvas(w, h int) []byte {
	return riff("VP8X", 2, 0, 0, 0, byte(w-1), byte((w-1)>>8), 0, byte(h-1), byte((h-1)>>8), 0)
}

func picture(w, h int, data ...byte) []byte {
	head := []byte{0, 0, 0, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0, 40, 0, 0, 0}
	return riff("ANMF", append(head, riff("VP8L", data...)...)...)
}

// lossless is a lossless picture of one colour: no transform, no cache, five codes of one symbol and no bits.
func lossless(w, h int) []byte {
	bits := uint32(w-1) | uint32(h-1)<<14
	return append(binary.LittleEndian.AppendUint32([]byte{0x2f}, bits), 0x88, 0x88, 0x08, 0)
}

// TestHostileWebP: a second header made the canvas smaller than its pictures, which was a panic, and a picture of
// 30 bytes that calls itself 16384 x 16384 took a gigabyte before its size was compared.
func TestHostileWebP(t *testing.T) {
	for name, b := range map[string][]byte{
		"a second canvas":       file(canvas(16, 16), picture(16, 16, lossless(16, 16)...), canvas(2, 2)),
		"a canvas at the end":   file(picture(16, 16, lossless(16, 16)...), canvas(16, 16)),
		"a picture without":     file(canvas(16, 16), picture(16, 16)),
		"a picture of a pixel":  file(canvas(16, 16), picture(16, 16, lossless(1, 1)...)),
		"an enormous picture":   file(canvas(16, 16), picture(16, 16, lossless(16384, 16384)...)),
		"an enormous canvas":    file(canvas(1<<16, 1<<16), picture(16, 16, lossless(16, 16)...)),
		"outside of the canvas": file(canvas(16, 16), picture(17, 16, lossless(17, 16)...)),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			a, err := Read(bytes.NewReader(b), 1<<20)
			if err == nil {
				err = a.Each(func(int, []byte) error { return nil })
			}
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("no error")
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
				t.Errorf("%d MB were allocated", used>>20)
			}
		})
	}
}
