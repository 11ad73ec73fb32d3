package ranges

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"greenroom/assets"
	"greenroom/internal/hashkey"
	"greenroom/remotion/site"
)

// keepSites is how many unpacked sites are kept that no range uses.
const keepSites = 2

// sites are the unpacked bundles of a worker, each with its public files. They are in the store's folder of unfinished
// files, which is removed after this process.
type sites struct {
	mu  sync.Mutex
	all []*unpacked // the last used one last
}

// unpacked is a site on the disk.
type unpacked struct {
	key, dir string
	uses     int
	ready    chan struct{} // closed when it is complete, or err is set
	err      error
}

// use returns the folder of a range's site, and a function to call when the range ends. It refuses a site that is none.
func (s *sites) use(store *assets.Store, in In) (dir string, release func(), err error) {
	k := hashkey.New("site/1")
	k.Field("bundle", in.Bundle)
	for _, f := range in.Public {
		k.Field(f.Name, f.Hash)
	}
	key := k.Sum()
	s.mu.Lock()
	u := s.take(key)
	if u == nil {
		u = &unpacked{key: key, ready: make(chan struct{})}
		s.all = append(s.all, u)
		go func() {
			defer close(u.ready)
			u.err = u.unpack(store, in)
		}()
	}
	u.uses++
	s.mu.Unlock()
	<-u.ready
	if u.err == nil {
		return u.dir, func() { s.release(u) }, nil
	}
	s.release(u)
	if errors.Is(u.err, site.ErrHostile) {
		return "", nil, refuse("%v", u.err)
	}
	return "", nil, fmt.Errorf("unpack the bundle: %w", u.err)
}

// take returns a site that is there and makes it the last used one.
func (s *sites) take(key string) *unpacked {
	i := slices.IndexFunc(s.all, func(u *unpacked) bool { return u.key == key })
	if i < 0 {
		return nil
	}
	u := s.all[i]
	s.all = append(slices.Delete(s.all, i, i+1), u)
	return u
}

// unpack makes the site of files of the store.
func (u *unpacked) unpack(store *assets.Store, in In) error {
	stored := func(hash string) string { return store.Path(assets.Hash(hash)) }
	archive, err := os.Open(stored(in.Bundle))
	if err != nil {
		return err
	}
	defer archive.Close()
	u.dir, err = os.MkdirTemp(filepath.Dir(store.TempPath("site")), "site-")
	if err == nil {
		err = site.Unpack(archive, u.dir)
	}
	if err == nil {
		err = site.Place(u.dir, in.Public, stored)
	}
	return err
}

// release ends a use. Sites that failed, and the oldest that nothing uses, are removed.
func (s *sites) release(u *unpacked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.uses--
	s.trim(keepSites)
}

func (s *sites) trim(keep int) {
	for _, u := range slices.Backward(slices.Clone(s.all)) {
		if u.uses > 0 {
			continue
		}
		if keep > 0 && u.err == nil {
			keep--
			continue
		}
		_ = os.RemoveAll(u.dir) // the next process sweeps it
		s.all = slices.DeleteFunc(s.all, func(other *unpacked) bool { return other == u })
	}
}

// close removes what nothing uses.
func (s *sites) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trim(0)
}
