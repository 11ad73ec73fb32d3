package forms

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// waveform is the JSON of the program audiowaveform (version 2 of its data format), which wavesurfer.js, peaks.js and
// others read: the lowest and the highest sample of every 10 ms, from -128 to 127, of all channels together.
type waveform struct {
	Version         int    `json:"version"`
	Channels        int    `json:"channels"`
	SampleRate      int    `json:"sample_rate"`
	SamplesPerPixel int    `json:"samples_per_pixel"`
	Bits            int    `json:"bits"`
	Length          int    `json:"length"` // pairs of data
	Data            []int8 `json:"data"`
}

const waveformStep = 100 // pairs a second

// wav are the samples of a WAV file that WriteSound wrote.
type wav struct {
	rate, channels int
	bytes          int64 // of samples
	body           io.Reader
}

// openWAV reads up to the samples.
func openWAV(f io.Reader) (w wav, err error) {
	in := bufio.NewReaderSize(f, 1<<16)
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return w, err
	}
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(in, chunk[:]); err != nil {
			return w, fmt.Errorf("no samples in the WAV file: %w", err)
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "data":
			w.bytes, w.body = size, io.LimitReader(in, size)
			return w, nil
		case "fmt ":
			b := make([]byte, size)
			if _, err := io.ReadFull(in, b); err != nil || size < 16 {
				return w, errors.Join(err, errors.New("damaged WAV file"))
			}
			w.channels, w.rate = int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint32(b[4:]))
		default:
			if _, err := io.CopyN(io.Discard, in, size+size&1); err != nil {
				return w, err
			}
		}
	}
}

// readWaveform measures a WAV file of 16 bits.
func readWaveform(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w, err := openWAV(f)
	if err != nil {
		return nil, err
	}
	step := w.rate / waveformStep
	out := waveform{Version: 2, Channels: 1, SampleRate: w.rate, SamplesPerPixel: step, Bits: 8}
	buf := make([]byte, step*w.channels*2)
	for {
		n, err := io.ReadFull(w.body, buf)
		if n >= 2 {
			lowest, highest := peaksOf(buf[:n&^1])
			out.Data = append(out.Data, lowest, highest)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	out.Length = len(out.Data) / 2
	return json.Marshal(out)
}

// peaksOf returns the lowest and the highest of little-endian samples, of 128.
func peaksOf(b []byte) (lowest, highest int8) {
	low, high := int16(32767), int16(-32768)
	for i := 0; i < len(b); i += 2 {
		v := int16(binary.LittleEndian.Uint16(b[i:]))
		low, high = min(low, v), max(high, v)
	}
	return int8(low >> 8), int8(high >> 8)
}
