package pipeline

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/film"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
)

// posterAt is where in the clip the poster is taken: past the rest pose, seconds.
const posterAt = 0.6

// prepare checks the master, makes the renditions and checks them again.
func (b *build) prepare(ctx context.Context, s Step) error {
	e, ok := b.Lock.Get(s.Clip)
	if !ok {
		return fault.New(fault.Failed, "", "no master on record")
	}
	e, twin, unlock := b.twin(s, e)
	if twin {
		unlock(nil)
		if err := b.Lock.Set(e); err != nil {
			return err
		}
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: "the same as another clip"})
		return nil
	}
	var made *lockfile.Entry
	defer func() { unlock(made) }()
	t, err := b.Tools.Find(ctx)
	if err != nil {
		return err
	}
	master := b.Store.Path(assets.Hash(e.Master))
	report, err := b.check(ctx, s, t, master, expectMaster(*s.clip, s.req.Route, e.Duration), "the take as delivered")
	if err != nil {
		return err
	}
	e.Info = infoOf(report, *s.clip)
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Started})

	spec := b.recipe(*s.clip, s.req.Route, e.Info)
	spec.In, spec.Out = master, b.Store.TempPath("prepare-"+s.Clip+"-"+s.Key[:16]+".webm")
	spec.Threads, spec.Frames, spec.Duration = b.threads, e.Info.Frames, e.Info.Duration
	if report.Info.VFR {
		spec.Frames = 0
	}
	if spec.Hold {
		spec.Held = report.Held()
		if spec.Rate.Num > 0 {
			spec.Held = int(math.Round(float64(spec.Held) * spec.Rate.FPS() / report.Info.FPS()))
		}
	}
	defer os.Remove(spec.Out) // gone already when it was adopted
	if err := b.encode(ctx, s, t, spec); err != nil {
		return err
	}
	poster := media.PosterSpec{In: spec.Out, Out: b.Store.TempPath("poster-" + s.Clip + "-" + s.Key[:16] + ".webp"), At: min(posterAt, e.Info.Duration/2)}
	defer os.Remove(poster.Out)
	expect := expectPrepared(*s.clip, e.Info)
	expect.Poster = &poster
	done, err := b.check(ctx, s, t, spec.Out, expect, "the prepared file")
	if err != nil {
		return err
	}
	e.Info.OutWidth, e.Info.OutHeight = done.Info.Width, done.Info.Height
	if report.Info.VFR { // only now is it known how many pictures a constant rate takes
		e.Info.FPSNum, e.Info.FPSDen = spec.Rate.Num, spec.Rate.Den
		e.Info.Frames, e.Info.Duration = done.Frames, spec.Rate.Seconds(done.Frames)
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Warned, Message: conformedMessage(report.Info, spec.Rate)})
	}
	e.Renditions, e.Tool = map[string]lockfile.Rendition{}, t.Version
	for name, path := range map[string]string{renditions.WebM: spec.Out, renditions.Poster: poster.Out} {
		hash, size, err := b.Store.Adopt(path)
		if err != nil {
			return err
		}
		e.Renditions[name] = lockfile.Rendition{Key: renditionKey(name, e, spec, t), Hash: string(hash), Bytes: size}
	}
	if s.req.Speech != nil {
		if e.Captions, err = b.voiceCaptions(s); err != nil {
			return err
		}
		b.heldLength(ctx, s, e)
	}
	if err := b.Lock.Set(e); err != nil {
		return err
	}
	made = &e
	b.count(func(sum *Summary) { sum.Prepared++ })
	message := fmt.Sprintf("%dx%d, %d frames", e.Info.OutWidth, e.Info.OutHeight, e.Info.Frames)
	if done.Loudness != nil {
		message += fmt.Sprintf(", %s", done.Loudness)
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: message})
	return nil
}

// encode runs the one heavy job of a clip.
func (b *build) encode(ctx context.Context, s Step, t media.Tools, spec media.PrepareSpec) error {
	if err := b.cores.Acquire(ctx, int64(b.threads)); err != nil {
		return err
	}
	defer b.cores.Release(int64(b.threads))
	return media.Prepare(ctx, t, spec, func(f float64) {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Progress, Frac: f})
	})
}

