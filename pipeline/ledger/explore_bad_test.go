package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"greenroom/heygen"
)

// planted are protocols known to be wrong: alternative drivers over the same rows,
// client and provider. The explorer must catch each by what it cost.
func planted() []scenario {
	one := []string{"A"}
	return []scenario{
		{name: "bad: POST and then record", clips: one, drive: postThenRecord},
		{name: "bad: blind POST again", clips: one, drive: careless{blind: true}.drive},
		{name: "bad: lease on two ledgers", clips: one, procs: 2, ledgers: 2, drive: product},
		{name: "bad: a claim does not exclude", clips: one, procs: 2, ledgers: 2, claims: "overwritten"},
		{name: "bad: an old claim is void", clips: one, procs: 2, ledgers: 2, claims: "expires"},
		{name: "bad: a lost claim is bought on", clips: one, procs: 2, ledgers: 2, claims: "optional"},
		{name: "bad: lease overtakes the sender", clips: one, procs: 2, drive: careless{overtake: true}.drive},
		{name: "bad: 429 erases an unknown", clips: one, v3: true, drive: careless{key: true, forget: true}.drive},
		{name: "bad: new key for each POST", clips: one, v3: true, drive: careless{key: true, newKey: true}.drive},
		{name: "bad: key used after its day", clips: one, v3: true, drive: careless{key: true, forever: true}.drive},
		{name: "bad: list trusted at once", clips: one, drive: careless{atOnce: true}.drive},
		{name: "bad: any 4xx is a no", clips: one, drive: careless{anyNo: true}.drive},
		{name: "bad: an error hides the id", clips: one, drive: careless{hideID: true}.drive},
		{name: "bad: another account repeats", clips: one, v3: true, accounts: true, drive: sharedRow},
		{name: "bad: a future first send is young", clips: one, v3: true, clocks: true, drive: careless{key: true, local: true}.drive},
		{name: "bad: a new epoch while a send is open", clips: one, v3: true, drive: careless{key: true, epochs: true}.drive},
	}
}

// TestTheControlIsClean shows that it is the planted mistakes that are found: the
// same submitter without one loses nothing.
func TestTheControlIsClean(t *testing.T) {
	for _, v3 := range []bool{false, true} {
		s := scenario{name: "control", clips: []string{"A"}, v3: v3, drive: careless{key: v3}.drive}
		if r := explore(s, 2); r.violations > 0 {
			t.Errorf("v3 %v: %d of %d schedules\n%s", v3, r.violations, r.schedules, story(s, r))
		}
	}
}

// postThenRecord is what everybody writes first: a crash in between forgets.
func postThenRecord(p *proc, in Intent) error {
	ctx := context.Background()
	if r, ok, err := p.l.Get(ctx, in.Key); err != nil || ok && r.State == Submitted {
		return err
	}
	id, err := api{p.c, p.w.s.v3}.send(ctx, Row{Path: in.Path, Body: in.Body}, "")
	if err != nil {
		return err
	}
	return p.put(in, func(r *Row) { r.State, r.VideoID = Submitted, id })
}

// careless is a submitter that writes intents down first, with one mistake.
type careless struct {
	key      bool // v3, under an idempotency key
	blind    bool // an unknown outcome is sent again without a key
	overtake bool // a lease that ran out counts as proof that its owner is dead
	forget   bool // a refusal frees the row whatever came before
	newKey   bool // each POST has its own key
	forever  bool // a key is used after its day
	atOnce   bool // not on the list yet means not bought
	anyNo    bool // every 4xx and every 2xx with a code is a refusal, whoever wrote it
	hideID   bool // an answer with an error is a refusal, whatever else it holds
	local    bool // ages are taken from this machine's clock alone
	epochs   bool // a refusal changes the key, also while another send is open
}

// sharedRow keeps one row for all accounts.
func sharedRow(p *proc, in Intent) error {
	return careless{key: true}.drive(p, p.w.s.intent(in.Clip, accountOne, p.run))
}

