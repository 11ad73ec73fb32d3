package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/stage/fetch"
)

// master brings the clip's source file into the store and onto the lockfile. Clips
// that ask for the same take share it: the second finds what the first bought.
func (b *build) master(ctx context.Context, s planning.Step) error {
	unlock, again := b.takes.Lock(s.Key)
	defer unlock()
	s.Work.Row = b.router.Rows[s.Key] // since that was read only this run, which holds the lock, writes
	if again {
		row, ok, err := b.Ledger.Get(ctx, b.router.RowKey(ctx, s.Key, s.Work.Row))
		if err != nil {
			return err
		}
		if ok {
			s.Work.Row = &row
		}
	}
	switch s.Work.Request.Route {
	case routes.File:
		return b.importFile(ctx, s)
	case routes.Video:
		return b.download(ctx, s, s.Work.Clip.VideoID, ledger.Row{}, heygen.Video{})
	}
	if e, have := b.Account.OwnTake(ctx, s.Clip); s.Work.Row == nil && b.router.Bought(e, have, s.Key) {
		return b.download(ctx, s, e.VideoID, ledger.Row{MasterHash: e.Master, MasterBytes: e.MasterBytes, Duration: e.Duration}, heygen.Video{})
	}
	if err := b.awaitSource(ctx, s); err != nil {
		return err
	}
	row, v, err := b.take(ctx, s)
	if err != nil {
		return err
	}
	if s.Route == routes.V3Proofread {
		return b.review(ctx, s, row, v)
	}
	return b.download(ctx, s, row.VideoID, row, v)
}

// awaitSource waits until the clip that this one translates has its take.
func (b *build) awaitSource(ctx context.Context, s planning.Step) error {
	if s.Work.Clip.Translate == nil {
		return nil
	}
	return b.after(ctx, s.Work.Clip.Translate.Clip)
}

