// Package lockfile reads and writes greenroom.lock: which take each clip has
// and what was made from it. People commit it and read its diffs.
//
// The text is YAML, sorted, one block a clip, the same bytes for the same facts.
// It holds no links, keys or local paths. A file that was edited into nonsense is
// refused with its place, never repaired silently.
package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/mergemark"
	"greenroom/internal/regular"
	"greenroom/internal/yamltext"
	"greenroom/pipeline/origin"
)

const (
	version = 1
	header  = "# written by greenroom; commit it, do not edit it\n"
	maxSize = 64 << 20 // bytes
	// maxForeign bounds a text that is not laid out as Encode does, bytes: the YAML package takes up to a
	// hundred times its size.
	maxForeign = 16 << 20
)

// Entry is what is known about one clip's take.
type Entry struct {
	Clip        string  `yaml:"-"`
	TakeKey     string  `yaml:"take"`
	Route       string  `yaml:"route"`
	Origin      string  `yaml:"origin,omitempty"` // who made it; see package origin
	VideoID     string  `yaml:"video,omitempty"`
	Master      string  `yaml:"master"` // SHA-256, hex
	MasterBytes int64   `yaml:"bytes"`
	Duration    float64 `yaml:"announced,omitempty"` // seconds, from the provider
	// Warning is HeyGen's warning about the finished take, such as a watermark.
	Warning    string               `yaml:"warning,omitempty"`
	Inputs     Inputs               `yaml:"inputs,omitempty"` // short hashes of what the take was made from
	Info       Info                 `yaml:"info,omitempty"`
	Captions   *Rendition           `yaml:"captions,omitempty"` // the sidecar, ready to publish
	Tool       string               `yaml:"ffmpeg,omitempty"`   // the version that made the renditions
	Renditions map[string]Rendition `yaml:"renditions,omitempty"`
}

// Rendition is a file prepared from the master.
type Rendition struct {
	Key   string `yaml:"key"`
	Hash  string `yaml:"sha256"`
	Bytes int64  `yaml:"bytes"`
}

// Rendition returns a file by its name; captions are one, too.
func (e Entry) Rendition(name string) Rendition {
	if name == "captions" && e.Captions != nil {
		return *e.Captions
	}
	return e.Renditions[name]
}

// Info is what the checks measured: enough to write props without opening media.
type Info struct {
	Width       int     `yaml:"width"` // of the master, pixels
	Height      int     `yaml:"height"`
	FPSNum      int     `yaml:"fpsNum"`
	FPSDen      int     `yaml:"fpsDen"`
	Frames      int     `yaml:"frames"`
	Duration    float64 `yaml:"seconds"` // of the picture
	Transparent bool    `yaml:"transparent"`
	Box         Box     `yaml:"box,flow"` // the part of the frame that is kept
	OutWidth    int     `yaml:"outWidth,omitempty"`
	OutHeight   int     `yaml:"outHeight,omitempty"`
	// StepNum and StepDen are the rate of the shortest usual step of a master whose rate varies; 0 when it is constant.
	StepNum int `yaml:"stepNum,omitempty"`
	StepDen int `yaml:"stepDen,omitempty"`
}

// Box is a rectangle in pixels of the master.
type Box struct{ X, Y, W, H int }

// File is a lockfile in memory.
type File struct {
	clips map[string]Entry
	size  int // of the last text, bytes
}

type document struct {
	Version int              `yaml:"version"`
	Clips   map[string]Entry `yaml:"clips"`
}

// Load reads a lockfile; a missing one is empty.
func Load(path string) (*File, error) { return newFile().Reload(path) }

// Reload reads a lockfile that f may be an earlier state of: entries whose text is the
// same are not parsed again, and are shared with f. f itself stays as it is.
func (f *File) Reload(path string) (*File, error) {
	text, err := readString(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newFile(), nil
	}
	if err != nil {
		return nil, err
	}
	return parse(filepath.Base(path), text, f)
}

var (
	hexKey   = lazyregexp.New(`^[0-9a-f]{64}$`)
	clipName = lazyregexp.New(`^[a-z0-9][a-z0-9-]{0,63}$`)
)

// Parse reads a lockfile's text; name is for messages.
func Parse(name string, b []byte) (*File, error) { return parse(name, string(b), newFile()) }

// readString is a file's text, held once.
func readString(path string) (string, error) {
	f, err := regular.Open(path)
	if err != nil {
		return "", fault.Wrap(
			fault.Manifest, err, fault.ReadHint(err, "make it a file that can be read"), "read the lockfile",
		)
	}
	defer f.Close()
	var b strings.Builder
	if fi, err := f.Stat(); err == nil && fi.Size() <= maxSize {
		b.Grow(int(fi.Size()))
	}
	_, err = io.Copy(&b, io.LimitReader(f, maxSize+1))
	return b.String(), err
}