// check looks at a file; a failed verdict is an error that says every finding.
func (b *build) check(ctx context.Context, s Step, t media.Tools, path string, e media.Expect, what string) (*media.Report, error) {
	if err := b.cores.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer b.cores.Release(1)
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "check", State: event.Started})
	if e.Again = downloadAgain(s.Clip); s.req.Route == request.File {
		e.Again = "replace " + b.Rel(s.clip.File)
	}
	r, err := media.Check(ctx, t, path, e, func(f float64) {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "check", State: event.Progress, Frac: f})
	})
	if err != nil {
		return nil, err
	}
	var bad []string
	hint := fmt.Sprintf("follow the advice, then run `greenroom build %s`; the take is kept", s.Clip)
	for _, f := range r.Findings {
		switch f.Verdict {
		case media.Fail:
			if strings.Contains(f.Advice, e.Again) {
				hint = e.Again
			}
			bad = append(bad, fmt.Sprintf("%s: %s (limit %s); %s", f.Name, f.Value, f.Limit, f.Advice))
		case media.Warn:
			b.Send(ctx, event.Event{Clip: s.Clip, Stage: "check", State: event.Warned, Message: fmt.Sprintf("%s: %s; %s", f.Name, f.Value, f.Advice)})
		}
	}
	if len(bad) > 0 {
		return r, fault.New(fault.Media, hint, "%s failed its checks: %s", what, strings.Join(bad, "; "))
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "check", State: event.Done})
	return r, nil
}

// downloadAgain is the advice for a clip whose take is damaged.
func downloadAgain(clip string) string {
	return "`greenroom build --refetch " + clip + "` downloads it again and buys nothing"
}

// expectMaster is what a delivered file must be.
func expectMaster(c manifest.Clip, route string, announced float64) media.Expect {
	e := expectation(c)
	e.Duration = announced
	e.KeyColor = screenColor(c, route)
	return e
}

// screenColor is the key colour that a clip's master is delivered on, #RRGGBB or auto; empty when it is not keyed.
func screenColor(c manifest.Clip, route string) string {
	switch {
	case route == request.File:
		return c.Key
	case request.IsKeyed(route):
		return c.KeyColor
	}
	return ""
}

func expectPrepared(c manifest.Clip, in lockfile.Info) media.Expect {
	e := expectation(c)
	e.Prepared, e.Duration, e.DurationTolerance, e.Loudness = true, in.Duration, 0.02, c.Prepare.Loudness
	// The crop makes the presenter fill the frame: coverage was judged on the master.
	e.CoverageMin, e.CoverageMax, e.Border = 0, 1, "all"
	return e
}

func expectation(c manifest.Clip) media.Expect {
	return media.Expect{
		Transparent: c.Transparent, DurationTolerance: c.Checks.Duration,
		CoverageMin: c.Checks.CoverageMin, CoverageMax: c.Checks.CoverageMax, Border: c.Checks.Border, Accept: c.Checks.Accept, Hold: c.Prepare.Hold,
	}
}

func infoOf(r *media.Report, c manifest.Clip) lockfile.Info {
	in := lockfile.Info{
		Width: r.Info.ShownWidth, Height: r.Info.ShownHeight, FPSNum: r.Info.FPSNum, FPSDen: r.Info.FPSDen,
		Frames: r.Frames, Duration: r.Info.Duration, Transparent: c.Transparent,
		Box: lockfile.Box{W: r.Info.ShownWidth, H: r.Info.ShownHeight},
	}
	switch {
	case r.Info.VFR:
		in.StepNum, in.StepDen = in.FPSNum, in.FPSDen
	case in.FPSNum > 0 && in.FPSDen > 0: // what was decoded, and not what packets promise
		in.Duration = timeline.Rate{Num: in.FPSNum, Den: in.FPSDen}.Seconds(in.Frames)
	}
	if held := r.Held(); c.Prepare.Hold && held > 0 {
		in.Frames += held
		in.Duration += timeline.Rate{Num: in.FPSNum, Den: max(1, in.FPSDen)}.Seconds(held)
	}
	if c.Transparent && c.Prepare.Crop && r.Box.W > 0 && r.Box.H > 0 {
		in.Box = lockfile.Box{X: r.Box.X, Y: r.Box.Y, W: r.Box.W, H: r.Box.H}
	}
	return in
}

