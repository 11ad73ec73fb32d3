package assets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenroom/internal/fault"
)

// atMost is how many requests a download may make of a server that never delivers.
const atMost = 40

// TestDownloadsEnd: servers that never deliver the file are given up after a few requests,
// with an error whose hint is to run the command again. Requests to each of these had no limit before: any
// byte that came reset the count of attempts.
func TestDownloadsEnd(t *testing.T) {
	cutAt := func(n int, length int, w http.ResponseWriter) {
		w.Header().Set("Content-Length", strconv.Itoa(length))
		_, _ = w.Write(bodyA[:n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for name, h := range map[string]handler{
		"a length longer than the body": func(_ int, w http.ResponseWriter, r *http.Request) {
			cutAt(20_000, 35_163, w)
		},
		"a length longer than the body, large": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			cutAt(1<<20, 8<<20, w)
		},
		"a length longer than a body that resumes": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			if r.Header.Get("Range") == "" {
				cutAt(20_000, 35_163, w)
			}
			w.Header().Set("Content-Range", "bytes 20000-35162/35163")
			w.Header().Set("Content-Length", strconv.Itoa(15_163))
			w.WriteHeader(http.StatusPartialContent)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"another ETag on every answer": func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
			cutAt(20_000, 35_163, w)
		},
		"another ETag and a longer part on every answer": func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
			cutAt(20_000+2_000*min(n, 100), 2_000_000, w)
		},
		"Range ignored and every answer cut": func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			cutAt(20_000, 35_163, w)
		},
		"cut, then 416 for ever": func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			cutAt(20_000, 35_163, w)
		},
		"a wrong Content-Range for ever": func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", "bytes 7-35162/35163")
				w.WriteHeader(http.StatusPartialContent)
				return
			}
			cutAt(20_000, 35_163, w)
		},
		"nothing": func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"busy":    func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"denied":  func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			dst := filepath.Join(t.TempDir(), "clip")
			_, b, err := fetchFrom(t, dst, time.Second, func(n int, w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > atMost {
					w.WriteHeader(http.StatusBadRequest) // ends the download: the test fails below
					return
				}
				h(n, w, r)
			})
			if n := asked.Load(); n > atMost {
				t.Errorf("more than %d requests", atMost)
			}
			if err == nil || fault.KindOf(err) != fault.Wait || b != nil {
				t.Errorf("%v, %d bytes under the final name", err, len(b))
			}
			if name == "denied" && !strings.Contains(err.Error(), "403") {
				t.Errorf("the reason is lost: %v", err)
			}
		})
	}
}

// TestARedirectLoopEnds: each attempt follows ten redirects and requests a new link.
func TestARedirectLoopEnds(t *testing.T) {
	var asked atomic.Int32
	_, b, err := fetchFrom(t, filepath.Join(t.TempDir(), "clip"), time.Second,
		func(_ int, w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) > 200 {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			http.Redirect(w, r, "/c.webm?again="+strconv.Itoa(int(asked.Load())), http.StatusFound)
		})
	if fault.KindOf(err) != fault.Wait || !errors.Is(err, errRedirects) || b != nil {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

// TestAnEndlessBodyStopsAtTheLimit and leaves no part of that size.
func TestAnEndlessBodyStopsAtTheLimit(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "clip")
	f, link := downloads(t, time.Second, func(_ int, w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(bodyA); err != nil {
				return
			}
		}
	})
	_, err := f.Fetch(t.Context(), Download{Dst: dst, Link: link, MaxBytes: 4 << 20})
	if !errors.Is(err, ErrTooBig) {
		t.Error(err)
	}
	if left := glob(t, filepath.Dir(dst)); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// dripping sends a few bytes at every tick, for ever.
func dripping(bytes int, every time.Duration) handler {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Length", strconv.Itoa(2<<20))
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
			if _, err := w.Write(bodyA[:bytes]); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// TestAServerThatDripsIsSlow: a byte now and then had kept a download alive for ever.
func TestAServerThatDripsIsSlow(t *testing.T) {
	_, b, err := fetchFrom(t, filepath.Join(t.TempDir(), "clip"), 300*time.Millisecond, dripping(1, 10*time.Millisecond))
	if fault.KindOf(err) != fault.Wait || !errors.Is(err, ErrStalled) || b != nil {
		t.Errorf("%v", err)
	}
}

// TestADownloadEndsWithItsTime: what has arrived stays for the next run.
func TestADownloadEndsWithItsTime(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "clip")
	f, link := downloads(t, 10*time.Second, dripping(10_000, 10*time.Millisecond))
	_, err := f.Fetch(t.Context(), Download{Dst: dst, Link: link, Within: 400 * time.Millisecond})
	if fault.KindOf(err) != fault.Wait || !strings.Contains(err.Error(), "not done after 400ms") {
		t.Errorf("%v", err)
	}
	if fi, err := os.Stat(dst + ".part"); err != nil || fi.Size() == 0 {
		t.Errorf("nothing is kept: %v", err)
	}
}

var errWrong = errors.New("not the file")

// TestARefusedBodyIsDownloadedAgain: what Verify refuses never gets the final name; a new
// link is requested.
func TestARefusedBodyIsDownloadedAgain(t *testing.T) {
	store, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	verify := func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(b, bodyA) {
			return errWrong
		}
		return nil
	}
	for name, c := range map[string]struct {
		wrong int // answers before the right one
		ok    bool
	}{"once": {1, true}, "twice": {2, true}, "always": {1000, false}} {
		t.Run(name, func(t *testing.T) {
			var signatures []string
			h := func(n int, w http.ResponseWriter, r *http.Request) {
				signatures = append(signatures, r.URL.Query().Get("sig"))
				if n <= c.wrong {
					fmt.Fprint(w, "Access denied. Link expired.")
					return
				}
				whole(bodyA, `"a"`, w, r)
			}
			f, link := downloads(t, time.Second, h)
			dst := store.ResumePath("take-" + name)
			hash, _, err := f.FetchInto(t.Context(), store, Download{Dst: dst, Link: link, Verify: verify})
			if c.ok && (err != nil || store.Verify(hash) != nil) || !c.ok && !errors.Is(err, errWrong) {
				t.Errorf("%s %v", hash, err)
			}
			if len(signatures) > 3 || signatures[len(signatures)-1] == "0" {
				t.Errorf("asked with signatures %v", signatures)
			}
			if left := glob(t, filepath.Dir(dst)); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestALinkThatCannotBeRenewedIsTriedAgain: a bought voice has one link.
func TestALinkThatCannotBeRenewedIsTriedAgain(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			fmt.Fprint(w, "hold on")
			return
		}
		whole(bodyA, `"a"`, w, r)
	}))
	defer s.Close()
	f, _ := downloads(t, time.Second, nil)
	link := func(_ context.Context, expired bool) (string, error) {
		if expired {
			return "", errors.New("it cannot be renewed")
		}
		return s.URL, nil
	}
	dst := filepath.Join(t.TempDir(), "voice")
	_, err := f.Fetch(t.Context(), Download{Dst: dst, Link: link, Verify: func(path string) error {
		if fi, err := os.Stat(path); err != nil || fi.Size() != int64(len(bodyA)) {
			return errWrong
		}
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
}
