package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/stage/wait"
)

// local reports that the provider is on this machine: pauses may be short.
func (b *build) local() bool { return b.Account.Connection.Local() }

// wait waits until the job of a row ends. The returned row names the video itself, also where what was bought was an
// agent's session.
func (b *build) wait(ctx context.Context, s planning.Step, client *heygen.Client, row ledger.Row) (ledger.Row, heygen.Video, error) {
	if row.State == ledger.Completed {
		return row, heygen.Video{}, nil
	}
	src := wait.Source{
		Client: client, Poller: b.polls, Now: b.Project.o.Now,
		Left: func(age time.Duration) string { return wait.Left(b.waits(s.Route), age) },
		Renamed: func(ctx context.Context, id string) (string, error) {
			var err error
			row, err = b.otherVideo(ctx, s, row, id)
			return row.VideoID, err
		},
		Unreadable: func(ctx context.Context, id string, err error) error { return b.unreadable(ctx, client, s, id, err) },
	}
	in := wait.In{
		Clip: s.Clip, VideoID: row.VideoID, Kind: routes.KindOf(s.Route), Sent: row.LastSent,
		Limit: b.o.Wait, Once: b.o.NoWait, Local: b.local(),
	}
	out, err := wait.Step(src)(ctx, b.env(), in)
	if err != nil {
		return row, heygen.Video{}, err
	}
	if out.State == heygen.StateFailed {
		return row, out.Video, b.jobFailed(ctx, s, row, out.Video)
	}
	if err := b.keepWarning(s.Key, out.Video); err != nil {
		return row, out.Video, err
	}
	b.recordWait(s.Route, out.Age)
	message := fmt.Sprintf("ready after %s", out.Age.Round(100*time.Millisecond))
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Done, Message: message})
	return row, out.Video, nil // on record together with the file
}

// historyLength is the number of waits that an estimate is made of.
const historyLength = 30

// recordWait records how long a route took.
func (b *build) recordWait(route string, took time.Duration) {
	b.Account.Can.RecordLater(b.Account.AccountID(), func(k *account.Capability) {
		if k.Waits == nil {
			k.Waits = map[string][]float64{}
		}
		w := append(k.Waits[route], took.Seconds())
		k.Waits[route] = w[max(0, len(w)-historyLength):]
	})
}

// waits returns the durations of earlier jobs of a route, seconds.
func (b *build) waits(route string) (list []float64) {
	b.Account.Can.Read(b.Account.AccountID(), func(k *account.Capability) { list = slices.Clone(k.Waits[route]) })
	return list
}

// unreadable explains why the record of a clip's video cannot be read.
func (b *build) unreadable(ctx context.Context, client *heygen.Client, s planning.Step, id string, err error) error {
	switch {
	case heygen.Gone(err):
		return b.outOfReach(ctx, s, id, err)
	case heygen.NotFound(err):
		if ended := account.EndedInstead(ctx, client, err); ended != nil {
			return b.outOfReach(ctx, s, id, ended)
		}
		return b.missing(s, id, err)
	}
	return account.Explain(err, "read video "+id)
}

// outOfReach explains that a video cannot be read since the API that made it has ended.
// Another generation does not help: the client tries v3, too (see heygen.Client.Job).
func (b *build) outOfReach(ctx context.Context, s planning.Step, id string, err error) error {
	out := b.Account.Gone(ctx, err, "read video "+id)
	var he *heygen.Error
	var f *fault.Error
	if errors.As(err, &he) && he.Legacy() && errors.As(out, &f) {
		f.Hint = "v1 and v2, which made this video, have ended: download it on HeyGen's site and set file: on the clip"
		if s.Work.Request.Paid() {
			f.Hint += fmt.Sprintf(", or set heygen.api: v3 and take: %d to buy it again", s.Work.Clip.Take+1)
		}
	}
	return out
}

// missing explains that the account does not have a video that a clip needs.
func (p *Project) missing(s planning.Step, id string, err error) error {
	from, key, _ := strings.Cut(p.Account.AccountID(), " ")
	if u, perr := url.Parse(from); perr == nil && u.Host != "" {
		from = u.Host // the address may hold a password
	}
	hint := fmt.Sprintf("`greenroom videos --show %s` reads it: "+
		"the key in %s must belong to the account at %s that made the video", id, key, from)
	if s.Work.Request.Paid() {
		hint += fmt.Sprintf("; if it was deleted there, set take: %d to buy the clip again", s.Work.Clip.Take+1)
	} else {
		hint += "; `greenroom videos` lists others"
	}
	return fault.Wrap(fault.Provider, err, hint, "the account does not have video %s", id)
}

// otherVideo handles a status answer that names another video than the one that was read.
// An agent's session becomes a video, once. In every other answer the bought id counts: it
// is all that connects the purchase with the account.
func (b *build) otherVideo(ctx context.Context, s planning.Step, row ledger.Row, id string) (ledger.Row, error) {
	if owner := b.ownerOf(row.Key, id); owner != "" {
		return row, fault.New(fault.Provider, "run the same command again; if it stays so, ask HeyGen's support about both videos",
			"HeyGen answered for video %s, which is the take of %s, when video %s was read", id, owner, row.VideoID)
	}
	if routes.KindOf(s.Route) != heygen.KindAgent || row.BecameVideo() {
		if _, again := b.misnamed.LoadOrStore(row.VideoID, id); !again {
			b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Warned, Message: fmt.Sprintf(
				"HeyGen answered for video %q when video %s was read; the bought id is kept", id, row.VideoID)})
		}
		return row, nil
	}
	if err := b.Ledger.Became(ctx, row.Key, id); err != nil {
		return row, err
	}
	b.polls.Leave(row.VideoID)
	row.VideoID = id
	return row, nil
}

// ownerOf is the clip whose row has a video; empty when there is none but the given row.
func (b *build) ownerOf(key, id string) string {
	for _, r := range b.router.Rows {
		if r.Key != key && r.VideoID == id {
			return r.Clip
		}
	}
	return ""
}
