package purchase

import (
	"context"
	"errors"
	"fmt"

	voicestep "greenroom/pipeline/stage/voice"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/pipeline/voice"
)

// Voice buys a clip's sound exactly once and brings it into the store.
func (b *Buyer) Voice(ctx context.Context, s planning.Step, client *heygen.Client) (voice.Voice, error) {
	r := s.Work.Request.Speech
	unlock, _ := b.speaking.Lock(r.Row)
	defer unlock()
	row, _, err := b.disk.Ledger.Get(ctx, r.Row)
	if err != nil {
		return voice.Voice{}, err
	}
	if v, ok := b.voices.Here(r); ok {
		b.soundRecorded(row, v)
		return v, nil
	}
	if v, ok := b.voices.Answer(r.Row); ok && (row.State == ledger.Sending || row.State == ledger.Parked) {
		// The answer came and its record did not: killed between the two.
		if err := b.disk.Ledger.Submitted(ctx, r.Row, voiceID(v, r)); err != nil {
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
func (b *Buyer) soundRecorded(row ledger.Row, v voice.Voice) {
	switch row.State {
	case ledger.Submitted:
	case ledger.Completed:
		if row.MasterHash != "" {
			return
		}
	default:
		return // a record that came from elsewhere
	}
	b.disk.Ledger.Fetched(row, v.Audio, v.Bytes, v.Seconds)
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
	b      *Buyer
	client *heygen.Client
	r      *request.Speech
}

// VoiceRemote returns the ledger's view of the provider for a sound.
func (b *Buyer) VoiceRemote(client *heygen.Client, r *request.Speech) ledger.Remote {
	return speaker{b, client, r}
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

func (b *Buyer) buyVoice(ctx context.Context, s planning.Step, client *heygen.Client) (ledger.Row, error) {
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
	b.disk.Send(ctx, event.Event{Clip: s.Clip, Stage: "voice", State: event.Started, Message: r.Route})
	// Strict: there is no idempotency key and no list to search, so the user must resolve an unknown
	// result at once.
	row, err := b.spend(ctx, s.Clip, "voice", in, b.VoiceRemote(client, r), ledger.SpendOptions{Sleep: netutil.Sleep, Strict: true, Locked: true})
	switch {
	case errors.Is(err, ledger.ErrParked):
		return row, fault.Wrap(fault.Provider, err, fmt.Sprintf("`greenroom resolve %s --not-paid` lets the next build buy it again", s.Clip), "buy a voice: it may cost %s a second time, its sound cannot be downloaded from the account", request.Dollars(price))
	case errors.Is(err, ledger.ErrBudget):
		return row, fault.Wrap(fault.Failed, err, "raise heygen.budget or --max-spend", "buy a voice")
	case fault.KindOf(err) == fault.Wait:
		return row, err
	case err != nil:
		return row, b.refused(ctx, s.Clip, in, err, "buy a voice")
	}
	b.o.Bought(s, true, price)
	return row, nil
}

// ownSpeech is the row of a sound on record; nil when the account has none.
func (b *Buyer) ownSpeech(ctx context.Context, r *request.Speech) *ledger.Row {
	if row := b.router.Rows[r.Take]; row != nil && b.account.IsOwnRow(ctx, *row) {
		return row
	}
	return nil
}

// fetchVoice brings a bought sound into the store.
func (b *Buyer) fetchVoice(ctx context.Context, s planning.Step, v voice.Voice) (voice.Voice, error) {
	m, err := b.o.Maker(ctx)
	if err != nil {
		return v, err
	}
	step := voicestep.Step(voicestep.Source{Fetcher: b.account.Fetcher(), Maker: m, Voices: b.voices})
	return step(ctx, b.o.Env, voicestep.In{Clip: s.Clip, Row: s.Work.Request.Speech.Row, Voice: v, Within: b.o.Within})
}
