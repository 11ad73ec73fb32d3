package render

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/manifest"
)

// newRun returns a run over the films of a manifest that has no published clips, with a renderer of the project.
func newRun(t *testing.T, compositions string, files ...func(dir string)) *Run {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		f(dir)
	}
	path := filepath.Join(dir, "greenroom.yaml")
	text := "version: 1\nproject: t\nsize: 320x240\ndefaults: {avatar: {id: a}, voice: {id: v}}\n" +
		"clips: {hello: {script: Hello.}}\ncompositions:\n" + compositions
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Load(t.Context(), path)
	if err != nil {
		t.Fatal(fault.All(err))
	}
	store, err := assets.Open(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	src := &films.Source{
		Manifest: m,
		Public:   func() string { return filepath.Join(dir, "public", "greenroom") },
		Tools:    func(ctx context.Context) (media.Tools, error) { return media.FindTools(ctx, exec.LookPath) },
		Hash: func(path string) (string, error) {
			sum, _, err := hashkey.File(path)
			return hex.EncodeToString(sum[:]), err
		},
		Open: func(context.Context) (films.Store, error) { return store, nil },
		Clips: func(context.Context, []string) (func(string) (films.Clip, error), error) {
			return func(name string) (films.Clip, error) {
				return films.Clip{NotReady: fault.New(fault.Failed, "", "clip is not ready").For(name)}, nil
			}, nil
		},
	}
	set, err := src.Choose(nil, films.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	r := &Renderer{
		Project: Project{
			Dir: dir, CacheDir: filepath.Join(dir, "cache"), Records: records.Store{Dir: dir, Version: "test"},
			Pieces: func(context.Context) (*segments.Maker, error) {
				return &segments.Maker{Store: store, Index: segments.Index{Dir: filepath.Join(dir, "pieces")}}, nil
			},
		},
		Settings: Settings{Still: -1},
		Tools:    tools,
		Emit:     func(event.Event) {},
		Now:      time.Now,
	}
	return &Run{Renderer: r, Set: set, KeepGoing: true, Keep: true}
}

// all runs a run and returns the names of the films that have their file and of those that failed.
func (r *Run) all(t *testing.T) (rendered, failed []string) {
	t.Helper()
	r.done = nil
	r.Rendered = func(name string, res Result) error {
		if _, err := os.Stat(res.Path); err != nil || res.Frames != 25 || res.Seconds != 1 {
			t.Errorf("%s: %+v %v", name, res, err)
		}
		rendered = append(rendered, name)
		return nil
	}
	r.FilmFailed = func(name string, err error) {
		if !strings.Contains(err.Error(), "not ready") {
			t.Errorf("%s: %v", name, err)
		}
		failed = append(failed, name)
	}
	if err := r.All(t.Context()); err != nil {
		t.Fatal(fault.All(err))
	}
	return rendered, failed
}

// TestRun: a film is rendered once, a film that fails does not stop the others, and all are in the table.
func TestRun(t *testing.T) {
	r := newRun(t, "  broken: {layers: [{clip: hello}]}\n  card: {length: 1s, background: \"#203040\"}\n")
	rendered, failed := r.all(t)
	if !slices.Equal(rendered, []string{"card"}) || !slices.Equal(failed, []string{"broken"}) {
		t.Errorf("rendered %v, failed %v", rendered, failed)
	}
	if want := (Counts{Total: 2, Rendered: 1, Failed: 1}); r.Counts != want {
		t.Errorf("%+v, want %+v", r.Counts, want)
	}
	list := r.Outcomes()
	if want := (Outcome{Film: "card", Status: Ready, File: "out/card.mp4", Seconds: 1, Encoded: 1, Frames: 25}); len(list) != 2 || list[1] != want {
		t.Errorf("%+v, want %+v", list, want)
	}
	if list[0].Status != Failed || list[0].Error == "" {
		t.Errorf("%+v", list[0])
	}
	r.all(t)
	if r.Counts.UpToDate != 1 || r.Counts.Rendered != 0 {
		t.Errorf("again: %+v", r.Counts)
	}
	r.Force = true
	r.all(t)
	if r.Counts.UpToDate != 0 || r.Counts.Rendered != 1 {
		t.Errorf("with Force: %+v", r.Counts)
	}
	if len(r.Records.PieceHashes()) != 2 { // pictures and sound
		t.Errorf("recorded pieces: %v", r.Records.PieceHashes())
	}
}

// TestPiecesAreReused: a film whose file was removed is joined of its pieces; without pieces it is encoded in one run.
func TestPiecesAreReused(t *testing.T) {
	r := newRun(t, "  card: {length: 1s, background: \"#203040\"}\n")
	for _, want := range []struct {
		whole           bool
		encoded, reused float64
	}{{false, 1, 0}, {false, 0, 1}, {true, 1, 0}, {false, 0, 1}} {
		var got Result
		if err := os.RemoveAll(filepath.Join(r.Dir, "out")); err != nil {
			t.Fatal(err)
		}
		r.Whole = want.whole
		r.Rendered = func(_ string, res Result) error { got = res; return nil }
		r.FilmFailed = func(_ string, err error) { t.Error(err) }
		if err := r.All(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got.Encoded != want.encoded || got.Reused != want.reused || got.UpToDate {
			t.Errorf("in one run %v: %v s encoded, %v s reused", want.whole, got.Encoded, got.Reused)
		}
	}
}

// TestRunStopsAtAFailure: without KeepGoing the films after a failure are skipped.
func TestRunStopsAtAFailure(t *testing.T) {
	r := newRun(t, "  broken: {layers: [{clip: hello}]}\n  card: {length: 1s, background: \"#203040\"}\n")
	r.KeepGoing = false
	if rendered, failed := r.all(t); len(rendered) != 0 || len(failed) != 1 || r.Counts.Skipped() != 1 {
		t.Errorf("rendered %v, failed %v: %+v", rendered, failed, r.Counts)
	}
	if list := r.Outcomes(); len(list) != 2 || list[1].Film != "card" || list[1].Status != Skipped {
		t.Errorf("%+v", list)
	}
}
