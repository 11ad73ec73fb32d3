package ledger

import (
	"context"
	"errors"
	"time"
)

// claimEntry is one entry of a take's claims in the shared cache: entries are only added, each if no other machine
// added one since the last was read.
type claimEntry struct {
	machine int
	kind    string // claimed, released, bought
	video   string
	at      time.Time
}

// claims is the shared cache as one process sees it.
type claims struct{ p *proc }

// claimOptions: a cache that cannot be reached, and one whose answer is lost after it has stored.
var claimOptions = []string{"ok", "unreachable", "stored and answer lost"}

var errCacheDown = errors.New("the cache cannot be used")

func (c claims) last(in Intent) claimEntry {
	list := c.p.w.claimed[in.Take]
	if len(list) == 0 {
		return claimEntry{}
	}
	return list[len(list)-1]
}

// add adds an entry if none was added since seen was read; it pauses between, as two requests do.
func (c claims) add(in Intent, e claimEntry) error {
	w := c.p.w
	seen := len(w.claimed[in.Take])
	c.p.pause("claiming")
	took := claimOptions[w.c.choose("claim", claimOptions)]
	if took == "unreachable" {
		return errCacheDown
	}
	if len(w.claimed[in.Take]) > seen && w.s.claims != "overwritten" {
		return errors.New("another machine was first")
	}
	e.machine, e.at = c.p.machine, w.now
	w.claimed[in.Take] = append(w.claimed[in.Take], e)
	w.logf("machine %d adds %q: %s", e.machine, e.kind, took)
	c.p.pause("claimed")
	if took != "ok" {
		return errCacheDown
	}
	return nil
}

func (c claims) Claim(_ context.Context, in Intent) error {
	w := c.p.w
	last := c.last(in)
	old := w.s.claims == "expires" && w.now.Sub(last.at) > time.Hour
	switch {
	case last.kind == "bought":
		return &ClaimedError{VideoID: last.video}
	case last.kind == "claimed" && last.machine == c.p.machine:
		return nil
	case last.kind == "claimed" && !old:
		return &ClaimedError{}
	}
	err := c.add(in, claimEntry{kind: "claimed"})
	if err != nil && w.s.claims == "optional" {
		return nil
	}
	return err
}

func (c claims) Release(_ context.Context, in Intent) {
	if last := c.last(in); last.kind == "claimed" && last.machine == c.p.machine {
		_ = c.add(in, claimEntry{kind: "released"})
	}
}

func (c claims) Bought(_ context.Context, in Intent, videoID string) {
	if last := c.last(in); last.kind == "claimed" && last.machine == c.p.machine {
		_ = c.add(in, claimEntry{kind: "bought", video: videoID})
	}
}

// follow is what a machine does that finds another's claim: it takes the video that the claim, or the account's list,
// names, and never buys.
func (p *proc) follow(in Intent, row Row, a api, other *ClaimedError) error {
	ctx := context.Background()
	id := other.VideoID
	if id == "" {
		found, err := a.FindByTitle(ctx, in.Marker)
		if err != nil || len(found) == 0 {
			return err
		}
		id = oldest(found, Row{})
	}
	if row.Open() {
		return p.l.Submitted(ctx, in.Key, id)
	}
	return p.l.Adopt(ctx, in, id)
}
