package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/assets"
	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
	"greenroom/pipeline/account"
	"greenroom/pipeline/origin"
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
	freshFile   = "fresh"
	freshSchema = "greenroom fresh/2"
	// clockTick is longer than a tick of a file system's clock: two changes within one tick
	// may have the same time.
	clockTick = 50 * time.Millisecond
	// outputMark begins the state of a file that greenroom wrote.
	outputMark = "="
)

// Fresh reports whether nothing has changed since a build that found every clip up to date,
// and returns the number of clips. When ok is false, the caller must make a plan.
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
	for line := range strings.Lines(rest) {
		if !unchanged(root, line) {
			return 0, false
		}
	}
	return clips, true
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
func freshID(o Options, manifest, keyRef string) string {
	dir := filepath.Dir(manifest)
	id := freshSchema + " " + o.Version + " " + filepath.Base(manifest) + " " + o.Cache
	id += " " + origin.Provider(o.Getenv("HEYGEN_API_BASE")) + " " + account.KeyAccountOf(keyRef, dir, o.Getenv)
	if exe, err := os.Executable(); err == nil {
		if s, err := project.Stamp(exe); err == nil {
			id += " " + s
		}
	}
	for _, name := range append(remotion.ConfigFiles(), StateDir+"/render/"+remotion.ConfigMemory) {
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
		if s, err := project.Stamp(path); err == nil {
			id += " " + s
		}
	}
	return strconv.Quote(id)
}

// remember writes the record when everything is up to date, else it removes the old one. It
// compares everything again between two passes of stat: a file that changes meanwhile differs.
func (p *Project) remember(ctx context.Context) {
	path := filepath.Join(p.StateDir(), freshFile)
	p.Store.Remember(true) // waits until a later change of what was just written has another time
	before, files := p.freshLines()
	clips := p.upToDate(ctx)
	after, _ := p.freshLines()
	if before == "" || clips < 0 || before != after {
		os.Remove(path)
		return
	}
	keyRef := p.Manifest.HeyGen.Key
	if strings.ContainsAny(keyRef, "\t\n") {
		keyRef = "cmd:" // a program is not run to find out
	}
	id := freshID(p.o, p.Manifest.Path, keyRef)
	record := fmt.Sprintf("%s\t%d %d\t%s\n%s", id, clips, files, keyRef, after)
	_, _ = atomicfile.WriteBytes(path, 0o600, []byte(record)) // without it the next build plans in full
}

// upToDate reads the lockfile again, plans, and returns the number of clips; -1 when not
// everything is up to date.
func (p *Project) upToDate(ctx context.Context) int {
	err := p.Lock.Reload()
	if err != nil {
		return -1
	}
	plan, err := p.Plan(ctx, nil)
	if err != nil || !plan.UpToDate() || !p.Publisher.PropsCurrent() || !p.Publisher.OwnedCurrent() {
		return -1
	}
	return len(plan.Steps)
}

// freshLines returns the lines of the record and their number. The text is empty when a file
// is missing, or when an input was changed after the project was opened, and so perhaps after
// it was read.
func (p *Project) freshLines() (text string, files int) {
	opened := p.opened.Add(-clockTick).UnixNano()
	var b strings.Builder
	complete := true
	p.reliesOn(func(path string, input bool) {
		if path == "" || !complete {
			return
		}
		st, err := filestat.Read(path)
		if err != nil || input && max(st.ModTime, st.ChangeTime) > opened {
			complete = false
			return
		}
		b.WriteString(freshLine(p.Rel(path), input, st))
		files++
	})
	if !complete {
		return "", 0
	}
	return b.String(), files
}

// reliesOn calls add with every file that the result "up to date" depends on, in a stable
// order. The user writes an input; greenroom writes the others.
func (p *Project) reliesOn(add func(path string, input bool)) {
	input := func(path string) { add(path, true) }
	output := func(path string) { add(path, false) }
	input(p.Manifest.Path)
	if p.Manifest.Remotion.Config != "" {
		input(p.Manifest.Remotion.Path(p.Manifest.Remotion.Config))
	}
	output(p.Path(LockName))
	output(p.PropsPath())
	output(p.Path(p.LiveProps()))
	output(filepath.Join(p.Path(p.SourceDir()), publishing.ClipsModule))
	p.Publisher.EachOwned(input)
	for _, e := range p.Manifest.Each {
		input(e.File)
	}
	seen := map[string]bool{} // rows share scripts
	for _, c := range p.Manifest.Clips {
		for _, f := range c.Inputs() {
			if c.Row == nil || !seen[f] {
				input(f)
			}
			seen[f] = seen[f] || c.Row != nil
		}
		if len(c.Frames) > 0 { // a picture that is added changes the folder alone
			input(filepath.Dir(c.Frames[0]))
		}
		e, ok := p.Lock.Get(c.Name)
		if !ok {
			continue
		}
		store := filepath.Join(p.StateDir(), "store")
		output(assets.PathIn(store, assets.Hash(e.Master)))
		for _, f := range renditions.Published(e) {
			output(assets.PathIn(store, f.Hash))
			output(p.Path(p.PublicDir() + "/" + f.Name))
		}
	}
}
