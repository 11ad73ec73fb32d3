package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"

	"greenroom/assets"
	"greenroom/compose/media"
	mediaforms "greenroom/compose/media/forms"
	"greenroom/heygen"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/forms"
	"greenroom/pipeline/stage/words"
)

// canMake fails when this installation cannot make what the plan's clips need: before anything is bought.
func (p *Project) canMake(ctx context.Context, plan *planning.Plan) error {
	t, err := p.Tools.Find(ctx)
	if err != nil {
		return err
	}
	for _, s := range plan.Steps {
		if s.Action == planning.Keep || s.Action == planning.Publish {
			continue
		}
		if s.Work.Clip.CaptionWords() != "" {
			if err := words.Missing(); err != nil {
				return fmt.Errorf("clip %s: prepare.captions: %w", s.Clip, err)
			}
		}
		for _, name := range s.Work.Clip.Prepare.Forms {
			if err := mediaforms.Makeable(ctx, t, name, s.Work.Clip.Transparent); err != nil {
				return fmt.Errorf("clip %s: prepare.renditions: %s: %w", s.Clip, name, err)
			}
		}
	}
	return nil
}

// makeForms makes what else the manifest asks for of a take whose WebM is up to date, and removes what it no longer
// asks for from the entry. Report is the check of the take.
func (b *build) makeForms(
	ctx context.Context, s planning.Step, e lockfile.Entry, report *media.Report,
) (lockfile.Entry, error) {
	work, err := b.recipes.Work(ctx, *s.Work.Clip, e)
	if err != nil {
		return e, err
	}
	if work.Words {
		if e.Captions, err = b.measureWords(ctx, s, e); err != nil {
			return e, err
		}
		if work, err = b.recipes.Work(ctx, *s.Work.Clip, e); err != nil { // files of the captions
			return e, err
		}
	}
	kept := map[string]lockfile.Rendition{}
	for _, name := range work.Keep {
		kept[name] = e.Renditions[name]
	}
	if len(work.Forms) > 0 {
		in := forms.In{
			Clip: s.Clip, TakeKey: s.Key, Master: e.Master, WebM: e.Renditions[renditions.WebM].Hash,
			Spec: b.prepareSpec(s, report, e.Info), Backdrop: s.Work.Clip.Prepare.Backdrop, Names: work.Forms,
			Threads: b.threads, ChapterKey: recipes.ChapterKey(*s.Work.Clip, e),
		}
		if in.Chapters, err = b.chapters(*s.Work.Clip, e); err != nil {
			return e, err
		}
		in.Spec.Frames, in.Spec.Duration = e.Info.Frames, e.Info.Duration
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "forms", State: event.Started})
		made, err := stage.Do(ctx, b.env(), forms.Step, in)
		if err != nil {
			return e, err
		}
		maps.Copy(kept, made)
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "forms", State: event.Done, Message: sizes(made)})
	}
	for _, name := range work.Captions {
		if kept[name], err = b.writeCaptions(s, e, name); err != nil {
			return e, fmt.Errorf("write %s: %w", name, err)
		}
	}
	e.Renditions = kept
	return e, nil
}

// measureWords makes captions of the words of a clip, whose times are measured in its sound.
func (b *build) measureWords(ctx context.Context, s planning.Step, e lockfile.Entry) (*lockfile.Rendition, error) {
	c := s.Work.Clip
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Started})
	r, err := words.Run(ctx, b.env(), words.In{
		Clip: s.Clip, TakeKey: s.Key, Master: e.Master, WebM: e.Renditions[renditions.WebM].Hash,
		Text: c.CaptionWords(), Language: words.Language(c.Voice.Locale),
	})
	if err != nil {
		return e.Captions, err
	}
	const done = "words measured in the sound"
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Done, Message: done})
	return &r, nil
}

// sizes lists renditions with their sizes, for people.
func sizes(made map[string]lockfile.Rendition) string {
	text := ""
	for _, name := range renditions.All() {
		if r, ok := made[name]; ok {
			text += fmt.Sprintf(", %s %.1f MB", name, float64(r.Bytes)/1e6)
		}
	}
	return text[min(2, len(text)):]
}

// writeCaptions writes a clip's captions as a file of another kind.
func (b *build) writeCaptions(s planning.Step, e lockfile.Entry, name string) (lockfile.Rendition, error) {
	list, err := b.storedCaptions(e)
	if err != nil {
		return lockfile.Rendition{}, err
	}
	text := captions.Write(name, list, b.Manifest.Width, b.Manifest.Height)
	hash, size, err := b.Store.AdoptBytes("captions-"+s.Clip+"-"+s.Key[:16]+"."+captions.Ext(name), text)
	return lockfile.Rendition{Key: recipes.CaptionsKey(name, e), Hash: string(hash), Bytes: size}, err
}

func (b *build) storedCaptions(e lockfile.Entry) (list []captions.Caption, err error) {
	raw, err := os.ReadFile(b.Store.Path(assets.Hash(e.Captions.Hash)))
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(raw, &list)
}

// chapters returns the chapters of a clip's sound, if its captions have their times.
func (b *build) chapters(c manifest.Clip, e lockfile.Entry) (out []mediaforms.Chapter, err error) {
	if recipes.ChapterKey(c, e) == "" {
		return nil, nil
	}
	list, err := b.storedCaptions(e)
	if err != nil {
		return nil, err
	}
	parts, letters := c.Chapters()
	for _, one := range captions.Chapters(list, parts, letters) {
		out = append(out, mediaforms.Chapter{Title: one.Title, Start: one.StartMs})
	}
	return out, nil
}

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
	hash, size, err := b.Store.AdoptBytes("captions-"+s.Clip+"-"+s.Key[:16]+".json", append(j, '\n'))
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