// after waits until another clip's step has run; for one that has none it does not wait.
func (b *build) after(ctx context.Context, clip string) error {
	if clip == "" || b.ended[clip] == nil {
		return nil
	}
	select {
	case <-b.ended[clip]:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take buys the clip's job exactly once and waits for its end. The video is
// HeyGen's last answer about it; it is empty when the job had ended in an earlier run.
func (b *build) take(ctx context.Context, s planning.Step) (ledger.Row, heygen.Video, error) {
	if err := b.submit.Acquire(ctx, 1); err != nil {
		return ledger.Row{}, heygen.Video{}, err
	}
	defer b.submit.Release(1)
	client, err := b.Account.Connect(ctx)
	if err != nil {
		return ledger.Row{}, heygen.Video{}, err
	}
	row := s.Submission()
	if row.Key != "" && !b.Account.IsOwnRow(ctx, row) {
		return row, heygen.Video{}, fault.New(fault.Provider, "", "%s", b.Account.ForeignRow(ctx, s.Clip, row))
	}
	if row.State != ledger.Submitted && row.State != ledger.Completed {
		if row, err = b.buyer.Take(ctx, s, client); err != nil {
			return row, heygen.Video{}, err
		}
	}
	return b.wait(ctx, s, client, row)
}

func (b *build) jobFailed(ctx context.Context, s planning.Step, row ledger.Row, v heygen.Video) error {
	reason := "no reason given"
	if f := v.Failure; f != nil && *f != (heygen.Failure{}) {
		reason = f.Message
		if f.Detail != "" && f.Detail != f.Message {
			reason += " (" + f.Detail + ")"
		}
		if f.Code != "" {
			reason += " [" + f.Code + "]"
		}
	}
	if err := b.Ledger.Failed(ctx, row.Key, reason); err != nil {
		return err
	}
	if strings.Contains(strings.ToUpper(reason), "INSUFFICIENT_CREDIT") {
		return fault.New(fault.Provider, fmt.Sprintf("top the account up, then set take: %d to ask again", s.Work.Clip.Take+1), "HeyGen had no credit left to make video %s: %s", row.VideoID, reason)
	}
	if s.Route == routes.V3WebM && heygen.WebMRefused(&heygen.Error{Status: 400, Message: reason}) {
		b.rememberNoWebM(s)
		hint := "run the same command again: the key colour is used then"
		if s.Work.Clip.Route != "" {
			hint = "set route: " + routes.V3Key + ", or remove route, so that the key colour is used"
		}
		return fault.New(fault.Provider, hint, "this look cannot be made transparent by HeyGen: %s", reason)
	}
	return fault.New(fault.Provider, fmt.Sprintf("change the clip, or set take: %d to try the same again", s.Work.Clip.Take+1), "HeyGen could not make video %s: %s", row.VideoID, reason)
}

// download fetches the master. The link of v is tried first, others are
// requested when they are needed.
func (b *build) download(ctx context.Context, s planning.Step, id string, row ledger.Row, v heygen.Video) error {
	if !s.Work.Again && b.storedMaster(row) {
		client, err := b.connectFor(ctx, s)
		if err != nil {
			return err
		}
		return b.recordMaster(ctx, s, client, heygen.Video{Duration: row.Duration}, id, row.MasterHash, row.MasterBytes)
	}
	if err := b.fetches.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.fetches.Release(1)
	client, err := b.Account.Connect(ctx)
	if err != nil {
		return err
	}
	video := v
	link := func(ctx context.Context, expired bool) (string, error) {
		if !expired && film(s, video) != "" {
			return film(s, video).Reveal(), nil
		}
		v, err := b.record(ctx, client, s, id)
		switch {
		case err != nil:
			return "", b.unreadable(ctx, client, s, id, err)
		case v.State == heygen.StateFailed:
			return "", fault.New(fault.Provider, "run the same command again: its plan shows what a new take costs",
				"video %s failed at HeyGen", id)
		case v.URL == "":
			return "", fault.New(fault.Wait, "run the same command again later", "video %s is %q and has no file yet", id, v.RawStatus)
		case film(s, v) == "":
			return "", fault.New(fault.Wait, "run the same command again later; with video: "+id+" as the clip's source, "+
				"the video is used without them, and nothing is bought",
				"video %s has no file with the captions in its picture yet", id)
		}
		video = v
		return film(s, v).Reveal(), b.keepWarning(s.Key, v)
	}
	step := fetch.Step(fetch.Source{Fetcher: b.Account.Fetcher(), Link: link, Verify: b.verifyMaster(ctx)})
	in := fetch.In{Clip: s.Clip, TakeKey: s.Key, VideoID: id, Seconds: max(v.Duration, row.Duration), Within: b.within()}
	out, err := step(ctx, b.env(), in)
	if err != nil {
		if row.State == ledger.Submitted { // else the record of the file contains it
			b.Ledger.Completed(row)
		}
		return err
	}
	b.count(func(sum *Summary) { sum.Fetched++; sum.Bytes += out.Bytes })
	if row.Key != "" {
		b.Ledger.Fetched(row, out.Hash, out.Bytes, video.Duration)
	}
	return b.recordMaster(ctx, s, client, video, id, out.Hash, out.Bytes)
}

// film returns the link of the file that is the take: with captions in the picture it is one of its own.
func film(s planning.Step, v heygen.Video) heygen.Link {
	if s.Work.Request.Frame.Burned.On {
		return v.CaptionedURL
	}
	return v.URL
}

// record reads the record of a finished job until it names the file of the take. HeyGen reports captions that are burned
// in with an event of their own: their file may come after the video. It is waited for, for some minutes.
func (b *build) record(ctx context.Context, client *heygen.Client, s planning.Step, id string) (v heygen.Video, err error) {
	reads, pause := 20, 15*time.Second
	switch {
	case b.o.NoWait:
		reads = 1
	case b.local():
		reads, pause = 40, 250*time.Millisecond
	}
	if b.o.Wait > 0 {
		reads = max(1, min(reads, int(b.o.Wait/pause)))
	}
	for i := range reads {
		v, err = client.Job(ctx, routes.KindOf(b.Account.RecordRoute(ctx, s.Route)), id)
		if err != nil || v.URL == "" || film(s, v) != "" || i == reads-1 {
			return v, err
		}
		if err := netutil.Sleep(ctx, pause); err != nil {
			return v, err
		}
	}
	return v, err
}

// connectFor connects when the clip needs more than what is on disk.
func (b *build) connectFor(ctx context.Context, s planning.Step) (*heygen.Client, error) {
	if !s.Work.Clip.Captions || s.Work.Request.Speech != nil {
		return nil, nil
	}
	return b.Account.Connect(ctx)
}

func (b *build) recordMaster(ctx context.Context, s planning.Step, client *heygen.Client, v heygen.Video, id, hash string, size int64) error {
	e := lockfile.Entry{Clip: s.Clip, TakeKey: s.Key, Route: s.Route, VideoID: id, Master: hash, MasterBytes: size, Duration: v.Duration, Inputs: s.Work.Request.Inputs}
	e.Origin, e.Warning = string(b.takeOrigin(ctx, s)), b.takeWarning(s, v)
	if s.Work.Request.Speech == nil { // else the bought voice brings them
		if r, ok := b.captions(ctx, s, client, id, v); ok {
			e.Captions = &r
		}
	}
	b.warned(ctx, s.Clip, e)
	return b.Lock.Set(b.unchanged(e))
}

// takeOrigin is who made the take of a step.
func (b *build) takeOrigin(ctx context.Context, s planning.Step) origin.Origin {
	if row := s.Submission(); row.Key != "" {
		if o := b.Account.RowOrigin(row); o != origin.None {
			return o
		}
	}
	if e, have := b.Account.OwnTake(ctx, s.Clip); have && e.TakeKey == s.Key && e.Origin != "" {
		return origin.Origin(e.Origin)
	}
	return b.Account.Identity(ctx, true).Current
}

// errInReview ends a clip's step: its text waits for the user.
var errInReview = errors.New("its text waits for a review")

// review writes the text of a translation into the file in which the user corrects it. The error, of kind Wait, stops
// the clip there: a build that finds the file buys the film.
func (b *build) review(ctx context.Context, s planning.Step, row ledger.Row, v heygen.Video) error {
	file := s.Work.Clip.Translate.Proofread
	name := b.Rel(file)
	if v.URL == "" { // the text was finished in an earlier run
		client, err := b.Account.Connect(ctx)
		if err != nil {
			return err
		}
		if v, err = client.Job(ctx, routes.KindOf(s.Route), row.VideoID); err != nil {
			return b.unreadable(ctx, client, s, row.VideoID, err)
		}
	}
	if v.URL == "" {
		return fault.New(fault.Wait, "run the same command again later", "the text of %s has no file yet", s.Clip)
	}
	text, err := b.Account.Fetcher().Small(ctx, v.URL.Reveal(), captions.MaxSidecar)
	if err != nil {
		return fmt.Errorf("download the text: %w", err)
	}
	list, err := captions.Parse(text)
	if err != nil {
		hint := fmt.Sprintf("write %s yourself, or set take: %d to have it made again", name, s.Work.Clip.Take+1)
		return fault.Wrap(fault.Provider, err, hint, "HeyGen's text is not usable")
	}
	if _, err := os.Lstat(file); err == nil {
		return fault.New(fault.Wait, "run the same command again to buy the film",
			"%s exists meanwhile and was left as it is", name)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if _, err := atomicfile.WriteBytes(file, 0o644, text); err != nil {
		return err
	}
	b.Ledger.Completed(row)
	message := fmt.Sprintf("%d blocks in %s", len(list), name)
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "proofread", State: event.Done, Message: message})
	hint := "correct the words in " + name + ", then run the same command again: it buys the film"
	return fault.Wrap(fault.Wait, errInReview, hint, "%s is written", name)
}
