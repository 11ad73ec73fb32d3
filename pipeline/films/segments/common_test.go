package segments

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"greenroom/assets"
	"greenroom/compose/native"
	"greenroom/pipeline/stage"
)

// TestAPieceThatFilmsHaveInCommonIsMadeOnce, also while all of them are made at the same time on other machines.
func TestAPieceThatFilmsHaveInCommonIsMadeOnce(t *testing.T) {
	t.Parallel()
	store, err := assets.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	dir := t.TempDir()
	m := &Maker{Store: store, Index: Index{Dir: filepath.Join(dir, "pieces")}, WorkDir: filepath.Join(dir, "work"),
		Farm: &stage.Env{}}
	const films = 8
	var made atomic.Int32
	source := func(key string) Source {
		return Source{Key: key, Ext: ".webm", Frames: 1,
			Make: func(_ context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
				made.Add(1)
				return native.Encoded{Path: out}, os.WriteFile(out, []byte(key), 0o600)
			}}
	}
	var all sync.WaitGroup
	for i := range films {
		own := string(rune('a' + i))
		r := Ranges{Pictures: []Source{source("common"), source("film " + own), source("common")}, Sound: source("sound " + own)}
		r.Sound.Needs = []Source{source("common wav"), source("wav " + own), source("common wav")}
		all.Go(func() {
			if err := m.MakeRanges(t.Context(), r, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if want := int32(2 + 3*films); made.Load() != want {
		t.Errorf("%d files were made, want %d", made.Load(), want)
	}
}
