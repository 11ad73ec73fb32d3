package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"
)

// options describe a recording.
type options struct {
	url, token, dir string
	length, wait    time.Duration
	maxBytes        int64
}

// recording is one recording of a session.
type recording struct {
	options
	pc      *webrtc.PeerConnection
	bytes   atomic.Int64
	heard   atomic.Int64 // when a packet of a picture came last, unix ms
	began   chan struct{}
	ended   chan string
	writers sync.WaitGroup

	mu     sync.Mutex
	over   bool // no further track is recorded
	tracks map[webrtc.RTPCodecType]*track
}

// report is report.json: what was recorded.
type report struct {
	Ended string  `json:"ended"` // time, interrupted, session, silent, size, files
	Video *stream `json:"video"`
	Audio *stream `json:"audio,omitempty"`
	// Offset is how much later the sound begins than the picture, seconds.
	Offset float64 `json:"offset"`
	Sync   string  `json:"sync,omitempty"` // reports: by the sender's clock; arrival: by the time of arrival
}

// stream is one track of a recording.
type stream struct {
	File    string `json:"file"`
	Codec   string `json:"codec"`
	Packets int64  `json:"packets"`
	Lost    int64  `json:"lost"`
	Frames  int    `json:"frames,omitempty"`
	Skipped int    `json:"skipped,omitempty"`
}

func (r *recording) run(ctx context.Context) error {
	if r.dir == "" || r.length <= 0 || r.wait <= 0 || r.maxBytes <= 0 {
		return errors.New("--out, --for, --wait and --max-bytes are needed")
	}
	r.began, r.ended = make(chan struct{}), make(chan string, 8)
	r.tracks = map[webrtc.RTPCodecType]*track{}
	pc, err := receiver()
	if err != nil {
		return err
	}
	r.pc = pc
	pc.OnTrack(r.receive)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
			r.end("session")
		}
	})
	s, err := subscribe(ctx, pc, r.url, r.token)
	if err != nil {
		return errors.Join(err, pc.Close())
	}
	why, err := r.until(ctx)
	if err == nil {
		r.finish()
		err = r.save(why)
	}
	s.leave() // after everything is stored: the server may not answer
	return errors.Join(err, pc.Close())
}

// end ends the recording; the first reason counts.
func (r *recording) end(why string) {
	select {
	case r.ended <- why:
	default: // others came before
	}
}

// finish ends the tracks and waits until their files are complete.
func (r *recording) finish() {
	r.mu.Lock()
	r.over = true
	for _, t := range r.tracks {
		_ = t.remote.SetReadDeadline(time.Now()) // it has ended already when this fails
	}
	r.mu.Unlock()
	r.writers.Wait()
}

// hasBegun reports that the first picture has been written.
func (r *recording) hasBegun() bool {
	select {
	case <-r.began:
		return true
	default:
		return false
	}
}

// until waits for the end and returns its reason. A session whose picture never begins is an error.
func (r *recording) until(ctx context.Context) (string, error) {
	first := time.NewTimer(r.wait)
	defer first.Stop()
	select {
	case <-r.began:
	case <-first.C:
		return "", fmt.Errorf("the session sent no picture for %s", r.wait)
	case why := <-r.ended:
		return "", fmt.Errorf("the session ended before its first picture (%s)", why)
	case <-ctx.Done():
		return "", errors.New("interrupted before the first picture; nothing was recorded")
	}
	fmt.Fprintln(os.Stderr, "recording")
	whole := time.NewTimer(r.length)
	defer whole.Stop()
	look := time.NewTicker(r.wait / 4)
	defer look.Stop()
	for {
		select {
		case <-whole.C:
			return "time", nil
		case <-ctx.Done():
			return "interrupted", nil
		case why := <-r.ended:
			return why, nil
		case <-look.C:
			if time.Since(time.UnixMilli(r.heard.Load())) > r.wait {
				return "silent", nil
			}
		}
	}
}

// receive records the first track of each kind.
func (r *recording) receive(remote *webrtc.TrackRemote, from *webrtc.RTPReceiver) {
	t, err := r.open(remote)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if remote.Kind() == webrtc.RTPCodecTypeVideo {
			r.end(err.Error()) // a picture may do without sound, not the reverse
		}
	}
	if t == nil {
		return
	}
	go t.readReports(from) // until the connection ends
	go func() {
		defer r.writers.Done()
		if err := t.read(r, remote); err != nil {
			fmt.Fprintln(os.Stderr, err)
			r.end("files")
		}
	}()
}

// open makes the writer of a track; nil when there is one of its kind. It fails when its codec cannot be recorded.
func (r *recording) open(remote *webrtc.TrackRemote) (*track, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.tracks[remote.Kind()] != nil {
		return nil, nil
	}
	t, err := newTrack(r.dir, remote.Codec())
	if err != nil {
		return nil, err
	}
	t.remote = remote
	r.tracks[remote.Kind()] = t
	r.writers.Add(1)
	return t, nil
}

// read writes packets until the track ends.
func (t *track) read(r *recording, remote *webrtc.TrackRemote) error {
	builder := samplebuilder.New(512, t.depacketizer, t.rate, samplebuilder.WithMaxTimeDelay(time.Second))
	var asked time.Time
	for {
		p, _, err := remote.ReadRTP()
		if err != nil {
			break // the track or the connection ended
		}
		t.count(p.SequenceNumber)
		if t.picture != nil {
			r.heard.Store(time.Now().UnixMilli())
		}
		if r.bytes.Add(int64(len(p.Payload))) > r.maxBytes {
			r.end("size")
			break
		}
		builder.Push(p)
		for s := builder.Pop(); s != nil; s = builder.Pop() {
			if t.sound != nil && !r.hasBegun() {
				continue // the film begins with a picture
			}
			need, err := t.write(s, r.began)
			if err != nil {
				return err
			}
			if need && time.Since(asked) > 300*time.Millisecond {
				asked = time.Now()
				request := &rtcp.PictureLossIndication{MediaSSRC: uint32(remote.SSRC())}
				_ = r.pc.WriteRTCP([]rtcp.Packet{request}) // the next frame requests it again
			}
		}
	}
	builder.Flush()
	for s := builder.Pop(); s != nil; s = builder.Pop() {
		if _, err := t.write(s, r.began); err != nil {
			return err
		}
	}
	return t.close()
}

// save writes report.json last: the files are complete then.
func (r *recording) save(why string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, a := r.tracks[webrtc.RTPCodecTypeVideo], r.tracks[webrtc.RTPCodecTypeAudio]
	out := report{Ended: why, Video: v.stream()}
	if a != nil && a.started() {
		out.Audio = a.stream()
		out.Offset, out.Sync = offset(v, a)
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	path := filepath.Join(r.dir, "report.json")
	if err := os.WriteFile(path+".tmp", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
