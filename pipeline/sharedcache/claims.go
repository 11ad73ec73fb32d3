package sharedcache

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	bucket "greenroom/assets/remote"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/origin"
)

// Kinds of entries. The last entry of a take counts: after "claimed" one ledger may buy it, after "released" any
// ledger may claim it, after "bought" the take is a video.
const (
	claimed  = "claimed"
	released = "released"
	bought   = "bought"
)

// ClaimEntry is one entry of the claims on a take. Entries are only added, so that each decision is one conditional
// write, and no clock is compared.
type ClaimEntry struct {
	Kind    string    `json:"kind"`
	Take    string    `json:"take"`
	Origin  string    `json:"origin"`
	Row     string    `json:"row"`    // key of the ledger's row
	Marker  string    `json:"marker"` // in the video's title on the account
	VideoID string    `json:"videoId,omitempty"`
	Machine string    `json:"machine"`
	Time    time.Time `json:"time"`  // by that machine's clock; for messages only
	Nonce   string    `json:"nonce"` // by which the ledger that wrote it finds its own claim again

	number int // of the entry; the next one has one more
	text   []byte
}

// Claims is the part of a shared cache that decides which machine buys a take. It implements [ledger.Claims].
type Claims struct {
	*Cache
	machine string
}

// ClaimsOf returns the claims of a cache, or nil when there are none: without a cache that may be written to, machines
// cannot agree, and each buys by its own ledger.
func ClaimsOf(s *Cache) *Claims {
	if s.none || s.config.ReadOnly {
		return nil
	}
	machine, err := os.Hostname()
	if err != nil || machine == "" {
		machine = "unknown"
	}
	return &Claims{s, machine}
}

// claimTries is how often a machine reads the entries again that was not the first to add one.
const claimTries = 4

// Claim returns nil when this ledger holds the claim on a take, see [ledger.Claims]. It fails when the cache cannot
// decide: then nothing may be bought.
func (c *Claims) Claim(ctx context.Context, in ledger.Intent) error {
	for range claimTries {
		last, err := c.last(ctx, in)
		if err != nil {
			return c.undecided(err)
		}
		switch {
		case last.Kind == bought || last.Kind == claimed && !c.own(in, last):
			return c.held(ctx, in, last)
		case last.Kind == claimed:
			if err := c.confirm(ctx, in, last); err != nil {
				return c.undecided(err)
			}
			return nil
		}
		created, err := c.add(ctx, in, last, ClaimEntry{Kind: claimed})
		if err != nil {
			return c.undecided(err)
		}
		if created {
			return nil
		}
	}
	return c.undecided(errors.New("other machines change the claim all the time"))
}

// confirm verifies that the claim of an earlier run excludes other machines: it may come from a run that found out
// that the cache cannot decide.
func (c *Claims) confirm(ctx context.Context, in ledger.Intent, last ClaimEntry) error {
	cache, err := c.cacheOrError(ctx)
	if err != nil {
		return err
	}
	return cache.Confirm(ctx, bucket.ClaimName(claimKey(in), last.number), last.text)
}

// undecided explains why nothing is bought.
func (c *Claims) undecided(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	const hint = "run the same command again when the cache works; if no other machine builds this project, " +
		"--cache none or --read-only buys without a claim"
	return fault.Wrap(fault.Failed, err, hint, "%s cannot decide which machine buys this take; nothing was sent", c.config.At)
}

// held reports another machine's claim, with the take when the cache has it.
func (c *Claims) held(ctx context.Context, in ledger.Intent, last ClaimEntry) error {
	out := &ledger.ClaimedError{Machine: outside.Clean(last.Machine), Since: last.Time, VideoID: last.VideoID}
	cache := c.open(ctx)
	if cache == nil {
		return out
	}
	e, err := c.record(ctx, cache, Take{Clip: in.Clip, Key: in.Take, Route: in.Route}, origin.Origin(in.Origin))
	switch {
	case err == nil:
		out.VideoID, out.Master, out.MasterBytes, out.Duration = e.VideoID, e.Master, e.MasterBytes, e.Duration
	case !errors.Is(err, bucket.ErrMissing):
		c.warn(ctx, err)
	}
	return out
}

// Release ends this ledger's claim. A claim of another ledger is not touched.
func (c *Claims) Release(ctx context.Context, in ledger.Intent) {
	c.finish(ctx, in, ClaimEntry{Kind: released})
}

// Bought records the video of a take that this ledger claimed.
func (c *Claims) Bought(ctx context.Context, in ledger.Intent, videoID string) {
	c.finish(ctx, in, ClaimEntry{Kind: bought, VideoID: videoID})
}

