package pipeline

import (
	"greenroom/pipeline/planning"
	voicestep "greenroom/pipeline/stage/voice"

	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/request"
	"greenroom/pipeline/voice"
)

// drafts sees to the sounds of clips whose pictures wait.
func (b *build) drafts(ctx context.Context, steps []planning.Step) error {
	var g errgroup.Group
	errs := make([]error, len(steps))
	for i, s := range steps {
		g.Go(func() error {
			if err := b.draft(ctx, s); err != nil {
				errs[i] = b.failed(ctx, s, err)
			}
			return nil
		})
	}
	_ = g.Wait() // they report through errs
	return joinFaults(ctx, errs)
}

func (b *build) draft(ctx context.Context, s planning.Step) error {
	if s.Voice.Action == planning.Blocked {
		return fault.New(fault.Provider, "", "%s", s.Voice.Reason)
	}
	if err := b.submit.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.submit.Release(1)
	client, err := b.Account.Connect(ctx)
	if err != nil {
		return err
	}
	_, err = b.speak(ctx, s, client)
	return err
}

// speak buys a clip's sound exactly once and brings it into the store.
func (b *build) speak(ctx context.Context, s planning.Step, client *heygen.Client) (voice.Voice, error) {
	r := s.Work.Request.Speech
	unlock, _ := b.takes.Lock("voice " + r.Row)
	defer unlock()
	row, _, err := b.Ledger.Get(ctx, r.Row)
	if err != nil {
		return voice.Voice{}, err
	}
	if v, ok := b.voices.Here(r); ok {
		b.soundRecorded(row, v)
		return v, nil
	}
	if v, ok := b.voices.Answer(r.Row); ok && (row.State == ledger.Sending || row.State == ledger.Parked) {
		// The answer came and its record did not: killed between the two.
		if err := b.Ledger.Submitted(ctx, r.Row, voiceID(v, r)); err != nil {
			return voice.Voice{}, err
		}
		row.State = ledger.Submitted
	}
	if row.State != ledger.Submitted && row.State != ledger.Completed {
		if row, err = b.buyVoice(ctx, s, client); err != nil {
			return voice.Voice{}, err
		}
	}
	v, ok := b.voices.Answer(r.Row)
	if !ok || v.Link == "" {
		return voice.Voice{}, fault.New(fault.Provider, fmt.Sprintf("`greenroom resolve %s --not-paid` lets it be bought again", s.Clip), "the voice was bought and is gone, and HeyGen keeps none")
	}
	if v, err = b.fetchVoice(ctx, s, v); err != nil {
		return voice.Voice{}, err
	}
	b.soundRecorded(row, v)
	return v, nil
}

// soundRecorded brings the ledger up to what is in the store.
func (b *build) soundRecorded(row ledger.Row, v voice.Voice) {
	switch row.State {
	case ledger.Submitted:
	case ledger.Completed:
		if row.MasterHash != "" {
			return
		}
	default:
		return // a record that came from elsewhere
	}
	b.Ledger.Fetched(row, v.Audio, v.Bytes, v.Seconds)
}

// voiceID names the purchase in the ledger; HeyGen may give no id.
func voiceID(v voice.Voice, r *request.Speech) string {
	if v.ID != "" {
		return "speech " + v.ID
	}
	return "speech " + r.Row[:16]
}

// speaker is the ledger's view of the provider for a sound.
type speaker struct {
	b      *build
	client *heygen.Client
	r      *request.Speech
}

// Submit posts once. The answer is on disk before the yes is recorded: nothing else
// names the sound.
func (s speaker) Submit(ctx context.Context, row ledger.Row) (string, error) {
	a, err := s.client.SubmitSpeech(ctx, row.Path, row.Body)
	if err != nil {
		return "", err
	}
	v := voice.Voice{Link: a.Audio.Reveal(), ID: a.ID, Seconds: a.Duration, Words: a.Words}
	if err := s.b.voices.Save(s.r.Row, v); err != nil {
		return "", fmt.Errorf("keep the answer: %w", err)
	}
	return voiceID(v, s.r), nil
}

// FindByTitle finds nothing: no list of HeyGen's holds sounds.
func (speaker) FindByTitle(context.Context, string) ([]ledger.Found, error) { return nil, nil }

