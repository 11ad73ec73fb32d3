package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/compose/standin"
	"greenroom/compose/timeline"
	"greenroom/heygen"
	"greenroom/internal/saver"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routing"
	presenterstep "greenroom/pipeline/stage/standin"
	"greenroom/pipeline/voice"
)

// Stand-ins are local, free takes: a drawn presenter of the clip's size, rate and
// length that speaks the script. They are kept next to the store and never in
// greenroom.lock, which is about takes.
const (
	routeStandIn = presenterstep.Route
	standInsFile = "stand-ins.lock"
)

// standIns are the ones on record, by clip.
type standIns struct {
	mu   sync.Mutex
	path string
	file *lockfile.File

	saver *saver.Saver
}

func openStandIns(state string) *standIns {
	s := &standIns{path: filepath.Join(state, standInsFile)}
	var err error
	if s.file, err = lockfile.Load(s.path); err != nil {
		s.file, _ = lockfile.Parse(standInsFile, nil) // corrupt: they are rendered again
	}
	s.saver = saver.New(s.save)
	return s
}

func (s *standIns) get(clip string) (lockfile.Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file.Get(clip)
}

func (s *standIns) set(e lockfile.Entry) error {
	s.mu.Lock()
	s.file.Set(e)
	s.mu.Unlock()
	return s.saver.Changed()
}

func (s *standIns) save() error {
	s.mu.Lock()
	b, err := s.file.Encode()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return lockfile.Write(s.path, b)
}

// previews find what of a clip is published: its take, or a stand-in where it has none.
type previews struct {
	disk     *project.Project
	account  *account.Account
	voices   *voice.Store
	router   *routing.Router
	lengths  *routing.Lengths
	standIns *standIns
}

// standInSpec returns what a clip's stand-in shows and speaks.
func (pv *previews) standInSpec(c manifest.Clip, req request.Request) standin.Spec {
	s := standin.Spec{Presenter: c.Avatar.ID + c.Avatar.Photo, Style: c.Avatar.Style, Scale: c.Avatar.Scale, OffsetX: c.Avatar.Offset.X, OffsetY: c.Avatar.Offset.Y,
		Width: c.Width, Height: c.Height, FPS: presenterstep.Rate, Speed: c.Voice.Speed, Locale: c.Voice.Locale, Script: request.Spoken(c.Script, c.Pronunciation), AudioPath: c.AudioFile, Format: standin.AlphaWebM}
	switch {
	case len(c.Scenes) > 0:
		var all []string
		for _, sc := range c.Scenes {
			all = append(all, request.Spoken(sc.Script, c.Pronunciation))
		}
		s.Script, s.Presenter = strings.Join(all, " "), c.Scenes[0].Avatar.ID
	case c.Source == manifest.SourceTranslate && c.Translate.Clip != "":
		if src, err := pv.disk.Clips.Named([]string{c.Translate.Clip}); err == nil {
			from := pv.standInSpec(src[0], req)
			from.Width, from.Height = s.Width, s.Height
			return from
		}
	}
	if v, ok := pv.voices.Here(req.Speech); ok {
		s.AudioPath, s.Words = pv.voices.Path(v), standinWords(v.Words)
	}
	if s.Script == "" && s.AudioPath == "" {
		s.Silence = request.UsualFilm
		if l, err := pv.lengths.LengthOf(context.Background(), c, req); err == nil && l.Unknown == "" {
			s.Silence = max(1, l.Likely)
		}
	}
	return s
}

// standInKey returns the key of a stand-in.
func (pv *previews) standInKey(s standin.Spec) (string, error) {
	sound := ""
	if s.AudioPath != "" {
		var err error
		if sound, err = pv.disk.Inputs.Hash(s.AudioPath); err != nil {
			return "", err
		}
	}
	return presenterstep.Key(s, sound), nil
}

// maker returns what renders stand-ins with the installed programs.
func (pv *previews) maker(ctx context.Context) (*standin.Maker, error) {
	t, err := pv.disk.Tools.Find(ctx)
	if err != nil {
		return nil, err
	}
	m := &standin.Maker{FFmpeg: t.FFmpeg, Threads: 2}
	if e, err := pv.disk.LookPath("espeak-ng"); err == nil {
		m.Espeak = e
	}
	return m, nil
}

// drawStandIns makes the stand-ins that the steps want and do not have.
func (b *build) drawStandIns(ctx context.Context, steps []Step) error {
	m, err := b.previews.maker(ctx)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(2)
	errs := make([]error, len(steps))
	for i, s := range steps {
		g.Go(func() error {
			if err := b.standIn(ctx, m, s); err != nil {
				errs[i] = b.failed(ctx, s, err)
			}
			return nil
		})
	}
	_ = g.Wait() // they report through errs
	return joinFaults(ctx, errs)
}

