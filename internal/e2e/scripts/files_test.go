package scripts

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"greenroom/assets"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
)

// oldMaster FILE|BYTES makes the project as earlier versions left it when a download was
// wrong: store, ledger and lockfile have the file, or the first bytes of the right master,
// as the master of every clip, and nothing is prepared.
func oldMaster(ts *testscript.TestScript, neg bool, args []string) {
	store, err := assets.Open(ts.MkAbs(".greenroom/store"))
	ts.Check(err)
	path := ts.MkAbs("greenroom.lock")
	lock, err := lockfile.Load(path)
	ts.Check(err)
	l, err := ledger.Open(ts.MkAbs(".greenroom/ledger.db"), ledger.Options{})
	ts.Check(err)
	defer l.Close()
	rows, err := l.List(context.Background())
	ts.Check(err)
	for _, r := range rows {
		e, ok := lock.Get(r.Clip)
		if !ok {
			continue
		}
		var body []byte
		if n, err := strconv.Atoi(args[0]); err == nil {
			body, err = os.ReadFile(store.Path(assets.Hash(e.Master)))
			ts.Check(err)
			body = body[:n]
		} else {
			body = []byte(ts.ReadFile(args[0]))
		}
		ts.Check(store.Remove(assets.Hash(e.Master)))
		tmp := store.TempPath("old")
		ts.Check(os.WriteFile(tmp, body, 0o600))
		h, size, err := store.Adopt(tmp)
		ts.Check(err)
		e.Master, e.MasterBytes, e.Renditions, e.Tool = string(h), size, nil, ""
		e.Info = lockfile.Info{}
		lock.Set(e)
		l.Fetched(r, string(h), size, r.Duration)
	}
	ts.Check(l.Flush())
	ts.Check(lock.Save(path))
	store.Remember(false)
}

// flip GLOB… changes four bytes in the middle of files in place and sets their times back.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	for _, pattern := range args {
		files, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(files) == 0 {
			ts.Fatalf("no file %s", pattern)
		}
		for _, path := range files {
			fi, err := os.Stat(path)
			ts.Check(err)
			ts.Check(os.Chmod(path, 0o644))
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			ts.Check(err)
			b := make([]byte, 4)
			_, err = f.ReadAt(b, fi.Size()/2)
			ts.Check(err)
			for i := range b {
				b[i] ^= 0x55
			}
			_, err = f.WriteAt(b, fi.Size()/2)
			ts.Check(err)
			ts.Check(f.Close())
			ts.Check(os.Chmod(path, fi.Mode().Perm()))
			ts.Check(os.Chtimes(path, fi.ModTime(), fi.ModTime()))
		}
	}
}

// flipMasters changes the stored takes of all clips in place.
func flipMasters(ts *testscript.TestScript, neg bool, args []string) {
	lock, err := lockfile.Load(ts.MkAbs("greenroom.lock"))
	ts.Check(err)
	for _, clip := range args {
		e, ok := lock.Get(clip)
		if !ok {
			ts.Fatalf("no clip %s", clip)
		}
		flip(ts, false, []string{".greenroom/store/sha256/" + e.Master[:2] + "/" + e.Master})
	}
}
