package media

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// corpus is the folder of small files that other programs made.
const corpus = "../../testdata/foreign"

// seeds adds the corpus files of a kind ("webm", "mp4" as sniff names them): small ones complete, and the beginning of
// the others, so that one mutation in some hundred bytes reaches an element head.
func seeds(f *testing.F, kind string) {
	f.Helper()
	entries, err := os.ReadDir(corpus)
	if err != nil {
		f.Fatal(err)
	}
	const complete, beginning = 8 << 10, 2 << 10
	added := 0
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(corpus, e.Name()))
		if err != nil {
			f.Fatal(err)
		}
		if sniff(b[:min(len(b), 512)]) != kind {
			continue
		}
		if len(b) > complete {
			b = b[:beginning]
		}
		f.Add(b)
		added++
	}
	if added < 20 {
		f.Fatalf("%d files of kind %s in %s", added, kind, corpus)
	}
}

// readCounter counts what a reader reads.
type readCounter struct {
	r     io.ReaderAt
	reads int
	bytes int64
}

func (c *readCounter) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(b, at)
	c.reads++
	c.bytes += int64(n)
	return n, err
}

// bounded runs a reader over b and fails when it allocates or reads more than a file of that length justifies.
// Reads are counted in place of time, which depends on the machine: two bytes are the shortest element, and each costs
// at most a few reads.
func bounded(t *testing.T, b []byte, read func(r io.ReaderAt, size int64)) {
	t.Helper()
	const spare, perByte, readsPerByte, bytesPerByte = 1 << 20, 256, 4, 64
	in := &readCounter{r: bytes.NewReader(b)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read(in, int64(len(b)))
	runtime.ReadMemStats(&after)
	if used, most := after.TotalAlloc-before.TotalAlloc, uint64(spare+perByte*len(b)); used > most {
		t.Errorf("%d bytes were allocated for a file of %d, at most %d are justified", used, len(b), most)
	}
	if most := 1000 + readsPerByte*len(b); in.reads > most {
		t.Errorf("%d reads for a file of %d bytes, at most %d are justified", in.reads, len(b), most)
	}
	if most := int64(spare + bytesPerByte*len(b)); in.bytes > most {
		t.Errorf("%d bytes read of a file of %d, at most %d are justified", in.bytes, len(b), most)
	}
}

// reported fails when findings say nothing.
func reported(t *testing.T, add func(*Report)) {
	t.Helper()
	r := &Report{}
	add(r)
	for _, f := range r.Findings {
		if f.Name == "" || f.Value == "" || f.Verdict != OK && f.Advice == "" {
			t.Errorf("%+v", f)
		}
	}
}

func FuzzWebM(f *testing.F) {
	seeds(f, "webm")
	for _, b := range hostileWebM() {
		f.Add(b[:min(len(b), 400)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, b, func(r io.ReaderAt, size int64) {
			if s, err := ScanWebM(r, size); err == nil {
				sane(t, s)
				reported(t, func(p *Report) { p.matroska(r, s) })
			}
		})
	})
}

func FuzzMP4(f *testing.F) {
	seeds(f, "mp4")
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, b, func(r io.ReaderAt, size int64) {
			s, err := ScanMP4(r, size)
			if err != nil {
				return
			}
			if len(s.Issues) > 20 || s.Samples < 0 || s.Trailing < 0 || s.Trailing > size {
				t.Errorf("%d issues, %d samples, %d bytes after the end", len(s.Issues), s.Samples, s.Trailing)
			}
			if held := s.times.held(); held < 0 || math.IsNaN(held) || math.IsInf(held, 0) {
				t.Errorf("%v seconds", held)
			}
			reported(t, func(p *Report) { p.boxes(s) })
			if len(s.Issues) == 0 && (s.Video+s.Sound == 0 || s.Samples == 0 && !s.mvex) {
				t.Errorf("nothing is wrong with a file of %d tracks and %d samples", s.Video+s.Sound, s.Samples)
			}
		})
	})
}

func FuzzPCM(f *testing.F) {
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00abcd"))
	f.Add([]byte("FORM\x00\x00\x00\x00AIFFCOMM\x00\x00\x00\x12\x00\x01\x00\x00\x00\x02\x00\x10\x40\x0c\xfa\x00\x00\x00\x00\x00\x00\x00SSND\x00\x00\x00\x0c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, b, func(r io.ReaderAt, size int64) {
			if v, err := pcmSeconds(r, size); err == nil && (v < 0 || math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Errorf("%v seconds", v)
			}
		})
	})
}

// TestManyTracksWithEmptyTables: each track's three tables were read through 32 KB of buffer, 10,000 tracks through a
// gigabyte.
func TestManyTracksWithEmptyTables(t *testing.T) {
	tables := bytes.Join([][]byte{mp4Box("stsz", make([]byte, 12)...), mp4Box("stco", make([]byte, 8)...),
		mp4Box("stsc", make([]byte, 8)...)}, nil)
	handler := mp4Box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00vide")...)
	track := mp4Box("trak", mp4Box("mdia", append(handler, mp4Box("minf", mp4Box("stbl", tables...)...)...)...)...)
	b := append(mp4Box("ftyp"), mp4Box("moov", bytes.Repeat(track, 10_000)...)...)
	bounded(t, b, func(r io.ReaderAt, size int64) {
		if s, err := ScanMP4(r, size); err != nil || len(s.Issues) == 0 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
