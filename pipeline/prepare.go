package pipeline

import (
	"context"
	"fmt"
	"math"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/prepare"
)

// prepare checks the master, makes the renditions and checks them again.
func (b *build) prepare(ctx context.Context, s planning.Step) error {
	e, ok := b.Lock.Get(s.Clip)
	if !ok {
		return fault.New(fault.Failed, "run the same command again", "no master on record")
	}
	e, done, unlock := b.duplicate(s, e)
	if done {
		unlock(nil)
		b.recipes.RecordLimits(*s.Work.Clip, e)
		if err := b.Lock.Set(e); err != nil {
			return err
		}
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: "the same as another clip"})
		return nil
	}
	var made *lockfile.Entry
	defer func() { unlock(made) }()
	env := b.env()
	report, err := check.Do(ctx, env, check.In{Clip: s.Clip, Master: e.Master, Expect: b.expectMaster(s, e)})
	if err != nil {
		return err
	}
	b.recipes.RecordLimits(*s.Work.Clip, e)
	if b.hasRenditions(ctx, s, e) { // only its limits changed
		made = &e
		return nil
	}
	work, err := b.recipes.Work(ctx, *s.Work.Clip, e)
	if err != nil {
		return err
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Started})
	message := "further files"
	if !work.Any() {
		message = "files that nothing asks for are gone"
	}
	words := b.previews.StaleCaptions(*s.Work.Clip, s.Work.Request, e.Captions != nil)
	if work.Base || words != "" || e.TakeKey != s.Key || e.Info.Frames == 0 {
		if e, message, err = b.prepareBase(ctx, s, e, report); err != nil {
			return err
		}
	}
	if e, err = b.makeForms(ctx, s, e, report); err != nil {
		return err
	}
	if err := b.Lock.Set(e); err != nil {
		return err
	}
	made = &e
	if work.Any() || words != "" {
		b.count(func(sum *Summary) { sum.Prepared++ })
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Done, Message: message})
	return nil
}

// prepareBase makes WebM and poster. It returns the entry with them, and what the user reads of them. Other renditions
// stay in the entry: whether they fit is decided by their keys.
func (b *build) prepareBase(
	ctx context.Context, s planning.Step, e lockfile.Entry, report *media.Report,
) (lockfile.Entry, string, error) {
	env := b.env()
	e.Info = recipes.InfoOf(report, *s.Work.Clip)
	in := prepare.In{
		Clip: s.Clip, TakeKey: s.Key, Master: e.Master, Spec: b.prepareSpec(s, report, e.Info),
		Duration: e.Info.Duration, Expect: recipes.ExpectPrepared(*s.Work.Clip, e.Info), Threads: b.threads,
		Poster: report.Chosen(),
	}
	in.Expect.Again = b.again(s)
	out, err := stage.Do(ctx, env, prepare.Step, in)
	if err != nil {
		return e, "", err
	}
	prepared := out.Report
	for name, r := range e.Renditions {
		if _, ok := out.Renditions[name]; !ok {
			out.Renditions[name] = r
		}
	}
	e.Renditions, e.Tool = out.Renditions, out.Tool
	e.Info.OutWidth, e.Info.OutHeight = prepared.Info.Width, prepared.Info.Height
	if report.Info.VFR { // only now is it known how many pictures a constant rate takes
		rate := in.Spec.Rate
		e.Info.FPSNum, e.Info.FPSDen = rate.Num, rate.Den
		e.Info.Frames, e.Info.Duration = prepared.Frames, rate.Seconds(prepared.Frames)
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Warned, Message: recipes.Conformed(report.Info, rate)})
	}
	if s.Work.Request.Speech != nil {
		if e.Captions, err = b.voiceCaptions(s); err != nil {
			return e, "", err
		}
		b.heldLength(ctx, s, e)
	}
	message := fmt.Sprintf("%dx%d, %d frames", e.Info.OutWidth, e.Info.OutHeight, e.Info.Frames)
	if prepared.Loudness != nil {
		message += fmt.Sprintf(", %s", prepared.Loudness)
	}
	return e, message, nil
}

