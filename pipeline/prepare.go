package pipeline

import (
	"context"
	"fmt"
	"math"
	"sync"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/prepare"
)

// prepare checks the master, makes the renditions and checks them again.
func (b *build) prepare(ctx context.Context, s Step) error {
	e, ok := b.Lock.Get(s.Clip)
	if !ok {
		return fault.New(fault.Failed, "", "no master on record")
	}
	e, done, unlock := b.duplicate(s, e)
	if done {
		unlock(nil)
		if err := b.Lock.Set(e); err != nil {
			return err
		}
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: "the same as another clip"})
		return nil
	}
	var made *lockfile.Entry
	defer func() { unlock(made) }()
	env := b.env()
	report, err := check.Run(ctx, env, check.In{Clip: s.Clip, Master: e.Master, Expect: b.expectMaster(s, e)})
	if err != nil {
		return err
	}
	e.Info = infoOf(report, *s.clip)
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Started})
	in := prepare.In{
		Clip: s.Clip, TakeKey: s.Key, Master: e.Master, Spec: b.prepareSpec(s, report, e.Info),
		Duration: e.Info.Duration, Expect: expectPrepared(*s.clip, e.Info),
	}
	in.Expect.Again = b.again(s)
	out, err := prepare.Run(ctx, env, in)
	if err != nil {
		return err
	}
	prepared := out.Report
	e.Renditions, e.Tool = out.Renditions, out.Tool
	e.Info.OutWidth, e.Info.OutHeight = prepared.Info.Width, prepared.Info.Height
	if report.Info.VFR { // only now is it known how many pictures a constant rate takes
		rate := in.Spec.Rate
		e.Info.FPSNum, e.Info.FPSDen = rate.Num, rate.Den
		e.Info.Frames, e.Info.Duration = prepared.Frames, rate.Seconds(prepared.Frames)
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Warned, Message: conformedMessage(report.Info, rate)})
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
	if prepared.Loudness != nil {
		message += fmt.Sprintf(", %s", prepared.Loudness)
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: message})
	return nil
}

// env is what stages use of a build.
func (b *build) env() stage.Env {
	return stage.Env{Store: b.Store, Tools: b.Tools.Find, Cores: b.cores, Threads: b.threads, Send: b.Send}
}

// prepareSpec is the recipe with what the check found of the frames.
func (b *build) prepareSpec(s Step, report *media.Report, info lockfile.Info) media.PrepareSpec {
	spec := b.recipes.recipe(*s.clip, s.req.Route, info)
	spec.Frames, spec.Duration = info.Frames, info.Duration
	if report.Info.VFR {
		spec.Frames = 0
	}
	if spec.Hold {
		spec.Held = report.Held()
		if spec.Rate.Num > 0 {
			spec.Held = int(math.Round(float64(spec.Held) * spec.Rate.FPS() / report.Info.FPS()))
		}
	}
	return spec
}

// expectMaster is what a step's take must be.
func (b *build) expectMaster(s Step, e lockfile.Entry) media.Expect {
	out := expectMaster(*s.clip, s.req.Route, e.Duration)
	out.Again = b.again(s)
	return out
}

// again is the advice for a clip whose take is damaged.
func (b *build) again(s Step) string {
	if s.req.Route == request.File {
		return "replace " + b.Rel(s.clip.File)
	}
	return downloadAgain(s.Clip)
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
	// The crop makes the presenter fill the frame: coverage was checked on the master.
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

// recipes find how clips are prepared, and whether their renditions are up to date.
type recipes struct {
	disk    *project.Project
	account *account.Account

	sizesOnce sync.Once
	shownAt   *resolve.Sizes
	sizesErr  error

	highestOnce sync.Once
	highest     timeline.Rate // of all compositions
}

// recipe is prepareSpec with what compositions decide: the rate of a clip whose rate varies, and the size of
// prepare.scale: shown.
func (rc *recipes) recipe(c manifest.Clip, route string, in lockfile.Info) media.PrepareSpec {
	s := prepareSpec(c, route, in)
	s.Rate, s.Fewer = rc.conformed(in)
	if sizes, err := rc.sizes(); c.Prepare.Shown && err == nil { // Plan reports the error
		s.Width, s.Height = sizes.Shown(c.Name, timeline.Rect{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}, in.Width, in.Height)
	}
	return s
}

// sizes are where compositions show clips; read once, when a clip asks for it.
func (rc *recipes) sizes() (*resolve.Sizes, error) {
	rc.sizesOnce.Do(func() {
		for _, c := range rc.disk.Manifest.Clips {
			if c.Prepare.Shown {
				rc.shownAt, rc.sizesErr = resolve.ReadSizes(rc.disk.Manifest)
				return
			}
		}
		rc.shownAt = &resolve.Sizes{}
	})
	return rc.shownAt, rc.sizesErr
}

// even is the nearest even number of pixels, at least 2.
func even(v float64) int { return max(2, 2*int(math.Round(v/2))) }

// staleRendition returns why the prepared files must be made again; empty when not.
func (rc *recipes) staleRendition(ctx context.Context, c manifest.Clip, e lockfile.Entry) string {
	if len(e.Renditions) == 0 {
		return "not prepared yet"
	}
	t, err := rc.disk.Tools.Find(ctx)
	if rc.account.IsOffline() && e.Tool != "" { // made by that ffmpeg, and nothing is made here
		t, err = media.Tools{Version: e.Tool}, nil
	}
	if err != nil {
		return "" // nothing can be made without ffmpeg, and what is there is still valid
	}
	in := wanted(c, e.Info)
	spec := rc.recipe(c, e.Route, in)
	for _, name := range []string{renditions.WebM, renditions.Poster} {
		r, ok := e.Renditions[name]
		switch {
		case !ok:
			return "no " + name + " yet"
		case r.Key != prepare.Key(name, e.Master, spec, t):
			return "the way clips are prepared changed"
		}
		switch rc.disk.Store.Condition(assets.Hash(r.Hash), r.Bytes) {
		case assets.Missing:
			return "the " + name + " is missing from the store"
		case assets.Damaged:
			return "damaged: the stored " + name + " was changed"
		}
	}
	return ""
}

// wanted applies the manifest's crop setting to what the check found.
func wanted(c manifest.Clip, in lockfile.Info) lockfile.Info {
	if !c.Transparent || !c.Prepare.Crop {
		in.Box = lockfile.Box{W: in.Width, H: in.Height}
	}
	return in
}
