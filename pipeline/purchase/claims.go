package purchase

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/pipeline/stage/wait"
)

// claims returns what decides between machines about a purchase; nil where nothing costs money.
func (b *Buyer) claims(in ledger.Intent) ledger.Claims {
	if b.o.Claims == nil || origin.Origin(in.Origin).Free() {
		return nil
	}
	return b.o.Claims
}

// claimedIntent returns the intent of a step. Where that buys a voice first, it claims the take before: the voice of a
// take that another machine is buying is not needed.
func (b *Buyer) claimedIntent(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Intent, error) {
	if s.Work.Request.Speech == nil || s.Submission().Open() {
		return b.Intent(ctx, s, client)
	}
	in := b.newIntent(ctx, s.Key, s.Work.Row)
	in.Clip, in.Route, in.Title = s.Clip, s.Route, s.Clip+" "+in.Marker
	claims := b.claims(in)
	if claims == nil {
		return b.Intent(ctx, s, client)
	}
	if err := claims.Claim(ctx, in); err != nil {
		return in, err
	}
	full, err := b.Intent(ctx, s, client)
	if err != nil {
		claims.Release(context.WithoutCancel(ctx), in)
	}
	return full, err
}

// try sends the request of a step once, under the ledger's protocol. It returns the intent also with an error.
func (b *Buyer) try(
	ctx context.Context, s planning.Step, client *heygen.Client, first bool,
) (ledger.Intent, remote, ledger.Row, error) {
	re := remote{client, s.Route, &b.account.Links}
	in, err := b.claimedIntent(ctx, s, client)
	if err != nil {
		return in, re, ledger.Row{}, &intentError{err}
	}
	if first {
		b.disk.Send(ctx, event.Event{Clip: s.Clip, Stage: "submit", State: event.Started, Message: s.Route})
	}
	o := ledger.SpendOptions{
		Settle: wait.ListLag(b.local()), Sleep: netutil.Sleep, Repeat: re.repeat(), Clock: client.ServerTime, Strict: b.o.Strict,
		Locked: true, Claims: b.claims(in),
	}
	if o.Repeat == nil || o.Strict {
		re.c = client.OwnConnections()
	}
	row, err := b.spend(ctx, s.Clip, "submit", in, re, o)
	return in, re, row, err
}

// intentError is the error of a request that could not be made: the clip's own, not the purchase's.
type intentError struct{ error }

func (e *intentError) Unwrap() error { return e.error }

// Times between two reads of another machine's claim.
const (
	claimPause      = 10 * time.Second
	claimPauseLocal = 100 * time.Millisecond
)

// rival is another machine that has claimed a take, as this machine's buyer sees it.
type rival struct {
	*ledger.ClaimedError
	b  *Buyer
	in ledger.Intent
	re remote
}

// await waits a moment for the machine that is buying a take. It fails with [wait.ErrPending] in a run that does not
// wait, and with a fault of kind Wait after --wait.
func (r rival) await(ctx context.Context, began time.Time, first bool) error {
	b, in := r.b, r.in
	if b.o.Once {
		return wait.ErrPending
	}
	pause := claimPause
	if b.local() {
		pause = claimPauseLocal
	}
	waited := b.disk.Now().Sub(began)
	if b.busyLimit()-waited < pause {
		hint := fmt.Sprintf("run the same command again later; if that machine has stopped for good, look for %q on the "+
			"account, then `greenroom resolve %s --not-paid`", in.Marker, in.Clip)
		return fault.New(fault.Wait, hint, "%s; waited for it %s, and bought nothing", r.ClaimedError,
			waited.Round(time.Second))
	}
	if first {
		b.disk.Send(ctx, event.Event{
			Clip: in.Clip, Stage: "submit", State: event.Progress, Message: r.Error() + "; waiting for it",
		})
	}
	return netutil.Sleep(ctx, pause)
}

