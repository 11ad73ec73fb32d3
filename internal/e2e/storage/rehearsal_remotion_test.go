//go:build unix

package storage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

const filmedManifest = `version: 1
project: rehearsal
size: 320x240
heygen: {api: auto, budget: $50}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  hello: {script: "Hello."}
compositions:
  brief:
    size: 320x180
    length: 0.4s
    background: ["#16301F", "#0B120D"]
    layers: [{clip: hello, for: 0.4s, box: {right: 0, bottom: 0, width: 60%}}, {text: "Hello", size: 12%}]
`

// TestRehearsalOfARemotionFilm: machine B draws with Remotion what machine A drew, out of the committed files, the
// lockfile's packages and the cache.
func TestRehearsalOfARemotionFilm(t *testing.T) {
	cache := "file://" + t.TempDir()
	modules := ""
	r := rehearse(t, nil, cache, func(dir string) {
		made := e2etest.FilmProject(t)
		var err error
		if modules, err = os.Readlink(filepath.Join(made, "node_modules")); err != nil {
			t.Fatal(err)
		}
		e2etest.Run(t, ".", "greenroom", "init", dir)
		e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), filmedManifest)
	})
	b := r.clone(t, cache)
	b.must(t, "build", "--frozen") // with neither key nor ffmpeg
	b.env = append(b.env, "PATH="+os.Getenv("PATH"))
	for _, m := range []machine{r.a, b} {
		if err := os.Symlink(modules, filepath.Join(m.dir, "node_modules")); err != nil {
			t.Fatal(err)
		}
		wantText(t, m.must(t, "render", "brief", "Presenter", "--renderer", "remotion"), "brief: 10 frames", "Presenter: ")
	}
	for _, film := range []string{"out/brief.mp4", "out/Presenter.mp4"} {
		one, other := e2etest.Read(t, filepath.Join(r.a.dir, film)), e2etest.Read(t, filepath.Join(b.dir, film))
		if len(one) < 5_000 || !bytes.Equal(one, other) {
			t.Errorf("%s differs, %d bytes on machine A, %d on B", film, len(one), len(other))
		}
	}
}
