package assets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
)

// stored is a store with one file of this content, and a folder where it is published.
func stored(t *testing.T, content string) (s *Store, h Hash, root, published string) {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h = adopt(t, s, content)
	root = filepath.Join(t.TempDir(), "greenroom")
	if _, err := s.Publish(root, []File{{"c1.webm", h}}); err != nil {
		t.Fatal(err)
	}
	s.Remember(false)
	return s, h, root, filepath.Join(root, "c1.webm")
}

func adopt(t *testing.T, s *Store, content string) Hash {
	t.Helper()
	p := s.TempPath("x")
	if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	h, _, err := s.Adopt(p)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// damages change a file without changing its size.
var damages = map[string]func(t *testing.T, path string){
	"flipped in place": func(t *testing.T, path string) { flip(t, path) },
	"flipped in place, time set back": func(t *testing.T, path string) {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, path)
		if err := os.Chtimes(path, fi.ModTime(), fi.ModTime()); err != nil {
			t.Fatal(err)
		}
	},
	"replaced, time set back": func(t *testing.T, path string) {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "other")
		if err := os.WriteFile(other, []byte(strings.Repeat("x", int(fi.Size()))), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(other, fi.ModTime(), fi.ModTime()); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(other, path); err != nil {
			t.Fatal(err)
		}
	},
	"written by a tool that opens read-only files": func(t *testing.T, path string) {
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		flip(t, path)
		if err := os.Chmod(path, 0o444); err != nil {
			t.Fatal(err)
		}
	},
}

func flip(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [4]byte
	if _, err := f.ReadAt(b[:], 2); err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] ^= 0xff
	}
	if _, err := f.WriteAt(b[:], 2); err != nil {
		t.Fatal(err)
	}
}

// TestDamageOfTheSameSizeIsNoticed in the store and in public/, by the process that wrote
// the file and by the next one.
func TestDamageOfTheSameSizeIsNoticed(t *testing.T) {
	for name, damage := range damages {
		for _, next := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, next process %v", name, next), func(t *testing.T) {
				s, h, _, published := stored(t, "0123456789")
				if next {
					var err error
					if s, err = Open(s.dir); err != nil {
						t.Fatal(err)
					}
				}
				if s.Condition(h, 10) != Intact || s.FileCondition(published, h, 10) != Intact {
					t.Fatal("damaged before anything happened")
				}
				damage(t, published)
				if got := s.FileCondition(published, h, 10); got != Damaged {
					t.Errorf("published: %v", got)
				}
				if !same(t, published, s.Path(h)) { // else that is damaged too
					damage(t, s.Path(h))
				}
				if got := s.Condition(h, 10); got != Damaged || s.Has(h, 10) {
					t.Errorf("stored: %v", got)
				}
			})
		}
	}
}

func same(t *testing.T, a, b string) bool {
	t.Helper()
	x, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(x, y)
}

// TestATouchedFileIsNotDamaged: it is read and found right.
func TestATouchedFileIsNotDamaged(t *testing.T) {
	s, h, _, published := stored(t, "0123456789")
	for _, path := range []string{published, s.Path(h)} {
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Has(h, 10) || s.FileCondition(published, h, 10) != Intact {
		t.Error("damaged")
	}
}

// TestNothingIsReadTwice: what one process compared, the next one knows by its stat.
func TestNothingIsReadTwice(t *testing.T) {
	s, h, _, published := stored(t, "0123456789")
	next, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{published, s.Path(h)} {
		st, err := filestat.Lread(path)
		if err != nil || !next.checked.knows(h, st) {
			t.Errorf("%s is read again: %v", path, err)
		}
	}
	next.Recheck()
	st, _ := filestat.Lread(published)
	if next.checked.knows(h, st) || !next.Unchecked() {
		t.Error("not forgotten")
	}
}

// TestADamagedPublishedFileIsPublishedAgain from the store, where the two do not share bytes.
func TestADamagedPublishedFileIsPublishedAgain(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			s, h, root, published := stored(t, "0123456789")
			if err := os.Remove(published); err != nil { // a copy, whatever the file system can do
				t.Fatal(err)
			}
			if err := os.WriteFile(published, []byte("0123456789"), 0o644); err != nil {
				t.Fatal(err)
			}
			damage(t, published)
			p, err := s.Publish(root, []File{{"c1.webm", h}})
			b, _ := os.ReadFile(published)
			if err != nil || p.Added != 1 || string(b) != "0123456789" {
				t.Errorf("%+v %v %q", p, err, b)
			}
		})
	}
}

// TestADamagedStoredFileIsNotPublished, and is replaced when the right bytes come.
func TestADamagedStoredFileIsNotPublished(t *testing.T) {
	s, h, root, published := stored(t, "0123456789")
	if err := os.Remove(published); err != nil {
		t.Fatal(err)
	}
	flip(t, s.Path(h))
	if _, err := s.Publish(root, []File{{"c1.webm", h}}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("published: %v", err)
	}
	if _, err := os.Stat(published); !errors.Is(err, os.ErrNotExist) {
		t.Error("damaged bytes are in public/")
	}
	if again := adopt(t, s, "0123456789"); again != h || s.Verify(h) != nil || !s.Has(h, 10) {
		t.Errorf("not replaced: %v", s.Verify(h))
	}
	if _, err := s.Publish(root, []File{{"c1.webm", h}}); err != nil {
		t.Error(err)
	}
}

// TestASpoiledRecordOnlyCostsTime: it is read as far as it goes.
func TestASpoiledRecordOnlyCostsTime(t *testing.T) {
	for _, b := range []string{"", "x", string(checkedHead), string(checkedHead) + "123", "gr-chk9\n12345678"} {
		s, h, _, _ := stored(t, "0123456789")
		if err := os.WriteFile(s.checked.path, []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
		next, err := Open(s.dir)
		if err != nil || !next.Has(h, 10) {
			t.Errorf("%q: %v", b, err)
		}
	}
}

// TestTheRecordDoesNotGrow: what describes files that are gone is dropped.
func TestTheRecordDoesNotGrow(t *testing.T) {
	s, h, _, _ := stored(t, "0123456789")
	for i := range 10_000 {
		s.checked.known[uint64(i)] = false
	}
	s.checked.dirty = true
	s.Remember(false)
	if n := len(s.checked.known); n < 10_000 {
		t.Errorf("%d left before everything was used", n)
	}
	s.checked.dirty = true
	s.Remember(true)
	if n := len(s.checked.known); n > 10 || !s.Has(h, 10) {
		t.Errorf("%d left", n)
	}
}

// TestAKilledPublishLeavesNothing: the next one removes what it began.
func TestAKilledPublishLeavesNothing(t *testing.T) {
	s, h, root, _ := stored(t, "0123456789")
	left := filepath.Join(root, strings.Replace(atomicfile.TempName("c1.webm"), fmt.Sprint(os.Getpid()), "2147483646", 1))
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(root, []File{{"c1.webm", h}}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("still there")
	}
}
