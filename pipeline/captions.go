package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"greenroom/heygen"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/routes"
)

// captions brings a take's sidecar into the store, as JSON. That none came is worth
// a word, not an end: HeyGen promises none for own sound.
func (b *build) captions(ctx context.Context, s planning.Step, client *heygen.Client, id string, v heygen.Video) (lockfile.Rendition, bool) {
	warn := func(format string, args ...any) (lockfile.Rendition, bool) {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Warned, Message: fmt.Sprintf(format, args...)})
		return lockfile.Rendition{}, false
	}
	if !s.Work.Clip.Captions {
		return lockfile.Rendition{}, false
	}
	if v.CaptionURL == "" {
		var err error
		if v, err = client.Job(ctx, routes.KindOf(b.Account.RecordRoute(ctx, s.Route)), id); err != nil {
			return warn("not read: %v", err)
		}
	}
	if v.CaptionURL == "" {
		return warn("HeyGen made none for video %s", id)
	}
	raw, err := b.Account.Fetcher().Small(ctx, v.CaptionURL.Reveal(), captions.MaxSidecar)
	if err != nil {
		return warn("not read: %v", err)
	}
	list, err := captions.Parse(raw)
	if err != nil {
		return warn("%v", err)
	}
	r, err := b.keepCaptions(s, list)
	if err != nil {
		return warn("not kept: %v", err)
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Done, Message: fmt.Sprintf("%d blocks", len(list))})
	return r, true
}

func (b *build) keepCaptions(s planning.Step, list []captions.Caption) (lockfile.Rendition, error) {
	j, err := json.Marshal(append([]captions.Caption{}, list...))
	if err != nil {
		return lockfile.Rendition{}, err
	}
	tmp := b.Store.TempPath("captions-" + s.Clip + "-" + s.Key[:16] + ".json")
	if err := os.WriteFile(tmp, append(j, '\n'), 0o644); err != nil {
		return lockfile.Rendition{}, err
	}
	hash, size, err := b.Store.Adopt(tmp)
	k := hashkey.New("captions/1")
	k.Field("take", s.Key)
	return lockfile.Rendition{Key: k.Sum(), Hash: string(hash), Bytes: size}, err
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
