package routing

import (
	"context"
	"errors"
	"fmt"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/voice"
)

// Lengths finds how long clips are that are not bought.
type Lengths struct {
	disk   *project.Project
	router *Router
	voices *voice.Store
}

// LengthOf returns the range of a clip's length before it is bought. Own files are
// measured, speech is estimated; what only HeyGen knows ends at what it documents. An
// error is a file that cannot be used.
func (ls *Lengths) LengthOf(ctx context.Context, c manifest.Clip, r request.Request) (request.Length, error) {
	switch c.Source {
	case manifest.SourceFile:
		if n := len(c.Frames); n > 0 {
			return request.Measured(request.SequenceRate(c, ls.disk.Manifest.FPS).Seconds(n)), nil
		}
		return ls.measure(ctx, c.File)
	case manifest.SourceVideo:
		return ls.lengthOfVideo(c), nil
	case manifest.SourceAgent:
		return request.AgentLength(*c.Agent), nil
	case manifest.SourceTemplate:
		return ls.lengthOfTemplate(c, r), nil
	case manifest.SourceTranslate:
		return ls.lengthOfTranslation(ctx, c, r.Route)
	case manifest.SourceInstant:
		return request.Measured(float64(c.Instant.Seconds)), nil
	case manifest.SourceCinematic:
		return request.CinematicLength(c.Cinematic.Seconds), nil
	case manifest.SourceLipsync:
		return ls.lengthOfLipsync(ctx, c, r)
	}
	return ls.lengthOfSpeech(ctx, c, r)
}

// lengthOfSpeech is that of a recording, of a voice that is bought, or an estimate from the words.
func (ls *Lengths) lengthOfSpeech(ctx context.Context, c manifest.Clip, r request.Request) (request.Length, error) {
	if c.AudioFile != "" {
		return ls.measure(ctx, c.AudioFile)
	}
	if v, ok := ls.voices.Here(r.Speech); ok {
		return request.Measured(v.Seconds), nil
	}
	return request.SpokenLength(c), nil
}

// lengthOfVideo is known once an existing video was downloaded.
func (ls *Lengths) lengthOfVideo(c manifest.Clip) request.Length {
	e, ok := ls.disk.Lock.Get(c.Name)
	if s := max(e.Info.Duration, e.Duration); ok && e.VideoID == c.VideoID && s > 0 {
		return request.Measured(s)
	}
	why := fmt.Sprintf("video %s is not downloaded yet; `greenroom build %s` does it for free", c.VideoID, c.Name)
	return request.Length{Unknown: why}
}

// lengthOfTemplate uses the length of an earlier take of the same template.
func (ls *Lengths) lengthOfTemplate(c manifest.Clip, r request.Request) request.Length {
	e, ok := ls.disk.Lock.Get(c.Name)
	earlier := e.Info.Duration
	if !ok || e.Inputs.Get("template") != r.Inputs.Get("template") {
		earlier = 0
	}
	return request.TemplateLength(*c.Template, earlier)
}

// lengthOfTranslation is that of what is translated. HeyGen may stretch the film, as
// other languages need more words; a quarter is what its pages show.
func (ls *Lengths) lengthOfTranslation(ctx context.Context, c manifest.Clip, route string) (request.Length, error) {
	l, err := ls.lengthOfSource(ctx, *c.Translate)
	if route == routes.V3Proofread {
		return l, err
	}
	l.High *= 1.25
	return l, err
}

func (ls *Lengths) lengthOfSource(ctx context.Context, t manifest.Translate) (request.Length, error) {
	if t.File != "" {
		return ls.measure(ctx, t.File)
	}
	src, err := ls.disk.Clips.Named([]string{t.Clip})
	if err != nil {
		return request.Length{}, err
	}
	e, have := ls.disk.Lock.Get(t.Clip)
	from, err := ls.router.Chosen(ctx, src[0], e, have, ls.router.Rows)
	if err != nil {
		return request.Length{}, err
	}
	if s := max(e.Info.Duration, e.Duration); have && e.TakeKey == from.Key && s > 0 {
		return request.Measured(s), nil
	}
	return ls.LengthOf(ctx, src[0], from)
}

// lengthOfLipsync is that of the sound, or of the footage with keep-length. A sound that does not fit the footage is an
// error at its place.
func (ls *Lengths) lengthOfLipsync(ctx context.Context, c manifest.Clip, r request.Request) (request.Length, error) {
	footage, err := ls.measure(ctx, c.Lipsync.Video)
	if err != nil {
		return footage, err
	}
	sound, err := ls.lengthOfSpeech(ctx, c, r)
	if err != nil {
		return sound, err
	}
	return request.LipsyncLength(c, footage, sound, ls.router.ManifestLine)
}

// measure returns how long a local file is, from its record when it did not change. A
// file that cannot be measured has an unknown length; an empty one is an error.
func (ls *Lengths) measure(ctx context.Context, path string) (request.Length, error) {
	rec, known, err := ls.disk.Inputs.Record(path)
	switch {
	case err != nil:
		return request.Length{}, err
	case rec.Size == 0:
		return request.Length{}, fault.New(fault.Manifest, "save or record it again", "%s is empty", ls.disk.Rel(path))
	case known && rec.Seconds > 0:
		return request.Measured(rec.Seconds), nil
	case known && rec.Unmeasured != "":
		return request.Length{Unknown: rec.Unmeasured}, nil
	}
	var missing error
	tools := func() (media.Tools, error) {
		t, err := ls.disk.Tools.Find(ctx)
		missing = err
		return t, err
	}
	s, err := media.Seconds(ctx, tools, path)
	switch {
	case ctx.Err() != nil:
		return request.Length{}, context.Cause(ctx)
	case missing != nil: // the next run may have the program
		return request.Length{Unknown: ls.disk.Rel(path) + " cannot be measured: " + reason(missing)}, nil
	case err != nil:
		why := ls.disk.Rel(path) + " cannot be measured: " + reason(err)
		ls.disk.Inputs.Edit(path, rec, func(r *project.InputRecord) { r.Unmeasured = why })
		return request.Length{Unknown: why}, nil
	}
	ls.disk.Inputs.Edit(path, rec, func(r *project.InputRecord) { r.Seconds = s })
	return request.Measured(s), nil
}

// reason is an error's own message, without what a program printed.
func reason(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Msg
	}
	return err.Error()
}

// NewLengths returns the lengths of a project's clips.
func NewLengths(disk *project.Project, router *Router, voices *voice.Store) *Lengths {
	return &Lengths{disk: disk, router: router, voices: voices}
}
