package assets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
)

// MarkerName is the file that marks a folder as greenroom's own, to be filled and swept.
const MarkerName = ".greenroom-owned.json"

// generations is how many publishes a file outlives its last use: a render that
// is running may still read it.
const generations = 2

// File is one published file: its name in the folder and its content.
type File struct {
	Name string
	Hash Hash
}

// Published reports what a publish changed.
type Published struct{ Added, Kept int }

type marker struct {
	Note    string     `json:"note"`
	History [][]string `json:"history"` // names of the last publishes, newest first
}

var safeName = lazyregexp.New(`^[a-z0-9][a-z0-9.-]{0,120}$`)

// Publish puts the files into root under their names: clones or hard links where the file
// system allows, copies elsewhere, each complete or not at all. A file that was changed is
// replaced. It refuses a folder that holds other files, and follows no symbolic link out of
// it. What killed runs left is removed.
func (s *Store) Publish(root string, files []File) (Published, error) {
	var p Published
	r, m, err := own(root)
	if err != nil {
		return p, err
	}
	defer r.Close()
	atomicfile.Sweep(root)
	names := make([]string, 0, len(files))
	for _, f := range files {
		if !safeName.MatchString(f.Name) {
			return p, fmt.Errorf("publish: %q is not a safe file name", f.Name)
		}
		added, err := s.place(r, root, f)
		if err != nil {
			return p, full(err, "publish "+f.Name)
		}
		if added {
			p.Added++
		} else {
			p.Kept++
		}
		names = append(names, f.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names) // clips may share a file
	if len(m.History) == 0 || !slices.Equal(m.History[0], names) {
		m.History = append([][]string{names}, m.History...)
		if err := m.write(r); err != nil {
			return p, full(err, "publish")
		}
	}
	return p, nil
}

// Own makes a folder greenroom's, as Publish does, and puts nothing into it: for a folder that only holds others.
func Own(root string) error {
	r, _, err := own(root)
	if err != nil {
		return err
	}
	return r.Close()
}

// own opens the folder and its marker, making both when the folder is new or empty.
func own(root string) (*os.Root, *marker, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, nil, full(err, "create "+filepath.Base(root))
	}
	if fi, err := os.Lstat(root); err != nil || fi.Mode()&fs.ModeSymlink != 0 {
		return nil, nil, fault.New(fault.Failed, "make it a real folder", "%s is a symbolic link", root)
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, nil, err
	}
	m := &marker{
		Note: "This folder belongs to greenroom: it adds and removes files here. Keep your own files elsewhere.",
	}
	b, err := r.ReadFile(MarkerName)
	switch {
	case err == nil:
		if err := json.Unmarshal(b, m); err != nil {
			m.History = nil // a corrupt list only keeps old files longer
		}
		return r, m, nil
	case !errors.Is(err, fs.ErrNotExist):
		r.Close()
		return nil, nil, err
	}
	entries, err := os.ReadDir(root)
	if err == nil && len(entries) > 0 {
		err = fault.New(fault.Failed, "move its files away, or remove the folder",
			"%s holds files that greenroom did not put there (%s)", root, entries[0].Name())
	}
	if err == nil {
		err = m.write(r)
		if err != nil {
			err = full(err, "publish into "+root)
		}
	}
	if err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, m, nil
}

func (m *marker) write(r *os.Root) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	tmp := temporary(MarkerName)
	err = r.WriteFile(tmp, append(b, '\n'), 0o644)
	if err == nil {
		err = r.Rename(tmp, MarkerName)
	}
	if err != nil {
		_ = r.Remove(tmp)
	}
	return err
}

// place puts one file into the folder; false when it is there already, undamaged. On file
// systems that share blocks between files it is a clone, else a hard link; docs/design/store.md
// has the reasons. It is complete from the first moment.
func (s *Store) place(r *os.Root, root string, f File) (bool, error) {
	src, path := s.Path(f.Hash), filepath.Join(root, f.Name)
	switch s.FileCondition(path, f.Hash, -1) {
	case Intact:
		return false, nil
	case Damaged:
		if err := r.Remove(f.Name); err != nil {
			return false, err
		}
	case Missing: // or a folder or a link, which must not be followed
		if err := r.Remove(f.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	switch s.FileCondition(src, f.Hash, -1) {
	case Missing:
		return false, fmt.Errorf("its stored file %w", fs.ErrNotExist)
	case Damaged:
		return false, fault.New(fault.Failed, "run `greenroom build`, which makes it again",
			"its stored file was changed and is damaged")
	}
	if s.clone(r, src, f.Name) {
		s.written(f.Hash, path)
		return true, nil
	}
	if os.Link(src, path) == nil {
		s.written(f.Hash, path) // the number of links changed the stored file's time too
		return true, nil
	}
	tmp := temporary(f.Name)
	err := copyInto(r, tmp, src)
	if err == nil {
		err = r.Rename(tmp, f.Name)
	}
	if err != nil {
		_ = r.Remove(tmp)
		return false, err
	}
	s.written(f.Hash, path)
	return true, nil
}

// clone makes a file that shares its blocks with src until one of the two is written to.
func (s *Store) clone(r *os.Root, src, name string) bool {
	if s.noClone.Load() {
		return false
	}
	tmp := temporary(name)
	err := cloneInto(r, tmp, src)
	if err == nil {
		err = r.Rename(tmp, name)
	}
	if err != nil {
		_ = r.Remove(tmp)
		s.noClone.Store(true) // not asked again for thousands of files
		return false
	}
	return true
}

func copyInto(r *os.Root, name, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Sweep removes what earlier publishes put there and the last ones no longer
// use. It touches only names from its own list.
func (s *Store) Sweep(root string) error {
	r, m, err := own(root)
	if err != nil {
		return err
	}
	defer r.Close()
	if len(m.History) <= generations {
		return nil
	}
	keep := map[string]bool{}
	for _, g := range m.History[:generations] {
		for _, n := range g {
			keep[n] = true
		}
	}
	for _, g := range m.History[generations:] {
		for _, n := range g {
			if !keep[n] && safeName.MatchString(n) {
				if err := r.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
	}
	m.History = m.History[:generations]
	return m.write(r)
}

// temporary names the unfinished form of a published file. See atomicfile.Sweep.
func temporary(name string) string { return atomicfile.TempName(name) }
