package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

// station plays a film to each viewer, from its start and again at its end.
type station struct {
	video, audio, listen, urlFile, token, fault string

	frames []frame
	sounds [][]byte
	ctx    context.Context // of all viewers; set by run
}

// frame is a picture and its time in the film, in units of 1/90000 s.
type frame struct {
	at   uint32
	data []byte
}

func (s *station) run(ctx context.Context) error {
	if err := s.load(); err != nil {
		return err
	}
	s.ctx = ctx
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return errors.Join(errors.New("serve on a loopback address"), l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /whep", s.view)
	mux.HandleFunc("DELETE /whep/{id}", func(w http.ResponseWriter, r *http.Request) {})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: maxExchange}
	address := fmt.Sprintf("http://%s/whep", l.Addr())
	fmt.Println(address)
	if s.urlFile != "" {
		if err := os.WriteFile(s.urlFile+".tmp", []byte(address+"\n"), 0o600); err != nil {
			return err
		}
		if err := os.Rename(s.urlFile+".tmp", s.urlFile); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *station) load() error {
	f, err := os.Open(s.video)
	if err != nil {
		return err
	}
	defer f.Close()
	video, head, err := ivfreader.NewWith(f)
	if err != nil || head.FourCC != "VP80" {
		return fmt.Errorf("%s is not an IVF file with VP8: %w", s.video, err)
	}
	for {
		data, h, err := video.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		num, den := uint64(head.TimebaseNumerator), uint64(head.TimebaseDenominator)
		at := h.Timestamp * num / den // the reader multiplies by the frame rate: this is what the file has
		s.frames = append(s.frames, frame{uint32(at * time90kHz * num / den), data})
	}
	a, err := os.Open(s.audio)
	if err != nil {
		return err
	}
	defer a.Close()
	audio, err := oggreader.NewWithOptions(a, oggreader.WithDoChecksum(true))
	if err != nil {
		return err
	}
	for {
		packet, _, err := audio.ParseNextPage() // a packet each: ffmpeg -page_duration 20000
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(packet), "OpusHead") && !strings.HasPrefix(string(packet), "OpusTags") {
			s.sounds = append(s.sounds, packet)
		}
	}
	if len(s.frames) < 2 || len(s.sounds) == 0 {
		return errors.New("the film is empty")
	}
	return nil
}

// view answers the offer of a viewer.
func (s *station) view(w http.ResponseWriter, r *http.Request) {
	if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
		http.Error(w, "the token is wrong", http.StatusUnauthorized)
		return
	}
	if s.fault == "page" {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Welcome</html>")
		return
	}
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil {
		return
	}
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer, err := s.answer(pc, string(offer))
	if err != nil {
		_ = pc.Close()
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "/whep/1")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, answer)
}

// answer adds the film to a connection, which plays once it is connected.
func (s *station) answer(pc *webrtc.PeerConnection, offer string) (string, error) {
	vp8 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}
	video, err := webrtc.NewTrackLocalStaticRTP(vp8, "video", "presenter")
	if err != nil {
		return "", err
	}
	audio, err := webrtc.NewTrackLocalStaticRTP(opus, "audio", "presenter")
	if err != nil {
		return "", err
	}
	for _, t := range []webrtc.TrackLocal{video, audio} {
		sender, err := pc.AddTrack(t)
		if err != nil {
			return "", err
		}
		go func() {
			for {
				if _, _, err := sender.ReadRTCP(); err != nil {
					return // it ended; until then interceptors answer requests for lost packets
				}
			}
		}()
	}
	ctx, stop := context.WithCancel(s.ctx)
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			go s.play(ctx, pc, video, audio)
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateDisconnected:
			stop()
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	a, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	complete := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(a); err != nil {
		return "", err
	}
	<-complete
	return pc.LocalDescription().SDP, nil
}

// play sends the film until the viewer leaves.
func (s *station) play(ctx context.Context, pc *webrtc.PeerConnection, video, audio *webrtc.TrackLocalStaticRTP) {
	defer func() { _ = pc.Close() }()
	word, value, _ := strings.Cut(s.fault, "=")
	number, _ := strconv.ParseFloat(value, 64)
	switch word {
	case "silent":
		<-ctx.Done()
		return
	case "end":
		limited, stop := context.WithTimeout(ctx, time.Duration(number*float64(time.Second)))
		defer stop()
		ctx = limited
	}
	payloads := &codecs.VP8Payloader{EnablePictureID: true}
	pictures := rtp.NewPacketizer(1200, 0, 0, payloads, rtp.NewRandomSequencer(), time90kHz)
	sounds := rtp.NewPacketizer(1200, 0, 0, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), opusRate)
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		last := s.frames[len(s.frames)-1].at
		step := last / uint32(len(s.frames)-1)
		sent := 0
		for i := 0; ; i++ {
			f := s.frames[i%len(s.frames)]
			at := uint32(i/len(s.frames))*(last+step) + f.at
			if !pause(ctx, began, time.Duration(at)*time.Second/time90kHz) {
				return
			}
			data := f.data
			if word == "garbage" {
				data = []byte("\x00\x01\x02 garbage")
			}
			next := s.frames[(i+1)%len(s.frames)].at
			length := step
			if next > f.at {
				length = next - f.at
			}
			for _, p := range pictures.Packetize(data, length) {
				sent++
				if word == "drop" && number > 0 && sent%int(number) == 0 {
					continue
				}
				if video.WriteRTP(p) != nil {
					return
				}
			}
		}
	}()
	for i := 0; ; i++ {
		if !pause(ctx, began, time.Duration(i)*20*time.Millisecond) {
			break
		}
		for _, p := range sounds.Packetize(s.sounds[i%len(s.sounds)], silentFrame) {
			_ = audio.WriteRTP(p) // the picture notices the end
		}
	}
	<-done
}

// pause waits until a time of the film, and reports whether the viewer is still there.
func pause(ctx context.Context, began time.Time, at time.Duration) bool {
	t := time.NewTimer(time.Until(began.Add(at)))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