// refused makes the planted mistake.
func (c careless) refused(err error) bool {
	var e *heygen.Error
	switch {
	case c.hideID && errors.Is(err, errHidden):
		return true
	case c.anyNo && errors.As(err, &e):
		return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusConflict || e.Status == http.StatusOK
	}
	return heygen.NothingBought(err)
}

var errHidden = errors.New("the answer holds an error")

// readsErrorFirst is a client that looks for an error before it looks for an id.
type readsErrorFirst struct{ wire }

func (t readsErrorFirst) submit(ctx context.Context, in Intent) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.heygen.com"+in.Path, bytes.NewReader(in.Body))
	if err != nil {
		return "", err
	}
	res, err := t.RoundTrip(req)
	if err != nil {
		return "", err
	}
	var a struct {
		Error any
		Data  struct {
			ID string `json:"video_id"`
		}
	}
	switch err := json.NewDecoder(res.Body).Decode(&a); {
	case err != nil:
		return "", err
	case a.Error != nil && res.StatusCode < 500:
		return "", errHidden
	case a.Data.ID == "":
		return "", errors.New("no id")
	}
	return a.Data.ID, nil
}

func (c careless) drive(p *proc, in Intent) error {
	ctx := context.Background()
	r, _, err := p.l.Get(ctx, in.Key)
	if err != nil || r.State == Submitted {
		return err
	}
	once := ""
	if c.key {
		once = "gr-" + in.Key
		switch {
		case c.newKey:
			once += "-" + p.run
		case c.epochs && r.Epoch > 0:
			once += "-" + strconv.Itoa(r.Epoch)
		}
	}
	a := api{p.c, p.w.s.v3}
	now := p.w.now
	if c.local {
		now = now.Add(p.skew)
	}
	fresh := now.Sub(r.FirstSent) < repeatWindow
	if r.State == Sending {
		again := c.key && (fresh || c.forever) || c.blind
		if c.overtake {
			if p.w.now.Before(r.Until) {
				return ErrBusy
			}
			again = true
		}
		if !again {
			if wait := r.LastSent.Add(exploreSettle).Sub(p.w.now); wait > 0 && !c.atOnce {
				if err := p.sleep(ctx, wait); err != nil {
					return err
				}
			}
			found, err := a.FindByTitle(ctx, in.Marker)
			switch {
			case err != nil:
				return err
			case len(found) > 0:
				return p.put(in, func(r *Row) { r.State, r.VideoID = Submitted, found[0].ID })
			case !c.atOnce:
				return p.put(in, func(r *Row) { r.State = Parked })
			}
		}
	}
	if err := p.put(in, func(r *Row) {
		if r.State != Sending {
			r.FirstSent, r.Pending = now, 0
		}
		r.State, r.LastSent, r.Until = Sending, p.w.now, p.w.now.Add(5*time.Minute)
		r.Pending++
	}); err != nil {
		return err
	}
	submit := func() (string, error) { return a.send(ctx, Row{Path: in.Path, Body: in.Body}, once) }
	if c.hideID {
		submit = func() (string, error) { return readsErrorFirst{wire{p.w, p}}.submit(ctx, in) }
	}
	id, err := submit()
	switch {
	case err == nil:
		return p.put(in, func(r *Row) { r.State, r.VideoID, r.Pending = Submitted, id, 0 })
	case c.refused(err):
		return p.put(in, func(r *Row) {
			if r.State != Sending {
				return
			}
			if c.epochs {
				r.Epoch++
			}
			if r.Pending--; r.Pending == 0 || c.forget {
				r.State, r.Pending = Intended, 0
			}
		})
	}
	return err
}

// put changes a row without asking what it was: the planted ones do as they like.
func (p *proc) put(in Intent, change func(*Row)) error {
	return p.l.store.update(context.Background(), func(t txn) error {
		r, ok, err := t.get(in.Key)
		if err != nil || r.State == Submitted {
			return err
		}
		if !ok {
			r = Row{Key: in.Key, Clip: in.Clip, Route: in.Route, Marker: in.Marker, Title: in.Title, Path: in.Path, Body: in.Body, RunID: in.RunID, Price: in.Price, State: Intended}
		}
		change(&r)
		r.Updated = p.w.now
		return t.put(r)
	})
}
