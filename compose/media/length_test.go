package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline/timelinetest"
)

// put writes a file of a test.
func put(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func noTools() (Tools, error) { return Tools{}, errors.New("a child process was requested") }

func seconds3(t *testing.T, path string, tools func() (Tools, error)) float64 {
	t.Helper()
	s, err := Seconds(t.Context(), tools, path)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return s
}

// wav is 3 seconds of 8 kHz mono in 16 bits.
func wav() []byte { return timelinetest.Wave(8000, 1, 3, 440, 0.5) }

// dataAt is the position of the sound's size in wav.
func dataAt(b []byte) int { return bytes.Index(b, []byte("data")) + 4 }

func with(b []byte, at int, v uint32) []byte {
	c := bytes.Clone(b)
	binary.LittleEndian.PutUint32(c[at:], v)
	return c
}

// rf64 is the same sound with sizes of 64 bits.
func rf64(form string, claimed uint64) []byte {
	b := with(wav(), 4, sizeUnknown)
	copy(b, form)
	b = with(b, dataAt(b), sizeUnknown)
	ds := append([]byte("ds64"), 28, 0, 0, 0)
	ds = binary.LittleEndian.AppendUint64(ds, uint64(len(b)))
	ds = binary.LittleEndian.AppendUint64(ds, claimed)
	ds = append(ds, make([]byte, 12)...)
	return append(append(bytes.Clone(b[:12]), ds...), b[12:]...)
}

// extensible is the same sound in WAVE_FORMAT_EXTENSIBLE.
func extensible() []byte {
	b := wav()
	f := append([]byte("fmt "), 40, 0, 0, 0)
	f = append(f, b[20:36]...)
	binary.LittleEndian.PutUint16(f[8:], 0xFFFE)
	f = append(f, 22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71)
	return append(append(append([]byte{}, b[:12]...), f...), b[36:]...)
}

// TestAWaveIsAsLongAsItsBytes: what a header claims counts only where the file agrees.
func TestAWaveIsAsLongAsItsBytes(t *testing.T) {
	plain := wav()
	at, n := dataAt(plain), uint32(48000)
	odd := with(plain[:len(plain)-1], at, n-1)
	for name, b := range map[string][]byte{
		"plain":                     plain,
		"streamed, size 0xFFFFFFFF": with(with(plain, at, sizeUnknown), 4, sizeUnknown),
		"streamed, size 0":          with(with(plain, at, 0), 4, 0),
		"claims a tenth":            with(plain, at, n/10),
		"claims an odd size":        with(plain, at, n/10+1),
		"claims ten times":          with(plain, at, n*10),
		"a chunk after the sound":   append(bytes.Clone(plain), "LIST\x04\x00\x00\x00INFO"...),
		"a chunk without padding":   append(odd, "LIST\x04\x00\x00\x00INFO"...),
		"a chunk before the sound": append(append(bytes.Clone(plain[:12]), "JUNK\x04\x00\x00\x00abcd"...),
			plain[12:]...),
		"extensible":                    extensible(),
		"RF64":                          rf64("RF64", uint64(n)),
		"BW64":                          rf64("BW64", uint64(n)),
		"RF64 that was cut off":         rf64("RF64", 0),
		"RF64 that claims a tenth":      rf64("RF64", uint64(n/10)),
		"RF64 that claims all of space": rf64("RF64", math.MaxUint64),
		"silence":                       append(bytes.Clone(plain[:at+4]), make([]byte, n)...),
	} {
		if s := seconds3(t, put(t, "a.wav", b), noTools); math.Abs(s-3) > 0.001 {
			t.Errorf("%s: %.3f s, want 3 s", name, s)
		}
	}
}

// TestAWaveThatTellsNothingIsNotMeasured: no figure is better than a wrong one.
func TestAWaveThatTellsNothingIsNotMeasured(t *testing.T) {
	plain := wav()
	for name, b := range map[string][]byte{
		"empty":                 {},
		"header only":           plain[:dataAt(plain)+4],
		"half a header":         plain[:20],
		"text":                  []byte("RIFF sound"),
		"no channels":           with(plain, 20, 1),
		"no rate":               with(plain, 24, 0),
		"absurd bits":           with(plain, 32, 0xFFFF0002),
		"chunks without an end": append(bytes.Clone(plain[:12]), bytes.Repeat([]byte("JUNK\x00\x00\x00\x00"), 20000)...),
	} {
		if s, err := Seconds(t.Context(), noTools, put(t, "a.wav", b)); err == nil {
			t.Errorf("%s: %g s", name, s)
		}
	}
	if s, err := Seconds(t.Context(), noTools, t.TempDir()); err == nil {
		t.Errorf("a folder: %g s", s)
	}
}

// TestSoundAndFilmsAreMeasuredByTheirPackets: ffmpeg makes 3 seconds of each kind.
func TestSoundAndFilmsAreMeasuredByTheirPackets(t *testing.T) {
	dir := t.TempDir()
	tools, err := FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	have := func() (Tools, error) { return tools, nil }
	tone := []string{"-f", "lavfi", "-i", "sine=r=44100:d=3"}
	picture := []string{"-f", "lavfi", "-i", "testsrc=r=25:s=64x64:d=3"}
	for name, c := range map[string]struct {
		args  []string
		tools func() (Tools, error)
	}{
		"a.aiff":      {tone, noTools},
		"float.wav":   {append(tone, "-c:a", "pcm_f32le"), noTools},
		"mulaw.wav":   {append(tone, "-c:a", "pcm_mulaw"), noTools},
		"rf64.wav":    {append(tone, "-rf64", "always"), noTools},
		"adpcm.wav":   {append(tone, "-c:a", "adpcm_ms"), have},
		"cbr.mp3":     {append(tone, "-b:a", "64k"), have},
		"vbr.mp3":     {append(tone, "-q:a", "9"), have},
		"no-xing.mp3": {append(tone, "-q:a", "0", "-write_xing", "0"), have},
		"a.m4a":       {tone, have},
		"a.ogg":       {append(tone, "-c:a", "libopus"), have},
		"a.webm":      {append(picture, "-c:v", "libvpx"), noTools},
		"a.mp4":       {picture, have},
		"both.mp4":    {append(append(picture, tone...), "-c:a", "aac"), have},
	} {
		path := filepath.Join(dir, name)
		args := append(append([]string{"-v", "error", "-y"}, c.args...), path)
		if out, err := exec.Command(tools.FFmpeg, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		if s := seconds3(t, path, c.tools); math.Abs(s-3) > 0.12 {
			t.Errorf("%s: %.3f s, want 3 s", name, s)
		}
	}
	link := filepath.Join(dir, "link.wav")
	if err := os.Symlink(filepath.Join(dir, "float.wav"), link); err != nil {
		t.Fatal(err)
	}
	if s := seconds3(t, link, noTools); math.Abs(s-3) > 0.01 {
		t.Errorf("through a symbolic link: %.3f s", s)
	}
}

func FuzzPCMSeconds(f *testing.F) {
	for _, b := range [][]byte{wav()[:60], rf64("RF64", 5)[:100], extensible()[:90],
		[]byte("FORM\x00\x00\x00\x00AIFFCOMM\x00\x00\x00\x12")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := pcmSeconds(bytes.NewReader(b), int64(len(b)))
		if err == nil && (math.IsNaN(s) || s < 0) {
			t.Errorf("%g s", s)
		}
	})
}
