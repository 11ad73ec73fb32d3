package main

import (
	"encoding/binary"
	"io"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// codec is a video codec that can be recorded.
type codec struct {
	name, fourCC string
	depacketizer func() rtp.Depacketizer
	key          func(frame []byte) bool // a frame that needs no other one
}

var videoCodecs = map[string]codec{
	webrtc.MimeTypeVP8:  {"VP8", "VP80", func() rtp.Depacketizer { return &codecs.VP8Packet{} }, keyVP8},
	webrtc.MimeTypeVP9:  {"VP9", "VP90", func() rtp.Depacketizer { return &codecs.VP9Packet{} }, keyVP9},
	webrtc.MimeTypeH264: {"H.264", "H264", func() rtp.Depacketizer { return &codecs.H264Packet{} }, keyH264},
}

func keyVP8(b []byte) bool {
	return len(b) >= 10 && b[0]&1 == 0 && b[3] == 0x9d && b[4] == 0x01 && b[5] == 0x2a
}

func keyVP9(b []byte) bool {
	if len(b) < 4 || b[0]>>6 != 2 {
		return false
	}
	shift := 3 // show_existing_frame, then frame_type
	if b[0]>>4&3 == 3 {
		shift = 2
	}
	return b[0]>>shift&1 == 0 && b[0]>>(shift-1)&1 == 0
}

func keyH264(b []byte) bool {
	for i := 0; i+3 < len(b); i++ {
		if b[i] == 0 && b[i+1] == 0 && b[i+2] == 1 && b[i+3]&0x1f == 5 {
			return true
		}
	}
	return false
}

// picture writes frames to an IVF file with their own times, in units of 1/90000 s.
type picture struct {
	out     io.Writer
	codec   codec
	started bool
	last    uint32 // timestamp of the last frame
	at      int64  // its time from the first
	frames  int
	skipped int  // frames that could not be shown
	wantKey bool // a frame before this one is missing
}

// write writes a frame. Nothing is written until a key frame, at the start and after a loss: the decoder would show
// damage. It reports whether a key frame is needed.
func (p *picture) write(s *media.Sample) (needKey bool, err error) {
	if s.PrevDroppedPackets > 0 {
		p.wantKey = true
	}
	if key := p.codec.key(s.Data); !key && (p.wantKey || !p.started) {
		p.skipped++
		return true, nil
	}
	p.wantKey = false
	if !p.started {
		p.started, p.last = true, s.PacketTimestamp
		if err := p.header(s.Data); err != nil {
			return false, err
		}
	} else {
		step := int32(s.PacketTimestamp - p.last)
		if step <= 0 || step > maxJump { // the sender began to count again
			step = time90kHz / 25
		}
		p.at, p.last = p.at+int64(step), s.PacketTimestamp
	}
	var h [12]byte
	binary.LittleEndian.PutUint32(h[:], uint32(len(s.Data)))
	binary.LittleEndian.PutUint64(h[4:], uint64(p.at))
	p.frames++
	if _, err := p.out.Write(h[:]); err != nil {
		return false, err
	}
	_, err = p.out.Write(s.Data)
	return false, err
}

// header writes the head of the file. Only VP8 has its size at a fixed place; ffmpeg reads that of the others itself.
func (p *picture) header(frame []byte) error {
	h := make([]byte, 32)
	copy(h, "DKIF")
	binary.LittleEndian.PutUint16(h[6:], 32)
	copy(h[8:], p.codec.fourCC)
	if p.codec.name == "VP8" {
		copy(h[12:], []byte{frame[6], frame[7] & 0x3f, frame[8], frame[9] & 0x3f})
	}
	binary.LittleEndian.PutUint32(h[16:], time90kHz)
	binary.LittleEndian.PutUint32(h[20:], 1)
	_, err := p.out.Write(h)
	return err
}
