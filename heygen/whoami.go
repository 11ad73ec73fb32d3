package heygen

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// WhoAmI returns the name of the user that the key belongs to, which stays the same when
// the key is replaced: the user name, or else the e-mail address. It is empty when the
// provider does not report it: a key that is good for renders may not read its user. An error
// means that nothing is known, such as a network failure.
func (c *Client) WhoAmI(ctx context.Context) (string, error) {
	for _, path := range []string{"/v3/users/me", "/v1/user/me"} {
		var d struct {
			Username flexText `json:"username"`
			Email    flexText `json:"email"`
		}
		err := c.read(ctx, "read the account", path, nil, &d)
		e := as(err)
		switch {
		case err == nil && first(string(d.Username), string(d.Email)) != "":
			return first(string(d.Username), string(d.Email)), nil
		case err == nil, e != nil && e.Status >= 400 && !e.Temporary() && e.Status != http.StatusUnauthorized:
			continue
		}
		return "", err
	}
	return "", nil
}

// serverClock is what the answers' Date headers say about the provider's clock.
type serverClock struct {
	mu     sync.Mutex
	known  bool
	offset time.Duration
}

// record reads an answer's Date header, which counts in seconds.
func (s *serverClock) record(h http.Header, now time.Time) {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.offset = true, t.Sub(now)
}

// ServerTime returns the provider's time, from the answers so far. Without one it sends a
// read. The zero time means that the provider does not report it; an error means that the
// provider could not be reached.
func (c *Client) ServerTime(ctx context.Context) (time.Time, error) {
	t, ok := c.serverTime()
	if ok {
		return t, nil
	}
	// Any answer will do, also a refusal: only its header counts.
	err := c.read(ctx, "read the provider's time", "/v3/users/me", nil, &struct{}{})
	t, ok = c.serverTime()
	if ok {
		return t, nil
	}
	if e := as(err); e != nil && e.Status == 0 {
		return time.Time{}, err
	}
	return time.Time{}, nil
}

func (c *Client) serverTime() (time.Time, bool) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.now().Add(c.server.offset), c.server.known
}
