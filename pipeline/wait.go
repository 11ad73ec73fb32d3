package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/request"
)

// patience is how long a word that HeyGen never documented, or a refusal for being
// busy, is taken for "still at work". Renders take 5 to 15 minutes, some over 20.
func (b *build) patience() time.Duration {
	if b.Account.Connection.Local() {
		return time.Minute
	}
	return time.Hour
}

// wait polls until the job ends. A limit only ends the waiting: the job stays
// on record and the next run continues. The returned row names the video itself, also
// where what was bought was an agent's session.
func (b *build) wait(ctx context.Context, s Step, client *heygen.Client, row ledger.Row) (ledger.Row, heygen.Video, error) {
	if row.State == ledger.Completed {
		return row, heygen.Video{}, nil
	}
	pause, longest := 5*time.Second, 30*time.Second
	if b.Account.Connection.Local() {
		pause, longest = 50*time.Millisecond, 500*time.Millisecond
	}
	began := b.Project.o.Now()
	b.polls.Enter(row.VideoID, request.KindOf(s.Route))
	defer b.polls.Leave(row.VideoID)
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Started, Message: row.VideoID})
	for {
		v, err := b.polls.Read(ctx, client, request.KindOf(s.Route), row.VideoID, pause/2)
		if b.lagging(err, b.Project.o.Now().Sub(row.LastSent), b.Project.o.Now().Sub(began)) {
			v, err = heygen.Video{ID: row.VideoID, State: heygen.StatePending, RawStatus: unlisted}, nil
		}
		if err != nil {
			return row, heygen.Video{}, b.unreadable(ctx, client, s, row.VideoID, err)
		}
		if v.ID != "" && v.ID != row.VideoID {
			if row, err = b.otherVideo(ctx, s, row, v.ID); err != nil {
				return row, heygen.Video{}, err
			}
		}
		age := b.Project.o.Now().Sub(row.LastSent)
		waited := b.Project.o.Now().Sub(began)
		switch {
		case v.State == heygen.StateCompleted:
			if err := b.keepWarning(s.Key, v); err != nil {
				return row, v, err
			}
			b.remembered(s.Route, age)
			b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Done, Message: fmt.Sprintf("ready after %s", age.Round(100*time.Millisecond))})
			return row, v, nil // on record together with the file
		case v.State == heygen.StateFailed:
			return row, v, b.jobFailed(ctx, s, row, v)
		case b.o.NoWait:
			b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Progress, Message: v.RawStatus + b.eta(s.Route, age)})
			return row, v, errPending
		case b.o.Wait > 0 && waited >= b.o.Wait:
			return row, v, fault.New(fault.Wait, "run the same command again; the clip is paid for and will not be bought twice", "video %s is still %q after %s of waiting, %s old", row.VideoID, v.RawStatus, b.o.Wait, age.Round(time.Second))
		case v.State == heygen.StateUnknown && age > b.patience():
			return row, v, fault.New(fault.Wait, "open it on HeyGen's site; run the same command again to go on waiting", "video %s has been %q, a word HeyGen does not document, for %s", row.VideoID, v.RawStatus, age.Round(time.Second))
		}
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "wait", State: event.Progress, Message: v.RawStatus + b.eta(s.Route, age)})
		if err := b.polls.Sleep(ctx, pause/2+rand.N(pause), b.leastPause()); err != nil {
			return row, heygen.Video{}, err
		}
		pause = min(pause*3/2, longest)
	}
}

// historyLength is how many waits an estimate is made of.
const historyLength = 30

// remembered keeps how long a route took.
func (b *build) remembered(route string, took time.Duration) {
	b.Account.Can.RecordLater(b.Account.AccountID(), func(k *account.Capability) {
		if k.Waits == nil {
			k.Waits = map[string][]float64{}
		}
		w := append(k.Waits[route], took.Seconds())
		k.Waits[route] = w[max(0, len(w)-historyLength):]
	})
}

// eta is the rest of the wait, from this project's own history: the median. Empty
// before there is one.
func (b *build) eta(route string, age time.Duration) string {
	var waits []float64
	b.Account.Can.Read(b.Account.AccountID(), func(k *account.Capability) { waits = slices.Clone(k.Waits[route]) })
	if len(waits) == 0 {
		return ""
	}
	slices.Sort(waits)
	usual := time.Duration(waits[len(waits)/2] * float64(time.Second))
	if age > usual {
		return fmt.Sprintf(", %s old, usually done after %s", age.Round(time.Second), usual.Round(time.Second))
	}
	return fmt.Sprintf(", about %s left", (usual - age).Round(time.Second))
}

// leastPause is the shortest time between two reads of one job, however often events ask
// for one: callbacks are not signed, so that everyone who finds the address can send them.
func (b *build) leastPause() time.Duration {
	if b.Account.Connection.Local() {
		return 250 * time.Millisecond
	}
	return time.Second
}
