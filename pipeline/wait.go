package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"greenroom/heygen"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
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
		Clip: s.Clip, VideoID: row.VideoID, Kind: request.KindOf(s.Route), Sent: row.LastSent,
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
