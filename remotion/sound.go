package remotion

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Remotion renders sound as 16-bit stereo at this rate.
const (
	soundRate   = 48000
	soundFrame  = 4 // bytes: two channels of two
	wavHeadSize = 12
)

// sampleAt is the first sample of a frame.
func sampleAt(frame int, fps float64) int64 {
	return int64(math.Round(float64(frame) / fps * soundRate))
}

// joinSound writes the chunks' sound as bare samples, each chunk exactly as long as its
// frames: a missing end is silence, a surplus is cut. Rounded lengths one after another would drift from the picture.
func joinSound(out string, chunks []chunk, fps float64) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	for _, c := range chunks {
		want := (sampleAt(c.to+1, fps) - sampleAt(c.from, fps)) * soundFrame
		if err := copySound(w, c.audio, want); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func copySound(w io.Writer, path string, want int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	if err := findSamples(r); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	n, err := io.Copy(w, io.LimitReader(r, want))
	if err != nil {
		return err
	}
	_, err = io.CopyN(w, silence{}, want-n)
	return err
}

// findSamples reads a WAV file up to its samples.
func findSamples(r *bufio.Reader) error {
	var head [wavHeadSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return errors.New("not a WAV file")
	}
	for {
		var h struct {
			ID   [4]byte
			Size uint32
		}
		if err := binary.Read(r, binary.LittleEndian, &h); err != nil {
			return err
		}
		switch string(h.ID[:]) {
		case "data":
			return nil
		case "fmt ":
			var form struct {
				Tag, Channels uint16
				Rate, Bytes   uint32
				Align, Bits   uint16
			}
			if err := binary.Read(r, binary.LittleEndian, &form); err != nil {
				return err
			}
			if form.Channels != 2 || form.Rate != soundRate || form.Bits != 16 {
				return fmt.Errorf("%d channels of %d bits at %d Hz", form.Channels, form.Bits, form.Rate)
			}
			h.Size -= 16
		}
		if _, err := r.Discard(int(h.Size + h.Size%2)); err != nil {
			return err
		}
	}
}

type silence struct{}

func (silence) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