// standIn makes a step's stand-in, unless it has the one that the manifest describes.
func (b *build) standIn(ctx context.Context, m *standin.Maker, s Step) error {
	spec := b.previews.standInSpec(*s.clip, s.req)
	key, err := b.previews.standInKey(spec)
	if err != nil {
		return err
	}
	if e, ok := b.previews.standIns.get(s.Clip); ok && e.TakeKey == key && b.previews.hasAll(e) &&
		(e.Captions != nil || b.previews.staleCaptions(*s.clip, s.req, false) == "") {
		return nil
	}
	maker := presenterstep.Maker{Maker: m, Folder: b.LibraryDir(), Library: func(ctx context.Context, clip string, s standin.Spec) (*standin.Library, error) {
		return b.library(ctx, m, clip, s)
	}}
	out, err := presenterstep.Step(maker)(ctx, b.env(), presenterstep.In{Clip: s.Clip, Key: key, Spec: spec})
	if err != nil {
		return err
	}
	e := out.Entry
	if e.Captions, err = b.voiceCaptions(s); err != nil {
		return err
	}
	if err := b.previews.standIns.set(e); err != nil {
		return err
	}
	b.count(func(sum *Summary) { sum.StandIns++ })
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "stand-in", State: event.Done, Message: frames(e.Info.Frames)})
	return nil
}

// hasAll reports that every file of an entry is in the store.
func (pv *previews) hasAll(e lockfile.Entry) bool {
	for _, r := range e.Renditions {
		if pv.disk.Store == nil || !pv.disk.Store.Has(renditions.HashOf(r), r.Bytes) {
			return false
		}
	}
	return len(e.Renditions) > 0
}

// shown is what of a clip is published: its take when that is current, else its
// stand-in when one was rendered for what the manifest describes now, else whatever take there
// is.
func (pv *previews) shown(c manifest.Clip) (e lockfile.Entry, kind string, ok bool) {
	e, kind, ok = pv.standing(c)
	if !c.Captions {
		e.Captions = nil // a voice's words stay on record when they are not shown
	}
	return e, kind, ok
}

func (pv *previews) standing(c manifest.Clip) (e lockfile.Entry, kind string, ok bool) {
	take, have := pv.disk.Lock.Get(c.Name)
	have = have && len(take.Renditions) > 0
	si, drawn := pv.standIns.get(c.Name)
	if !drawn {
		return take, "final", have
	}
	req, err := pv.router.Chosen(context.Background(), c, take, have, pv.router.Rows)
	if err != nil {
		return take, "final", have
	}
	if have && take.TakeKey == req.Key && pv.account.IsOwnTake(context.Background(), take) {
		return take, "final", true
	}
	if key, err := pv.standInKey(pv.standInSpec(c, req)); err == nil && key == si.TakeKey {
		return si, routeStandIn, true
	}
	return take, "final", have
}

func frames(n int) string { return fmt.Sprintf("%d frames", n) }

// Shown is what of a clip is published now.
type Shown struct {
	Kind          string // final, stand-in; empty when nothing is
	Src, Poster   string // below public/
	Captions      string // the same; empty without captions
	Script        string
	Width, Height int // of the file, pixels
	Seconds       float64
	Frames        int
	FPS           timeline.Rate
}

// Shown returns what public/ has for a clip.
func (p *Project) Shown(clip string) Shown {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return Shown{}
	}
	out := Shown{Script: clips[0].Script}
	if a := clips[0].Agent; a != nil {
		out.Script = a.Prompt
	}
	e, kind, ok := p.previews.shown(clips[0])
	if !ok {
		return out
	}
	out.Kind, out.Width, out.Height, out.Seconds = kind, e.Info.OutWidth, e.Info.OutHeight, e.Info.Duration
	out.Frames, out.FPS = e.Info.Frames, timeline.Rate{Num: e.Info.FPSNum, Den: max(1, e.Info.FPSDen)}
	for _, f := range renditions.Published(e) {
		if _, err := os.Stat(p.Path(p.PublicDir() + "/" + f.Name)); err != nil {
			continue // publishing it failed: there is nothing to show yet
		}
		switch f.Rendition {
		case renditions.WebM:
			out.Src = "greenroom/" + f.Name
		case renditions.Poster:
			out.Poster = "greenroom/" + f.Name
		case renditions.Captions:
			out.Captions = "greenroom/" + f.Name
		}
	}
	return out
}

func standinWords(in []heygen.Word) (out []standin.Word) {
	for _, w := range in {
		out = append(out, standin.Word{Text: w.Text, Start: w.Start, End: w.End})
	}
	return out
}
