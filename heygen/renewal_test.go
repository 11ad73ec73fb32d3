package heygen

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"greenroom/internal/netutil"
)

// tokens is a server that accepts one access token, and notes what it received.
type tokens struct {
	*httptest.Server
	mu       sync.Mutex
	valid    string
	received []string // credential and body
}

func newTokens(t *testing.T, valid string) *tokens {
	s := &tokens{valid: valid}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		sent := r.Header.Get("Authorization") + r.Header.Get("X-Api-Key")
		s.received = append(s.received, sent+" "+string(body))
		if sent != s.valid {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":{"message":"Unauthorized"}}`)
			return
		}
		io.WriteString(w, `{"data":{"video_id":"v1","username":"ada"}}`)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestATokenIsRenewed: a token that expires in the middle of a run is read again, and the refused request is sent
// again: a read, and a purchase, which nothing else repeats.
func TestATokenIsRenewed(t *testing.T) {
	for name, request := range map[string]func(*Client) error{
		"a read": func(c *Client) error { _, err := c.WhoAmI(t.Context()); return err },
		"a purchase": func(c *Client) error {
			_, err := c.SubmitOnce(t.Context(), PathVideos, []byte(`{"a":1}`), "key-1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTokens(t, "Bearer new")
			asked := 0
			c := New(AccessToken("old"), WithBaseURL(s.URL), WithRenewal(func(context.Context) (Secret, error) {
				asked++
				return AccessToken("new"), nil
			}))
			for range 2 {
				if err := request(c); err != nil {
					t.Fatal(err)
				}
			}
			if asked != 1 || len(s.received) != 3 || s.received[0][:10] != "Bearer old" || s.received[1] != s.received[2] {
				t.Errorf("asked %d times, sent %q", asked, s.received)
			}
			if slices.Contains(s.received[:1], s.received[1]) || s.received[0][10:] != s.received[1][10:] {
				t.Errorf("another body: %q", s.received)
			}
		})
	}
}

// TestNoOtherToken: without another one the provider's refusal is the error, and nothing is sent again.
func TestNoOtherToken(t *testing.T) {
	for name, renew := range map[string]func(context.Context) (Secret, error){
		"the same":   func(context.Context) (Secret, error) { return AccessToken("old"), nil },
		"an error":   func(context.Context) (Secret, error) { return "", errors.New("no network") },
		"a key":      func(context.Context) (Secret, error) { return Secret("new"), nil },
		"not at all": nil,
	} {
		s := newTokens(t, "Bearer new")
		asked, now := 0, time.Now()
		options := []Option{WithBaseURL(s.URL), WithClock(func() time.Time { return now }, netutil.Sleep)}
		if renew != nil {
			options = append(options, WithRenewal(func(ctx context.Context) (Secret, error) { asked++; return renew(ctx) }))
		}
		c := New(AccessToken("old"), options...)
		for range 3 { // a program that prints a token may ask the user: it runs once
			if _, err := c.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "key-1"); !TokenRefused(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(s.received) != 3 || asked > 1 {
			t.Errorf("%s: asked %d times, sent %q", name, asked, s.received)
		}
		now = now.Add(askAgain) // a session of hours may find a token that came later
		if _, err := c.WhoAmI(t.Context()); !TokenRefused(err) || renew != nil && asked != 2 {
			t.Errorf("%s: asked %d times, %v", name, asked, err)
		}
		if _, err := New(Secret("old"), WithBaseURL(s.URL)).WhoAmI(t.Context()); !Unauthorized(err) || TokenRefused(err) {
			t.Errorf("a key: %v", err)
		}
	}
}

// TestTokensOfManyRequests: requests that are refused at once ask for one new token.
func TestTokensOfManyRequests(t *testing.T) {
	s := newTokens(t, "Bearer new")
	asked := 0
	c := New(AccessToken("old"), WithBaseURL(s.URL), WithRenewal(func(context.Context) (Secret, error) {
		asked++
		return AccessToken("new"), nil
	}))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.WhoAmI(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