// prepareSpec is the recipe for a clip: a pure function of the manifest and of
// what the check saw.
func prepareSpec(c manifest.Clip, route string, in lockfile.Info) media.PrepareSpec {
	s := media.PrepareSpec{Transparent: c.Transparent, Loudness: c.Prepare.Loudness, Hold: c.Prepare.Hold, Key: screenColor(c, route)}
	if in.Box.W != in.Width || in.Box.H != in.Height {
		s.Crop = &media.Box{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}
	}
	if f := c.Prepare.Scale; f > 0 && f < 1 {
		s.Width, s.Height = even(float64(in.Box.W)*f), even(float64(in.Box.H)*f)
	}
	return s
}

// recipe is prepareSpec with what compositions decide: the rate of a clip whose rate varies, and the size of
// prepare.scale: shown.
func (p *Project) recipe(c manifest.Clip, route string, in lockfile.Info) media.PrepareSpec {
	s := prepareSpec(c, route, in)
	s.Rate = p.conformed(in)
	if sizes, err := p.sizes(); c.Prepare.Shown && err == nil { // Plan reports the error
		s.Width, s.Height = sizes.Shown(c.Name, timeline.Rect{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}, in.Width, in.Height)
	}
	return s
}

// sizes are where compositions show clips; read once, when a clip asks for it.
func (p *Project) sizes() (*film.Sizes, error) {
	p.sizesOnce.Do(func() {
		for _, c := range p.Manifest.Clips {
			if c.Prepare.Shown {
				p.shownAt, p.sizesErr = film.ReadSizes(p.Manifest)
				return
			}
		}
		p.shownAt = &film.Sizes{}
	})
	return p.shownAt, p.sizesErr
}

// even is the nearest even number of pixels, at least 2.
func even(v float64) int { return max(2, 2*int(math.Round(v/2))) }

// renditionKey is the hash of master, recipe and ffmpeg's version.
func renditionKey(name string, e lockfile.Entry, s media.PrepareSpec, t media.Tools) string {
	k := hashkey.New("rendition/1")
	k.Field("name", name)
	k.Field("master", e.Master)
	k.Field("tool", t.Version)
	for _, a := range s.Recipe(t) {
		k.Field("arg", a)
	}
	if name == renditions.Poster {
		for _, a := range (media.PosterSpec{At: posterAt}).Recipe() {
			k.Field("arg", a)
		}
	}
	return k.Sum()
}

// staleRendition says why the prepared files must be made again; empty when not.
func (p *Project) staleRendition(ctx context.Context, c manifest.Clip, e lockfile.Entry) string {
	if len(e.Renditions) == 0 {
		return "not prepared yet"
	}
	t, err := p.Tools.Find(ctx)
	if p.Account.IsOffline() && e.Tool != "" { // made by that ffmpeg, and nothing is made here
		t, err = media.Tools{Version: e.Tool}, nil
	}
	if err != nil {
		return "" // nothing can be made without ffmpeg, and what is there still stands
	}
	in := wanted(c, e.Info)
	spec := p.recipe(c, e.Route, in)
	for _, name := range []string{renditions.WebM, renditions.Poster} {
		r, ok := e.Renditions[name]
		switch {
		case !ok:
			return "no " + name + " yet"
		case r.Key != renditionKey(name, e, spec, t):
			return "the way clips are prepared changed"
		}
		switch p.Store.Condition(assets.Hash(r.Hash), r.Bytes) {
		case assets.Missing:
			return "the " + name + " is missing from the store"
		case assets.Damaged:
			return "damaged: the stored " + name + " was changed"
		}
	}
	return ""
}

// wanted applies the manifest's crop wish to what the check saw.
func wanted(c manifest.Clip, in lockfile.Info) lockfile.Info {
	if !c.Transparent || !c.Prepare.Crop {
		in.Box = lockfile.Box{W: in.Width, H: in.Height}
	}
	return in
}
