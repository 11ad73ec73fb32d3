package recipes

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/account"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/routes"
)

// ExpectMaster is what a delivered file must be.
func ExpectMaster(c manifest.Clip, route string, announced float64) media.Expect {
	e := expectation(c)
	e.Duration = announced
	e.KeyColor = screenColor(c, route)
	e.Choose = true
	return e
}

// screenColor is the key colour that a clip's master is delivered on, #RRGGBB or auto; empty when it is not keyed.
func screenColor(c manifest.Clip, route string) string {
	switch {
	case route == routes.File, route == routes.V3Lipsync:
		return c.Key
	case routes.IsKeyed(route):
		return c.KeyColor
	}
	return ""
}

func ExpectPrepared(c manifest.Clip, in lockfile.Info) media.Expect {
	e := expectation(c)
	e.Prepared, e.Duration, e.DurationTolerance, e.Loudness = true, in.Duration, 0.02, c.Prepare.Loudness
	// The crop makes the presenter fill the frame: coverage was checked on the master.
	e.CoverageMin, e.CoverageMax, e.Border = 0, 1, "all"
	return e
}

func expectation(c manifest.Clip) media.Expect {
	return media.Expect{
		Limits: c.Checks, Transparent: c.Transparent, Hold: c.Prepare.Hold,
	}
}

func InfoOf(r *media.Report, c manifest.Clip) lockfile.Info {
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

// PrepareSpec is the recipe for a clip: a pure function of the manifest and of
// what the check saw.
func PrepareSpec(c manifest.Clip, route string, in lockfile.Info) media.PrepareSpec {
	s := media.PrepareSpec{Transparent: c.Transparent, Loudness: c.Prepare.Loudness, Hold: c.Prepare.Hold, Key: screenColor(c, route)}
	if in.Box.W != in.Width || in.Box.H != in.Height {
		s.Crop = &media.Box{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}
	}
	if f := c.Prepare.Scale; f > 0 && f < 1 {
		s.Width, s.Height = even(float64(in.Box.W)*f), even(float64(in.Box.H)*f)
	}
	return s
}

// Recipes find how clips are prepared, and whether their renditions are up to date.
type Recipes struct {
	disk    *project.Project
	account *account.Account

	sizesOnce sync.Once
	shownAt   *resolve.Sizes
	sizesErr  error

	highestOnce sync.Once
	highest     timeline.Rate // of all compositions
}

// Recipe is prepareSpec with what compositions decide: the rate of a clip whose rate varies, and the size of
// prepare.scale: shown.
func (rc *Recipes) Recipe(c manifest.Clip, route string, in lockfile.Info) media.PrepareSpec {
	s := PrepareSpec(c, route, in)
	s.Rate, s.Fewer = rc.conformed(in)
	if rc.disk.Manifest.Disclose.Marks {
		s.Source = c.MadeBy()
	}
	if sizes, err := rc.Sizes(); c.Prepare.Shown && err == nil { // Plan reports the error
		s.Width, s.Height = sizes.Shown(c.Name, timeline.Rect{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}, in.Width, in.Height)
	}
	return s
}

// Sizes are where compositions show clips; read once, when a clip asks for it.
func (rc *Recipes) Sizes() (*resolve.Sizes, error) {
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

// StaleRendition returns why the prepared files must be made again; empty when not.
func (rc *Recipes) StaleRendition(ctx context.Context, c manifest.Clip, e lockfile.Entry) string {
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
	keys := rc.keys(c, e, t)
	for _, name := range wanted(c, e) {
		if why := rc.stale(e, name, keys(name)); why != "" {
			return why
		}
	}
	if staleWords(c, e) {
		return "the captions of its sound are not made yet"
	}
	return unwanted(c, e)
}

// Wanted applies the manifest's crop setting to what the check found.
func Wanted(c manifest.Clip, in lockfile.Info) lockfile.Info {
	if !c.Transparent || !c.Prepare.Crop {
		in.Box = lockfile.Box{W: in.Width, H: in.Height}
	}
	return in
}

// newRecipes returns the recipes of a project's clips.
func New(disk *project.Project, account *account.Account) *Recipes {
	return &Recipes{disk: disk, account: account}
}

// DuplicateKey is everything that checks and recipes are made from. It is compared within one run only.
func DuplicateKey(c manifest.Clip, e lockfile.Entry, route string) string {
	k := hashkey.New("twin/1")
	k.Field("master", e.Master)
	k.Field("key color", screenColor(c, route))
	k.Field("transparent", fmt.Sprint(c.Transparent))
	k.Number("announced", e.Duration)
	k.Field("checks", asJSON(c.Checks))
	k.Field("prepare", asJSON(c.Prepare))
	k.Field("made by", string(c.MadeBy()))
	k.Field("caption words", c.CaptionWords()+"\n"+c.Voice.Locale)
	parts, _ := c.Chapters()
	k.Field("chapters", asJSON(parts))
	return k.Sum()
}

// asJSON returns all fields of a value, so that a field that is new is in the key too.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers, texts and a map of texts
	}
	return string(b)
}
