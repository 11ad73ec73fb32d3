package recipes

import (
	"fmt"

	"greenroom/compose/media"
	"greenroom/compose/media/framerate"
	"greenroom/compose/timeline"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// conformed returns the constant rate that a clip of a varying rate is prepared at: that of its shortest usual step, up
// to the highest rate that any composition uses, as more pictures would never be shown. It is zero for a constant
// rate. fewer reports that pictures are omitted for it.
func (rc *Recipes) conformed(in lockfile.Info) (to timeline.Rate, fewer bool) {
	if in.StepNum <= 0 || in.StepDen <= 0 {
		return timeline.Rate{}, false
	}
	t := framerate.Timing{Rate: timeline.Rate{Num: in.StepNum, Den: in.StepDen}, Varies: true}
	to = t.Conform(rc.highestRate())
	return to, t.Fewer(to)
}

// highestRate returns the highest frame rate of the manifest's compositions, and of those in React, which use the
// manifest's own.
func (rc *Recipes) highestRate() timeline.Rate {
	rc.highestOnce.Do(func() {
		rc.highest = rc.disk.Manifest.FPS
		rc.higher(rc.disk.Manifest.Compositions)
		_ = rc.disk.Manifest.Rows(nil, func(r manifest.RowFilms) error { // Plan reports the error
			rc.higher(r.Films)
			return nil
		})
	})
	return rc.highest
}

func (rc *Recipes) higher(compositions []manifest.Composition) {
	for _, c := range compositions {
		if c.FPS.FPS() > rc.highest.FPS() {
			rc.highest = c.FPS
		}
	}
}

// conformedMessage describes what was done to a varying rate.
func Conformed(from media.Info, to timeline.Rate) string {
	mean := float64(from.Frames) / max(from.Duration, 1e-3)
	step := timeline.Rate{Num: from.FPSNum, Den: from.FPSDen}
	return fmt.Sprintf("the frame rate varies (%.3g pictures a second on average, %.5g at the shortest usual step); prepared at a constant %.5g",
		mean, step.FPS(), to.FPS())
}