// find looks for the video of the take: in the cache, and on the account's list by
// its marker. The row has no video when there is none yet.
func (r rival) find(ctx context.Context) (ledger.Row, error) {
	b, in := r.b, r.in
	row, _, err := b.disk.Ledger.Get(ctx, in.Key)
	if err != nil {
		return row, err
	}
	id := r.VideoID
	if id == "" && strings.Contains(in.Title, in.Marker) && !b.o.Strict {
		found, err := r.re.FindByTitle(ctx, in.Marker)
		if err != nil {
			return row, b.refused(ctx, in.Clip, in, err, "search the account for "+in.Marker)
		}
		id = ledger.Oldest(found)
	}
	if id == "" {
		row.VideoID = ""
		return row, nil
	}
	if len(in.Body) == 0 { // a voice was to be bought first
		in.Path, in.Body = "claimed", []byte("{}")
	}
	if row.Open() {
		err = b.disk.Ledger.Submitted(ctx, in.Key, id)
	} else {
		err = b.disk.Ledger.Adopt(ctx, in, id)
	}
	if err != nil {
		return row, err
	}
	if row, _, err = b.disk.Ledger.Get(ctx, in.Key); err != nil {
		return row, err
	}
	if r.Master != "" && r.VideoID == id {
		b.disk.Ledger.Fetched(row, r.Master, r.MasterBytes, r.Duration)
		row, _, err = b.disk.Ledger.Get(ctx, in.Key)
	}
	b.disk.Send(ctx, event.Event{
		Clip: in.Clip, Stage: "submit", State: event.Done,
		Message: fmt.Sprintf("video %s, bought by %s", id, r.Holder()),
	})
	return row, err
}

// intentOf returns what a claim on a row's take is found by.
func intentOf(row ledger.Row) ledger.Intent {
	return ledger.Intent{
		Key: row.Key, Take: row.Take, Origin: row.Origin, Clip: row.Clip, Route: row.Route, Marker: row.Marker,
		Title: row.Title, Path: row.Path, Body: row.Body,
	}
}

// held returns the row of which another machine has the claim; an empty row when there is none.
func (a *Answers) held(ctx context.Context, c manifest.Clip, r request.Request) (ledger.Row, error) {
	o := a.account.Identity(ctx, true).Current
	if a.claims == nil || o.Free() || !r.Paid() {
		return ledger.Row{}, nil
	}
	row := ledger.Row{
		Key: ledger.KeyOf(r.Key, string(o)), Take: r.Key, Origin: string(o), Clip: c.Name, Route: r.Route,
		Path: "claimed", Body: []byte("{}"),
	}
	row.Marker = ledger.MarkerOf(row.Key)
	row.Title = c.Name + " " + row.Marker
	held, err := a.claims.Held(ctx, intentOf(row))
	if err != nil || !held {
		return ledger.Row{}, err
	}
	return row, nil
}

// resolveClaim records the user's answer about a claim of another machine that may never have an outcome.
func (a *Answers) resolveClaim(ctx context.Context, row ledger.Row, word Answer, err error) error {
	if err != nil {
		return err
	}
	if err := a.notAnothers(ctx, row.Key, word.VideoID, rightVideo(row.Marker)); err != nil {
		return err.For(row.Clip)
	}
	if !word.Unverified {
		if err := a.verifyAnswer(ctx, row.Clip, row, word.VideoID); err != nil {
			return err
		}
	}
	if err := a.answerClaim(ctx, intentOf(row), word.VideoID); err != nil || word.VideoID == "" {
		return err
	}
	return a.disk.Ledger.Adopt(ctx, intentOf(row), word.VideoID)
}

// answerClaim records an answer for the machines that share a cache.
func (a *Answers) answerClaim(ctx context.Context, in ledger.Intent, videoID string) error {
	if a.claims == nil || origin.Origin(in.Origin).Free() {
		return nil
	}
	return a.claims.Answer(ctx, in, videoID)
}

// isUndecided reports an error of the claims, which has its own hint, and not of the provider.
func isUndecided(err error) bool {
	var f *fault.Error
	var he *heygen.Error
	return errors.As(err, &f) && !errors.As(err, &he)
}