// finish adds what became of this ledger's claim. If it cannot be added, the claim stays this ledger's.
func (c *Claims) finish(ctx context.Context, in ledger.Intent, e ClaimEntry) {
	last, err := c.last(ctx, in)
	if err != nil || last.Kind != claimed || !c.own(in, last) {
		return
	}
	if _, err := c.add(ctx, in, last, e); err != nil {
		text := fmt.Sprintf("record in the cache what became of the claim on %s: %v", in.Clip, err)
		c.on.Send(ctx, event.Event{Clip: in.Clip, Stage: "cache", State: event.Warned, Message: text})
		return
	}
	_ = os.Remove(c.nonceFile(in)) // without it the claim would be another's
}

// Held reports a claim on a take, or a video that the take has become.
func (c *Claims) Held(ctx context.Context, in ledger.Intent) (bool, error) {
	last, err := c.last(ctx, in)
	if err != nil {
		return false, c.undecided(err)
	}
	return last.Kind == claimed || last.Kind == bought, nil
}

// Answer records the user's answer about a claim, whoever holds it: the video that the take became, or an empty id when
// it was not bought. Without a claim it does nothing.
func (c *Claims) Answer(ctx context.Context, in ledger.Intent, videoID string) error {
	last, err := c.last(ctx, in)
	if err != nil {
		return c.undecided(err)
	}
	e := ClaimEntry{Kind: released}
	if videoID != "" {
		e = ClaimEntry{Kind: bought, VideoID: videoID}
	}
	if last.Kind == "" || last.Kind == released || last.Kind == e.Kind && last.VideoID == videoID {
		return nil
	}
	created, err := c.add(ctx, in, last, e)
	if err == nil && !created {
		err = errors.New("another machine changed the claim at the same time")
	}
	if err != nil {
		return c.undecided(err)
	}
	return nil
}

// last reads the entries of a take up to the last one; Kind is empty when there is none.
func (c *Claims) last(ctx context.Context, in ledger.Intent) (ClaimEntry, error) {
	cache, err := c.cacheOrError(ctx)
	if err != nil {
		return ClaimEntry{}, err
	}
	last := ClaimEntry{number: -1}
	for n := 0; ; n++ {
		b, err := cache.Record(ctx, bucket.ClaimName(claimKey(in), n))
		if errors.Is(err, bucket.ErrMissing) {
			return last, nil
		}
		if err != nil {
			return ClaimEntry{}, err
		}
		last = ClaimEntry{}
		err = json.Unmarshal(b, &last)
		last.number, last.text = n, b
		if err != nil || last.Take != in.Take || last.Origin != in.Origin || !last.known() {
			last = ClaimEntry{Kind: claimed, number: n} // damaged: no machine holds it, the user must answer
		}
	}
}

func (e ClaimEntry) known() bool {
	switch e.Kind {
	case claimed, released:
		return e.VideoID == ""
	case bought:
		return e.VideoID != "" && len(e.VideoID) <= 200 && outside.Clean(e.VideoID) == e.VideoID
	}
	return false
}

// cacheOrError returns the open cache. Its error names no cause: that is in the warning of [Cache.open].
func (c *Claims) cacheOrError(ctx context.Context) (*bucket.Cache, error) {
	if cache := c.open(ctx); cache != nil {
		return cache, nil
	}
	return nil, errors.New("it cannot be opened")
}

// add adds an entry after the last one, and reports whether this machine was the first to do so.
func (c *Claims) add(ctx context.Context, in ledger.Intent, last, e ClaimEntry) (bool, error) {
	cache, err := c.cacheOrError(ctx)
	if err != nil {
		return false, err
	}
	e.Take, e.Origin, e.Row, e.Marker = in.Take, in.Origin, in.Key, in.Marker
	e.Machine, e.Time, e.Nonce = c.machine, c.on.Now().UTC().Truncate(time.Second), rand.Text()
	b, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	if e.Kind == claimed {
		// On disk before the claim exists: after a crash between the two this ledger must find its claim again.
		if err := c.keepNonce(in, e.Nonce); err != nil {
			return false, err
		}
	}
	return cache.Create(ctx, bucket.ClaimName(claimKey(in), last.number+1), b)
}

// own reports that this ledger wrote a claim, in this run or an earlier one. The machine's name must be the same, too:
// a state folder that was copied with a claim is not the same ledger.
func (c *Claims) own(in ledger.Intent, e ClaimEntry) bool {
	b, err := os.ReadFile(c.nonceFile(in))
	return err == nil && e.Nonce != "" && strings.TrimSpace(string(b)) == e.Nonce && e.Machine == c.machine
}

func (c *Claims) keepNonce(in ledger.Intent, nonce string) error {
	path := c.nonceFile(in)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	_, err := atomicfile.WriteBytes(path, 0o600, []byte(nonce+"\n"))
	return err
}

// nonceFile is the file with the nonce of this ledger's claim on a take.
func (c *Claims) nonceFile(in ledger.Intent) string {
	return filepath.Join(c.on.StateDir(), "claims", claimKey(in))
}

// claimKey names a take of an account. All machines make the same name, also where a ledger's row has an older key.
func claimKey(in ledger.Intent) string { return ledger.KeyOf(in.Take, in.Origin) }
