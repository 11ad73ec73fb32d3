package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/assets"
)

// world is a store with one file and a cache in a folder.
type world struct {
	dir   string
	store *assets.Store
	cache *Cache
	hash  assets.Hash
	size  int64
}

func newWorld(t *testing.T, readOnly bool) *world {
	t.Helper()
	w := &world{dir: filepath.Join(t.TempDir(), "cache")}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.store, err = assets.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	at, err := assets.ParseLocation("file://"+filepath.ToSlash(w.dir), "/")
	if err != nil {
		t.Fatal(err)
	}
	if w.cache, err = Open(t.Context(), Config{At: at, ReadOnly: readOnly, Stall: time.Minute}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.cache.Close() })
	path := filepath.Join(t.TempDir(), "take")
	if err := os.WriteFile(path, bytes.Repeat([]byte("greenroom"), 10_000), 0o644); err != nil {
		t.Fatal(err)
	}
	if w.hash, w.size, err = w.store.Import(path); err != nil {
		t.Fatal(err)
	}
	return w
}

// other is an empty store.
func other(t *testing.T) *assets.Store {
	t.Helper()
	s, err := assets.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThereAndBack(t *testing.T) {
	w := newWorld(t, false)
	b := other(t)
	if err := w.cache.Get(t.Context(), b, w.hash, w.size); !errors.Is(err, ErrMissing) {
		t.Fatalf("an empty cache returns %v", err)
	}
	for i, want := range []bool{true, false} {
		sent, err := w.cache.Put(t.Context(), w.store.Path(w.hash), w.hash, w.size, false)
		if err != nil || sent != want {
			t.Fatalf("put %d: sent %v, %v", i+1, sent, err)
		}
	}
	if err := w.cache.Get(t.Context(), b, w.hash, w.size); err != nil {
		t.Fatal(err)
	}
	if err := b.Verify(w.hash); err != nil || !b.Has(w.hash, w.size) {
		t.Errorf("what came is not what went: %v", err)
	}
}

func TestNothingFalseEntersAStore(t *testing.T) {
	w := newWorld(t, false)
	if _, err := w.cache.Put(t.Context(), w.store.Path(w.hash), w.hash, w.size, false); err != nil {
		t.Fatal(err)
	}
	object := filepath.Join(w.dir, "sha256", string(w.hash[:2]), string(w.hash))
	for name, body := range map[string][]byte{
		"cut short": bytes.Repeat([]byte("greenroom"), 9_999),
		"too long":  append(bytes.Repeat([]byte("greenroom"), 10_000), 'x'),
		"false":     bytes.Repeat([]byte("Greenroom"), 10_000),
		"empty":     {},
	} {
		if err := os.WriteFile(object, body, 0o644); err != nil {
			t.Fatal(err)
		}
		b := other(t)
		var bad *BadError
		if err := w.cache.Get(t.Context(), b, w.hash, w.size); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(b.Path(w.hash)); err == nil {
			t.Errorf("%s: it is in the store", name)
		}
		left, _ := filepath.Glob(b.TempPath("*"))
		left = slices.DeleteFunc(left, func(path string) bool { return filepath.Ext(path) == ".lock" }) // the run's own
		if len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	// A writer with the right bytes finds another size by itself, and replaces other bytes on request.
	if err := os.WriteFile(object, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if sent, err := w.cache.Put(t.Context(), w.store.Path(w.hash), w.hash, w.size, false); err != nil || !sent {
		t.Errorf("an empty object was not replaced: %v", err)
	}
	if err := os.WriteFile(object, bytes.Repeat([]byte("Greenroom"), 10_000), 0o644); err != nil {
		t.Fatal(err)
	}
	if sent, err := w.cache.Put(t.Context(), w.store.Path(w.hash), w.hash, w.size, true); err != nil || !sent {
		t.Errorf("a false object was not replaced: %v", err)
	}
	if err := w.cache.Verify(t.Context(), w.hash, w.size, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestADamagedFileIsNotSent(t *testing.T) {
	w := newWorld(t, false)
	path := w.store.Path(w.hash)
	if err := errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, bytes.Repeat([]byte("Greenroom"), 10_000),
		0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cache.Put(t.Context(), path, w.hash, w.size, false); !errors.Is(err, assets.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	found := 0
	_ = filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found++
		}
		return err
	})
	if found > 0 {
		t.Errorf("%d files are in the cache", found)
	}
}

func TestReadOnly(t *testing.T) {
	w := newWorld(t, true)
	if _, err := w.cache.Put(t.Context(), w.store.Path(w.hash), w.hash, w.size, false); !errors.Is(err, ErrReadOnly) {
		t.Errorf("put: %v", err)
	}
	if err := w.cache.PutRecord(t.Context(), "heygen/"+string(w.hash), []byte("x"), false); !errors.Is(err, ErrReadOnly) {
		t.Errorf("record: %v", err)
	}
	if list, _ := os.ReadDir(w.dir); len(list) > 0 {
		t.Errorf("written: %v", list)
	}
}

func TestRecords(t *testing.T) {
	w := newWorld(t, false)
	name := "heygen/" + string(w.hash)
	if _, err := w.cache.Record(t.Context(), name); !errors.Is(err, ErrMissing) {
		t.Fatalf("no record: %v", err)
	}
	for _, c := range []struct {
		text    string
		replace bool
		want    string
	}{{"one", false, "one"}, {"two", false, "one"}, {"three", true, "three"}} {
		if err := w.cache.PutRecord(t.Context(), name, []byte(c.text), c.replace); err != nil {
			t.Fatal(err)
		}
		if b, err := w.cache.Record(t.Context(), name); err != nil || string(b) != c.want {
			t.Errorf("after %q: %q, %v", c.text, b, err)
		}
	}
	if err := w.cache.PutRecord(t.Context(), name, make([]byte, maxRecord+1), true); err != nil {
		t.Fatal(err)
	}
	var bad *BadError
	if _, err := w.cache.Record(t.Context(), name); !errors.As(err, &bad) {
		t.Errorf("a huge record: %v", err)
	}
	for _, name := range []string{"", "heygen", "../" + string(w.hash), "heygen/../../x", "HeyGen/" + string(w.hash),
		"heygen/" + string(w.hash) + "/x"} {
		if _, err := w.cache.Record(t.Context(), name); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("%q was looked for: %v", name, err)
		}
	}
}

func TestHashesAreTheOnlyNames(t *testing.T) {
	w := newWorld(t, false)
	for _, h := range []assets.Hash{"", "../../etc/passwd", "ab", assets.Hash(strings.ToUpper(string(w.hash))),
		w.hash + "0"} {
		if err := w.cache.Get(t.Context(), w.store, h, 1); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("%q was looked for: %v", h, err)
		}
	}
}

func TestThreeFailuresInARowEndIt(t *testing.T) {
	w := newWorld(t, false)
	asked := 0
	fail := func(context.Context, *watchdog) error { asked++; return errors.New("broken") }
	var down *DownError
	for range 10 {
		if err := w.cache.do(t.Context(), fail); !errors.As(err, &down) {
			t.Fatal(err)
		}
	}
	if asked != enough {
		t.Errorf("asked %d times", asked)
	}
}

func TestAStallEnds(t *testing.T) {
	w := newWorld(t, false)
	w.cache.c.Stall = time.Millisecond
	err := w.cache.do(t.Context(), func(ctx context.Context, _ *watchdog) error { <-ctx.Done(); return ctx.Err() })
	var down *DownError
	if !errors.As(err, &down) || !strings.Contains(err.Error(), "nothing came for 1ms") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newWorld(t, false).cache.do(ctx, func(ctx context.Context,
		_ *watchdog) error {
		return ctx.Err()
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run returns %v", err)
	}
}

func TestAnUnreachableCacheIsSaidInOneLine(t *testing.T) {
	inner := &url.Error{Op: "Get", URL: "https://clips.example:9/sha256/10/1056?X-Amz-Signature=deadbeef",
		Err: errors.New("connection refused")}
	err := classify(t.Context(), fmt.Errorf("operation error S3: GetObject, https response error StatusCode: 0, RequestID: , HostID: , request send failed, %w", inner))
	if want := "the cache cannot be used: no answer from clips.example:9: connection refused"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestMessagesLoseQueries(t *testing.T) {
	err := classify(t.Context(), errors.New("Get \"https://clips.example/x?X-Amz-Signature=deadbeef&y\": \n refused"))
	if got := err.Error(); strings.Contains(got, "deadbeef") || strings.Contains(got, "\n") ||
		!strings.Contains(got, "refused") {
		t.Errorf("got %q", got)
	}
}

func TestAnEmptyFileTravels(t *testing.T) {
	w := newWorld(t, false)
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(nil)
	h := assets.Hash(hex.EncodeToString(sum[:]))
	if _, err := w.cache.Put(t.Context(), path, h, 0, false); err != nil {
		t.Fatal(err)
	}
	if err := w.cache.Get(t.Context(), other(t), h, 0); err != nil {
		t.Error(err)
	}
}
