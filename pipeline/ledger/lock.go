package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"greenroom/internal/fault"
)

// LockSubmitter takes the OS lock that fences spending on this machine. It is
// freed by unlock or by the process's death, never by time: a stalled holder is
// not overtaken. A second caller gets a fault of kind Locked naming the holder.
func LockSubmitter(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "submit.lock")
	l := flock.New(path)
	ok, err := l.TryLock()
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the folder writable", "lock %s", path)
	}
	who := filepath.Join(dir, "submit.pid")
	if !ok {
		holder, _ := os.ReadFile(who) // only for the message
		text := strings.TrimSpace(string(holder))
		if text == "" {
			text = "its process id is not known"
		}
		return nil, fault.New(
			fault.Locked, "wait for it to end, or end it; what it paid for is on record",
			"another greenroom works on this project (%s)", text,
		)
	}
	note := fmt.Sprintf("process %d, since %s\n", os.Getpid(), time.Now().Format(time.RFC3339))
	_ = os.WriteFile(who, []byte(note), 0o600) // only for the other's message
	return func() {
		os.Remove(who)
		_ = l.Unlock() // freed by exit too
	}, nil
}
