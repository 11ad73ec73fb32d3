package pipeline

import (
	"greenroom/assets"
	"greenroom/internal/fault"
)

// masterOf is a clip's master in the store; the clip's own step has run.
func (b *build) masterOf(clip string) (string, error) {
	e, ok := b.Lock.Get(clip)
	if !ok || e.Master == "" || !b.Store.Has(assets.Hash(e.Master), e.MasterBytes) {
		return "", fault.New(fault.Failed, "see what failed for "+clip, "%s, which it translates, has no take", clip)
	}
	return b.Store.Path(assets.Hash(e.Master)), nil
}
