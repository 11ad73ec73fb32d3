package credential

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"greenroom/internal/fault"
)

// TestAsk: one request as RFC 3161, 3.4 has it; the request is repeated for an overloaded authority; errors have no query.
func TestAsk(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/tsr", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || string(b) != "request" || r.Method != http.MethodPost ||
			r.Header.Get("Content-Type") != "application/timestamp-query" || r.URL.Query().Get("token") != "s3cret" {
			http.Error(w, "unexpected request", http.StatusBadRequest)
			return
		}
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("answer"))
	})
	mux.HandleFunc("/refused", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "sign in", http.StatusForbidden)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			_, _ = w.Write(make([]byte, 1<<10))
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	answer, err := ask(t.Context(), server.URL+"/tsr?token=s3cret", []byte("request"))
	if err != nil || string(answer) != "answer" || asked.Load() != 2 {
		t.Errorf("%q %v after %d requests", answer, err, asked.Load())
	}
	for path, want := range map[string]string{
		"/refused": "answered 403 Forbidden", "/endless": "too large", "/lost": "answered 404",
	} {
		_, err := ask(t.Context(), server.URL+path+"?token=s3cret", []byte("request"))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") ||
			fault.All(err)[0].Hint == "" {
			t.Errorf("%s: %v, want %q and a hint", path, err, want)
		}
	}
}
