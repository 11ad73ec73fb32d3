package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample reads a file of the corpus.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus, name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b)
}

// changed is a file that was changed, and what Check must say of it.
type changed struct {
	name    string
	b       []byte
	finding string // empty: nothing may fail
	verdict Verdict
	says    string // a part of its value or its advice
}

// examine checks each file as an opaque clip.
func examine(t *testing.T, cases []changed) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "clip.bin")
			if err := os.WriteFile(path, c.b, 0o600); err != nil {
				t.Fatal(err)
			}
			r := check(t, path, Expect{})
			if c.finding == "" {
				if r.Verdict() == Fail {
					t.Errorf("%+v", r.Findings)
				}
				return
			}
			for _, f := range r.Findings {
				if f.Name == c.finding && f.Verdict == c.verdict && strings.Contains(f.Value+" "+f.Advice, c.says) {
					return
				}
			}
			t.Errorf("no %s %q with %q in %+v", c.verdict, c.finding, c.says, r.Findings)
		})
	}
}

// at returns where a sequence of bytes begins, and fails when there is none.
func at(t *testing.T, b []byte, what string) int {
	t.Helper()
	i := bytes.Index(b, []byte(what))
	if i < 0 {
		t.Fatalf("%x is not in the file", what)
	}
	return i
}

