package account

import (
	"context"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// NoWebM reports whether HeyGen refused a look as WebM before.
func (a *Account) NoWebM(look manifest.Avatar) (no bool) {
	a.Can.Read(a.AccountID(), func(k *Capability) { _, no = k.NoWebM[look.ID+look.Photo] })
	return no
}

// RecordRoute returns the route with which the record of a job is read: for an existing video, the one of the account's
// generation.
func (a *Account) RecordRoute(ctx context.Context, route string) string {
	if route != routes.Video {
		return route
	}
	if api, err := a.API(ctx); err == nil && api == heygen.V3 {
		return routes.V3
	}
	return route
}
