package native

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestASweepTakesNoNewRunsFolder: a folder that is claimed while others sweep is there until it is released.
func TestASweepTakesNoNewRunsFolder(t *testing.T) {
	work := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				sweep(work)
				dir, release, err := claim(work)
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(dir, partFile), nil, 0o600); err != nil {
					t.Error(err)
				}
				release()
			}
		})
	}
	wg.Wait()
}
