//go:build unix

package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPipesDevicesAndFoldersAreRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		pipe: ErrNotFile, link: ErrNotFile, "/dev/zero": ErrNotFile, "/dev/null": ErrNotFile, dir: ErrFolder,
		filepath.Join(dir, "none"): fs.ErrNotExist,
	} {
		if _, err := Open(path); !errors.Is(err, want) {
			t.Errorf("Open(%s): %v", path, err)
		}
		if _, err := Read(path, 100); !errors.Is(err, want) {
			t.Errorf("Read(%s): %v", path, err)
		}
	}
}

func TestALargeFileIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holes")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal("a file with a hole: ", err)
	}
	var size *SizeError
	if _, err := Read(path, 1<<20); !errors.As(err, &size) || size.Size != 1<<40 || size.Max != 1<<20 {
		t.Error(err)
	}
}

func TestReadReturnsAllBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text")
	for _, n := range []int{0, 1, 511, 512, 513, 100_000} {
		text := strings.Repeat("x", n)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := Read(path, int64(n)); err != nil || string(b) != text {
			t.Errorf("%d bytes: %d, %v", n, len(b), err)
		}
		var size *SizeError
		if _, err := Read(path, int64(n)-1); !errors.As(err, &size) {
			t.Errorf("%d bytes, one more than the limit: %v", n, err)
		}
	}
}
