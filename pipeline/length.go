package pipeline

import (
	"context"
	"errors"
	"fmt"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/pace"
)

// length is how long a clip that is not bought will be, seconds.
type length struct {
	pace.Length
	// loose: High is what HeyGen makes at most, and says nothing of this clip.
	loose bool
	// unknown says why there is no length; empty when there is one.
	unknown string
}

func measured(seconds float64) length { return length{Length: pace.Exactly(seconds)} }

// Lengths that HeyGen's documentation names, seconds.
const (
	shortestAgent, longestAgent = 5, 300 // of a Video Agent film
	usualFilm                   = 30     // what a film takes whose length only HeyGen knows
	longestVideo                = 1800   // on any plan
)

// lengthOf returns the range of a clip's length before it is bought. Own files are
// measured, speech is estimated; what only HeyGen knows ends at what it documents. An
// error is a file that cannot be used.
func (p *Project) lengthOf(ctx context.Context, c manifest.Clip, r request) (length, error) {
	switch c.Source {
	case manifest.SourceFile:
		if n := len(c.Frames); n > 0 {
			return measured(p.sequenceRate(c).Seconds(n)), nil
		}
		return p.measure(ctx, c.File)
	case manifest.SourceVideo:
		return p.lengthOfVideo(c), nil
	case manifest.SourceAgent:
		return lengthOfAgent(*c.Agent), nil
	case manifest.SourceTemplate:
		return p.lengthOfTemplate(c, r), nil
	case manifest.SourceTranslate:
		return p.lengthOfTranslation(ctx, c)
	}
	if c.AudioFile != "" {
		return p.measure(ctx, c.AudioFile)
	}
	if v, ok := p.heard(r.speech); ok {
		return measured(v.Seconds), nil
	}
	return length{Length: spokenLength(c)}, nil
}

// spokenLength is how long a clip's script or scenes take to speak.
func spokenLength(c manifest.Clip) (sum pace.Length) {
	if len(c.Scenes) == 0 {
		return estimate(spoken(c.Script, c.Pronunciation), c.Voice)
	}
	for _, s := range c.Scenes {
		sum = sum.Plus(estimate(spoken(s.Script, c.Pronunciation), s.Voice))
	}
	return sum
}

func estimate(said string, v manifest.Voice) pace.Length {
	return pace.Estimate(said, pace.Options{Locale: v.Locale, Speed: v.Speed})
}

// lengthOfVideo is known once an existing video was downloaded.
func (p *Project) lengthOfVideo(c manifest.Clip) length {
	e, ok := p.entry(c.Name)
	if s := max(e.Info.Duration, e.Duration); ok && e.VideoID == c.VideoID && s > 0 {
		return measured(s)
	}
	why := fmt.Sprintf("video %s is not downloaded yet; `greenroom build %s` does it for free", c.VideoID, c.Name)
	return length{unknown: why}
}

// lengthOfAgent returns a range around the length that the manifest asks for, as agents
// do not keep to it exactly; without one, all that HeyGen documents.
func lengthOfAgent(a manifest.Agent) length {
	if a.Seconds > 0 {
		s := float64(a.Seconds)
		return length{Length: pace.Length{Low: s * 0.75, Likely: s, High: s * 1.25}}
	}
	said := pace.Estimate(a.Prompt, pace.Options{})
	likely := min(max(said.Likely, usualFilm), longestAgent)
	return length{Length: pace.Length{Low: shortestAgent, Likely: likely, High: longestAgent}, loose: true}
}

// lengthOfTemplate: what a template says beside its variables is known from an earlier
// take of the same template alone.
func (p *Project) lengthOfTemplate(c manifest.Clip, r request) length {
	var texts pace.Length
	for _, v := range c.Template.Variables {
		if v.File == "" {
			texts = texts.Plus(pace.Estimate(v.Value, pace.Options{}))
		}
	}
	e, ok := p.entry(c.Name)
	if d := e.Info.Duration; ok && d > 0 && e.Inputs.Get("template") == r.inputs.Get("template") {
		return length{Length: pace.Length{Low: d / 2, Likely: d, High: d*2 + texts.High}}
	}
	likely := max(texts.Likely, usualFilm)
	l := pace.Length{Low: min(texts.Low, usualFilm), Likely: likely, High: max(longestVideo, likely)}
	return length{Length: l, loose: true}
}

// lengthOfTranslation is that of what is translated. HeyGen may stretch the film, as
// other languages need more words; a quarter is what its pages show.
func (p *Project) lengthOfTranslation(ctx context.Context, c manifest.Clip) (length, error) {
	l, err := p.lengthOfSource(ctx, *c.Translate)
	l.High *= 1.25
	return l, err
}

func (p *Project) lengthOfSource(ctx context.Context, t manifest.Translate) (length, error) {
	if t.File != "" {
		return p.measure(ctx, t.File)
	}
	src, err := p.clips([]string{t.Clip})
	if err != nil {
		return length{}, err
	}
	e, have := p.entry(t.Clip)
	from, err := p.chosen(ctx, src[0], e, have, p.rows)
	if err != nil {
		return length{}, err
	}
	if s := max(e.Info.Duration, e.Duration); have && e.TakeKey == from.key && s > 0 {
		return measured(s), nil
	}
	return p.lengthOf(ctx, src[0], from)
}

// measure returns how long a local file is, from its record when it did not change. A
// file that cannot be measured has an unknown length; an empty one is an error.
func (p *Project) measure(ctx context.Context, path string) (length, error) {
	rec, known, err := p.inputs.record(path)
	switch {
	case err != nil:
		return length{}, err
	case rec.Size == 0:
		return length{}, fault.New(fault.Manifest, "save or record it again", "%s is empty", p.rel(path))
	case known && rec.Seconds > 0:
		return measured(rec.Seconds), nil
	case known && rec.Unmeasured != "":
		return length{unknown: rec.Unmeasured}, nil
	}
	var missing error
	tools := func() (media.Tools, error) {
		t, err := p.tools(ctx)
		missing = err
		return t, err
	}
	s, err := media.Seconds(ctx, tools, path)
	switch {
	case ctx.Err() != nil:
		return length{}, context.Cause(ctx)
	case missing != nil: // the next run may have the program
		return length{unknown: p.rel(path) + " cannot be measured: " + reason(missing)}, nil
	case err != nil:
		why := p.rel(path) + " cannot be measured: " + reason(err)
		p.inputs.edit(path, rec, func(r *inputRecord) { r.Unmeasured = why })
		return length{unknown: why}, nil
	}
	p.inputs.edit(path, rec, func(r *inputRecord) { r.Seconds = s })
	return measured(s), nil
}

// reason is an error's own message, without what a program printed.
func reason(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Msg
	}
	return err.Error()
}
