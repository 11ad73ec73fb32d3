package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"greenroom/internal/fault"
)

// el is an EBML element with a size of 8 bytes; size -1 is an unknown size.
func el(id uint32, size int64, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	b = bytes.TrimLeft(b, "\x00")
	b = binary.BigEndian.AppendUint64(b, uint64(size)&(1<<56-1)|1<<56)
	return append(b, body...)
}

func whole(id uint32, body ...byte) []byte { return el(id, int64(len(body)), body...) }

// webmHead is a header, an open segment and one video track.
func webmHead() []byte {
	b := whole(idEBML)
	b = append(b, el(idSegment, -1)...)
	video := append(whole(idWidth, 0, 16), whole(idHeight, 0, 16)...)
	track := bytes.Join([][]byte{whole(idNumber, 1), whole(idType, 1), whole(idCodec, []byte("V_VP9")...),
		whole(idVideo, video...)}, nil)
	return append(b, whole(idTracks, whole(idTrack, track...)...)...)
}

func hostileWebM() map[string][]byte {
	many := func(n int, one []byte) []byte { return append(webmHead(), bytes.Repeat(one, n)...) }
	block := whole(idSimple, 0x81, 0, 0, 0x80, 1)
	open := el(idCluster, -1)
	return map[string][]byte{
		"nested clusters, 13 MB":  many(1_100_000, open),
		"clusters in a known one": append(many(0, nil), el(idCluster, 1<<20, bytes.Repeat(open, 80_000)...)...),
		"clusters of the rest":    append(many(0, nil), el(idCluster, math.MaxInt64/4, bytes.Repeat(open, 80_000)...)...),
		"empty clusters":          many(1_000_000, []byte{0x1F, 0x43, 0xB6, 0x75, 0x80}),
		"void of nothing, 13 MB":  many(6_500_000, []byte{0xEC, 0x80}),
		"groups without a block":  append(many(0, nil), append(open, bytes.Repeat([]byte{0xA0, 0x80}, 4_000_000)...)...),
		"tracks, thousands": append(webmHead()[:29],
			whole(idTracks, bytes.Repeat(whole(idTrack, whole(idNumber, 2)...), 200_000)...)...),
		"a track with much": append(webmHead()[:29],
			whole(idTracks, whole(idTrack, bytes.Repeat([]byte{0xEC, 0x80}, 3_000_000)...)...)...),
		"a codec name of 40 MB": append(webmHead()[:29],
			whole(idTracks, whole(idTrack, whole(idCodec, make([]byte, 40<<20)...)...)...)...),
		"sizes near 2^56":          many(1, el(idCluster, 1<<56-2)),
		"a header of everything":   el(idEBML, 1<<55),
		"a header of unknown size": el(idEBML, -1, bytes.Repeat(el(idEBML, -1), 100_000)...),
		"segments in each other":   append(whole(idEBML), bytes.Repeat(el(idSegment, -1), 100_000)...),
		"tracks in each other":     append(webmHead()[:29], bytes.Repeat(el(idTracks, -1), 100_000)...),
		"groups in each other":     append(append(webmHead(), open...), bytes.Repeat(el(idGroup, -1), 100_000)...),
		"packets of one time":      append(append(webmHead(), open...), bytes.Repeat(block, 200_000)...),
		"laced packets": append(append(webmHead(), open...),
			bytes.Repeat(whole(idSimple, 0x81, 0, 0, 0x86, 255, 255), 100_000)...),
		"an endless time": append(webmHead(),
			whole(idInfo, append(whole(idScale, bytes.Repeat([]byte{255}, 8)...),
				whole(idDuration, 0x7F, 0xEF, 255, 255, 255, 255, 255, 255)...)...)...),
		"clusters and cues in turns": many(300_000, append(append([]byte{}, open...), 0x1C, 0x53, 0xBB, 0x6B, 0x80)),
	}
}

// TestHostileWebMEnds: each of these took gigabytes, overflowed the stack or read for minutes, or could.
func TestHostileWebMEnds(t *testing.T) {
	for name, b := range hostileWebM() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, err := ScanWebM(bytes.NewReader(b), int64(len(b)))
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("%d MB were allocated", used>>20)
			}
			if err == nil {
				sane(t, s)
			}
		})
	}
}

// sane compares what a scan returns with what its readers rely on.
func sane(t *testing.T, s *WebMScan) {
	t.Helper()
	i := walked(s)
	if i.FPSNum < 1 || i.FPSDen < 1 || math.IsInf(i.FPS(), 0) || math.IsNaN(i.FPS()) {
		t.Errorf("%d/%d frames a second", i.FPSNum, i.FPSDen)
	}
	for _, v := range []float64{i.Duration, s.seconds()} {
		if math.IsInf(v, 0) || math.IsNaN(v) || v < 0 {
			t.Errorf("a length of %v", v)
		}
	}
	if len(s.Issues) > 20 || len(s.Tracks) > 64 {
		t.Errorf("%d issues, %d tracks", len(s.Issues), len(s.Tracks))
	}
	_ = s.endsEarly()
}

