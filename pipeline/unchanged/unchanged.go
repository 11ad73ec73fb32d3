// Package unchanged records that a project is up to date, and reports in milliseconds that it still is.
package unchanged

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	"greenroom/internal/atomicfile"
	"greenroom/internal/filecache"
	"greenroom/internal/filestat"
	"greenroom/pipeline/account"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/project"
	"greenroom/pipeline/publishing"
	"greenroom/pipeline/renditions"
	"greenroom/remotion"
)

// A build that finds every clip up to date records size and time of each file that it read or
// compared. While none of them changes, the next build calls stat once for each file and
// parses nothing. The record is a cache of the plan's result: without it a build plans in full.
//
// `go test -run '^$' -bench Noop ./pipeline`, a build of 1,000 clips divided by ninja, goal ≤ 2,
// 2026-11-29: 1.30 to 1.54 with the record (machine busy with other work), 10.3 without.
const (
	// File is the name of the record in the folder of state.
	File        = "fresh"
	freshSchema = "greenroom fresh/2"
	// clockTick is longer than a tick of a file system's clock: two changes within one tick
	// may have the same time.
	clockTick = 50 * time.Millisecond
	// outputMark begins the state of a file that greenroom wrote.
	outputMark = "="
)

// Inputs are what the result depends on besides the files of the project.
type Inputs struct {
	ManifestPath string
	Version      string // of greenroom
	Cache        string // address of the shared cache
	Getenv       func(string) string
	LookPath     func(string) (string, error)
}

// Recorder makes the record of a project.
type Recorder struct {
	disk      *project.Project
	publisher *publishing.Publisher
	in        Inputs
	opened    time.Time
}

// NewRecorder returns the recorder of a project that was opened at a time, before any of its files was read.
func NewRecorder(disk *project.Project, publisher *publishing.Publisher, in Inputs, opened time.Time) *Recorder {
	return &Recorder{disk, publisher, in, opened}
}

// Check reports whether nothing has changed since a build that found every clip up to date,
// and returns the number of clips. When ok is false, the caller must make a plan.
func Check(o Inputs) (clips int, ok bool) {
	manifestPath, err := filepath.Abs(o.ManifestPath)
	if err != nil {
		return 0, false
	}
	dir := filepath.Dir(manifestPath)
	b, err := os.ReadFile(filepath.Join(dir, project.StateDir, File))
	if err != nil {
		return 0, false
	}
	head, rest, _ := strings.Cut(string(b), "\n")
	id, tail, _ := strings.Cut(head, "\t")
	counts, keyRef, _ := strings.Cut(tail, "\t")
	var files int
	_, err = fmt.Sscanf(counts, "%d %d", &clips, &files)
	if err != nil || id != freshID(o, manifestPath, keyRef) {
		return 0, false
	}
	if strings.Count(rest, "\n") != files { // truncated
		return 0, false
	}
	root, err := filestat.Open(dir)
	if err != nil {
		return 0, false
	}
	defer root.Close()
	return clips, allUnchanged(root, slices.Collect(strings.Lines(rest)))
}

// errChanged ends the walk.
var errChanged = errors.New("a file has changed")

// allUnchanged compares the lines of the record on all cores: nearly all the time of a build with nothing to do. Three
// runs of `-bench Noop ./pipeline` each, 2026-11-29, two cores: 1.22 to 1.38 times ninja, and 1.46 to 1.52 on one
// core.
func allUnchanged(root filestat.Dir, lines []string) bool {
	g, ctx := errgroup.WithContext(context.Background())
	share := 1 + len(lines)/runtime.GOMAXPROCS(0)
	for part := range slices.Chunk(lines, share) {
		g.Go(func() error {
			for _, line := range part {
				if ctx.Err() != nil || !unchanged(root, line) {
					return errChanged
				}
			}
			return nil
		})
	}
	return g.Wait() == nil
}

// unchanged reports whether the file of a line of the record would get the same line now.
func unchanged(root filestat.Dir, line string) bool {
	_, rest, _ := strings.Cut(line, "\t")
	state, path, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), "\t")
	st, err := root.Stat(path)
	return err == nil && line == freshLine(path, !strings.HasPrefix(state, outputMark), st)
}

// freshLine returns a file's line of the record: size, state, path.
func freshLine(path string, input bool, st filestat.Stat) string {
	return strconv.FormatInt(st.Size, 10) + "\t" + fileState(st, input) + "\t" + path + "\n"
}

// fileState returns what changes whenever a file changes. For an input that is the time of
// its last save, so that a copy of the project with equal times is as good. For an output it
// covers all that the system keeps, because a tool may change bytes in place and set the time
// back.
func fileState(st filestat.Stat, input bool) string {
	if input {
		return strconv.FormatInt(st.ModTime, 10)
	}
	return outputMark + strconv.FormatUint(st.Token(), 16)
}

