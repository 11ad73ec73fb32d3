package heygen

import (
	"context"
	"sync"
	"time"

	"greenroom/internal/outside"
)

// credential is the key or token in use. A token may expire in the middle of a run and be replaced by a newer one.
type credential struct {
	token bool // an access token, and never an API key
	mu    sync.Mutex
	now   Secret
	renew func(context.Context) (Secret, error) // nil when there is no newer one
	clock func() time.Time
	asked time.Time // when renew had no other credential
}

// askAgain is how long renew is not called after it had no other credential: it may run a program that asks the user,
// and a run of many clips has many refused requests.
const askAgain = time.Minute

func (c *credential) value() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.Reveal()
}

// renewed reports whether there is another credential than the one that was used. One caller at a time asks for it.
func (c *credential) renewed(ctx context.Context, used string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.Reveal() != used {
		return true
	}
	if c.renew == nil || !c.asked.IsZero() && c.clock().Sub(c.asked) < askAgain {
		return false
	}
	next, err := c.renew(ctx)
	if err != nil || next.Reveal() == used || next.IsAccessToken() != c.token {
		c.asked = c.clock()
		return false // the provider's refusal is the better message
	}
	outside.Know(next.Reveal())
	c.now = next
	return true
}

// WithRenewal sets where a newer credential comes from when the provider refuses the one in use: a file that another
// program keeps up to date, or a program that prints it. The refused request is then sent a second time.
func WithRenewal(renew func(context.Context) (Secret, error)) Option {
	return func(c *Client) { c.credential.renew = renew }
}
