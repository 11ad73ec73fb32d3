package remotion

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
	"greenroom/remotion/sources"
)

// bundled reports that a folder holds a complete bundle.
func bundled(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "index.html"))
	return err == nil
}

// locate computes which bundle a film of the project needs now.
func (s *Session) locate(w *work) error {
	var err error
	w.static, err = staticKey(s.at, s.config)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "make the project readable", "read the project")
	}
	w.bundle = s.bundlePath(sources.Recall(s.home, s.at).Key(w.static, s.at, s.r.environ()))
	return nil
}

func (s *Session) bundlePath(key string) string { return filepath.Join(s.home, "bundle-"+key) }

// bundle makes a work's bundle, if there is none or the session must make a new one. do sends a request.
func (s *Session) bundle(w *work, do func(op string, args map[string]any) (reply, error)) (reply, error) {
	again := s.newBundle && !s.bundled[w.bundle]
	if bundled(w.bundle) && !again {
		return reply{}, nil
	}
	begun := time.Now()
	building := fmt.Sprintf("%s.%x.tmp", w.bundle, begun.UnixNano())
	defer os.RemoveAll(building)
	browser := s.browser()
	if s.noBrowser {
		browser = ""
	}
	one, err := do("bundle", map[string]any{"building": building, "entryPoint": s.at.Path(s.at.Entry),
		"publicDir": s.at.Path(s.at.PublicDir()), "browser": browser})
	// Two renders may bundle at once: the first to finish serves both.
	if one.Error == "bundle" && bundled(w.bundle) && !again {
		return reply{}, nil
	}
	if err != nil || one.Error != "" {
		return one, err
	}
	in := sources.ReadInputs(building, s.at)
	if w.static != "" && !in.Equal(sources.Recall(s.home, s.at)) {
		in.Remember(s.home, s.at)
		key := in.Key(w.static, s.at, s.r.environ())
		if in.ChangedSince(begun, s.at) {
			// of this session only: its inputs changed while it was made
			key = in.Key(w.static+begun.String(), s.at, s.r.environ())
		}
		w.bundle = s.bundlePath(key)
	}
	if err := putBundle(building, w.bundle, again); err != nil {
		return reply{}, fault.Wrap(fault.Failed, err, diskHint, "put the bundle in place")
	}
	s.bundled[w.bundle] = true
	w.beat() // it may have another name
	return reply{}, nil
}

// putBundle renames a finished bundle to its final name. A bundle that exists already is kept, unless again is set.
func putBundle(building, dir string, again bool) error {
	old := fmt.Sprintf("%s.%d.old", dir, os.Getpid())
	defer os.RemoveAll(old)
	if again && bundled(dir) {
		if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(building, dir); err != nil && !bundled(dir) {
		return err
	}
	return nil
}

// staticKey hashes what is known of a bundle's inputs before it is made; sources.Inputs are the others. The generated
// clips are in it: components may import clips.gen.ts. The public folder is not, it is linked in; its place and the
// project's are, because the link names them.
func staticKey(at project.Layout, c configuration) (string, error) {
	k := sources.NewKey()
	k.Field("schema", "bundle/4")
	k.Field("place", at.Dir)
	k.Field("public folder", at.PublicDir())
	k.Field("configuration", c.stamp)
	if err := k.Sources(at, driverSum()); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" { // Remotion copies there instead of linking
		if err := sources.WalkPublic(at, k.FileAs); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	return k.Sum(), nil
}
