package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/assets"
	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/project"
	"greenroom/remotion"
)

// A run that found nothing to do leaves a record of every file it relied on. As
// long as each is as it was, the next run needs one pass of stats and parses
// nothing. The record is only a memory: without it the plan is made in full.
const (
	freshFile   = "fresh"
	freshSchema = "greenroom fresh/2"
	// racy is how young an input may not be when it is recorded: a second save
	// within one tick of the file system's clock could go unseen.
	racy = 50 * time.Millisecond
)

// fileStamp is what a file looked like.
type fileStamp struct {
	path  string // relative to the project where it lies inside
	size  int64
	shown string // see shownBy
	young int64  // nanosecond of its last change
}

// shownBy is what tells a changed file. For one that people write it is the time of the last
// save: a copy of the project with equal times is as good. For one that greenroom wrote it is
// everything that the system keeps, because a tool may change bytes in place and set the time
// back.
func shownBy(st filestat.Stat, input bool) string {
	if input {
		return strconv.FormatInt(st.ModTime, 10)
	}
	return outputMark + strconv.FormatUint(st.Token(), 16)
}

// outputMark begins what shows a file that greenroom wrote.
const outputMark = "="

func stampOf(dir string, f reliedOn) (fileStamp, error) {
	full := f.path
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, full)
	}
	st, err := filestat.Read(full)
	if err != nil {
		return fileStamp{}, err
	}
	return fileStamp{f.path, st.Size, shownBy(st, f.input), st.ModTime}, nil
}

// Fresh reports that nothing has changed since a run that found every clip up to
// date, and how many clips that were. False means no more than "make a plan".
func Fresh(o Options) (clips int, ok bool) {
	manifestPath, err := filepath.Abs(o.ManifestPath)
	if err != nil {
		return 0, false
	}
	dir := filepath.Dir(manifestPath)
	b, err := os.ReadFile(filepath.Join(dir, StateDir, freshFile))
	if err != nil {
		return 0, false
	}
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	id, tail, _ := bytes.Cut(head, []byte("\t"))
	counts, ref, _ := bytes.Cut(tail, []byte("\t"))
	var files int
	if _, err := fmt.Sscanf(string(counts), "%d %d", &clips, &files); err != nil || string(id) != freshID(o, manifestPath, string(ref)) {
		return 0, false
	}
	lines := strings.Split(strings.TrimSuffix(string(rest), "\n"), "\n")
	if len(lines) != files { // cut short
		return 0, false
	}
	look, err := filestat.Open(dir)
	if err != nil {
		return 0, false
	}
	defer look.Close()
	var changed atomic.Bool
	var wg sync.WaitGroup
	for part := range slices.Chunk(lines, len(lines)/runtime.NumCPU()+1) {
		wg.Go(func() {
			for _, l := range part {
				if changed.Load() || !unchanged(look, l) {
					changed.Store(true)
					return
				}
			}
		})
	}
	wg.Wait()
	return clips, !changed.Load()
}

func unchanged(dir filestat.Dir, line string) bool {
	size, rest, ok1 := strings.Cut(line, "\t")
	was, path, ok2 := strings.Cut(rest, "\t")
	if !ok1 || !ok2 {
		return false
	}
	st, err := dir.Stat(path)
	if err != nil {
		return false
	}
	if n, err := strconv.ParseInt(size, 10, 64); err != nil || n != st.Size {
		return false
	}
	if token, output := strings.CutPrefix(was, outputMark); output {
		n, err := strconv.ParseUint(token, 16, 64)
		return err == nil && n == st.Token()
	}
	n, err := strconv.ParseInt(was, 10, 64)
	return err == nil && n == st.ModTime
}

// freshID names what decides in addition to files: this program, the ffmpeg that the search
// path leads to, the account, which ref (heygen.key) leads to, and the configuration of the Remotion project, which may
// be missing and names the public folder.
func freshID(o Options, manifest, ref string) string {
	id := freshSchema + " " + o.Version + " " + filepath.Base(manifest) + " " + o.Cache
	id += " " + origin.Provider(o.Getenv("HEYGEN_API_BASE")) + " " + keyAccountOf(ref, filepath.Dir(manifest), o.Getenv)
	if exe, err := os.Executable(); err == nil {
		if s, err := project.Stamp(exe); err == nil {
			id += " " + s
		}
	}
	for _, name := range append(remotion.ConfigFiles(), StateDir+"/render/"+remotion.ConfigMemory) {
		st, err := os.Stat(filepath.Join(filepath.Dir(manifest), filepath.FromSlash(name)))
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
		if s, err := project.Stamp(path); err == nil {
			id += " " + s
		}
	}
	return strconv.Quote(id)
}

