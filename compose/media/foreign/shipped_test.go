package foreign

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/media"
)

// packages are npm packages that ship films or animations; make setup installs them at the versions of
// .ci/package.json. Nothing of them is kept in this repository.
const packages = "../../../.ci/node_modules"

var shipped = map[string]int{ // folder and ending, and how many files it has at least
	"animated-gif-detector/test/files/*.gif": 18,
	"ebml/media/*.webm":                      1,
	"gifler/site/assets/gif/*.gif":           5,
	"gifuct-js/demo/*.gif":                   3,
}

// TestForeignFilesOfPackages probes the files that other packages ship.
func TestForeignFilesOfPackages(t *testing.T) {
	agreed, count := 0, 0
	for pattern, least := range shipped {
		paths, err := filepath.Glob(filepath.Join(packages, pattern))
		if err != nil || len(paths) < least {
			t.Fatalf("%d files of %d in .ci/node_modules/%s: run `make setup` (%v)", len(paths), least, pattern, err)
		}
		for _, path := range paths {
			count++
			t.Run(filepath.Base(path), func(t *testing.T) {
				a := probe(t, path)
				agreed += a
			})
		}
	}
	t.Logf("%d files, %d values agree", count, agreed)
}

// TestForeignNames: a file's name has no effect, whatever it looks like to ffmpeg.
func TestForeignNames(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(corpus, "no-bframes.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i, name := range []string{
		"with spaces.mp4", "100%.mp4", "take-%04d.mp4", "%d.mp4", "a:b.mp4", "http:x.mp4", "concat:a|b.mp4", "-dash.mp4",
		"-i.mp4", "Ümläut.mp4",
		"日本語.mp4", "UPPER.MP4", "wrong.avi", "wrong.webm", "wrong.png", "none", "it's.mp4", "quote\".mp4", "new\nline.mp4",
		"[a,b];c=d.mp4",
		"back\\slash.mp4", "star*?.mp4", "$HOME.mp4", "file:.mp4", "pipe:0", "~.mp4", "😀.mp4",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			info, err := media.Probe(t.Context(), tools(t), path)
			if err != nil || info.Frames != 24 || info.VideoCodec != "h264" || info.Container != "mp4" {
				t.Errorf("%+v, %v", info, err)
			}
			r, err := media.Check(t.Context(), tools(t), path, media.Expect{}, nil)
			if err != nil || r.Verdict() != media.OK {
				t.Errorf("%+v, %v", r, err)
			}
			out := filepath.Join(dir, fmt.Sprintf("out %d%%.webm", i))
			if err := media.Prepare(t.Context(), tools(t), media.PrepareSpec{In: path, Out: out, Frames: 24, Threads: 1},
				nil); err != nil {
				t.Error(err)
			}
		})
	}
}
