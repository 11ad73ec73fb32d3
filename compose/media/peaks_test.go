package media

import (
	"bytes"
	"testing"
)

// However the samples arrive, every 10 ms have their loudest one, quiet and negative ones too, and parts keep it.
func TestPeakMeter(t *testing.T) {
	samples := make([]int16, 5*peakStep+7)
	samples[3], samples[peakStep+1], samples[3*peakStep] = 32767, -32768, 200
	samples[len(samples)-1] = -16384
	var raw []byte
	for _, s := range samples {
		raw = append(raw, byte(uint16(s)), byte(uint16(s)>>8))
	}
	want := []byte{255, 255, 0, 1, 0, 128}
	for _, portion := range []int{1, 2, 3, 7, 4096, len(raw)} {
		var m peakMeter
		for rest := raw; len(rest) > 0; {
			n := min(portion, len(rest))
			if got, err := m.Write(rest[:n]); got != n || err != nil {
				t.Fatal(got, err)
			}
			rest = rest[n:]
		}
		if got := m.parts(100); !bytes.Equal(got, want) || m.samples != int64(len(samples)) {
			t.Errorf("portions of %d: %v, want %v", portion, got, want)
		}
		if got := m.parts(3); !bytes.Equal(got, []byte{255, 1, 128}) {
			t.Errorf("three parts: %v", got)
		}
	}
}
