package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

func TestOnlyEncryptedEndpoints(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://media.example.com/whep": true, "http://127.0.0.1:8080/whep": true, "http://[::1]/whep": true,
		"http://localhost/whep": true, "http://media.example.com/whep": false, "http://127.0.0.1.example.com/": false,
		"wss://media.example.com/": false, "file:///etc/passwd": false, "": false, "media.example.com/whep": false,
		"https://user:pass@media.example.com/whep": false,
	} {
		if _, err := endpoint(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestAnswersThatAreNoSession: none of them blocks, and the token goes to the endpoint alone.
func TestAnswersThatAreNoSession(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another host got %s %s with %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	sdp := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "application/sdp")
		w.Header().Set("Location", elsewhere.URL+"/resource")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, body)
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a page":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Welcome</html>") }, "not a session description"},
		"no right":  {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnauthorized) }, "refuses the token"},
		"not there": {http.NotFound, "404"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "redirects"},
		"garbage":       {func(w http.ResponseWriter, _ *http.Request) { sdp(w, "v=garbage\r\n") }, "cannot be used"},
		"nothing":       {func(w http.ResponseWriter, _ *http.Request) { sdp(w, "") }, "cannot be used"},
		"without end":   {func(w http.ResponseWriter, _ *http.Request) { sdp(w, strings.Repeat("a=x\r\n", maxAnswer)) }, "too large"},
		"a broken line": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connect to the endpoint"},
	} {
		s := httptest.NewServer(c.answer)
		r := recording{options: options{s.URL, "secret", t.TempDir(), time.Second, time.Second, 1}}
		if err := r.run(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		s.Close()
	}
}

// key and inter are VP8 frames by their first bytes.
var (
	key   = []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}
	inter = []byte{0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0}
)

func TestPicturesKeepTheirTimes(t *testing.T) {
	var out bytes.Buffer
	p := picture{out: &out, codec: videoCodecs[webrtc.MimeTypeVP8]}
	start := uint32(math.MaxUint32 - 3000) // the timestamps begin again after 2^32
	for i, s := range []struct {
		data    []byte
		at      uint32
		dropped uint16
		need    bool
	}{
		{inter, start - 3600, 0, true}, // before the first key frame
		{key, start, 0, false},
		{inter, start + 3600, 0, false}, // this one is after the wrap
		{inter, start + 2*3600, 2, true},
		{inter, start + 3*3600, 0, true},
		{key, start + 5*3600, 0, false},
		{inter, start + 1<<30, 0, false}, // another clock
	} {
		need, err := p.write(&media.Sample{Data: s.data, PacketTimestamp: s.at, PrevDroppedPackets: s.dropped})
		if err != nil || need != s.need {
			t.Errorf("frame %d: needs a key frame %v, %v", i, need, err)
		}
	}
	b := out.Bytes()
	if w, h := binary.LittleEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[14:]); w != 640 || h != 360 {
		t.Errorf("the file has %dx%d", w, h)
	}
	if _, _, err := ivfreader.NewWith(&out); err != nil {
		t.Fatal(err)
	}
	var times []uint64
	for at := 32; at+12 <= len(b); at += 12 + int(binary.LittleEndian.Uint32(b[at:])) {
		times = append(times, binary.LittleEndian.Uint64(b[at+4:]))
	}
	if fmt.Sprint(times) != "[0 3600 18000 21600]" || p.frames != 4 || p.skipped != 3 {
		t.Errorf("times %v, %d frames, %d skipped", times, p.frames, p.skipped)
	}
}

func TestLostSoundIsSilence(t *testing.T) {
	var out bytes.Buffer
	s, err := newSound(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []uint32{5000, 5960, 5000 + 10*960, 5000 + 11*960, 7} { // eight are lost; then another clock
		if err := s.write(&media.Sample{Data: []byte{0xfc, 1, 2}, PacketTimestamp: at}); err != nil {
			t.Fatal(err)
		}
	}
	if s.written != 13*960 {
		t.Errorf("%d samples, want %d", s.written, 13*960)
	}
}

func TestLengthsOfOpusPackets(t *testing.T) {
	for first, want := range map[byte]uint32{0x00: 480, 0x08: 960, 0x18: 2880, 0x60: 480, 0x68: 960, 0x80: 120, 0xf8: 960, 0xf9: 1920} {
		if n := samplesOf([]byte{first, 1}); n != want {
			t.Errorf("%#x: %d samples, want %d", first, n, want)
		}
	}
	if samplesOf(nil) != 0 || samplesOf([]byte{0xfb, 3}) != 2880 || samplesOf([]byte{0xfb}) != 960 {
		t.Error("a cut packet has another length")
	}
}

func TestKeyFramesOfGarbage(t *testing.T) {
	for name, c := range videoCodecs {
		for _, b := range [][]byte{nil, {0}, {0xff}, bytes.Repeat([]byte{0}, 20), bytes.Repeat([]byte{0xff}, 20)} {
			if c.key(b) {
				t.Errorf("%s: %x is a key frame", name, b)
			}
			_, _ = c.depacketizer().Unmarshal(b) // must not panic
		}
	}
	if !keyVP8(key) || keyVP8(inter) || !keyH264([]byte{0, 0, 0, 1, 0x65, 1}) || keyH264([]byte{0, 0, 0, 1, 0x41, 1}) {
		t.Error("a key frame is not recognised")
	}
	if !keyVP9([]byte{0x82, 0x49, 0x83, 0x42}) || keyVP9([]byte{0x86, 0, 0, 0}) {
		t.Error("a key frame of VP9 is not recognised")
	}
}

// TestTheOffsetIsThatOfTheSendersClock: the earliest of its reports; none that contradicts the arrival.
func TestTheOffsetIsThatOfTheSendersClock(t *testing.T) {
	now := time.Now()
	at := func(first time.Time, rate uint32, reports ...float64) *track {
		t := &track{rate: rate}
		t.arrivals.first, t.arrivals.firstRTP = first, 1000
		for i, clock := range reports {
			whole := math.Floor(clock)
			t.arrivals.add(rtcp.SenderReport{
				NTPTime: uint64(whole)<<32 | uint64((clock-whole)*(1<<32)), RTPTime: 1000 + uint32(i)*rate,
			})
		}
		return t
	}
	for name, c := range map[string]struct {
		video, audio *track
		want         float64
		by           string
	}{
		"reports":    {at(now, 90000, 100, 101.2), at(now.Add(300*time.Millisecond), opusRate, 100.25, 101.05), 0.05, "reports"},
		"no reports": {at(now, 90000), at(now.Add(300*time.Millisecond), opusRate, 100), 0.3, "arrival"},
		"nonsense":   {at(now, 90000, 100), at(now, opusRate, 5000), 0, "arrival"},
	} {
		if got, by := offset(c.video, c.audio); math.Abs(got-c.want) > 1e-6 || by != c.by {
			t.Errorf("%s: %f by %s, want %f by %s", name, got, by, c.want, c.by)
		}
	}
}

func TestLostPacketsAreCounted(t *testing.T) {
	c := track{picture: &picture{}}
	for _, n := range []uint16{65534, 65535, 1, 0, 4} { // 0 came late, 2 and 3 never
		c.count(n)
	}
	if s := c.stream(); s.Packets != 5 || s.Lost != 2 {
		t.Errorf("%d packets, %d lost", s.Packets, s.Lost)
	}
}
