package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// videos are small files of every kind that a master can be.
func videos(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	in := []string{"-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=2", "-f", "lavfi", "-i", "sine=f=440:d=2"}
	out := map[string]string{}
	for name, args := range map[string][]string{
		"plain.mp4":      {"-c:v", "libx264", "-c:a", "aac"},
		"faststart.mp4":  {"-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart"},
		"fragmented.mp4": {"-c:v", "libx264", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"},
		"pcm.mov":        {"-c:v", "libx264", "-c:a", "pcm_s16le"},
		"silent.mp4":     {"-c:v", "libx264", "-an"},
		"clip.webm":      {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"},
		"live.webm":      {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-an", "-live", "1"},
	} {
		path := filepath.Join(dir, name)
		ffmpeg(t, append(append(in[:len(in):len(in)], args...), path)...)
		out[name] = path
	}
	return out
}

// TestACompleteVideoPasses: every kind that ffmpeg and HeyGen write.
func TestACompleteVideoPasses(t *testing.T) {
	for name, path := range videos(t) {
		if err := Complete(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := IsVideo(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := Decodes(t.Context(), need(t), path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACutVideoIsRefused at every hundredth of its length. HTTP cannot report that a body
// without a length was cut.
func TestACutVideoIsRefused(t *testing.T) {
	for name, path := range videos(t) {
		if name == "live.webm" {
			continue // it announces no length: below
		}
		whole := read(t, path)
		for i := range 100 {
			n := len(whole) * i / 100
			if err := Complete(write(t, whole[:n])); err == nil {
				t.Errorf("%s: %d of %d bytes pass", name, n, len(whole))
			}
		}
		for _, more := range [][]byte{{0}, bytes.Repeat([]byte{0}, 500), []byte("</html>")} {
			if err := Complete(write(t, append(whole[:len(whole):len(whole)], more...))); err == nil {
				t.Errorf("%s: passes with %d bytes more", name, len(more))
			}
		}
	}
}

// TestWhatIsNoVideoIsNamed: the message has its size and its text, without links or keys.
func TestWhatIsNoVideoIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		"Access denied. Link expired.": `not a video but 28 bytes of text: "Access denied. Link expired."`,
		"":                             "not a video but an empty file",
		"<?xml version=\"1.0\"?><Error><Key>https://x.heygen.ai/?Signature=abc</Key></Error>": "bytes of XML",
		`{"error": "expired"}`:             `20 bytes of JSON: "{\"error\": \"expired\"}"`,
		"\x00\x01\x02\x03\x00\x01\x02\x03": "8 bytes of an unknown format",
		"\x1a\x45\xdf\xa3":                 "not a WebM file",
	} {
		err := Complete(write(t, []byte(body)))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Signature") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
	wav := filepath.Join(t.TempDir(), "a.wav")
	ffmpeg(t, "-f", "lavfi", "-i", "sine=d=1", wav)
	if err := Complete(wav); !errors.Is(err, ErrNotVideo) {
		t.Errorf("a WAV file: %v", err)
	}
	m4a := filepath.Join(t.TempDir(), "a.m4a")
	ffmpeg(t, "-f", "lavfi", "-i", "sine=d=1", m4a)
	if err := Complete(m4a); !errors.Is(err, ErrNotVideo) {
		t.Errorf("sound in MP4: %v", err)
	}
}

// TestPicturesThatDoNotDecodeAreFound: the boxes are right, the data is not.
func TestPicturesThatDoNotDecodeAreFound(t *testing.T) {
	for name, path := range videos(t) {
		if !strings.HasSuffix(name, ".mp4") {
			continue
		}
		b := read(t, path)
		for at := 0; at+8 < len(b); {
			n := int(binary.BigEndian.Uint32(b[at:]))
			if string(b[at+4:at+8]) == "mdat" {
				clear(b[at+8 : at+n])
			}
			at += n
		}
		wrong := write(t, b)
		if err := Complete(wrong); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := Decodes(t.Context(), need(t), wrong); err == nil {
			t.Errorf("%s: zeros decode", name)
		}
	}
}

func sounds(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	out := map[string]string{}
	for _, name := range []string{"a.wav", "a.mp3", "a.ogg", "a.m4a", "a.flac", "a.aac", "a.webm"} {
		out[name] = filepath.Join(dir, name)
		args := []string{"-f", "lavfi", "-i", "sine=f=440:d=3"}
		if name == "a.ogg" {
			args = append(args, "-c:a", "libopus")
		}
		ffmpeg(t, append(args, out[name])...)
	}
	return out
}

// TestACompleteSoundPassesAndACutOneDoesNot: FLAC and AAC say nothing of their length.
func TestACompleteSoundPassesAndACutOneDoesNot(t *testing.T) {
	for name, path := range sounds(t) {
		if err := CompleteSound(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		whole := read(t, path)
		for i := 1; i < 20; i++ {
			err := CompleteSound(write(t, whole[:len(whole)*i/20]))
			if err == nil && name != "a.flac" && name != "a.aac" {
				t.Errorf("%s: %d of 20 parts pass", name, i)
			}
		}
	}
	for _, body := range []string{"Access denied.", "<?xml version=\"1.0\"?><Error/>", "",
		"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"} {
		if err := CompleteSound(write(t, []byte(body))); !errors.Is(err, ErrNotSound) {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

// FuzzScanMP4 holds that no file crashes the walk or makes it use memory beyond the file's.
func FuzzScanMP4(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x08mdat\x00\x00\x00\x08moov"))
	f.Add([]byte("\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ScanMP4(bytes.NewReader(b), int64(len(b))); err == nil && s.Size != int64(len(b)) {
			t.Error(s.Size)
		}
	})
}

// TestDamagedBoxesDoNotHang: bytes of a good file are changed at random.
func TestDamagedBoxesDoNotHang(t *testing.T) {
	whole := read(t, videos(t)["plain.mp4"])
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b := bytes.Clone(whole)
		for range 1 + rnd.IntN(8) {
			b[rnd.IntN(len(b))] = byte(rnd.Uint32())
		}
		if s, err := ScanMP4(bytes.NewReader(b), int64(len(b))); err == nil && s.Size != int64(len(b)) {
			t.Error(s.Size)
		}
	}
}
