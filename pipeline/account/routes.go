package account

import (
	"context"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// NoWebM reports a look that was refused as WebM before.
func (a *Account) NoWebM(look manifest.Avatar) (no bool) {
	a.Can.Of(a.AccountID(), func(k *Capability) { _, no = k.NoWebM[look.ID+look.Photo] })
	return no
}

// RecordRoute is where an existing video's record is read: in the account's own
// generation.
func (a *Account) RecordRoute(ctx context.Context, route string) string {
	if route != request.Video {
		return route
	}
	if api, err := a.Api(ctx); err == nil && api == heygen.V3 {
		return request.V3
	}
	return route
}
