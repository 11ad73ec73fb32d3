package media

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// A waveform is measured on one channel at this rate, which shows speech and music alike.
const (
	peakRate = 8000 // samples a second
	peakStep = peakRate / 100
)

// Peaks returns the loudest sample of each of at most n equal parts of a file's sound, from 0 to 255 of full
// scale, and the length of the sound in seconds. A part is at least 10 ms long. There are none when the file holds
// no sound.
func Peaks(ctx context.Context, t Tools, path string, n int) (peaks []byte, seconds float64, err error) {
	info, err := Probe(ctx, t, path)
	if err != nil || info.AudioCodec == "" {
		return nil, 0, err
	}
	args := append(proc.FFmpegArgs("error"), "-protocol_whitelist", proc.Protocols, "-format_whitelist", formats, "-i",
		"file:"+path,
		"-map", "0:a:0", "-vn", "-ac", "1", "-ar", "8000", "-f", "s16le", "pipe:1")
	var m peakMeter
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: &m, Stall: 2 * time.Minute}); err != nil {
		if ctx.Err() != nil {
			return nil, 0, context.Cause(ctx)
		}
		return nil, 0, fault.Wrap(fault.Media, err, fault.ReadHint(err, decodeHint), "read the sound of %s", filepath.Base(path))
	}
	return m.parts(n), float64(m.samples) / peakRate, nil
}

// peakMeter keeps the loudest sample of every 10 ms.
type peakMeter struct {
	peaks   []byte
	samples int64
	loudest int  // of the step that is not complete
	half    byte // the first byte of a sample whose second is in the next write
	odd     bool
}

// Write takes little-endian samples of 16 bits, in any portions.
func (m *peakMeter) Write(b []byte) (int, error) {
	n := len(b)
	if m.odd && n > 0 {
		m.add(int(int16(uint16(m.half) | uint16(b[0])<<8)))
		b = b[1:]
	}
	m.odd = len(b)%2 == 1 && n > 0
	for ; len(b) >= 2; b = b[2:] {
		m.add(int(int16(binary.LittleEndian.Uint16(b))))
	}
	if m.odd {
		m.half = b[0]
	}
	return n, nil
}

func (m *peakMeter) add(sample int) {
	m.loudest = max(m.loudest, sample, -sample)
	m.samples++
	if m.samples%peakStep == 0 {
		m.end()
	}
}

func (m *peakMeter) end() {
	m.peaks = append(m.peaks, byte(min(255, m.loudest>>7)))
	m.loudest = 0
}

// parts returns the peaks of n parts, or of fewer when these would be shorter than 10 ms.
func (m *peakMeter) parts(n int) []byte {
	if m.samples%peakStep != 0 {
		m.end()
	}
	if len(m.peaks) <= n {
		return m.peaks
	}
	out := make([]byte, n)
	for i, p := range m.peaks {
		at := i * n / len(m.peaks)
		out[at] = max(out[at], p)
	}
	return out
}
