package scaffold

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// Record is the file in the source folder that lists the files which greenroom wrote there, with their hashes: a file
// that still has its hash was not changed by the user, and may be replaced by a newer one. It is committed with them.
const Record = "owned.json"

type record struct {
	About   string            `json:"about"`
	Version string            `json:"greenroom"` // that wrote the files
	Files   map[string]string `json:"files"`     // SHA-256 by name, of the text with LF
}

const about = "Files that `greenroom init --update` keeps up to date unless you change them. Commit this file."

// shippedJSON has the hashes of earlier texts of the files, for projects without a record or with a damaged one.
//
//go:embed shipped.json
var shippedJSON []byte

// State is how a file of greenroom's own compares with this version's.
type State string

// States of a file. Changed is the user's: it is kept.
const (
	Current State = "current"
	Missing State = "missing"
	Older   State = "older"   // as another version of greenroom wrote it
	Changed State = "changed" // by the user
	Removed State = "removed" // this version has no such file, and the user did not change it
)

// File is one of greenroom's own files.
type File struct {
	Name  string `json:"name"` // relative to the project
	State State  `json:"state"`
	text  []byte
}

// Comparison is the state of all of greenroom's own files in a project.
type Comparison struct {
	Files   []File // by name, without those that are current
	Written string // the version of greenroom that wrote them; "" before there was a record
	layout  project.Layout
	record  record
	own     map[string][]byte
	stale   bool // the record differs from the files
}

// Outdated lists the files that Update would write or remove.
func (c *Comparison) Outdated() []File { return c.in(Missing, Older, Removed) }

// Kept lists the files that the user changed.
func (c *Comparison) Kept() []File { return c.in(Changed) }

func (c *Comparison) in(states ...State) (out []File) {
	for _, f := range c.Files {
		if slices.Contains(states, f.State) {
			out = append(out, f)
		}
	}
	return out
}

// sum is the SHA-256 of a text; Git and editors may have made its line ends CRLF.
func sum(b []byte) string {
	h := sha256.Sum256(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
	return hex.EncodeToString(h[:])
}

// Compare reads greenroom's own files of a project. It returns nil where greenroom wrote none: no Remotion project, or
// one whose files the user removed altogether.
func Compare(l project.Layout) (*Comparison, error) {
	c := &Comparison{layout: l, record: record{Files: map[string]string{}}}
	dir := l.Path(l.SourceDir())
	b, err := os.ReadFile(filepath.Join(dir, Record))
	switch {
	case err == nil:
		if json.Unmarshal(b, &c.record) != nil || c.record.Files == nil { // a merge conflict: go by what was shipped
			c.record, c.stale = record{Files: map[string]string{}}, true
		}
	case !os.IsNotExist(err):
		return nil, fault.Wrap(fault.Failed, err, "make it readable", "read %s/%s", l.SourceDir(), Record)
	default:
		if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
			return nil, nil
		}
		c.stale = true
	}
	c.Written = c.record.Version
	var shipped map[string][]string
	if err := json.Unmarshal(shippedJSON, &shipped); err != nil {
		return nil, err
	}
	c.own, err = own(l)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(c.own)
	for name := range c.record.Files {
		if filepath.IsLocal(name) && !strings.ContainsAny(name, `/\`) {
			names[name] = c.own[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		want := names[name]
		have, err := os.ReadFile(filepath.Join(dir, name))
		f := File{Name: l.SourceDir() + "/" + name, text: want}
		switch hash := sum(have); {
		case os.IsNotExist(err) && want != nil:
			f.State = Missing
		case os.IsNotExist(err):
			continue
		case err != nil:
			return nil, fault.Wrap(fault.Failed, err, "make it a readable file", "read %s", f.Name)
		case want != nil && hash == sum(want):
			c.stale = c.stale || c.record.Files[name] != hash
			continue
		case hash == c.record.Files[name] || slices.Contains(shipped[name], hash):
			f.State = Older
			if want == nil {
				f.State = Removed
			}
		case want == nil: // the user's now
			continue
		default:
			f.State = Changed
		}
		c.Files = append(c.Files, f)
	}
	return c, nil
}

// Unchanged reports that all of greenroom's own files are there, as this version has them.
func Unchanged(l project.Layout) bool {
	mine, err := own(l)
	if err != nil {
		return false
	}
	for name, want := range mine {
		if have, err := os.ReadFile(l.Path(l.SourceDir() + "/" + name)); err != nil || sum(have) != sum(want) {
			return false
		}
	}
	return true
}

// Present lists greenroom's own files that are there with their record, by name in the source folder. It is empty
// where greenroom wrote none.
func Present(l project.Layout) (names []string) {
	mine, err := own(l)
	dir := l.Path(l.SourceDir())
	if err != nil {
		return nil
	}
	for _, name := range append(slices.Sorted(maps.Keys(mine)), Record) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// NewerThan reports that a newer version of greenroom than the given one wrote the files: this one must not replace
// them unless the user asks for it.
func (c *Comparison) NewerThan(version string) bool { return project.Older(version, c.Written) }

// Update writes the files that are missing or older and removes those that greenroom no longer has. Files that the user
// changed are kept; with newText, this version's text of them is written to NAME.new. It returns what it wrote or
// removed, relative to the project.
func (c *Comparison) Update(version string, newText bool) (done []string, err error) {
	for _, f := range c.Files {
		switch {
		case f.State == Removed:
			err = os.Remove(c.layout.Path(f.Name))
		case f.State == Changed && newText:
			f.Name += ".new"
			_, err = atomicfile.WriteBytes(c.layout.Path(f.Name), 0o644, f.text)
		case f.State == Changed:
			continue
		default:
			_, err = atomicfile.WriteBytes(c.layout.Path(f.Name), 0o644, f.text)
		}
		if err != nil {
			return done, fault.Wrap(fault.Failed, err, "make the folder writable, and run the same command again",
				"update %s",
				f.Name)
		}
		done = append(done, f.Name)
	}
	if len(c.Outdated()) == 0 && !c.stale {
		return done, nil
	}
	keep := map[string]string{}
	for _, f := range c.Kept() { // what it was made of, as far as that is known
		name := strings.TrimPrefix(f.Name, c.layout.SourceDir()+"/")
		keep[name] = c.record.Files[name]
	}
	b, err := encodeRecord(version, c.own, keep)
	if err != nil {
		return done, err
	}
	name := c.layout.SourceDir() + "/" + Record
	if _, err := atomicfile.WriteBytes(c.layout.Path(name), 0o644, b); err != nil {
		return done, fault.Wrap(fault.Failed, err, "make the folder writable, and run the same command again",
			"update %s",
			name)
	}
	return done, nil
}

// encodeRecord is the record of the files, with other hashes for those in keep.
func encodeRecord(version string, files map[string][]byte, keep map[string]string) ([]byte, error) {
	r := record{About: about, Version: version, Files: map[string]string{}}
	for name, b := range files {
		r.Files[name] = sum(b)
	}
	maps.Copy(r.Files, keep)
	b, err := json.MarshalIndent(r, "", "  ")
	return append(b, '\n'), err
}