func parse(name, text string, known *File) (*File, error) {
	hint := "restore it with `git checkout " + name +
		"`; without it, takes that another machine paid for are bought again"
	bad := func(line, col int, format string, args ...any) error {
		e := fault.New(fault.Manifest, hint, "lockfile: "+format, args...)
		e.Place = &fault.Place{File: name, Line: line, Column: col}
		return e
	}
	if len(text) > maxSize {
		return nil, bad(1, 1, "larger than %d MiB", maxSize>>20)
	}
	if f := blocks(text, known); f != nil {
		return f, nil
	}
	if line := mergemark.Line(text); line > 0 {
		hint = "resolve the conflict: keep one of the two blocks of each clip (`git checkout --ours " + name +
			"` or `--theirs`), then `greenroom build` brings it up to date"
		return nil, bad(line, 1, "it has unresolved merge conflicts")
	}
	if len(text) > maxForeign {
		return nil, bad(1, 1, "edited, and larger than %d MiB", maxForeign>>20)
	}
	b := []byte(text)
	var d document
	if err := yamltext.Decode(b, &d); err != nil && len(bytes.TrimSpace(b)) > 0 {
		var limit *yamltext.LimitError
		if errors.As(err, &limit) {
			return nil, bad(limit.Line, limit.Column, "%s", limit.Msg)
		}
		var ye yaml.Error
		if errors.As(err, &ye) && ye.GetToken() != nil && ye.GetToken().Position != nil {
			p := ye.GetToken().Position
			return nil, bad(p.Line, p.Column, "%s", ye.GetMessage())
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, bad(1, 1, "%s", first)
	}
	switch {
	case d.Version > version:
		hint = "update greenroom; do not delete the file, it names takes that are paid for"
		return nil, bad(1, 1, "written by a newer greenroom (version %d of the file, this program reads %d)",
			d.Version, version)
	case d.Version < 1 && strings.TrimSpace(text) != "":
		return nil, bad(1, 1, "it has no version")
	}
	f := newFile()
	for clip, e := range d.Clips {
		e.Clip = clip
		if err := e.validate(); err != nil {
			return nil, bad(lineOf(b, clip), 1, "clip %q: %v", clip, err)
		}
		f.clips[clip] = e
	}
	return f, nil
}

func (e Entry) validate() error {
	switch {
	case !clipName.MatchString(e.Clip):
		return errors.New("not a clip name")
	case !hexKey.MatchString(e.TakeKey):
		return errors.New("take is not a key")
	case !origin.Origin(e.Origin).Valid():
		return errors.New("origin is not an account")
	case !hexKey.MatchString(e.Master) || e.MasterBytes < 0:
		return errors.New("master is not a hash")
	case !goodWarning(e.Warning):
		return errors.New("warning is not a printable line")
	case e.Info.Width < 0 || e.Info.Height < 0 || e.Info.Frames < 0 || e.Info.FPSDen < 0 ||
		e.Info.Duration < 0 || e.Info.StepNum < 0 || e.Info.StepDen < 0:
		return errors.New("info holds a negative number")
	}
	if r := e.Captions; r != nil && (!hexKey.MatchString(r.Key) || !hexKey.MatchString(r.Hash) || r.Bytes < 0) {
		return errors.New("captions have no hash")
	}
	for n, r := range e.Renditions {
		if !hexKey.MatchString(r.Key) || !hexKey.MatchString(r.Hash) || r.Bytes < 0 {
			return fmt.Errorf("rendition %q has no hash", n)
		}
	}
	return nil
}

// MaxWarning bounds the warning of a take, characters.
const MaxWarning = 300

// goodWarning refuses text that was not cleaned before it was recorded.
func goodWarning(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= MaxWarning && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
	}) < 0
}

func lineOf(b []byte, clip string) int {
	for i, l := range strings.Split(string(b), "\n") {
		if strings.TrimSpace(l) == clip+":" {
			return i + 1
		}
	}
	return 1
}

// Get returns a clip's entry.
func (f *File) Get(clip string) (Entry, bool) {
	e, ok := f.clips[clip]
	return e, ok
}

// Set replaces a clip's entry.
func (f *File) Set(e Entry) { f.clips[e.Clip] = e }

// Names lists the clips that have an entry, sorted.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.clips)) }

// Drop removes a clip's entry.
func (f *File) Drop(clip string) { delete(f.clips, clip) }

// Save replaces the file atomically; an equal file is not rewritten.
func (f *File) Save(path string) error {
	b, err := f.Encode()
	if err != nil {
		return err
	}
	return Write(path, b)
}

// Write puts an encoded lockfile in place.
func Write(path string, b []byte) error {
	if _, err := atomicfile.WriteBytes(path, 0o644, b); err != nil {
		const hint = "make the folder writable, or free some space, and run the same command again"
		return fault.Wrap(fault.Failed, err, hint, "write %s", filepath.Base(path))
	}
	return nil
}
