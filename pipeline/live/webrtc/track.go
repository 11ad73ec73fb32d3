package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// track writes one track to a file.
//
// size: the file, its two forms, and the counts of the report.
type track struct {
	name, codec  string
	remote       *webrtc.TrackRemote
	rate         uint32
	depacketizer rtp.Depacketizer
	picture      *picture
	sound        *sound
	file         *os.File
	buffer       *bufio.Writer
	arrivals     arrivals

	packets, expected int64
	base, top         uint16
}

// arrivals are what places a track on the sender's clock.
type arrivals struct {
	mu       sync.Mutex
	first    time.Time // when the first sample that was written arrived
	firstRTP uint32
	reports  []rtcp.SenderReport // the first ones
}

func newTrack(dir string, c webrtc.RTPCodecParameters) (*track, error) {
	t := &track{rate: c.ClockRate}
	video, ok := videoCodecs[c.MimeType]
	switch {
	case ok:
		t.name, t.codec, t.depacketizer = "video.ivf", video.name, video.depacketizer()
	case c.MimeType == webrtc.MimeTypeOpus:
		t.name, t.codec, t.depacketizer = "audio.ogg", "Opus", &codecs.OpusPacket{}
	default:
		return nil, fmt.Errorf("the session sends %s, which cannot be recorded", c.MimeType)
	}
	f, err := os.OpenFile(filepath.Join(dir, t.name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	t.file, t.buffer = f, bufio.NewWriter(f)
	if ok {
		t.picture = &picture{out: t.buffer, codec: video}
		return t, nil
	}
	t.sound, err = newSound(t.buffer)
	return t, err
}

// count counts the packets that a sender numbered.
func (t *track) count(number uint16) {
	t.packets++
	if t.packets == 1 {
		t.base, t.top, t.expected = number, number, 1
		return
	}
	if step := int16(number - t.top); step > 0 {
		t.top, t.expected = number, t.expected+int64(step)
	}
}

// write writes a sample, and closes began with the first picture.
func (t *track) write(s *media.Sample, began chan struct{}) (needKey bool, err error) {
	before := t.started()
	if t.picture != nil {
		needKey, err = t.picture.write(s)
	} else {
		err = t.sound.write(s)
	}
	if before || !t.started() {
		return needKey, err
	}
	t.arrivals.mu.Lock()
	t.arrivals.first, t.arrivals.firstRTP = time.Now(), s.PacketTimestamp
	t.arrivals.mu.Unlock()
	if t.picture != nil {
		close(began)
	}
	return needKey, err
}

func (t *track) started() bool {
	if t.picture != nil {
		return t.picture.started
	}
	return t.sound.started
}

func (t *track) close() error {
	var err error
	if t.sound != nil {
		err = t.sound.out.Close()
	}
	return errors.Join(err, t.buffer.Flush(), t.file.Sync(), t.file.Close())
}

// maxReports is how many reports place a track. Later ones would measure how the clocks drift.
const maxReports = 30

func (a *arrivals) add(r rtcp.SenderReport) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.reports) < maxReports {
		a.reports = append(a.reports, r)
	}
}

// readReports keeps the sender's reports, which have a time of its clock and the timestamp that belongs to it.
func (t *track) readReports(from *webrtc.RTPReceiver) {
	for {
		list, _, err := from.ReadRTCP()
		if err != nil {
			return // the track ended
		}
		for _, p := range list {
			if sr, ok := p.(*rtcp.SenderReport); ok && sr.NTPTime != 0 {
				t.arrivals.add(*sr)
			}
		}
	}
}

func (t *track) stream() *stream {
	s := &stream{File: t.name, Codec: t.codec, Packets: t.packets, Lost: max(0, t.expected-t.packets)}
	if t.picture != nil {
		s.Frames, s.Skipped = t.picture.frames, t.picture.skipped
	}
	return s
}

// begins returns when the first sample was taken by the sender's clock, seconds; false without a report. A sender that
// is late reports a later time, so that the earliest is the best.
func (t *track) begins() (float64, bool) {
	t.arrivals.mu.Lock()
	defer t.arrivals.mu.Unlock()
	earliest := math.Inf(1)
	for _, sr := range t.arrivals.reports {
		clock := float64(sr.NTPTime>>32) + float64(sr.NTPTime&math.MaxUint32)/(1<<32)
		earliest = min(earliest, clock+float64(int32(t.arrivals.firstRTP-sr.RTPTime))/float64(t.rate))
	}
	return earliest, len(t.arrivals.reports) > 0
}

// offset returns how much later the sound begins than the picture. Reports that disagree with the arrival by more than
// a second are not of this session's clock.
func offset(v, a *track) (seconds float64, by string) {
	arrival := a.arrivals.first.Sub(v.arrivals.first).Seconds()
	video, ok := v.begins()
	audio, both := a.begins()
	if ok && both && math.Abs(audio-video-arrival) < 1 {
		return audio - video, "reports"
	}
	return arrival, "arrival"
}
