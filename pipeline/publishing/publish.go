// Package publishing writes what a Remotion project reads: prepared clips in public/, the props with their types, and
// greenroom's own source files. The props are replaced last, and only complete sets of files are named in them.
package publishing

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media/forms"
	"greenroom/compose/timeline"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/previews"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
	"greenroom/remotion"
)

// ClipsModule makes a missing clip a compile error; it is next to the props.
const ClipsModule = "clips.gen.ts"

// signalPrefix begins the name of an empty file next to them that is new at every publish.
const signalPrefix = "published."

// Publisher writes what Remotion reads: the public folder, the props, and greenroom's own source files.
type Publisher struct {
	disk     *project.Project
	previews *previews.Previews
	version  string // of greenroom
}

// New returns the publisher of a project. version is greenroom's own.
func New(disk *project.Project, previews *previews.Previews, version string) *Publisher {
	return &Publisher{disk: disk, previews: previews, version: version}
}

// Publish puts every prepared clip of the manifest into public/greenroom, then replaces the props: that is the commit
// point. A frozen build changes no source file.
func (pb *Publisher) Publish(ctx context.Context, frozen bool) error {
	if context.Cause(ctx) != nil {
		return nil // the next run publishes; until then what is there stays complete
	}
	if !frozen {
		pb.restoreOwned(ctx)
	}
	var files []assets.File
	for _, c := range pb.disk.Manifest.Clips {
		if e, _, ok := pb.previews.Shown(c); ok {
			for _, f := range renditions.Published(e) {
				files = append(files, f.File)
			}
		}
	}
	jsonB, ts, err := remotion.EncodeProps(pb.Props())
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return nil
	}
	if _, err := pb.disk.Store.Publish(pb.disk.Path(pb.disk.PublicDir()), files); err != nil {
		return err
	}
	if have, err := os.ReadFile(pb.disk.Path(pb.disk.LiveProps())); err != nil || !bytes.Equal(have, jsonB) {
		if err := atomicfile.WriteQuick(pb.disk.Path(pb.disk.LiveProps()), jsonB); err != nil {
			return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
		}
	}
	pb.signal(jsonB)
	dir := pb.disk.Path(pb.disk.SourceDir())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", pb.disk.SourceDir())
	}
	if _, err := atomicfile.WriteBytes(filepath.Join(dir, ClipsModule), 0o644, ts); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
	}
	changed, err := atomicfile.WriteBytes(pb.disk.PropsPath(), 0o644, jsonB)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
	}
	if err := pb.disk.Store.Sweep(pb.disk.Path(pb.disk.PublicDir())); err != nil {
		pb.disk.Send(ctx, event.Event{Stage: "publish", State: event.Warned, Message: "old files stay: " + err.Error()})
	}
	if changed {
		pb.disk.Send(ctx, event.Event{Stage: "publish", State: event.Done, Message: pb.disk.PublicDir()})
	}
	return nil
}

// signal makes Studio notice a publish. Node's recursive watch keeps watching the file that a rename replaced and does
// not receive events of the next one; a file with a new name in the folder always causes one. Without the signal Studio
// is late, not wrong.
func (pb *Publisher) signal(props []byte) {
	sum := sha256.Sum256(props)
	name := pb.disk.Path(pb.disk.PublicDir() + "/" + signalPrefix + hex.EncodeToString(sum[:4]))
	if _, err := os.Stat(name); err == nil {
		return
	}
	old, _ := filepath.Glob(pb.disk.Path(pb.disk.PublicDir() + "/" + signalPrefix + "*"))
	if atomicfile.WriteQuick(name, nil) != nil {
		return
	}
	for _, o := range old {
		_ = os.Remove(o)
	}
}

