package remotion

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"greenroom/internal/fault"
)

// asNobody runs f with the file rights of an ordinary user: root may write to
// read-only folders, and containers run tests as root. The rights belong to one
// thread, which is not used again.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Geteuid() == 0 {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			if _, _, e := syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0); e != 0 {
				t.Error(e)
				return
			}
		}
		f()
	}()
	<-done
}

func TestAReadOnlyFolderIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]string{"everything": ".", "the ignore lines alone": ".", "public alone": "public", "src alone": "src"} {
		dir := t.TempDir()
		// Root makes temporary folders that no other user may enter.
		for p := dir; p != os.TempDir() && p != "/"; p = filepath.Dir(p) {
			if err := os.Chmod(p, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		files := own()
		if name == "everything" {
			files = nil
		}
		put(t, dir, files)
		for _, sub := range []string{"src", "public"} {
			if p := filepath.Join(dir, sub); len(files) > 0 {
				if err := os.Chmod(p, 0o777); err != nil {
					t.Fatal(err)
				}
			}
		}
		locked := filepath.Join(dir, lock)
		if err := os.Chmod(locked, 0o555); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		asNobody(t, func() {
			written, err := Scaffold(dir, ScaffoldOptions{Project: "tour"})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Failed || !strings.Contains(f.Hint, "writable") || len(written) > 0 {
				t.Errorf("%s: wrote %v, %v", name, written, err)
			}
			if err == nil || strings.Contains(err.Error(), "\n") || !errors.Is(err, os.ErrPermission) {
				t.Errorf("%s: got %q", name, err)
			}
		})
		same(t, before, tree(t, dir))
		if err := os.Chmod(locked, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
