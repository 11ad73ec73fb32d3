package purchase

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
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
func (a *Answers) Resolve(ctx context.Context, c manifest.Clip, word Answer) error {
	clip := c.Name
	if !word.Unverified {
		if err := a.RecordOrigins(ctx, true); err != nil {
			return err
		}
	}
	rows, err := a.router.ReadRows(ctx)
	if err != nil {
		return err
	}
	a.router.Rows = rows
	e, have := a.account.OwnTake(ctx, clip)
	r, err := a.router.Chosen(ctx, c, e, have, a.router.Rows)
	if err != nil {
		return err
	}
	row := a.router.Rows[r.Key]
	switch {
	case r.Speech != nil && (row == nil || row.State == ledger.Intended):
		return a.resolveVoice(ctx, clip, word.VideoID, r.Speech)
	case row == nil || !row.Resolvable():
		if held, err := a.held(ctx, c, r); err != nil || held.Key != "" {
			return a.resolveClaim(ctx, held, word, err)
		}
		return fault.New(fault.Usage, "`greenroom status` shows what needs to be resolved", "no request of it has an unknown result").For(clip)
	}
	if err := a.notAnothers(ctx, row.Key, word.VideoID, rightVideo(row.Marker)); err != nil {
		return err.For(clip)
	}
	if !word.Unverified {
		if err := a.verifyAnswer(ctx, clip, *row, word.VideoID); err != nil {
			return err
		}
	}
	if err := a.answerClaim(ctx, intentOf(*row), word.VideoID); err != nil {
		return err
	}
	if err := a.forgetTake(*row); err != nil {
		return err
	}
	if word.VideoID != "" {
		return a.disk.Ledger.ResolvePaid(ctx, row.Key, word.VideoID)
	}
	return a.disk.Ledger.ResolveNotPaid(ctx, row.Key)
}

// forgetTake drops what a wrong answer brought into the lockfile.
func (a *Answers) forgetTake(row ledger.Row) error {
	if row.MasterHash == "" {
		return nil
	}
	return a.disk.Lock.Edit(func(f *lockfile.File) {
		for _, c := range a.disk.Manifest.Clips {
			if e, ok := f.Get(c.Name); ok && e.TakeKey == row.Take && e.VideoID == row.VideoID {
				f.Drop(c.Name)
			}
		}
	})
}

// rightVideo is what to do about a video that is another request's.
func rightVideo(marker string) string {
	return "`greenroom videos --title " + marker + "` finds the right one"
}

// notAnothers refuses a video that is on record for another request.
func (a *Answers) notAnothers(ctx context.Context, key, id, hint string) *fault.Error {
	if id == "" {
		return nil
	}
	list, err := a.disk.Ledger.List(ctx)
	if err != nil {
		return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run the same command again when no other one runs"), "read the ledger")
	}
	for _, r := range list {
		if r.Key != key && r.VideoID == id {
			return fault.New(fault.Usage, hint, "video %s is the take of %s already", id, r.Clip)
		}
	}
	return nil
}

// verifyAnswer asks the account that was sent the request.
func (a *Answers) verifyAnswer(ctx context.Context, clip string, row ledger.Row, id string) error {
	const force = "; --unverified records the answer all the same"
	if !a.account.SameAccount(ctx, a.account.RowOrigin(row)) {
		return fault.New(fault.Usage, "use the key of that account"+force, "the request was sent to %s, which the current key cannot read", a.account.RowOrigin(row)).For(clip)
	}
	client, err := a.account.Connect(ctx)
	if err != nil {
		return err
	}
	found, err := a.marked(ctx, client, row)
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
	v, err := client.Job(ctx, routes.KindOf(row.Route), id)
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
func (a *Answers) marked(ctx context.Context, client *heygen.Client, row ledger.Row) ([]ledger.Found, error) {
	if !row.Searchable() {
		return nil, nil
	}
	lag := wait.ListLag(a.account.Connection.Local())
	if left := row.LastSent.Add(lag).Sub(a.disk.Now()); left > 0 {
		a.disk.Send(ctx, event.Event{Clip: row.Clip, Stage: "resolve", State: event.Progress, Message: "the account's list may lag; waiting " + min(left, lag).Round(time.Second).String()})
		if err := netutil.Sleep(ctx, min(left, lag)); err != nil {
			return nil, err
		}
	}
	return remote{client, row.Route, &account.UploadLinks{}}.FindByTitle(ctx, row.Marker)
}

// resolveVoice is a person's word that a sound may be bought again.
func (a *Answers) resolveVoice(ctx context.Context, clip, paidAs string, r *request.Speech) error {
	row, ok, err := a.disk.Ledger.Get(ctx, r.Row)
	if err != nil {
		return err
	}
	_, here := a.voices.Here(r)
	_, answered := a.voices.Answer(r.Row)
	open := row.State == ledger.Parked || row.State == ledger.Sending
	gone := (row.State == ledger.Submitted || row.State == ledger.Completed) && !here
	switch {
	case !ok || !open && !gone:
		return fault.New(fault.Usage, "`greenroom status` shows what needs to be resolved", "no request of it is open").For(clip)
	case open && answered:
		return fault.New(fault.Usage, "`greenroom build` goes on with it", "the answer came after all and is on disk").For(clip)
	case paidAs != "":
		return fault.New(fault.Usage, "only `--not-paid` helps: the voice is bought again", "a voice is on no list of the account and is not available again").For(clip)
	case gone:
		err = a.disk.Ledger.Forgo(ctx, r.Row, "resolved by hand: its sound was gone")
	default:
		err = a.disk.Ledger.ResolveNotPaid(ctx, r.Row)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(a.voices.File(r.Row)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.Failed, err, "remove it", "forget %s", filepath.Base(a.voices.File(r.Row)))
	}
	return nil
}
