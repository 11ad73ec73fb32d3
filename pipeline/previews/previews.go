package previews

import (
	"context"
	"strings"

	"greenroom/compose/standin"
	"greenroom/heygen"
	"greenroom/pipeline/account"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routing"
	presenterstep "greenroom/pipeline/stage/standin"
	"greenroom/pipeline/voice"
)

// Previews find what of a clip is published: its take, or a stand-in where it has none.
type Previews struct {
	disk     *project.Project
	account  *account.Account
	voices   *voice.Store
	router   *routing.Router
	lengths  *routing.Lengths
	standIns *standIns
}

// StandInSpec returns what a clip's stand-in shows and speaks.
func (pv *Previews) StandInSpec(c manifest.Clip, req request.Request) standin.Spec {
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
			from := pv.StandInSpec(src[0], req)
			from.Width, from.Height = s.Width, s.Height
			return from
		}
	}
	if b := req.Frame.Burned; b.On && s.Script != "" {
		s.Captions = standin.Captions{On: true, Size: b.FontSize, Alignment: b.Alignment}
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

// StandInKey returns the key of a stand-in.
func (pv *Previews) StandInKey(s standin.Spec) (string, error) {
	sound := ""
	if s.AudioPath != "" {
		var err error
		if sound, err = pv.disk.Inputs.Hash(s.AudioPath); err != nil {
			return "", err
		}
	}
	return presenterstep.Key(s, sound), nil
}

// Maker returns what renders stand-ins with the installed programs.
func (pv *Previews) Maker(ctx context.Context) (*standin.Maker, error) {
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

// HasAll reports that every file of an entry is in the store.
func (pv *Previews) HasAll(e lockfile.Entry) bool {
	for _, r := range e.Renditions {
		if pv.disk.Store == nil || !pv.disk.Store.Has(renditions.HashOf(r), r.Bytes) {
			return false
		}
	}
	return len(e.Renditions) > 0
}

// Shown is what of a clip is published: its take when that is current, else its
// stand-in when one was rendered for what the manifest describes now, else whatever take there
// is.
func (pv *Previews) Shown(c manifest.Clip) (e lockfile.Entry, kind string, ok bool) {
	e, kind, ok = pv.standing(c)
	if !c.HasCaptions() {
		e.Captions = nil // a voice's words stay on record when they are not shown
	}
	return e, kind, ok
}

func (pv *Previews) standing(c manifest.Clip) (e lockfile.Entry, kind string, ok bool) {
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
	if key, err := pv.StandInKey(pv.StandInSpec(c, req)); err == nil && key == si.TakeKey {
		return si, presenterstep.Route, true
	}
	return take, "final", have
}

func standinWords(in []heygen.Word) (out []standin.Word) {
	for _, w := range in {
		out = append(out, standin.Word{Text: w.Text, Start: w.Start, End: w.End})
	}
	return out
}

func (pv *Previews) PresenterDir() string { return presenterstep.PresenterFolder(pv.disk.LibraryDir()) }

// StaleCaptions returns why a take with a bought voice must be prepared again: its captions are missing
// and cost nothing; empty otherwise.
func (pv *Previews) StaleCaptions(c manifest.Clip, req request.Request, have bool) string {
	if v, ok := pv.voices.Here(req.Speech); ok && c.Captions && !have && len(v.Words) > 0 {
		return "its captions are wanted now"
	}
	return ""
}

// Flush writes the stand-ins on record.
func (pv *Previews) Flush() error { return pv.standIns.saver.Flush() }

// StandIn returns the stand-in of a clip that is on record.
func (pv *Previews) StandIn(clip string) (lockfile.Entry, bool) { return pv.standIns.get(clip) }

// EachStandIn calls f with every stand-in on record.
func (pv *Previews) EachStandIn(f func(lockfile.Entry)) { pv.standIns.each(f) }

// Record puts a stand-in on record.
func (pv *Previews) Record(e lockfile.Entry) error { return pv.standIns.set(e) }

// newPreviews returns the previews of a project.
func New(disk *project.Project, account *account.Account, voices *voice.Store, rt *routing.Router, ls *routing.Lengths) *Previews {
	return &Previews{
		disk: disk, account: account, voices: voices, router: rt, lengths: ls, standIns: openStandIns(disk.StateDir()),
	}
}
