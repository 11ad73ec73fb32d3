package main

import (
	"io"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
)

const (
	opusRate    = 48_000
	preSkip     = 3840           // samples that players drop at the start of the file; the writer has no other value
	silentFrame = 960            // samples, 20 ms
	maxJump     = 10 * time90kHz // a longer step of timestamps is another clock
	time90kHz   = 90_000         // a second of video timestamps
	maxSilence  = 10 * opusRate  // a longer step of sound's timestamps is another clock
)

// silence is an Opus packet of 20 ms without sound.
var silence = []byte{0xf8, 0xff, 0xfe}

// sound writes Opus packets to an Ogg file. Lost packets become silence: the file counts samples, so that a gap would
// make everything after it too early.
type sound struct {
	out     *oggwriter.OggWriter
	started bool
	first   uint32 // timestamp of the first sample
	written uint32 // samples
}

func newSound(w io.Writer) (*sound, error) {
	out, err := oggwriter.NewWith(w, opusRate, 2)
	return &sound{out: out}, err
}

// write writes a packet, after silence for what is missing before it.
func (s *sound) write(p *media.Sample) error {
	if !s.started {
		s.started, s.first = true, p.PacketTimestamp
		for range preSkip / silentFrame {
			if err := s.packet(silence, 0); err != nil {
				return err
			}
		}
	}
	gap := int32(p.PacketTimestamp - s.first - s.written)
	if gap < -silentFrame || gap > maxSilence { // the sender began to count again
		s.first = p.PacketTimestamp - s.written
		gap = 0
	}
	for ; gap >= silentFrame; gap -= silentFrame {
		if err := s.packet(silence, silentFrame); err != nil {
			return err
		}
	}
	return s.packet(p.Data, samplesOf(p.Data))
}

func (s *sound) packet(b []byte, samples uint32) error {
	s.written += samples
	return s.out.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2}, Payload: b})
}

// samplesOf returns the length of an Opus packet, from its first bytes (RFC 6716, section 3.1).
func samplesOf(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	config, frames := b[0]>>3, uint32(1)
	var size uint32
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		size = []uint32{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		size = []uint32{480, 960}[config&1]
	default: // CELT: 2.5, 5, 10, 20 ms
		size = 120 << (config & 3)
	}
	switch b[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(b) > 1 {
			frames = uint32(b[1] & 0x3f)
		}
	}
	return frames * size
}