// freshID identifies what the result depends on besides files: this program, the ffmpeg on
// the search path, the account of heygen.key (keyRef), and the Remotion project's
// configuration, which may be missing and sets the public folder.
func freshID(o Inputs, manifest, keyRef string) string {
	dir := filepath.Dir(manifest)
	id := freshSchema + " " + o.Version + " " + filepath.Base(manifest) + " " + o.Cache
	id += " " + origin.Provider(o.Getenv("HEYGEN_API_BASE")) + " " + account.KeyAccountOf(keyRef, dir, o.Getenv)
	if exe, err := os.Executable(); err == nil {
		if s, err := filecache.StampText(exe); err == nil {
			id += " " + s
		}
	}
	for _, name := range append(remotion.ConfigFiles(), project.StateDir+"/render/"+remotion.ConfigMemory) {
		st, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			id += " no " + name
			continue
		}
		id += fmt.Sprintf(" %s %d %d", name, st.Size(), st.ModTime().UnixNano())
	}
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		path, err := o.LookPath(name)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			return id + " no " + name
		}
		if s, err := filecache.StampText(path); err == nil {
			id += " " + s
		}
	}
	return strconv.Quote(id)
}

// Record writes the record when everything is up to date, else it removes the old one. It
// compares everything again between two passes of stat: a file that changes meanwhile differs.
func (r *Recorder) Record(plan func() (*planning.Plan, error)) {
	path := filepath.Join(r.disk.StateDir(), File)
	r.disk.Store.Remember(true) // waits until a later change of what was just written has another time
	before, files := r.freshLines()
	clips := r.upToDate(plan)
	after, _ := r.freshLines()
	if before == "" || clips < 0 || before != after {
		os.Remove(path)
		return
	}
	keyRef := r.disk.Manifest.HeyGen.Key
	if strings.ContainsAny(keyRef, "\t\n") {
		keyRef = "cmd:" // a program is not run to find out
	}
	id := freshID(r.in, r.disk.Manifest.Path, keyRef)
	record := fmt.Sprintf("%s\t%d %d\t%s\n%s", id, clips, files, keyRef, after)
	_, _ = atomicfile.WriteBytes(path, 0o600, []byte(record)) // without it the next build plans in full
}

// upToDate reads the lockfile again, plans, and returns the number of clips; -1 when not
// everything is up to date.
func (r *Recorder) upToDate(plan func() (*planning.Plan, error)) int {
	err := r.disk.Lock.Reload()
	if err != nil {
		return -1
	}
	now, err := plan()
	if err != nil || !now.UpToDate() || !r.publisher.PropsCurrent() || !r.publisher.OwnedCurrent() {
		return -1
	}
	return len(now.Steps)
}

// freshLines returns the lines of the record and their number. The text is empty when a file
// is missing, or when an input was changed after the project was opened, and so perhaps after
// it was read.
func (r *Recorder) freshLines() (text string, files int) {
	opened := r.opened.Add(-clockTick).UnixNano()
	var b strings.Builder
	complete := true
	r.EachFile(func(path string, input bool) {
		if path == "" || !complete {
			return
		}
		st, err := filestat.Read(path)
		if err != nil || input && max(st.ModTime, st.ChangeTime) > opened {
			complete = false
			return
		}
		b.WriteString(freshLine(r.disk.Rel(path), input, st))
		files++
	})
	if !complete {
		return "", 0
	}
	return b.String(), files
}

// EachFile calls add with every file that the result "up to date" depends on, in a stable
// order. The user writes an input; greenroom writes the others.
func (r *Recorder) EachFile(add func(path string, input bool)) {
	input := func(path string) { add(path, true) }
	output := func(path string) { add(path, false) }
	input(r.disk.Manifest.Path)
	if r.disk.Manifest.Remotion.Config != "" {
		input(r.disk.Manifest.Remotion.Path(r.disk.Manifest.Remotion.Config))
	}
	output(r.disk.Path(project.LockName))
	output(r.disk.PropsPath())
	output(r.disk.Path(r.disk.LiveProps()))
	output(filepath.Join(r.disk.Path(r.disk.SourceDir()), publishing.ClipsModule))
	r.publisher.EachOwned(input)
	for _, e := range r.disk.Manifest.Each {
		input(e.File)
	}
	seen := map[string]bool{} // rows share scripts
	for _, c := range r.disk.Manifest.Clips {
		for _, f := range c.Inputs() {
			if c.Row == nil || !seen[f] {
				input(f)
			}
			seen[f] = seen[f] || c.Row != nil
		}
		if len(c.Frames) > 0 { // a picture that is added changes the folder alone
			input(filepath.Dir(c.Frames[0]))
		}
		e, ok := r.disk.Lock.Get(c.Name)
		if !ok {
			continue
		}
		store := filepath.Join(r.disk.StateDir(), "store")
		output(assets.PathIn(store, assets.Hash(e.Master)))
		for _, f := range renditions.Published(e) {
			output(assets.PathIn(store, f.Hash))
			output(r.disk.Path(r.disk.PublicDir() + "/" + f.Name))
		}
	}
}
