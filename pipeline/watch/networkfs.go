package watch

import (
	"fmt"

	"greenroom/internal/netfs"
)

// fileSystem names a file system whose events report this machine's own changes alone, or
// none at all: a save from elsewhere makes no event.
var fileSystem = netfs.Name

// eventsUnreliable returns the reason why file events of this folder are not enough.
func (f *files) eventsUnreliable() error {
	if name := fileSystem(f.root); name != "" {
		return fmt.Errorf("this folder is on %s, where saves from elsewhere make no events", name)
	}
	return nil
}
