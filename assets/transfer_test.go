package assets

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAShortFileIsNotDescribed: of a file no longer than one buffer nothing is written but
// the file; a part of it that an earlier process left is thrown away, whatever else that
// process wrote about it.
func TestAShortFileIsNotDescribed(t *testing.T) {
	short := bodyA[:fetchBuffer]
	for name, left := range map[string]map[string]string{
		"alone":                   {},
		"with a part":             {".part": "01234"},
		"with a part, described":  {".part": "FEDCB", ".part.json": `{"etag":"\"b\"","total":2097152}`},
		"with a description":      {".part.json": `{"etag":"\"b\"","total":2097152}`},
		"with half a description": {".part": "FEDCB", ".part.json": `{"etag":`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			dst := filepath.Join(dir, "clip")
			for suffix, text := range left {
				if err := os.WriteFile(dst+suffix, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var during []string
			_, b, err := fetchFrom(t, dst, time.Second, func(n int, w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"a"`)
				if n == 1 && r.Header.Get("Range") == "" {
					half(short, w)
				}
				for _, p := range glob(t, dir) {
					during = append(during, filepath.Base(p))
				}
				whole(short, `"a"`, w, r)
			})
			if err != nil || !bytes.Equal(b, short) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
			for _, name := range during {
				if name == "clip.part.json" && left[".part.json"] == "" {
					t.Errorf("described: %v", during)
				}
			}
			if all := glob(t, dir); len(all) != 1 {
				t.Errorf("left: %v", all)
			}
		})
	}
}

func glob(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestALimitIsOfOneDownload: a voice may be 64 MB at most, which was then the limit of
// every clip of that run.
func TestALimitIsOfOneDownload(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { whole(bodyA, `"a"`, w, r) }))
	defer s.Close()
	f := &Fetcher{}
	defer f.Close()
	d := Download{Dst: filepath.Join(t.TempDir(), "voice"),
		Link: func(context.Context, bool) (string, error) { return s.URL, nil }, MaxBytes: 1000}
	if _, err := f.Fetch(t.Context(), d); !errors.Is(err, ErrTooBig) {
		t.Errorf("%v", err)
	}
	d.MaxBytes = 0
	if _, err := f.Fetch(t.Context(), d); err != nil {
		t.Error(err)
	}
}

// TestFetchIntoAStore: the file has its content's name, and no other is left.
func TestFetchIntoAStore(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { whole(bodyA, `"a"`, w, r) }))
	defer s.Close()
	store, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &Fetcher{}
	defer f.Close()
	h, res, err := f.FetchInto(t.Context(), store, Download{Dst: store.ResumePath("take"),
		Link: func(context.Context, bool) (string, error) { return s.URL, nil }})
	if err != nil || !store.Has(h, res.Bytes) || store.Verify(h) != nil || res.Bytes != int64(len(bodyA)) {
		t.Errorf("%s, %+v, %v", h, res, err)
	}
	if left := glob(t, filepath.Dir(store.ResumePath("x"))); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
