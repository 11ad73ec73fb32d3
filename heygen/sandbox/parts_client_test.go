package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/heygen"
)

// large is a film that is too large for one request of v3: it goes up in 3 parts.
var large = sync.OnceValue(func() heygen.File {
	b := append(slices.Clone(mp4), bytes.Repeat([]byte("greenroom"), 5<<20)...)
	sum := sha256.Sum256(b)
	return heygen.FileOf("large.mp4", "video/mp4", b, hex.EncodeToString(sum[:]))
})

const largeParts = 3

// uploader is a client, what it stores between runs, and the requests that it sent.
type uploader struct {
	*heygen.Client
	begun heygen.PartUpload

	mu   sync.Mutex
	sent []string // such as "PUT storage", "POST direct-uploads"
}

func uploading(s *studio) *uploader {
	u := &uploader{}
	none := func(context.Context, time.Duration) error { return nil }
	u.Client = heygen.New(
		"canary-key", heygen.WithBaseURL(s.url), heygen.WithRetries(2), heygen.WithClock(time.Now, none), heygen.WithTransport(u),
	)
	return u
}

// RoundTrip implements http.RoundTripper.
func (u *uploader) RoundTrip(r *http.Request) (*http.Response, error) {
	words := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	word := words[len(words)-1]
	if r.Method == http.MethodPut {
		word = "storage"
	}
	u.mu.Lock()
	u.sent = append(u.sent, r.Method+" "+word)
	u.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func (u *uploader) count(request string) int {
	n := 0
	for _, s := range u.sent {
		if s == request {
			n++
		}
	}
	return n
}

func (u *uploader) upload(ctx context.Context, progress func(sent, total int64)) (heygen.Asset, error) {
	return u.Upload(ctx, heygen.V3, large(), heygen.Resume{
		Begun: u.begun, Record: func(p heygen.PartUpload) { u.begun = p }, Progress: progress,
	})
}

// arrived fails unless an upload is the file.
func arrived(t *testing.T, s *studio, a heygen.Asset, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(s.url + "/assets/" + a.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, res.Body); err != nil || hex.EncodeToString(sum.Sum(nil)) != large().Sum {
		t.Errorf("upload %s is another file: %v", a.ID, err)
	}
}

func TestALargeFileGoesUpInParts(t *testing.T) {
	s := begin(t)
	u := uploading(s)
	var last, total int64
	a, err := u.upload(t.Context(), func(sent, of int64) { last, total = sent, of })
	arrived(t, s, a, err)
	if n := u.count("PUT storage"); n != largeParts || last != large().Size || total != large().Size {
		t.Errorf("%d parts were sent, want %d; progress ended at %d of %d", n, largeParts, last, total)
	}
	if parts := s.server.numbers(a.ID); len(parts) != 0 {
		t.Errorf("the parts %v are still there", parts)
	}
}

// TestFaultsOfStorage: a cut connection and an expired address cost one more request, and a server that names the wrong
// parts costs at most a second upload.
func TestFaultsOfStorage(t *testing.T) {
	for fault, want := range map[string]struct{ puts, announcements int }{
		"upload-cut=100000": {largeParts + 1, 1},
		"upload-expired":    {largeParts + 1, 1},
		"parts-lie=none":    {largeParts, 1},
		"parts-lie=all":     {largeParts, 2},
	} {
		s := begin(t, faulty(fault))
		u := uploading(s)
		a, err := u.upload(t.Context(), nil)
		arrived(t, s, a, err)
		if n, m := u.count("PUT storage"), u.count("POST direct-uploads"); n != want.puts || m != want.announcements {
			t.Errorf("%s: %d requests to storage after %d announcements, want %+v", fault, n, m, want)
		}
	}
}

// TestAnInterruptedUploadContinues: with the record of the first run, or on another machine, without it.
func TestAnInterruptedUploadContinues(t *testing.T) {
	for _, recorded := range []bool{true, false} {
		s := begin(t)
		first := uploading(s)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := first.upload(ctx, func(sent, _ int64) {
			if sent > 20<<20 { // in the second part
				cancel()
			}
		})
		if err == nil || first.begun.Asset == "" {
			t.Fatalf("%v, recorded %+v", err, first.begun)
		}
		second := uploading(s)
		if recorded {
			second.begun = first.begun
		}
		a, err := second.upload(t.Context(), nil)
		arrived(t, s, a, err)
		if n := second.count("PUT storage"); n != largeParts-1 || a.ID != first.begun.Asset {
			t.Errorf("recorded %v: %d parts were sent for %s, want %d for %s", recorded, n, a.ID, largeParts-1, first.begun.Asset)
		}
		third := uploading(s) // the end of the second was lost
		third.begun = second.begun
		a, err = third.upload(t.Context(), nil)
		arrived(t, s, a, err)
		if n := third.count("PUT storage"); n != 0 || a.ID != first.begun.Asset {
			t.Errorf("recorded %v: a complete upload was sent again, %d parts for %s", recorded, n, a.ID)
		}
	}
}

func TestAnUploadThatIsGoneBeginsAgain(t *testing.T) {
	s := begin(t)
	u := uploading(s)
	u.begun = heygen.PartUpload{Asset: "none", ID: "none", Part: 16 << 20}
	a, err := u.upload(t.Context(), nil)
	arrived(t, s, a, err)
	if err := u.DeleteAsset(t.Context(), heygen.V3, a.ID); err != nil {
		t.Fatal(err)
	}
	again := uploading(s)
	b, err := again.upload(t.Context(), nil) // HeyGen answers the first announcement
	arrived(t, s, b, err)
	if a.ID == b.ID {
		t.Error("a deleted file was named")
	}
}

// TestAnAnnouncedUploadOutlivesTheSandbox: the embedded sandbox ends with each run.
func TestAnAnnouncedUploadOutlivesTheSandbox(t *testing.T) {
	s := begin(t)
	first := uploading(s)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := first.upload(ctx, func(sent, _ int64) {
		if sent > 20<<20 {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("it was not interrupted")
	}
	s.close()
	s = open(t, s.dir, s.maker, s.clock)
	second := uploading(s)
	second.begun = first.begun
	a, err := second.upload(t.Context(), nil)
	arrived(t, s, a, err)
	if n := second.count("PUT storage"); n != largeParts-1 {
		t.Errorf("%d parts were sent, want %d", n, largeParts-1)
	}
}
