package purchase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/stage/wait"
)

// Take buys the clip's job, unless an earlier request for it is found, and returns its row.
func (b *Buyer) Take(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Row, error) {
	if b.o.Free {
		return ledger.Row{}, fault.New(fault.Failed, "`greenroom build` buys it; please report this", "a build of stand-ins was about to buy a clip")
	}
	if s.Work.Again {
		return ledger.Row{}, fault.New(fault.Failed, "please report this", "a build that downloads a take again was about to buy it")
	}
	in, err := b.Intent(ctx, s, client)
	if err != nil {
		return ledger.Row{}, err
	}
	lag := wait.ListLag(b.local())
	before := s.Submission().State
	b.disk.Send(ctx, event.Event{Clip: s.Clip, Stage: "submit", State: event.Started, Message: s.Route})
	re := remote{client, s.Route, &b.account.Links}
	o := ledger.SpendOptions{
		Settle: lag, Sleep: netutil.Sleep, Repeat: re.repeat(), Clock: client.ServerTime, Strict: b.o.Strict, Locked: true,
	}
	if o.Repeat == nil || o.Strict {
		re.c = client.OwnConnections()
	}
	row, err := b.spend(ctx, s.Clip, "submit", in, re, o)
	switch {
	case errors.Is(err, ledger.ErrParked):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("search the account for %q, then `greenroom resolve %s --paid VIDEO_ID` or `--not-paid`", in.Marker, s.Clip), "resolve an earlier request")
	case errors.Is(err, ledger.ErrElsewhere):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("use that account's key again, or `greenroom resolve %s`", s.Clip), "buy a take")
	case errors.Is(err, ledger.ErrBudget):
		return row, fault.Wrap(fault.Failed, err, "raise heygen.budget or --max-spend", "buy a take")
	case fault.KindOf(err) == fault.Wait:
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