// elements returns the elements of the segment of a WebM file.
func elements(t *testing.T, b []byte) (segment element, inside []element) {
	t.Helper()
	e := &ebml{r: bytes.NewReader(b), size: int64(len(b)), allowed: 1000}
	head, err := e.next(0, e.size)
	if err == nil {
		segment, err = e.next(head.end, e.size)
	}
	if err == nil {
		err = e.each(segment.pos, segment.end, func(c element) error {
			inside = append(inside, c)
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return segment, inside
}

// resize writes a segment's size, which takes eight bytes before its content; -1 for unknown.
func resize(b []byte, segment element, size int64) []byte {
	binary.BigEndian.PutUint64(b[segment.pos-8:], uint64(size)&(1<<56-1)|1<<56)
	return b
}

func TestDamagedWebM(t *testing.T) {
	good := sample(t, "mkvmerge-short-clusters.mkv")
	segment, inside := elements(t, good)
	var clusters []element
	var cues element
	for _, el := range inside {
		switch el.id {
		case idCluster:
			clusters = append(clusters, el)
		case idCues:
			cues = el
		}
	}
	if len(clusters) < 5 || cues.end == 0 {
		t.Fatalf("%d clusters", len(clusters))
	}
	with := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	cut := func(size int64) []byte {
		return with(func(b []byte) []byte {
			end := clusters[len(clusters)/2].start
			if size == 0 {
				size = end - segment.pos
			}
			return resize(b, segment, size)[:end]
		})
	}
	duration := func(v float32) []byte {
		return with(func(b []byte) []byte {
			binary.BigEndian.PutUint32(b[at(t, b, "\x44\x89\x84")+3:], math.Float32bits(v))
			return b
		})
	}
	examine(t, []changed{
		{"unchanged", good, "", OK, ""},
		{"cut between clusters, size fits", cut(0), "truncation", Fail, "announced"},
		{"cut between clusters, size unknown", cut(-1), "truncation", Fail, "announced"},
		{"announces nothing", duration(0), "", OK, ""},
		{"announces NaN", duration(float32(math.NaN())), "", OK, ""},
		{"announces infinity", duration(float32(math.Inf(1))), "", OK, ""},
		{"index zeroed", with(func(b []byte) []byte {
			clear(b[cues.pos:cues.end])
			return b
		}), "seeking", Warn, "damaged"},
		{"index overwritten", with(func(b []byte) []byte {
			copy(b[cues.start:], el(idVoid, cues.end-cues.start-9))
			return b
		}), "seeking", Warn, "missing"},
		{"index of another file", with(func(b []byte) []byte {
			i := at(t, b[cues.pos:], "\xf1") + int(cues.pos)
			b[i+2]++
			return b
		}), "seeking", Warn, "nothing begins"},
		{"first part of a stream", with(func(b []byte) []byte {
			return resize(b, segment, -1)[:clusters[0].start]
		}), "video", Fail, "init segment"},
	})
}

// TestHolesInPictures: ffmpeg decodes pictures with bytes of zero without a word.
func TestHolesInPictures(t *testing.T) {
	for name, track := range map[string]string{
		"vp8-altref.webm": "V_VP8", "vp9-altref.webm": "V_VP9", "aomenc.webm": "V_AV1", "vp9-alpha-soft.webm": "alpha",
	} {
		good := sample(t, name)
		if hole := findHole(bytes.NewReader(good), int64(len(good))); hole != "" {
			t.Errorf("%s: %s", name, hole)
		}
		// The largest packet, or the largest alpha of one.
		var from, to int64
		n := 0
		_, err := scanWebM(bytes.NewReader(good), int64(len(good)), func(_ *Track, pos, end int64) {
			if n++; (n%2 == 0) == (track == "alpha") && end-pos > to-from {
				from, to = pos, end
			}
		})
		if err != nil || to-from < 220 {
			t.Fatalf("%s: %d bytes, %v", name, to-from, err)
		}
		b := bytes.Clone(good)
		clear(b[from+10 : min(from+400, to-5)])
		if hole := findHole(bytes.NewReader(b), int64(len(b))); !strings.Contains(hole, "zero bytes") {
			t.Errorf("%s (%s): the hole is not found", name, track)
		}
		examine(t, []changed{{name, b, "hole", Fail, "zero bytes"}})
	}
}

// TestTheSizeIsThatOfThePictures: the box and every figure came from the container's size.
func TestTheSizeIsThatOfThePictures(t *testing.T) {
	for name, verdict := range map[string]Verdict{"vp8.mkv": Fail, "vp9-altref.webm": Warn} {
		b := sample(t, name)
		b[at(t, b, "\xb0\x81\xa0")+2] = 80
		examine(t, []changed{{name, b, "picture size", verdict, "160x96"}})
	}
	w, h, ok := frameSize("V_VP9", []byte{0x82, 0x49, 0x83, 0x42, 0x20, 0x09, 0xf0, 0x05, 0xf0})
	if !ok || w != 160 || h != 96 {
		t.Errorf("%dx%d %v", w, h, ok)
	}
}

// TestTheSizeChanges: browsers that record a window write another size when it is resized.
func TestTheSizeChanges(t *testing.T) {
	dir := t.TempDir()
	var list strings.Builder
	for i, size := range []string{"160x96", "120x80"} {
		name := filepath.Join(dir, fmt.Sprintf("%d.webm", i))
		ffmpeg(t, "-f", "lavfi", "-i", "testsrc2=s="+size+":r=25:d=0.4", "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "30",
			"-deadline", "realtime", name)
		fmt.Fprintf(&list, "file '%s'\n", name)
	}
	if err := os.WriteFile(filepath.Join(dir, "list"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	path, out := filepath.Join(dir, "resized.webm"), filepath.Join(dir, "out.webm")
	ffmpeg(t, "-f", "concat", "-safe", "0", "-i", filepath.Join(dir, "list"), "-c", "copy", path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	examine(t, []changed{{"resized", b, "picture size", Warn, "160x96, later 120x80"}, {"resized", b, "", OK, ""}})
	if err := Prepare(t.Context(), need(t), PrepareSpec{In: path, Out: out, Frames: 20, Threads: 1}, nil); err != nil {
		t.Fatal(err)
	}
	if r := check(t, out, Expect{Prepared: true}); r.Verdict() == Fail || r.Info.Width != 160 || r.Info.Height != 96 ||
		r.Frames != 20 {
		t.Errorf("%+v", r)
	}
}

func TestEncryptedWebM(t *testing.T) {
	encryption := whole(idEncodings, whole(idEncoding, whole(idEncryption, 0x47, 0xE1, 0x81, 5)...)...)
	track := bytes.Join([][]byte{whole(idNumber, 1), whole(idType, 1), whole(idCodec, []byte("V_VP9")...), encryption},
		nil)
	b := append(webmHead()[:bytes.Index(webmHead(), whole(idTracks)[:4])],
		whole(idTracks, whole(idTrack, track...)...)...)
	b = append(b, whole(idCluster, append(whole(idTime, 0), whole(idSimple, 0x81, 0, 0, 0x80, 1, 2, 3)...)...)...)
	examine(t, []changed{{"encrypted", b, "encryption", Fail, "encrypted"}})
}