// remember writes the record when everything is up to date. The files are looked
// at before they are read once more, so that an edit in between shows as changed.
func (p *Project) remember(ctx context.Context) {
	path := filepath.Join(p.StateDir(), freshFile)
	p.Store.Remember(true) // waits until a later change of what was just written shows
	stamps := make([]fileStamp, 0, 6*len(p.Manifest.Clips))
	young := p.o.Now().Add(-racy).UnixNano()
	for f := range p.reliesOn() {
		s, err := stampOf(p.Dir(), f)
		if err != nil || f.input && s.young > young {
			os.Remove(path)
			return
		}
		stamps = append(stamps, s)
	}
	p.rows = nil // the other plan reads its own
	again, err := Open(Options{ManifestPath: p.Manifest.Path, Now: p.o.Now, Getenv: p.o.Getenv, LookPath: p.o.LookPath, Version: p.o.Version, Cache: p.o.Cache, known: project.Known{Manifest: p.Manifest, Lock: p.Lock.File(), Store: p.Store}})
	if err != nil {
		return
	}
	defer again.Close()
	clips, err := again.upToDate(ctx)
	if err != nil || clips < 0 || !again.propsCurrent() || !again.ownedCurrent() || !again.reliesOnThese(stamps) {
		os.Remove(path)
		return
	}
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	ref := p.Manifest.HeyGen.Key
	if strings.ContainsAny(ref, "\t\n") {
		ref = "cmd:" // a program is not run to find out
	}
	fmt.Fprintf(w, "%s\t%d %d\t%s\n", freshID(p.o, p.Manifest.Path, ref), clips, len(stamps), ref)
	for _, s := range stamps {
		fmt.Fprintf(w, "%d\t%s\t%s\n", s.size, s.shown, s.path)
	}
	w.Flush()
	_, _ = atomicfile.WriteBytes(path, 0o600, out.Bytes()) // only a memory
}

// upToDate is how many clips there are; -1 when not all of them are up to date.
func (p *Project) upToDate(ctx context.Context) (int, error) {
	plan, err := p.Plan(ctx, nil)
	if err != nil || !plan.UpToDate() {
		return -1, err
	}
	return len(plan.Steps), nil
}

// reliedOn is a file that the verdict "up to date" rests on.
type reliedOn struct {
	path  string
	input bool // people write it
}

// reliesOnThese reports that the project relies on the files that were stamped and no others.
func (p *Project) reliesOnThese(stamps []fileStamp) bool {
	n := 0
	for f := range p.reliesOn() {
		if n == len(stamps) || stamps[n].path != f.path {
			return false
		}
		n++
	}
	return n == len(stamps)
}

// reliesOn gives them, in a stable order.
func (p *Project) reliesOn() iter.Seq[reliedOn] {
	return func(yield func(reliedOn) bool) {
		on := true
		p.eachRelied(func(input bool, path string) {
			if path == "" || !on {
				return
			}
			if r, err := filepath.Rel(p.Dir(), path); err == nil && filepath.IsLocal(r) {
				path = r
			}
			on = yield(reliedOn{path, input})
		})
	}
}

func (p *Project) eachRelied(add func(input bool, path string)) {
	add(true, p.Manifest.Path)
	if p.Manifest.Remotion.Config != "" {
		add(true, p.Manifest.Remotion.Path(p.Manifest.Remotion.Config))
	}
	add(false, p.Path(LockName))
	add(false, p.PropsPath())
	add(false, p.Path(p.LiveProps()))
	add(false, filepath.Join(p.Path(p.SourceDir()), clipsModule))
	p.eachOwned(add)
	for _, e := range p.Manifest.Each {
		add(true, e.File)
	}
	seen := map[string]bool{} // rows share scripts
	for _, c := range p.Manifest.Clips {
		for _, f := range c.Inputs() {
			if c.Row == nil || !seen[f] {
				add(true, f)
			}
			seen[f] = seen[f] || c.Row != nil
		}
		if len(c.Frames) > 0 { // a picture that is added changes the folder alone
			add(true, filepath.Dir(c.Frames[0]))
		}
		e, ok := p.Lock.Get(c.Name)
		if !ok {
			continue
		}
		store := filepath.Join(p.StateDir(), "store")
		add(false, assets.PathIn(store, assets.Hash(e.Master)))
		for _, f := range publishedFiles(e) {
			add(false, assets.PathIn(store, f.Hash))
			add(false, p.Path(p.PublicDir()+"/"+f.Name))
		}
	}
}
