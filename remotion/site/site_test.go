package site

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bundle is a folder as Remotion's bundler writes it, with a link to the public folder.
func bundle(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, public := t.TempDir(), t.TempDir()
	files["index.html"] = "<html>"
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	write(t, filepath.Join(public, "clip.webm"), "a clip")
	if err := os.Symlink(public, filepath.Join(dir, Public)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func pack(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Pack(&b, dir); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnArchiveIsOfTheFilesAlone: not of times, of rights, of the public folder or of paths of this machine.
func TestAnArchiveIsOfTheFilesAlone(t *testing.T) {
	files := func() map[string]string {
		return map[string]string{"bundle.js": "code", "chunks/" + strings.Repeat("n", 150) + ".js": "more"}
	}
	a := bundle(t, files())
	b := bundle(t, files())
	write(t, filepath.Join(b, inputs), `["/home/me/project/src/Root.tsx"]`)
	old := time.Unix(1e9, 0)
	err := errors.Join(os.Chmod(filepath.Join(b, "bundle.js"), 0o755), os.Chtimes(filepath.Join(b, "bundle.js"), old, old))
	if err != nil {
		t.Fatal(err)
	}
	packed := pack(t, a)
	if !bytes.Equal(packed, pack(t, b)) {
		t.Error("the archives of equal bundles differ")
	}
	out := t.TempDir()
	if err := Unpack(bytes.NewReader(packed), out); err != nil {
		t.Fatal(err)
	}
	for name, text := range files() {
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(out, Public)); err == nil {
		t.Error("the public folder is in the archive")
	}
	write(t, filepath.Join(a, "bundle.js"), "edit")
	if bytes.Equal(packed, pack(t, a)) {
		t.Error("another bundle has the same archive")
	}
}

// member is a header and content of an archive.
func member(kind byte, name, link, text string) (*tar.Header, string) {
	return &tar.Header{Typeflag: kind, Name: name, Linkname: link, Mode: 0o644, Size: int64(len(text))}, text
}

// TestAHostileArchiveIsRefused: nothing appears outside of the folder.
func TestAHostileArchiveIsRefused(t *testing.T) {
	type entry struct {
		kind             byte
		name, link, text string
	}
	for what, list := range map[string][]entry{
		"a name above":         {{tar.TypeReg, "../escaped", "", "x"}},
		"a name that returns":  {{tar.TypeReg, "a/../../escaped", "", "x"}},
		"an absolute name":     {{tar.TypeReg, "/tmp/escaped", "", "x"}},
		"a name of Windows":    {{tar.TypeReg, `..\escaped`, "", "x"}},
		"a link":               {{tar.TypeSymlink, "out", "..", ""}, {tar.TypeReg, "out/escaped", "", "x"}},
		"a hard link":          {{tar.TypeLink, "out", "/etc/passwd", ""}},
		"a pipe":               {{tar.TypeFifo, "pipe", "", ""}},
		"a public folder":      {{tar.TypeReg, "public/clip.webm", "", "x"}},
		"a file twice":         {{tar.TypeReg, "a", "", "x"}, {tar.TypeReg, "a", "", "y"}},
		"a file and a folder":  {{tar.TypeReg, "a", "", "x"}, {tar.TypeReg, "a/b", "", "y"}},
		"a page that is a map": {{tar.TypeDir, "index.html", "", ""}},
		"no page":              {{tar.TypeReg, "bundle.js", "", "x"}},
	} {
		t.Run(what, func(t *testing.T) {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			if what != "no page" {
				list = append([]entry{{tar.TypeReg, "index.html", "", "<html>"}}, list...)
			}
			for _, e := range list {
				h, text := member(e.kind, e.name, e.link, e.text)
				if err := w.WriteHeader(h); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			above := t.TempDir()
			dir := filepath.Join(above, "site")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := Unpack(&b, dir); !errors.Is(err, ErrHostile) {
				t.Errorf("error %v", err)
			}
			if found, _ := filepath.Glob(filepath.Join(above, "*")); len(found) != 1 {
				t.Errorf("outside of the folder: %q", found)
			}
		})
	}
}

func TestAnArchiveThatIsCutOffIsRefused(t *testing.T) {
	packed := pack(t, bundle(t, map[string]string{"bundle.js": strings.Repeat("code", 1000)}))
	for _, end := range []int{0, 100, 1000, 3000} {
		if err := Unpack(bytes.NewReader(packed[:end]), t.TempDir()); !errors.Is(err, ErrHostile) {
			t.Errorf("of the first %d bytes: error %v", end, err)
		}
	}
}

func TestPublicFilesArePlacedByName(t *testing.T) {
	store := t.TempDir()
	write(t, filepath.Join(store, "h1"), "one")
	stored := func(hash string) string { return filepath.Join(store, hash) }
	dir := t.TempDir()
	files := []File{{Name: "greenroom/a.webm", Hash: "h1"}, {Name: "ä b.txt", Hash: "h1"}}
	if err := Place(dir, files, stored); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(dir, Public, f.Name)); err != nil || string(b) != "one" {
			t.Errorf("%s: %q, %v", f.Name, b, err)
		}
	}
	for _, name := range []string{"../x", "/x", "a/../../x", `..\x`, "", ".", "a//b"} {
		if err := Place(dir, []File{{Name: name, Hash: "h1"}}, stored); !errors.Is(err, ErrHostile) {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestToolsDiffer(t *testing.T) {
	t.Parallel()
	want := Tools{"4.0.529", "b", "d", "linux/amd64"}
	if why := want.Differ(want); why != "" {
		t.Errorf("the same tools differ: %s", why)
	}
	for word, other := range map[string]Tools{
		"Remotion 4.0.1,": {"4.0.1", "b", "d", "linux/amd64"}, "browser": {"4.0.529", "c", "d", "linux/amd64"},
		"driver": {"4.0.529", "b", "e", "linux/amd64"}, "darwin": {"4.0.529", "b", "d", "darwin/arm64"},
	} {
		if why := other.Differ(want); !strings.Contains(why, word) {
			t.Errorf("%+v: %q", other, why)
		}
	}
}
