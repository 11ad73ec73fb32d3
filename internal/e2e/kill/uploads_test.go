package kill

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// slowStorage passes requests to a sandbox and counts parts of uploads. It holds the second part until its sender is
// gone, once.
type slowStorage struct {
	*httputil.ReverseProxy
	parts atomic.Int32
	held  chan struct{}
}

func (s *slowStorage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut && s.parts.Add(1) == 2 {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
		close(s.held)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done() // which is noticed once the body was read
		return
	}
	s.ReverseProxy.ServeHTTP(w, r)
}

// TestAKilledUploadContinues kills an upload in its second of three parts. The next run, in the same project or on
// another machine, sends the two parts that are missing.
func TestAKilledUploadContinues(t *testing.T) {
	film := append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), bytes.Repeat([]byte("greenroom"), 5<<20)...)
	for _, machine := range []string{"same", "another"} {
		t.Run(machine, func(t *testing.T) {
			dir := t.TempDir()
			base, err := url.Parse(e2etest.Sandbox(t, filepath.Join(dir, "sandbox")))
			if err != nil {
				t.Fatal(err)
			}
			between := &slowStorage{held: make(chan struct{})}
			between.ReverseProxy = &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(base)
				p.Out.Host = p.In.Host // storage is named by the host of the request
			}}
			web := httptest.NewServer(between)
			defer web.Close()
			upload := func(machine string) *exec.Cmd {
				project := filepath.Join(dir, machine)
				e2etest.Write(t, filepath.Join(project, "greenroom.yaml"), "version: 1\nheygen: {api: v3}\nclips: {}\n")
				e2etest.Write(t, filepath.Join(project, "film.mp4"), string(film))
				c := exec.Command("greenroom", "upload", "film.mp4")
				c.Dir, c.Env = project, append(os.Environ(), "HEYGEN_API_BASE="+web.URL, "HEYGEN_API_KEY=k")
				return c
			}
			first := upload("same")
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- first.Wait() }()
			select {
			case <-between.held:
			case err := <-ended:
				t.Fatalf("it ended before it was killed: %v", err)
			}
			if err := first.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
			out, err := upload(machine).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "film.mp4") {
				t.Fatalf("%v\n%s", err, out)
			}
			if n := between.parts.Load(); n != 4 {
				t.Errorf("%d parts were sent in two runs, want 1 and half of one, then 2\n%s", n, out)
			}
		})
	}
}
