package sound

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSplitSoundJoinsToTheSame: also at a rate at which frames have no whole number of samples, and with a silent
// range.
func TestSplitSoundJoinsToTheSame(t *testing.T) {
	const fps = 30000.0 / 1001
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	samples := make([]byte, SampleAt(30, fps)*soundFrame)
	for i := range samples {
		samples[i] = byte(i * 7)
	}
	if err := os.WriteFile(in("run.wav"), append(wavHead(int64(len(samples))), samples...), 0o600); err != nil {
		t.Fatal(err)
	}
	parts := []Chunk{{From: 7, To: 9, File: in("a.wav")}, {From: 10, To: 24, File: in("b.wav")}, {From: 25, To: 40, File: in("c.wav")}}
	if err := Split(in("run.wav"), parts, fps); err != nil {
		t.Fatal(err)
	}
	all := append([]Chunk{{From: 0, To: 6}}, parts...)
	if err := Join(in("all.pcm"), all, fps); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(in("all.pcm"))
	if err != nil {
		t.Fatal(err)
	}
	before := int(SampleAt(7, fps)) * soundFrame
	if len(got) != int(SampleAt(41, fps))*soundFrame || !bytes.Equal(got[:before], make([]byte, before)) {
		t.Errorf("%d bytes, want silence before the parts", len(got))
	}
	got = got[before:]
	n := min(len(got), len(samples))
	if !bytes.Equal(got[:n], samples[:n]) || !bytes.Equal(got[n:], make([]byte, len(got)-n)) {
		t.Error("the joined samples are not those of the run, with silence at the end")
	}
}
