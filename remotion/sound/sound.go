// Package sound joins the sound of a film's chunks.
package sound

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Rate is that of Remotion's sound, which is 16-bit stereo, in samples a second.
const Rate = 48000

const (
	soundFrame  = 4 // bytes: two channels of two
	wavHeadSize = 12
)

// Chunk is the WAV file of the frames From to To; without a file they are silent.
type Chunk struct {
	From, To int
	File     string
}

// SampleAt is the first sample of a frame.
func SampleAt(frame int, fps float64) int64 {
	return int64(math.Round(float64(frame) / fps * Rate))
}

// Join writes the chunks' sound as bare samples, each chunk exactly as long as its
// frames: a missing end is silence, a surplus is cut. Rounded lengths one after another would drift from the picture.
func Join(out string, chunks []Chunk, fps float64) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	for _, c := range chunks {
		want := (SampleAt(c.To+1, fps) - SampleAt(c.From, fps)) * soundFrame
		if c.File == "" {
			if _, err := io.CopyN(w, silence{}, want); err != nil {
				return err
			}
			continue
		}
		if err := copySound(w, c.File, want); err != nil {
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
			if form.Channels != 2 || form.Rate != Rate || form.Bits != 16 {
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
