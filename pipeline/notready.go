package pipeline

import (
	"greenroom/internal/fault"
)

// NotReady is the error of a film whose clip is not up to date.
func (p *Project) NotReady(clip, reason string) *fault.Error {
	hint := "run `greenroom build` first"
	if e, ok := p.Lock.Get(clip); ok && p.Account.OriginOf(e).Drawn() && !p.o.AllowSandbox {
		hint += "; --allow-sandbox renders drawn presenters for a preview"
	}
	return fault.New(fault.Failed, hint, "clip is not ready: %s", reason).For(clip)
}

// DrawnClips counts the clips on record that no paid provider made.
func (p *Project) DrawnClips() (n int) {
	for _, c := range p.Manifest.Clips {
		if e, ok := p.Lock.Get(c.Name); ok && p.Account.OriginOf(e).Drawn() {
			n++
		}
	}
	return n
}
