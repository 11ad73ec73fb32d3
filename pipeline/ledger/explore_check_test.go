package ledger

import (
	"context"
	"fmt"
	"time"
)

// account chooses whose key a start has. Undisturbed runs have the one that can go on.
func (w *world) account(rows store) string {
	if !w.s.accounts {
		return accountOne
	}
	if w.c.quiet {
		for _, clip := range w.s.clips {
			if w.row(rows, clip, accountTwo).Open() {
				return accountTwo
			}
		}
	}
	return accountNames[w.c.choose("account", accountNames)]
}

// skew chooses how wrong the clock of a start is.
func (w *world) skew() time.Duration {
	if !w.s.clocks {
		return 0
	}
	return clockSkews[w.c.choose("clock", clockNames)]
}

var (
	accountNames = []string{accountOne, accountTwo}
	clockNames   = []string{"right", "3 days ahead", "20 hours ahead", "2 days behind"}
	clockSkews   = []time.Duration{0, 72 * time.Hour, 20 * time.Hour, -48 * time.Hour}
)

func (w *world) row(m store, clip, account string) Row {
	r, _, err := m.get(context.Background(), rowKey(clip, account))
	if err != nil {
		w.fail("the ledger cannot be read: %v", err)
	}
	return r
}

func (w *world) settled(stores []store) bool {
	for _, m := range stores {
		for _, clip := range w.s.clips {
			if w.row(m, clip, accountOne).State != Submitted || w.row(m, clip, accountTwo).Open() {
				return false
			}
		}
	}
	return len(w.late) == 0
}

// resolve is an honest person: an hour later, when the account shows everything,
// each parked row is resolved by what the account shows.
func (w *world) resolve(stores []store) {
	for _, m := range stores {
		for _, at := range w.places() {
			r := w.row(m, at.clip, at.account)
			if r.State != Parked {
				continue
			}
			key := r.Key
			w.parked = true
			w.now = w.now.Add(time.Hour)
			w.arrive()
			id := ""
			for _, j := range w.jobs {
				if j.title == r.Title {
					id = j.id
				}
			}
			l := newLedger(m, Options{Now: func() time.Time { return w.now }})
			var err error
			if id != "" {
				err = l.ResolvePaid(context.Background(), key, id)
			} else {
				err = l.ResolveNotPaid(context.Background(), key)
			}
			w.logf("the user answers %q for %s: %v", id, key, err)
			if err != nil {
				w.fail("a parked row could not be resolved: %v", err)
			}
			w.unknown[r.Title] = 0
		}
	}
}

// order is a clip with an account.
type order struct{ clip, account string }

func (w *world) places() (out []order) {
	for _, clip := range w.s.clips {
		out = append(out, order{clip, accountOne})
		if w.s.accounts {
			out = append(out, order{clip, accountTwo})
		}
	}
	return out
}

// checkMoney adds up the money at the end.
func (w *world) checkMoney(stores []store) {
	for _, at := range w.places() {
		clip := at.clip
		ids := map[string]bool{}
		for _, j := range w.jobs {
			if j.title == w.s.intent(clip, at.account, "").Title {
				ids[j.id] = true
			}
		}
		if len(ids) > 1 {
			w.fail("clip %s was billed %d times", clip, len(ids))
		}
		for _, m := range stores {
			switch r := w.row(m, clip, at.account); {
			case r.State == Submitted && !ids[r.VideoID]:
				w.fail("clip %s is recorded as %q, which was never billed", clip, r.VideoID)
			case r.State != Submitted && len(ids) > 0 && r.State != Parked && r.State != Sending:
				w.fail("clip %s was billed and forgotten: its row is %q", clip, r.State)
			case r.State != Submitted && at.account == accountOne && w.s.drive == nil:
				w.fail("clip %s is still %q after quiet runs", clip, fmt.Sprint(r.State, " ", r.Reason))
			}
		}
	}
}
