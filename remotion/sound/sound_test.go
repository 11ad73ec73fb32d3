package sound

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// wav returns a WAV file of 16-bit stereo samples.
func wav(samples []byte) []byte {
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+len(samples)))...)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint32(b, Rate)
	b = binary.LittleEndian.AppendUint32(b, Rate*soundFrame)
	b = binary.LittleEndian.AppendUint16(b, soundFrame)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(samples))), samples...)
}

// TestChunksJoinWithSilence: a chunk without a file, and the missing end of a file, are silent; what is too long is
// cut, also at a rate at which frames do not have a whole number of samples.
func TestChunksJoinWithSilence(t *testing.T) {
	const fps = 30000.0 / 1001
	dir := t.TempDir()
	at := func(frame int) int { return int(SampleAt(frame, fps)) * soundFrame }
	full := bytes.Repeat([]byte{1, 2, 3, 4}, at(20)/soundFrame)
	for name, samples := range map[string][]byte{"long.wav": full, "short.wav": full[:at(3)]} {
		if err := os.WriteFile(filepath.Join(dir, name), wav(samples), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out.pcm")
	err := Join(out, []Chunk{
		{From: 0, To: 6}, {From: 7, To: 16, File: filepath.Join(dir, "long.wav")},
		{From: 17, To: 40, File: filepath.Join(dir, "short.wav")},
	}, fps)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, at(41))
	copy(want[at(7):at(17)], full)
	copy(want[at(17):], full[:at(3)])
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d with silence where there is no sound", len(got), len(want))
	}
}