// Props is what Remotion reads, from the lockfile alone.
func (pb *Publisher) Props() remotion.Props {
	m := pb.disk.Manifest
	props := remotion.Props{Version: 1, Project: m.Project, Width: m.Width, Height: m.Height, Clips: map[string]remotion.Clip{}}
	props.SetRate(m.FPS.Num, m.FPS.Den)
	if m.Label != nil {
		props.Disclosure = &remotion.Disclosure{Label: m.Label.Of}
	}
	for _, c := range m.Clips {
		e, kind, ok := pb.previews.Shown(c)
		files := renditions.Published(e)
		if !ok || len(files) < len(renditions.Base) {
			continue
		}
		clip := PropsClip(e, files, m.FPS)
		if c.Row != nil && len(c.Row.Values) > 0 {
			clip.Row = c.Row.Values
		}
		clip.Kind = kind
		if kind == remotion.StandIn {
			clip.Take = remotion.Take{Route: remotion.StandIn, Key: e.TakeKey}
			if m.StandInLabel {
				clip.Label = label(c)
			}
		}
		props.Clips[c.Name] = clip
	}
	return props
}

func PropsClip(e lockfile.Entry, files []renditions.File, rate timeline.Rate) remotion.Clip {
	in := e.Info
	c := remotion.Clip{
		Name: e.Clip, Kind: "final", Transparent: in.Transparent,
		Width: in.OutWidth, Height: in.OutHeight,
		FPS:               float64(in.FPSNum) / float64(max(1, in.FPSDen)),
		DurationInSeconds: in.Duration,
		DurationInFrames:  rate.FramesBefore(in.Duration),
		Box:               remotion.Box{X: in.Box.X, Y: in.Box.Y, Width: in.Box.W, Height: in.Box.H, FrameWidth: in.Width, FrameHeight: in.Height},
		Take:              remotion.Take{VideoID: e.VideoID, Route: e.Route, Origin: e.Origin, Key: e.TakeKey},
	}
	for _, f := range files {
		switch f.Rendition {
		case renditions.WebM:
			c.Src = "greenroom/" + f.Name
		case renditions.Poster:
			c.Poster = "greenroom/" + f.Name
		case renditions.Captions:
			path := "greenroom/" + f.Name
			c.Captions = &path
		case forms.Waveform:
			path := "greenroom/" + f.Name
			c.Waveform = &path
		default:
			if c.Renditions == nil {
				c.Renditions = &remotion.Renditions{}
			}
			*member(c.Renditions, f.Rendition) = "greenroom/" + f.Name
		}
	}
	return c
}

// PropsCurrent compares the props on disk with what they should be, as they are written:
// those of ten thousand clips are not held in memory as well. What is there was held
// against the schema when it was written.
func (pb *Publisher) PropsCurrent() bool {
	props := pb.Props()
	return holds(pb.disk.PropsPath(), props.WriteJSON) && holds(pb.disk.Path(pb.disk.LiveProps()), props.WriteJSON) && holds(filepath.Join(pb.disk.Path(pb.disk.SourceDir()), ClipsModule), props.WriteModule)
}

// holds reports that a file has just the bytes that write writes.
func holds(path string, write func(io.Writer) error) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	c := &comparer{file: bufio.NewReaderSize(f, 64<<10)}
	if write(c) != nil {
		return false
	}
	_, err = c.file.ReadByte()
	return err == io.EOF
}

// comparer takes what the file holds, and nothing else.
type comparer struct {
	file *bufio.Reader
	buf  []byte
}

var errOther = errors.New("the file holds something else")

func (c *comparer) Write(b []byte) (int, error) {
	c.buf = slices.Grow(c.buf[:0], len(b))[:len(b)]
	if _, err := io.ReadFull(c.file, c.buf); err != nil || !bytes.Equal(c.buf, b) {
		return 0, errOther
	}
	return len(b), nil
}

// label is what is written over a stand-in: its name and the beginning of its script.
func label(c manifest.Clip) *string {
	const most = 120
	text := []rune(c.Name + " · " + c.Script)
	if len(text) > most {
		text = append(text[:most-1], '…')
	}
	s := strings.TrimSuffix(string(text), " · ")
	return &s
}