// TestClustersOfUnknownSizeAreWalkedOneAfterAnother: a piped file has no sizes, and its clusters follow each other.
func TestClustersOfUnknownSizeAreWalkedOneAfterAnother(t *testing.T) {
	b := webmHead()
	for second := range byte(5) {
		b = append(append(b, el(idCluster, -1)...), whole(idTime, 0x03*second, 0xE8)...)
		b = append(b, whole(idSimple, 0x81, 0, 0, 0x80, 1)...)
		b = append(b, whole(idSimple, 0x81, 0, 40, 0, 1)...)
	}
	b = append(b, whole(idCues)...)
	s, err := ScanWebM(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(s.Issues) > 0 || s.NoCues || s.Video().Packets != 10 || s.Video().Keyframes != 5 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestHostileSoundHeadersEnd(t *testing.T) {
	chunk := []byte("junk\x00\x00\x00\x00")
	page := append([]byte("OggS\x00\x00"), make([]byte, 21)...)
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"chunks.wav": append([]byte("RIFF\xff\xff\xff\xffWAVE"), bytes.Repeat(chunk, 1_000_000)...),
		"chunks.aif": append([]byte("FORM\xff\xff\xff\xffAIFF"), bytes.Repeat(chunk, 1_000_000)...),
		"pages.ogg":  bytes.Repeat(page, 1_200_000),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := CompleteSound(path); err == nil {
			t.Errorf("%s is complete", name)
		}
		if v, err := pcmSeconds(bytes.NewReader(b), int64(len(b))); err == nil {
			t.Errorf("%s lasts %v", name, v)
		}
	}
}

// mp4Box is a box of MP4.
func mp4Box(kind string, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

func TestHostileMP4Ends(t *testing.T) {
	box := mp4Box
	deep := []byte{}
	for range 10_000 {
		deep = box("minf", deep...)
	}
	ones := bytes.Repeat([]byte{255}, 64)
	tables := bytes.Join([][]byte{box("stsz", append(append(make([]byte, 4), 255, 255, 255, 255), ones...)...),
		box("co64", ones...), box("stsc", ones...)}, nil)
	track := box("trak", box("mdia", append(box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00vide")...),
		box("minf", box("stbl", tables...)...)...)...)...)
	for name, b := range map[string][]byte{
		"deep":       append(box("ftyp"), box("moov", box("trak", deep...)...)...),
		"empty":      append(box("ftyp"), bytes.Repeat(box("free"), 1_000_000)...),
		"inside":     append(box("ftyp"), box("moov", bytes.Repeat(box("free"), 1_000_000)...)...),
		"tables":     append(box("ftyp"), box("moov", track...)...),
		"large":      append(box("ftyp"), 0, 0, 0, 1, 'm', 'o', 'o', 'v', 0x3f, 255, 255, 255, 255, 255, 255, 255),
		"too large":  append(box("ftyp"), 0, 0, 0, 1, 'm', 'o', 'o', 'v', 255, 255, 255, 255, 255, 255, 255, 255),
		"no size":    append(box("ftyp"), 0, 0, 0, 1, 'm', 'o', 'o', 'v', 0, 0, 0, 0, 0, 0, 0, 0),
		"short size": append(box("ftyp"), 0, 0, 0, 7, 'm', 'o', 'o', 'v'),
	} {
		s, err := ScanMP4(bytes.NewReader(b), int64(len(b)))
		if err == nil && len(s.Issues) == 0 {
			t.Errorf("%s: nothing is wrong with it", name)
		}
	}
}

// failing is a disk that fails after some bytes.
type failing struct {
	b     []byte
	after int64
}

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.after {
		return 0, &os.PathError{Op: "read", Path: "take.webm", Err: syscall.EIO}
	}
	return bytes.NewReader(f.b).ReadAt(p, at)
}

// TestAFailingDiskIsNoDamagedFile: a damaged take is downloaded again, or refused as the provider's fault.
func TestAFailingDiskIsNoDamagedFile(t *testing.T) {
	b := append(webmHead(), bytes.Repeat(append(el(idCluster, -1), whole(idSimple, 0x81, 0, 0, 0x80, 1)...), 50)...)
	for _, after := range []int64{0, 30, 120, 400} {
		if _, err := ScanWebM(failing{b, after}, int64(len(b))); !errors.Is(err, syscall.EIO) {
			t.Errorf("WebM, %d bytes: %v", after, err)
		}
		if _, err := ScanMP4(failing{b, min(after, 16)}, int64(len(b))); !errors.Is(err, syscall.EIO) && after < 12 {
			t.Errorf("MP4, %d bytes: %v", after, err)
		}
	}
}

// TestNoMoreFileDescriptorsIsNotCalledAnotherKindOfFile: the hint was "it must be a WebM or MP4 file".
func TestNoMoreFileDescriptorsIsNotCalledAnotherKindOfFile(t *testing.T) {
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO} {
		err := unreadable(&os.PathError{Op: "open", Path: "c1.webm", Err: cause}, "c1.webm", notMedia)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Failed || strings.Contains(f.Hint, "WebM") || f.Hint == "" {
			t.Errorf("%v: %+v", cause, f)
		}
	}
	var f *fault.Error
	if _, err := Probe(context.Background(), Tools{}, filepath.Join(t.TempDir(), "none.webm")); !errors.As(err, &f) ||
		f.Kind != fault.Media {
		t.Errorf("a missing file: %v", err)
	}
}
