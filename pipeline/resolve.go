package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/request"
	"greenroom/pipeline/stage/wait"
)

// Answer is the user's answer about a request whose result is unknown.
type Answer struct {
	VideoID string // the video it became; empty: it was not paid
	// Unverified records the answer although the account cannot confirm it.
	Unverified bool
}

// Resolve records the result of a clip's request that is unknown, or corrects an earlier answer.
// Unless the answer is unverified, the account must agree: the named video carries the
// request's marker, or no video does.
func (p *Project) Resolve(ctx context.Context, clip string, a Answer) error {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return err
	}
	end, err := p.begin()
	if err != nil {
		return err
	}
	defer end()
	if !a.Unverified {
		if err := p.migrateOrigins(ctx, true); err != nil {
			return err
		}
	}
	if p.router.Rows, err = p.router.ReadRows(ctx); err != nil {
		return err
	}
	e, have := p.Account.OwnTake(ctx, clip)
	r, err := p.router.Chosen(ctx, clips[0], e, have, p.router.Rows)
	if err != nil {
		return err
	}
	row := p.router.Rows[r.Key]
	switch {
	case r.Speech != nil && (row == nil || row.State == ledger.Intended):
		return p.resolveVoice(ctx, clip, a.VideoID, r.Speech)
	case row == nil || !row.Resolvable():
		return fault.New(fault.Usage, "`greenroom status` shows what needs to be resolved", "no request of it has an unknown result").For(clip)
	}
	if err := p.notAnothers(ctx, *row, a.VideoID); err != nil {
		return err.For(clip)
	}
	if !a.Unverified {
		if err := p.verifyAnswer(ctx, clip, *row, a.VideoID); err != nil {
			return err
		}
	}
	if err := p.forgetTake(*row); err != nil {
		return err
	}
	if a.VideoID != "" {
		return p.Ledger.ResolvePaid(ctx, row.Key, a.VideoID)
	}
	return p.Ledger.ResolveNotPaid(ctx, row.Key)
}

// forgetTake drops what a wrong answer brought into the lockfile.
func (p *Project) forgetTake(row ledger.Row) error {
	if row.MasterHash == "" {
		return nil
	}
	return p.Lock.Edit(func(f *lockfile.File) {
		for _, c := range p.Manifest.Clips {
			if e, ok := f.Get(c.Name); ok && e.TakeKey == row.Take && e.VideoID == row.VideoID {
				f.Drop(c.Name)
			}
		}
	})
}

// notAnothers refuses a video that is on record for another request.
func (p *Project) notAnothers(ctx context.Context, row ledger.Row, id string) *fault.Error {
	if id == "" {
		return nil
	}
	list, err := p.Ledger.List(ctx)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "", "read the ledger")
	}
	for _, r := range list {
		if r.Key != row.Key && r.VideoID == id {
			return fault.New(fault.Usage, "`greenroom videos --title "+row.Marker+"` finds the right one", "video %s is the take of %s already", id, r.Clip)
		}
	}
	return nil
}

// verifyAnswer asks the account that was sent the request.
func (p *Project) verifyAnswer(ctx context.Context, clip string, row ledger.Row, id string) error {
	const force = "; --unverified records the answer all the same"
	if !p.Account.SameAccount(ctx, p.Account.RowOrigin(row)) {
		return fault.New(fault.Usage, "use the key of that account"+force, "the request was sent to %s, which the current key cannot read", p.Account.RowOrigin(row)).For(clip)
	}
	client, err := p.Account.Connect(ctx)
	if err != nil {
		return err
	}
	found, err := p.marked(ctx, client, row)
	if err != nil {
		return fault.Wrap(fault.KindOf(err), err, "run the same command again when the account can be reached"+force, "check the answer; nothing was recorded").For(clip)
	}
	if id == "" {
		if len(found) == 0 {
			return nil
		}
		return fault.New(fault.Usage, fmt.Sprintf("`greenroom resolve %s --paid %s`%s", clip, found[0].ID, force),
			"the account has video %s with this request's marker %s: it was paid", found[0].ID, row.Marker).For(clip)
	}
	if slices.ContainsFunc(found, func(f ledger.Found) bool { return f.ID == id }) {
		return nil
	}
	v, err := client.Job(ctx, request.KindOf(row.Route), id)
	switch {
	case heygen.NotFound(err):
		return fault.Wrap(fault.Provider, err, "`greenroom videos --title "+row.Marker+"` lists what carries its marker"+force, "find video %s on the account", id).For(clip)
	case err != nil:
		return fault.Wrap(fault.KindOf(err), err, "run the same command again when the account can be reached"+force, "check the answer; nothing was recorded").For(clip)
	case row.Searchable() && !strings.Contains(v.Title, row.Marker):
		return fault.New(fault.Usage, "`greenroom videos --title "+row.Marker+"` lists what carries its marker"+force,
			"video %s has the title %q, without this request's marker %s", id, v.Title, row.Marker).For(clip)
	}
	return nil
}

// marked searches the account for a row's marker, after the time that a list may lag. Routes
// without titles cannot be searched.
func (p *Project) marked(ctx context.Context, client *heygen.Client, row ledger.Row) ([]ledger.Found, error) {
	if !row.Searchable() {
		return nil, nil
	}
	lag := wait.ListLag(p.Account.Connection.Local())
	if left := row.LastSent.Add(lag).Sub(p.o.Now()); left > 0 {
		p.Send(ctx, event.Event{Clip: row.Clip, Stage: "resolve", State: event.Progress, Message: "the account's list may lag; waiting " + min(left, lag).Round(time.Second).String()})
		if err := sleep(ctx, min(left, lag)); err != nil {
			return nil, err
		}
	}
	return remote{client, row.Route, &account.UploadLinks{}}.FindByTitle(ctx, row.Marker)
}
