package page

import (
	"context"

	"greenroom/pipeline/watch"
)

// Session is what a page shows and asks: a *watch.Session.
type Session interface {
	State() watch.State
	// Subscribe gives a channel that tells of changes and holds one at most; end frees it.
	Subscribe() (changes <-chan struct{}, end func())
	Buy(ctx context.Context, names []string) error
	Rebuild(ctx context.Context) error
}

var _ Session = (*watch.Session)(nil)
