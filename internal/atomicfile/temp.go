package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"greenroom/internal/lazyregexp"
)

// old is the age at which a temporary file is removed although a process with its number
// lives: numbers are used again.
const old = time.Hour

// tempName is the name of a temporary file: .NAME.tmp-PROCESS-RANDOM. Earlier versions wrote
// .NAME.tmpRANDOM.
var tempName = lazyregexp.New(`^\..+\.tmp(?:-(\d+)-\d+|\d+)$`)

// TempName returns a new name for the unfinished form of a file, in the same folder. It
// begins with a dot and names this process, so that Sweep recognises it.
func TempName(base string) string {
	return fmt.Sprintf(".%s.tmp-%d-%d", base, os.Getpid(), rand.Uint32())
}

func createTemp(dir, base string) (*os.File, error) {
	for try := 0; ; try++ {
		f, err := os.OpenFile(filepath.Join(dir, TempName(base)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) || try == 100 {
			return f, err
		}
	}
}

// Leftovers lists the temporary files in a folder whose process has ended, and those that
// are older than an hour.
func Leftovers(dir string) (paths []string) {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1) // not sorted and not read: there may be many
	for _, name := range names {
		if len(name) == 0 || name[0] != '.' {
			continue
		}
		m := tempName.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		path := filepath.Join(dir, name)
		fi, err := os.Lstat(path)
		if err != nil || !fi.Mode().IsRegular() {
			continue
		}
		pid, err := strconv.Atoi(m[1])
		if ended := err == nil && pid != os.Getpid() && !Alive(pid); ended || time.Since(fi.ModTime()) > old {
			paths = append(paths, path)
		}
	}
	return paths
}

// Sweep removes the Leftovers of folders. What cannot be removed stays for the next sweep.
func Sweep(dirs ...string) {
	for _, dir := range dirs {
		for _, path := range Leftovers(dir) {
			_ = os.Remove(path)
		}
	}
}
