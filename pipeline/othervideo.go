package pipeline

import (
	"context"
	"fmt"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
)

// otherVideo handles a status answer that names another video than the one that was read.
// An agent's session becomes a video, once. In every other answer the bought id counts: it
// is all that connects the purchase with the account.
func (b *build) otherVideo(ctx context.Context, s planning.Step, row ledger.Row, id string) (ledger.Row, error) {
	if owner := b.ownerOf(row.Key, id); owner != "" {
		return row, fault.New(fault.Provider, "run the same command again; if it stays so, ask HeyGen's support about both videos",
			"HeyGen answered for video %s, which is the take of %s, when video %s was read", id, owner, row.VideoID)
	}
	if request.KindOf(s.Route) != heygen.KindAgent || row.BecameVideo() {
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
