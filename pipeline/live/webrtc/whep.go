package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

const (
	maxAnswer   = 256 << 10        // bytes of a session description
	maxExchange = 15 * time.Second // of one request, and of collecting addresses
)

// receiver returns a connection that receives one picture and one sound.
func receiver() (*webrtc.PeerConnection, error) {
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	i := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(m, i); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(i))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		in := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(kind, in); err != nil {
			return nil, errors.Join(err, pc.Close())
		}
	}
	return pc, nil
}

// session is a subscription that has to be given back.
type session struct {
	resource, token string
	client          *http.Client
}

// subscribe connects to a WHEP endpoint.
func subscribe(ctx context.Context, pc *webrtc.PeerConnection, address, token string) (*session, error) {
	at, err := endpoint(address)
	if err != nil {
		return nil, err
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return nil, err
	}
	complete := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return nil, err
	}
	select {
	case <-complete:
	case <-time.After(maxExchange):
		return nil, errors.New("this machine's network addresses could not be collected")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s := &session{token: token, client: &http.Client{
		Timeout: maxExchange,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the endpoint redirects: use the address that it names")
		},
	}}
	res, body, err := s.send(ctx, http.MethodPost, at.String(), pc.LocalDescription().SDP)
	if err != nil {
		return nil, err
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("the endpoint refuses the token: %s", res.Status)
	case res.StatusCode != http.StatusCreated && res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the endpoint answers %s", res.Status)
	case kind != "application/sdp":
		return nil, fmt.Errorf("the endpoint answers %q, not a session description", kind)
	}
	resource := res.Header.Get("Location")
	to, err := at.Parse(resource)
	if err == nil && resource != "" && to.Host == at.Host && to.Scheme == at.Scheme {
		s.resource = to.String() // another host would get the token
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: body}); err != nil {
		s.leave()
		return nil, fmt.Errorf("the endpoint's session description cannot be used: %w", err)
	}
	return s, nil
}

// endpoint parses an address: HTTPS, or HTTP on this machine.
func endpoint(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("the endpoint is not a web address")
	}
	ip := net.ParseIP(u.Hostname())
	here := strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && here) {
		return nil, errors.New("the endpoint must be https; http works on this machine only")
	}
	return u, nil
}

func (s *session) send(ctx context.Context, method, address, body string) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, "", errors.New("the endpoint is not a web address")
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/sdp")
	}
	r.Header.Set("Accept", "application/sdp")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := s.client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // its address may hold a token
		}
		return nil, "", fmt.Errorf("connect to the endpoint: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(b) > maxAnswer {
		err = errors.New("the answer is too large")
	}
	return res, string(b), err
}

// leave ends the session at the server, which may be gone.
func (s *session) leave() {
	if s.resource == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, _, _ = s.send(ctx, http.MethodDelete, s.resource, "") // the server notices the end in any case
}
