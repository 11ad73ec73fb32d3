package watch

import (
	"context"
	"fmt"
	"os"
	"sync"

	"greenroom/pipeline"
)

// restore brings clips that are in the lockfile and not here from the shared cache, beside
// the saves: none waits for it, and until it ends their stand-ins are shown. It looks once
// for each state of manifest and lockfile, so also after somebody else's clips are pulled.
func (s *Session) restore(ctx context.Context, wg *sync.WaitGroup) {
	of := stampOf(s.o.Project.ManifestPath) + stampOf(s.lockPath())
	if s.restoring || of == s.restoreOf {
		return
	}
	s.restoring, s.restoreOf = true, of
	wg.Go(func() {
		n := 0
		defer func() { s.restored <- n > 0 }() // there is room for one, and there is one
		p, err := pipeline.Open(s.o.Project)
		if err != nil {
			return // the run says so, and the mended manifest is another state
		}
		defer p.Close()
		n, _ = p.Restore(ctx) // what is wrong with the cache stands in the log
	})
}

// noFile is the stamp of a file that is not there.
const noFile = "none "

func stampOf(path string) string {
	fi, err := os.Stat(path)
	if err != nil {
		return noFile
	}
	return fmt.Sprint(fi.Size(), fi.ModTime().UnixNano(), " ")
}
