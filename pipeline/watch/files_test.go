package watch

import (
	"path/filepath"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// TestTheEndOfThePublishedFolderIsHeard: the folder above reports it, also when the folder itself was never watched.
func TestTheEndOfThePublishedFolderIsHeard(t *testing.T) {
	root := t.TempDir()
	f := newFiles(root, func(string) {})
	f.follow([]string{filepath.Join(root, "public", "greenroom", "props.json")})
	for _, c := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"public/greenroom", fsnotify.Remove, true},
		{"public/greenroom", fsnotify.Rename, true},
		{"public/greenroom/hello.webm", fsnotify.Remove, false},
		{"src/greenroom", fsnotify.Remove, false},
	} {
		if err := f.event(source{}, fsnotify.Event{Name: filepath.Join(root, filepath.FromSlash(c.name)), Op: c.op}); err != nil {
			t.Fatal(err)
		}
		heard := false
		select {
		case <-f.hints:
			heard = true
		default:
		}
		if heard != c.want {
			t.Errorf("%s of %s is noticed: %v, want %v", c.op, c.name, heard, c.want)
		}
	}
}
