package heygen

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"greenroom/heygen/transport"
)

func TestStorageIsEncryptedAndNotOnThisMachine(t *testing.T) {
	for _, c := range []struct {
		base, storage string
		ok            bool
	}{
		{"https://api.heygen.com", "https://storage.example/put?Signature=x", true},
		{"https://api.heygen.com", "http://storage.example/put", false},
		{"https://api.heygen.com", "http://127.0.0.1:8080/put", false},
		{"https://api.heygen.com", "https://localhost/put", false},
		{"https://api.heygen.com", "https://[::1]/put", false},
		{"https://api.heygen.com", "file:///etc/passwd", false},
		{"https://api.heygen.com", "", false},
		{"https://api.heygen.com", "https://%zz/", false},
		{"http://127.0.0.1:1", "http://127.0.0.1:1/storage", true},
		{"http://127.0.0.1:1", "http://storage.example/put", false},
	} {
		err := New("k", WithBaseURL(c.base)).checkStorage(Link(c.storage))
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrStorage) {
			t.Errorf("the API %s names the storage %q: %v", c.base, c.storage, err)
		}
	}
	// It is not tried again, and no other address is requested.
	n := 0
	client := New("k", WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
		n++
		body := `{"data":{"asset_id":"a","multipart_upload_id":"u","parts":[]}}`
		if strings.HasSuffix(r.URL.Path, "/parts") && r.Method == http.MethodPost {
			body = `{"data":{"parts":[{"part_number":1,"upload_url":"http://127.0.0.1:9/put"}]}}`
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})))
	_, err := client.UploadParts(t.Context(), FileOf("n", "video/mp4", []byte("x"), "00"), Resume{})
	if !errors.Is(err, ErrStorage) || errors.Is(err, transport.ErrInsecure) || n != 3 {
		t.Errorf("%d requests: %v", n, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAnAPIWithoutPartsTakesOneRequest: uploads in parts are newer than direct uploads.
func TestAnAPIWithoutPartsTakesOneRequest(t *testing.T) {
	for name, announce := range map[string]http.HandlerFunc{
		"ignores the member": func(w http.ResponseWriter, r *http.Request) {
			answer(200, `{"data":{"asset_id":"a","upload_url":"http://`+r.Host+`/storage"}}`)(w, r)
		},
		"refuses the member": func(w http.ResponseWriter, r *http.Request) {
			if b, _ := io.ReadAll(r.Body); strings.Contains(string(b), "multipart") {
				answer(400, `{"error":{"code":"invalid_parameter","param":"multipart","message":"Extra inputs are not permitted"}}`)(w, r)
				return
			}
			answer(200, `{"data":{"asset_id":"a","upload_url":"http://`+r.Host+`/storage"}}`)(w, r)
		},
	} {
		got := ""
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/v3/assets/direct-uploads":
				announce(w, r)
			case "/storage":
				b, _ := io.ReadAll(r.Body)
				got = string(b)
				if r.Header.Get("X-Api-Key") != "" {
					t.Error("storage got the key")
				}
			default:
				answer(200, `{"data":{"asset_id":"a","size_bytes":5}}`)(w, r)
			}
		})
		a, err := client.UploadParts(t.Context(), FileOf("n", "video/mp4", []byte("12345"), "00"), Resume{})
		if err != nil || a.ID != "a" || got != "12345" {
			t.Errorf("%s: %+v %v, storage got %q", name, a, err, got)
		}
	}
}

func TestPartsAreFewAndNotSmall(t *testing.T) {
	for size, want := range map[int64]int64{1: minPart, 33 << 20: minPart, 160_000 << 20: minPart, 1 << 40: 105 << 20} {
		got := partSize(size)
		if got != want || (size+got-1)/got > maxParts {
			t.Errorf("%d bytes are sent in parts of %d, want %d", size, got, want)
		}
	}
}