// env is what stages use of a build.
func (b *build) env() stage.Env {
	return stage.Env{Store: b.Store, Tools: b.Tools.Find, Capacity: b.capacity, Threads: b.threads, Send: b.Send, Elsewhere: b.elsewhere()}
}

// prepareSpec is the recipe with what the check found of the frames.
func (b *build) prepareSpec(s planning.Step, report *media.Report, info lockfile.Info) media.PrepareSpec {
	spec := b.recipes.Recipe(*s.Work.Clip, s.Work.Request.Route, info)
	spec.Frames, spec.Duration, spec.Checked = info.Frames, info.Duration, report.Here()
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
func (b *build) expectMaster(s planning.Step, e lockfile.Entry) media.Expect {
	out := recipes.ExpectMaster(*s.Work.Clip, s.Work.Request.Route, e.Duration)
	out.Again = b.again(s)
	return out
}

// again is the advice for a clip whose take is damaged.
func (b *build) again(s planning.Step) string {
	if s.Work.Request.Route == routes.File {
		return "replace " + b.Rel(s.Work.Clip.File)
	}
	return downloadAgain(s.Clip)
}

// downloadAgain is the advice for a clip whose take is damaged.
func downloadAgain(clip string) string {
	return "`greenroom build --refetch " + clip + "` downloads it again and buys nothing"
}

// heldLength reports a take that is not as long as its voice promised: then the timeline
// moves after all.
func (b *build) heldLength(ctx context.Context, s planning.Step, e lockfile.Entry) {
	v, ok := b.voices.Here(s.Work.Request.Speech)
	if !ok || e.Info.FPSDen == 0 {
		return
	}
	want := int(math.Ceil(v.Seconds*float64(e.Info.FPSNum)/float64(e.Info.FPSDen) - 1e-9))
	if want != e.Info.Frames {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Warned, Message: fmt.Sprintf("the take has %s, its voice draft promised %d", frames(e.Info.Frames), want)})
	}
}

// duplicates are clips with the same master and the same recipe: rows
// with equal words, or a clip under two names. They are checked and prepared once.
type duplicates struct {
	known map[string]lockfile.Entry
	keymutex.Mutex
}

// learnDuplicates notes what is ready before the run, also of clips that it leaves alone.
func (b *build) learnDuplicates(ctx context.Context, plan *planning.Plan) {
	b.duplicates.known = map[string]lockfile.Entry{}
	if len(plan.Steps) < len(b.Manifest.Clips) {
		for _, c := range b.Manifest.Clips {
			if e, ok := b.Lock.Get(c.Name); ok && b.recipes.StaleRendition(ctx, c, e) == "" && b.recipes.LimitsChanged(c, e) == "" {
				b.duplicates.known[recipes.DuplicateKey(c, e, e.Route)] = e
			}
		}
	}
	for _, s := range plan.Steps {
		if e, ok := b.Lock.Get(s.Clip); ok && (s.Action == planning.Keep || s.Action == planning.Publish) {
			b.duplicates.known[recipes.DuplicateKey(*s.Work.Clip, e, e.Route)] = e
		}
	}
}

// duplicate returns what was prepared for an equal clip; unlock must be called when the clip
// is done, and shares what it has.
func (b *build) duplicate(s planning.Step, e lockfile.Entry) (ready lockfile.Entry, ok bool, unlock func(made *lockfile.Entry)) {
	key := recipes.DuplicateKey(*s.Work.Clip, e, s.Work.Request.Route)
	free, _ := b.duplicates.Lock(key)
	b.mu.Lock()
	other, ok := b.duplicates.known[key]
	b.mu.Unlock()
	if ok { // its files were in the store when it became known
		e.Info, e.Renditions = other.Info, other.Renditions // one that is on record does not change
		if s.Work.Clip.CaptionWords() != "" {
			e.Captions = other.Captions
		}
	}
	return e, ok, func(made *lockfile.Entry) {
		if made != nil {
			b.mu.Lock()
			b.duplicates.known[key] = *made
			b.mu.Unlock()
		}
		free()
	}
}
