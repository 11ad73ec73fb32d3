package ranges

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"greenroom/assets"
	"greenroom/pipeline/stage"
	"greenroom/remotion/site"
)

// shelf is a worker's store with bundles.
type shelf struct {
	*testing.T
	store *assets.Store
	sites sites
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	store, err := assets.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return &shelf{T: t, store: store}
}

func (s *shelf) put(content []byte) string {
	s.Helper()
	hash, _, err := s.store.AdoptBytes("object", content)
	if err != nil {
		s.Fatal(err)
	}
	return string(hash)
}

// bundle stores the archive of a bundle with a text.
func (s *shelf) bundle(text string) string {
	s.Helper()
	dir := s.TempDir()
	if err := os.WriteFile(filepath.Join(dir, site.Index), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	var b bytes.Buffer
	if err := site.Pack(&b, dir); err != nil {
		s.Fatal(err)
	}
	return s.put(b.Bytes())
}

// use opens a site and compares its page.
func (s *shelf) use(in In, text string) (dir string, release func()) {
	s.Helper()
	dir, release, err := s.sites.use(s.store, in)
	if err != nil {
		s.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, site.Index)); err != nil || string(b) != text {
		s.Errorf("the site has %q, not %q: %v", b, text, err)
	}
	return dir, release
}

// left returns the folders of sites on the disk.
func (s *shelf) left() (dirs []string) {
	s.Helper()
	dirs, err := filepath.Glob(filepath.Join(filepath.Dir(s.store.TempPath("x")), "site-*"))
	if err != nil {
		s.Fatal(err)
	}
	return dirs
}

// TestSitesAreKeptForTheNextRanges: one folder for equal input, and no more than two that nothing uses.
func TestSitesAreKeptForTheNextRanges(t *testing.T) {
	s := newShelf(t)
	tone := s.put([]byte("tone"))
	var ins []In
	for i := range 4 {
		ins = append(ins, In{Bundle: s.bundle(fmt.Sprint("page ", i)), Public: []site.File{{Name: "a/tone.wav", Hash: tone}}})
	}
	first, release := s.use(ins[0], "page 0")
	again, releaseAgain := s.use(ins[0], "page 0")
	if first != again {
		t.Error("the same bundle is unpacked twice")
	}
	if b, err := os.ReadFile(filepath.Join(first, "public", "a", "tone.wav")); err != nil || string(b) != "tone" {
		t.Errorf("the public file has %q: %v", b, err)
	}
	other := ins[0]
	other.Public = []site.File{{Name: "a/tone.wav", Hash: s.put([]byte("another tone"))}}
	different, releaseDifferent := s.use(other, "page 0")
	if different == first {
		t.Error("other public files are in the same folder")
	}
	releaseDifferent()
	release()
	for i := 1; i < 4; i++ {
		_, done := s.use(ins[i], fmt.Sprint("page ", i))
		done()
	}
	if left := s.left(); len(left) != 3 || !slices.Contains(left, first) {
		t.Errorf("%d folders are left, want the one in use and two others", len(left))
	}
	releaseAgain()
	s.sites.close()
	if left := s.left(); len(left) > 0 {
		t.Errorf("folders are left: %q", left)
	}
}

// TestABadSiteIsRefusedForAll that wait for it, and unpacked again for the next range.
func TestABadSiteIsRefusedForAll(t *testing.T) {
	s := newShelf(t)
	in := In{Bundle: s.put([]byte(strings.Repeat("not an archive ", 100)))}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := s.sites.use(s.store, in); !errors.Is(err, stage.ErrRefused) {
				t.Errorf("error %v", err)
			}
		})
	}
	all.Wait()
	hostile := In{Bundle: s.bundle("page"), Public: []site.File{{Name: "../../escaped", Hash: s.put([]byte("x"))}}}
	if _, _, err := s.sites.use(s.store, hostile); !errors.Is(err, stage.ErrRefused) {
		t.Errorf("a public file that leaves the folder: error %v", err)
	}
	gone := In{Bundle: strings.Repeat("0", 64)}
	if _, _, err := s.sites.use(s.store, gone); err == nil || errors.Is(err, stage.ErrRefused) {
		t.Errorf("a bundle that is not in the store: error %v", err)
	}
	if left := s.left(); len(left) > 0 {
		t.Errorf("folders are left: %q", left)
	}
}