func (b *build) buyVoice(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Row, error) {
	if err := b.voices.CheckSpace(); err != nil {
		return ledger.Row{}, fault.Wrap(fault.Failed, err, "free some space, or make the folder writable, and run the same command again; nothing was bought", "prepare for a voice")
	}
	r := s.Work.Request.Speech
	price := 0.0
	if s.Voice != nil {
		price = s.Voice.Most
	}
	in := b.newIntent(ctx, r.Take, b.ownSpeech(ctx, r))
	in.Key, in.Marker = r.Row, ledger.MarkerOf(r.Row)
	in.Clip, in.Route, in.Path, in.Body, in.Price = s.Clip, r.Route, r.Path, r.Body, price
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "voice", State: event.Started, Message: r.Route})
	// Strict: there is no idempotency key and no list to search, so the user must resolve an unknown
	// result at once.
	row, err := b.spend(ctx, s.Clip, "voice", in, speaker{b, client, r}, ledger.SpendOptions{Sleep: sleep, Strict: true, Locked: true})
	switch {
	case errors.Is(err, ledger.ErrParked):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("`greenroom resolve %s --not-paid` lets the next build buy it again", s.Clip), "buy a voice: it may cost %s a second time, its sound cannot be downloaded from the account", Dollars(price))
	case errors.Is(err, ledger.ErrBudget):
		return row, fault.Wrap(fault.Failed, err, "raise heygen.budget or --max-spend", "buy a voice")
	case fault.KindOf(err) == fault.Wait:
		return row, err
	case err != nil:
		return row, b.refused(ctx, s.Clip, in, err, "buy a voice")
	}
	b.count(func(sum *Summary) { sum.Voices++; sum.Spent += price })
	return row, nil
}

// ownSpeech is the row of a sound on record; nil when the account has none.
func (b *build) ownSpeech(ctx context.Context, r *request.Speech) *ledger.Row {
	if row := b.router.Rows[r.Take]; row != nil && b.Account.IsOwnRow(ctx, *row) {
		return row
	}
	return nil
}

// fetchVoice brings a bought sound into the store.
func (b *build) fetchVoice(ctx context.Context, s planning.Step, v voice.Voice) (voice.Voice, error) {
	m, err := b.previews.Maker(ctx)
	if err != nil {
		return v, err
	}
	step := voicestep.Step(voicestep.Source{Fetcher: b.Account.Fetcher(), Maker: m, Voices: b.voices})
	return step(ctx, b.env(), voicestep.In{Clip: s.Clip, Row: s.Work.Request.Speech.Row, Voice: v, Within: b.within()})
}

// voiceCaptions are a clip's captions from the words of its bought voice.
func (b *build) voiceCaptions(s planning.Step) (*lockfile.Rendition, error) {
	v, ok := b.voices.Here(s.Work.Request.Speech)
	if !ok || !s.Work.Clip.Captions || len(v.Words) == 0 {
		return nil, nil
	}
	r, err := b.keepCaptions(s, v.Captions())
	if err != nil {
		return nil, fmt.Errorf("keep the captions: %w", err)
	}
	return &r, nil
}

// resolveVoice is a person's word that a sound may be bought again.
func (p *Project) resolveVoice(ctx context.Context, clip, paidAs string, r *request.Speech) error {
	row, ok, err := p.Ledger.Get(ctx, r.Row)
	if err != nil {
		return err
	}
	_, here := p.voices.Here(r)
	_, answered := p.voices.Answer(r.Row)
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
		err = p.Ledger.Forgo(ctx, r.Row, "resolved by hand: its sound was gone")
	default:
		err = p.Ledger.ResolveNotPaid(ctx, r.Row)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(p.voices.File(r.Row)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.Failed, err, "remove it", "forget %s", filepath.Base(p.voices.File(r.Row)))
	}
	return nil
}

// heldLength reports a take that is not as long as its voice promised: then the timeline
// moves after all.
func (b *build) heldLength(ctx context.Context, s planning.Step, e lockfile.Entry) {
	v, ok := b.voices.Here(s.Work.Request.Speech)
	if !ok || e.Info.FPSDen == 0 {
		return
	}
	want := int(math.Ceil(v.Seconds*float64(e.Info.FPSNum)/float64(e.Info.FPSDen) - 1e-9))
	if want != e.Info.Frames {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "prepare", State: event.Warned, Message: fmt.Sprintf("the take has %s, its voice draft promised %d", frames(e.Info.Frames), want)})
	}
}
