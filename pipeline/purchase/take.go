package purchase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"greenroom/assets"
	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// Take buys the clip's job, unless an earlier request for it is found, and returns its row.
func (b *Buyer) Take(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Row, error) {
	if b.o.Free {
		return ledger.Row{}, fault.New(fault.Failed, "`greenroom build` buys it; please report this", "a build of stand-ins was about to buy a clip")
	}
	if s.Work.Again {
		return ledger.Row{}, fault.New(fault.Failed, "please report this", "a build that downloads a take again was about to buy it")
	}
	before := s.Submission().State
	var in ledger.Intent
	var row ledger.Row
	var err error
	for began, first := b.disk.Now(), true; ; first = false {
		var re remote
		in, re, row, err = b.try(ctx, s, client, first)
		other := new(ledger.ClaimedError)
		if !errors.As(err, &other) {
			break
		}
		r := rival{other, b, in, re}
		row, err = r.find(ctx)
		if err == nil && row.VideoID == "" {
			err = r.await(ctx, began, first)
		}
		if err != nil || row.VideoID != "" {
			return row, err
		}
	}
	made := new(intentError)
	switch {
	case errors.As(err, &made):
		return row, made.error
	case errors.Is(err, ledger.ErrParked):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("search the account for %q, then `greenroom resolve %s --paid VIDEO_ID` or `--not-paid`", in.Marker, s.Clip), "resolve an earlier request")
	case errors.Is(err, ledger.ErrElsewhere):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("use that account's key again, or `greenroom resolve %s`", s.Clip), "buy a take")
	case errors.Is(err, ledger.ErrBudget):
		return row, fault.Wrap(fault.Failed, err, "raise heygen.budget or --max-spend", "buy a take")
	case fault.KindOf(err) == fault.Wait, isUndecided(err):
		return row, err
	case err != nil:
		if heygen.NothingBought(err) && strings.Contains(strings.ToLower(err.Error()), "asset") {
			b.account.ForgetUploads(s.Work.Clip.Inputs()) // deleted on the account: the next run sends them again
		}
		return row, b.refused(ctx, s.Clip, in, err, "submit")
	}
	if before != ledger.Sending && before != ledger.Parked {
		b.o.Bought(s, false, in.Price)
	}
	b.disk.Send(ctx, event.Event{Clip: s.Clip, Stage: "submit", State: event.Done, Message: "video " + row.VideoID})
	return row, nil
}

// Intent freezes the bytes to be sent. Files are uploaded first: that is free.
func (b *Buyer) Intent(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Intent, error) {
	in := b.newIntent(ctx, s.Key, s.Work.Row)
	in.Clip, in.Route, in.Title, in.Price = s.Clip, s.Route, s.Clip+" "+in.Marker, s.Price
	if s.Work.DuplicateOf != "" && !b.account.Sandboxed() { // the clip that was to pay for it could not
		s.Cost(request.LoadPrices())
		in.Price = s.Price
	}
	if s.Submission().Open() {
		in.Path, in.Title, in.Body = s.Work.Row.Path, s.Work.Row.Title, s.Work.Row.Body
		return in, nil // the frozen bytes count, nothing new is uploaded
	}
	r := s.Work.Request
	if r.Speech != nil {
		v, err := b.Voice(ctx, s, client)
		if err != nil {
			return in, err
		}
		r = r.WithSound(b.voices.Path(v))
		if err := b.setLength(&s, v.Seconds); err != nil {
			return in, err
		}
		in.Price = s.Price
	}
	if r.Translate.Clip != "" {
		file, err := b.masterOf(r.Translate.Clip)
		if err != nil {
			return in, refusedRequest(err)
		}
		r = r.WithSource(file)
	}
	m, err := b.materials(ctx, client, r)
	if err != nil {
		return in, refusedRequest(err)
	}
	post, err := r.Post(in.Title, m)
	if err != nil {
		return in, refusedRequest(err)
	}
	in.Path, in.Title, in.Body, in.Bind = post.Path, post.Title, post.Body, post.Bind
	return in, nil
}

// setLength sets a step's length to that of its bought voice, and the price. It fails when the voice is too long for
// the footage of a lipsync.
func (b *Buyer) setLength(s *planning.Step, seconds float64) error {
	planned, l := s.Work.Length, request.Measured(seconds)
	if planned.Most > 0 && seconds > planned.Most {
		return planned.TooLong(*s.Work.Clip, seconds, b.router.ManifestLine)
	}
	if s.Work.Clip.Lipsync != nil && s.Work.Clip.Lipsync.KeepLength {
		l = planned
	}
	s.SetLength(l)
	if !b.account.Sandboxed() {
		s.Cost(request.LoadPrices())
	}
	return nil
}

// refusedRequest makes a fault of the manifest of an error before the request is sent. An upload that failed is none.
func refusedRequest(err error) error {
	var he *heygen.Error
	if fault.KindOf(err) == fault.Failed && !errors.As(err, &he) {
		return fault.Wrap(fault.Manifest, err, "change what the message names; nothing was sent", "the request would be refused")
	}
	return err
}

// materials brings the files of a request to the account.
func (b *Buyer) materials(ctx context.Context, client *heygen.Client, r request.Request) (request.Materials, error) {
	m := request.Materials{
		Uploads: map[string]request.Upload{}, Photos: map[string]string{},
		Engines: b.o.Found.Engines, Template: b.o.Found.Templates[r.Template.ID], Language: b.o.Found.Languages[r.Translate.To],
		Folder: b.o.Found.Folder,
	}
	api := routes.APIOf(r.Route)
	for _, f := range r.Files() {
		var u account.Upload
		var err error
		switch f.Use {
		case request.AsSpeaker:
			m.Photos[f.Path], err = b.account.Photo(ctx, client, api, f.Path)
		case request.ByAddress:
			u, err = b.account.UploadedAt(ctx, client, api, f.Path)
		default:
			u, err = b.account.Uploaded(ctx, client, api, f.Path)
		}
		if err != nil {
			return m, err
		}
		if f.Use != request.AsSpeaker {
			m.Uploads[f.Path] = request.Upload(u)
		}
	}
	return m, nil
}

// newIntent begins an intent for a take: in the row on record, or in a new one for the current account.
func (b *Buyer) newIntent(ctx context.Context, take string, row *ledger.Row) ledger.Intent {
	in := ledger.Intent{Key: b.router.RowKey(ctx, take, row), Take: take, RunID: b.o.RunID}
	if row != nil {
		in.Origin = string(b.account.RowOrigin(*row))
	} else {
		in.Origin = string(b.account.Identity(ctx, true).Current)
	}
	in.Marker = ledger.MarkerOf(in.Key)
	return in
}

// masterOf is a clip's master in the store; the clip's own step has run.
func (b *Buyer) masterOf(clip string) (string, error) {
	e, ok := b.disk.Lock.Get(clip)
	if !ok || e.Master == "" || !b.disk.Store.Has(assets.Hash(e.Master), e.MasterBytes) {
		return "", fault.New(fault.Failed, "see what failed for "+clip, "%s, which it translates, has no take", clip)
	}
	return b.disk.Store.Path(assets.Hash(e.Master)), nil
}
