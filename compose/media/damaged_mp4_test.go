package media

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// topBoxes returns where the boxes of an MP4 file begin and end.
func topBoxes(t *testing.T, b []byte) (kinds []string, from []int, to []int) {
	t.Helper()
	for at := 0; at+8 <= len(b); {
		size := int(binary.BigEndian.Uint32(b[at:]))
		if size < 8 || at+size > len(b) {
			t.Fatalf("box of %d bytes at %d", size, at)
		}
		kinds, from, to = append(kinds, string(b[at+4:at+8])), append(from, at), append(to, at+size)
		at += size
	}
	return kinds, from, to
}

// announce writes the length into mvhd, ticks.
func announce(t *testing.T, b []byte, times func(uint32) uint32) []byte {
	t.Helper()
	b = bytes.Clone(b)
	i := at(t, b, "mvhd") + 4 + 16
	binary.BigEndian.PutUint32(b[i:], times(binary.BigEndian.Uint32(b[i:])))
	return b
}

// before returns the file up to the nth box of a kind, and without what comes after.
func before(t *testing.T, b []byte, kind string, n int) []byte {
	t.Helper()
	kinds, from, _ := topBoxes(t, b)
	for i, k := range kinds {
		if k != kind {
			continue
		}
		if n--; n == 0 {
			return bytes.Clone(b[:from[i]])
		}
	}
	t.Fatalf("%v", kinds)
	return nil
}

func TestDamagedMP4(t *testing.T) {
	plain, fragments, dash := sample(t, "faststart.mp4"), sample(t, "fragmented-default-base.mp4"),
		sample(t, "dash-sidx.mp4")
	to := func(n uint32) func(uint32) uint32 { return func(uint32) uint32 { return n } }
	open := before(t, fragments, "mfra", 1)
	examine(t, []changed{
		{"unchanged", plain, "", OK, ""},
		{"announces an unknown length", announce(t, plain, to(1<<32-1)), "", OK, ""},
		{"announces 2147483647 ticks", announce(t, plain, to(1<<31-1)), "", OK, ""},
		{"cut", plain[:len(plain)*6/10], "truncation", Fail, "cut"},
		{"100 bytes cut", plain[:len(plain)-100], "truncation", Fail, "cut"},
		{"fragments", fragments, "", OK, ""},
		{"complete fragments that announce 2147483647 ticks", announce(t, fragments, to(1<<31-1)), "", OK, ""},
		{"fragments without an end", open, "end", Warn, "cannot be known"},
		{"fragments without an end that announce more", announce(t, open, to(5000)), "truncation", Fail, "announced"},
		{"fragments cut between two", before(t, fragments, "moof", 20), "end", Warn, "cannot be known"},
		{"fragments with an index, cut between two", before(t, dash, "moof", 2), "truncation", Fail, "cut"},
		{"first part of a stream", before(t, fragments, "moof", 1), "video", Fail, "init segment"},
		{"bytes after the end", append(bytes.Clone(plain), "anything"...), "", OK, ""},
		{"a box of another kind in the tables", bytes.Replace(plain, []byte("stss"), []byte("\x00tss"), 1), "structure",
			Warn, "no box"},
		{"samples in tables and none in fragments", sample(t, "hybrid.mp4"), "", OK, ""},
	})
}

// TestAnMP4WithoutItsIndexCannotBeRead: nothing else has the places of pictures.
func TestAnMP4WithoutItsIndexCannotBeRead(t *testing.T) {
	b := sample(t, "faststart.mp4")
	kinds, from, to := topBoxes(t, b)
	for i, k := range kinds {
		if k == "moov" {
			clear(b[from[i]+8 : to[i]])
		}
	}
	path := filepath.Join(t.TempDir(), "zeroed.mp4")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Check(t.Context(), need(t), path, Expect{}, nil); err == nil && r.Verdict() != Fail {
		t.Errorf("%+v", r.Findings)
	}
}

// TestHolesInH264 are found by decoding.
func TestHolesInH264(t *testing.T) {
	for name, codec := range map[string]string{"h264": "libx264", "hevc": "libx265"} {
		path := filepath.Join(t.TempDir(), name+".mp4")
		ffmpeg(t, "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-c:v", codec, "-preset", "ultrafast", "-crf", "18",
			path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		clear(b[len(b)/3 : len(b)/3+4096])
		examine(t, []changed{{name, b, "decoding", Fail, ""}})
	}
}

// TestEncryptedMP4: ffmpeg's words for it are "SEI type 129 truncated".
func TestEncryptedMP4(t *testing.T) {
	path := filepath.Join(t.TempDir(), "encrypted.mp4")
	ffmpeg(t, "-i", filepath.Join(corpus, "plain.mp4"), "-c", "copy", "-encryption_scheme", "cenc-aes-ctr",
		"-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8", path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	examine(t, []changed{{"cenc", b, "encryption", Fail, "encrypted"}})
}
