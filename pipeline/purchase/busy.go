package purchase

import (
	"context"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/stage/wait"
)

// longestBusy bounds one pause, whatever Retry-After is: a limit that lasts longer than
// this has room before it ends, or no end that is worth waiting for.
const longestBusy = 5 * time.Minute

// spend buys under the ledger's protocol. A refusal because HeyGen is busy (429) bought
// nothing: it waits as long as HeyGen asks and sends the request again, for as long as the
// run may wait.
func (b *Buyer) spend(ctx context.Context, clip, stage string, in ledger.Intent, re ledger.Remote, o ledger.SpendOptions) (ledger.Row, error) {
	began := b.disk.Now()
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		row, err := b.disk.Ledger.Spend(ctx, in, b.o.Budget, re, heygen.NothingBought, o)
		asked, busy := heygen.Busy(err)
		if !busy || row.Open() {
			return row, err
		}
		wait := b.busyPause(asked, pause)
		left := b.busyLimit() - b.disk.Now().Sub(began)
		if left < wait {
			return row, fault.Wrap(fault.Wait, err, "run the same command again later; nothing was bought for this clip",
				"HeyGen is busy and was waited for %s", b.disk.Now().Sub(began).Round(time.Second))
		}
		b.disk.Send(ctx, event.Event{
			Clip: clip, Stage: stage, State: event.Progress,
			Message: "HeyGen is busy (429); trying again in " + wait.Round(time.Millisecond).String(),
		})
		if err := netutil.Sleep(ctx, wait); err != nil {
			return row, err
		}
	}
}

// busyPause is the time until the next try: what HeyGen asked for, at least the growing
// own pause, at most longestBusy.
func (b *Buyer) busyPause(asked, pause time.Duration) time.Duration {
	wait := min(max(asked, pause), longestBusy)
	if b.account.Connection.Local() {
		wait = min(wait, 500*time.Millisecond)
	}
	return wait
}

// busyLimit is how long a run tries: --wait, and never longer than the patience for a job.
func (b *Buyer) busyLimit() time.Duration {
	if b.o.Wait > 0 {
		return min(b.o.Wait, wait.Patience(b.local()))
	}
	return wait.Patience(b.local())
}
