package watch

import (
	"context"
	"fmt"
	"os"
	"sync"

	"greenroom/pipeline"
)

// restore fetches clips that are in the lockfile and not here from the shared cache. Saves do not
// wait for it, and until it ends the stand-ins are shown. It runs once for each state of manifest
// and lockfile, so also after clips of another user are pulled.
func (s *Session) restore(ctx context.Context, wg *sync.WaitGroup) {
	of := stampOf(s.o.Project.ManifestPath) + stampOf(s.lockPath())
	if s.restoring || of == s.restoreOf {
		return
	}
	s.restoring, s.restoreOf = true, of
	wg.Go(func() {
		n := 0
		defer func() { s.restored <- n > 0 }() // buffered by one, and only one is sent
		p, err := pipeline.Open(s.o.Project)
		if err != nil {
			return // the run reports it, and the fixed manifest is another state
		}
		defer p.Close()
		n, _ = p.Restore(ctx) // errors of the cache are in the log
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
