package pipeline

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
	"greenroom/compose/timeline"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/renditions"
	"greenroom/remotion"
)

// clipsModule makes a missing clip a compile error; it stands beside the props.
const clipsModule = "clips.gen.ts"

// signalPrefix begins the name of an empty file beside them that is new at every publish.
const signalPrefix = "published."

// publish puts every prepared clip of the manifest into public/greenroom, then
// replaces the props: that is the commit point.
func (p *Project) publish(ctx context.Context, b *build) error {
	if context.Cause(ctx) != nil {
		return nil // the next run publishes; what is there stays whole
	}
	if b == nil || !b.o.Frozen { // a frozen build changes no source
		p.restoreOwned(ctx)
	}
	var files []assets.File
	for _, c := range p.Manifest.Clips {
		if e, _, ok := p.previews.shown(c); ok {
			for _, f := range renditions.Published(e) {
				files = append(files, f.File)
			}
		}
	}
	jsonB, ts, err := remotion.EncodeProps(p.props())
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return nil
	}
	if _, err := p.Store.Publish(p.Path(p.PublicDir()), files); err != nil {
		return err
	}
	if have, err := os.ReadFile(p.Path(p.LiveProps())); err != nil || !bytes.Equal(have, jsonB) {
		if err := atomicfile.WriteQuick(p.Path(p.LiveProps()), jsonB); err != nil {
			return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
		}
	}
	p.signal(jsonB)
	dir := p.Path(p.SourceDir())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", p.SourceDir())
	}
	if _, err := atomicfile.WriteBytes(filepath.Join(dir, clipsModule), 0o644, ts); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
	}
	changed, err := atomicfile.WriteBytes(p.PropsPath(), 0o644, jsonB)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "write the props")
	}
	if err := p.Store.Sweep(p.Path(p.PublicDir())); err != nil {
		p.Send(ctx, event.Event{Stage: "publish", State: event.Warned, Message: "old files stay: " + err.Error()})
	}
	if changed {
		p.Send(ctx, event.Event{Stage: "publish", State: event.Done, Message: p.PublicDir()})
	}
	return nil
}

// signal tells Studio of a publish. Node's recursive watch holds on to the file that a
// rename replaced and hears nothing of the next one; a file of a new name in the folder
// always makes it look. It is only a signal: without it Studio is late, not wrong.
func (p *Project) signal(props []byte) {
	sum := sha256.Sum256(props)
	name := p.Path(p.PublicDir() + "/" + signalPrefix + hex.EncodeToString(sum[:4]))
	if _, err := os.Stat(name); err == nil {
		return
	}
	old, _ := filepath.Glob(p.Path(p.PublicDir() + "/" + signalPrefix + "*"))
	if atomicfile.WriteQuick(name, nil) != nil {
		return
	}
	for _, o := range old {
		_ = os.Remove(o)
	}
}

// props is what Remotion reads, from the lockfile alone.
func (p *Project) props() remotion.Props {
	m := p.Manifest
	props := remotion.Props{Version: 1, Project: m.Project, Width: m.Width, Height: m.Height, Clips: map[string]remotion.Clip{}}
	props.SetRate(m.FPS.Num, m.FPS.Den)
	for _, c := range m.Clips {
		e, kind, ok := p.previews.shown(c)
		files := renditions.Published(e)
		if !ok || len(files) < len(renditions.Extensions) {
			continue
		}
		clip := propsClip(e, files, m.FPS)
		if c.Row != nil && len(c.Row.Values) > 0 {
			clip.Row = c.Row.Values
		}
		if clip.Kind = kind; kind == routeStandIn {
			clip.Take = remotion.Take{Route: routeStandIn, Key: e.TakeKey}
			if m.StandInLabel {
				clip.Label = label(c)
			}
		}
		props.Clips[c.Name] = clip
	}
	return props
}

func propsClip(e lockfile.Entry, files []renditions.File, rate timeline.Rate) remotion.Clip {
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
		}
	}
	return c
}

// propsCurrent compares the props on disk with what they should be, as they are written:
// those of ten thousand clips are not held beside their files. What is there was held
// against the schema when it was written.
func (p *Project) propsCurrent() bool {
	props := p.props()
	return holds(p.PropsPath(), props.WriteJSON) && holds(p.Path(p.LiveProps()), props.WriteJSON) && holds(filepath.Join(p.Path(p.SourceDir()), clipsModule), props.WriteModule)
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
