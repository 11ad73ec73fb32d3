package pipeline

import (
	"context"
	"fmt"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// preflight finds what HeyGen would refuse before anything is bought: avatars and
// voices that the account does not have. What cannot be looked up now is left to
// HeyGen's own answer; a refused request costs nothing either.
func (b *build) preflight(ctx context.Context, plan *Plan) error {
	wanted := map[string][]Step{}
	voices := map[string][]Step{}
	for _, s := range plan.Steps {
		if s.Action != Buy {
			continue
		}
		wanted[s.clip.Avatar.ID] = append(wanted[s.clip.Avatar.ID], s)
		if s.clip.AudioFile == "" {
			voices[s.clip.Voice.ID] = append(voices[s.clip.Voice.ID], s)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	client, err := b.connect(ctx)
	if err != nil {
		return err
	}
	var list fault.List
	b.engines = map[string]*heygen.Engine{}
	for id, steps := range wanted {
		if err := b.lookUp(ctx, client, id, isV3(steps[0].Route)); heygen.NotFound(err) && !heygen.Gone(err) {
			list = append(list, b.unknown(steps, "avatar", id, b.avatarIDs(ctx, client))...)
		} else if heygen.Unauthorized(err) {
			return explain(err, "look up avatar "+id)
		}
	}
	if all, err := client.Voices(ctx, heygen.V2); err == nil && len(all) > 0 {
		have := map[string]bool{}
		ids := make([]string, 0, len(all))
		for _, v := range all {
			have[v.ID] = true
			ids = append(ids, v.ID)
		}
		for id, steps := range voices {
			if !have[id] {
				list = append(list, b.unknown(steps, "voice", id, ids)...)
			}
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	list.Sort()
	return list.Or()
}

// lookUp asks for one avatar: a small answer, where the whole catalogue is megabytes.
// A v3 look also says which engines it can be rendered with.
func (b *build) lookUp(ctx context.Context, client *heygen.Client, id string, v3 bool) error {
	if !v3 {
		_, err := client.AvatarDetails(ctx, id)
		return err
	}
	l, err := client.Look(ctx, id)
	if err == nil {
		b.engines[id] = heygen.BestEngine(l.Engines)
	}
	return err
}

func (b *build) avatarIDs(ctx context.Context, client *heygen.Client) []string {
	all, err := client.Avatars(ctx, heygen.V2)
	if err != nil {
		return nil // only a hint
	}
	var ids []string
	for _, a := range all.Avatars {
		ids = append(ids, a.ID)
	}
	for _, p := range all.TalkingPhotos {
		ids = append(ids, p.ID)
	}
	return ids
}

// unknown is one fault for each clip that asks for it.
func (b *build) unknown(steps []Step, kind, id string, ids []string) (list fault.List) {
	hint := fmt.Sprintf("`greenroom %ss` lists them; nothing was bought", kind)
	if near := manifest.Nearest(id, ids); near != "" {
		hint = fmt.Sprintf("did you mean %q? `greenroom %ss` lists them; nothing was bought", near, kind)
	}
	for _, s := range steps {
		f := fault.New(fault.Manifest, hint, "the account has no %s %q", kind, id).For(s.Clip)
		place := s.clip.Place
		place.File = b.rel(place.File)
		f.Place = &place
		list = append(list, f)
	}
	return list
}
