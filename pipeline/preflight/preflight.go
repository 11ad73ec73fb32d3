package preflight

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/project"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/routing"
)

// Found is what the account has of what the clips to buy name.
type Found struct {
	Engines   map[string]*heygen.Engine  // of v3 looks, by id
	Templates map[string]heygen.Template // by id
	Languages map[string]string          // as the account names them, by the manifest's name
	Folder    string                     // in which videos lie; empty: the root
}

// Preflight compares a plan with an account.
type Preflight struct {
	disk    *project.Project
	account *account.Account
	router  *routing.Router
}

// NewPreflight returns the preflight of a project.
func New(disk *project.Project, account *account.Account, router *routing.Router) *Preflight {
	return &Preflight{disk: disk, account: account, router: router}
}

// Check finds what HeyGen would refuse before anything is bought: avatars, voices, templates and languages that the
// account does not have, variables that do not fit, films longer or larger than the plan, and a balance that does not
// reach. What cannot be looked up now is left to HeyGen's own answer; a refused request costs nothing either.
func (p *Preflight) Check(ctx context.Context, plan *planning.Plan) (Found, error) {
	f := p.flight(plan)
	if len(f.steps) == 0 {
		return f.found, nil
	}
	if err := f.run(ctx, f.catalogue(), func(ctx context.Context) error { return f.checkBalance(ctx, plan) }); err != nil {
		return f.found, err
	}
	f.faults.Sort()
	return f.found, f.faults.Or()
}

// catalogue compares what clips need with what the account lists.
func (f *flight) catalogue() func(context.Context) error {
	return func(ctx context.Context) error {
		for _, check := range []func(context.Context) error{
			f.checkLooks, f.checkVoices, f.checkSpeech, f.checkTemplates, f.checkLanguages, f.checkGlossaries, f.checkFolder,
		} {
			if err := check(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// run connects and runs checks until one cannot be made.
func (f *flight) run(ctx context.Context, checks ...func(context.Context) error) (err error) {
	if f.client, err = f.account.Connect(ctx); err != nil {
		return err
	}
	for _, check := range checks {
		if err := check(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// flight returns the checks of a plan's purchases.
func (p *Preflight) flight(plan *planning.Plan) *flight {
	byID := func() map[heygen.API]map[string][]*planning.Step {
		return map[heygen.API]map[string][]*planning.Step{heygen.V2: {}, heygen.V3: {}}
	}
	f := &flight{
		Preflight: p, looks: map[string][]*planning.Step{}, voices: byID(), speech: byID(),
		found: Found{
			Engines: map[string]*heygen.Engine{}, Templates: map[string]heygen.Template{}, Languages: map[string]string{},
		},
	}
	for i := range plan.Steps { // not copied: there may be ten thousand
		if s := &plan.Steps[i]; s.Action == planning.Buy || s.Action == planning.Draft {
			f.need(s)
		}
	}
	return f
}

// flight collects what the clips to buy need.
type flight struct {
	*Preflight
	found  Found
	client *heygen.Client
	steps  []*planning.Step
	looks  map[string][]*planning.Step
	voices map[heygen.API]map[string][]*planning.Step
	speech map[heygen.API]map[string][]*planning.Step // voices that must speak without a picture
	faults fault.List
	unread error // why a list could not be read, which a build leaves to HeyGen's own answer
}

func (f *flight) need(s *planning.Step) {
	f.steps = append(f.steps, s)
	c, api := s.Work.Clip, routes.APIOf(s.Route)
	if v := s.Voice; v != nil && v.Action == planning.Buy {
		f.speech[api][c.Voice.ID] = append(f.speech[api][c.Voice.ID], s)
	}
	if s.Action == planning.Draft {
		return // the picture waits
	}
	look := func(id string) {
		if id != "" {
			f.looks[id] = append(f.looks[id], s)
		}
	}
	voice := func(id string) {
		if id != "" {
			f.voices[api][id] = append(f.voices[api][id], s)
		}
	}
	switch c.Source {
	case manifest.SourceAgent:
		look(c.Agent.AvatarID)
		voice(c.Agent.VoiceID)
	case manifest.SourceAvatar:
		for _, sc := range c.Scenes {
			look(sc.Avatar.ID)
			voice(sc.Voice.ID)
		}
		if len(c.Scenes) == 0 {
			look(c.Avatar.ID)
		}
		if len(c.Scenes) == 0 && c.AudioFile == "" && s.Work.Request.Speech == nil {
			voice(c.Voice.ID)
		}
	}
}

// add is one fault for each clip that asks for it, at the clip's place.
func (f *flight) add(steps []*planning.Step, hint, format string, args ...any) {
	f.addAt("", steps, hint, format, args...)
}

// addAt is one fault for each clip that asks for a member, at the member's place.
func (f *flight) addAt(member string, steps []*planning.Step, hint, format string, args ...any) {
	for i, s := range steps {
		if i > 0 && steps[i-1].Clip == s.Clip {
			continue // two scenes of one clip
		}
		at := member
		if len(s.Work.Clip.Scenes) > 0 {
			at = "scenes." + member
		}
		e := request.Misfit(*s.Work.Clip, f.router.ManifestLine, at, hint, format, args...)
		e.Place.File = f.disk.Rel(e.Place.File)
		f.faults = append(f.faults, e)
	}
}

// checkLooks reads each avatar by itself: a small answer, where the complete
// catalogue is megabytes. A v3 look also contains how it can be rendered.
func (f *flight) checkLooks(ctx context.Context) error {
	for id, steps := range f.looks {
		api := routes.APIOf(steps[0].Route)
		var err error
		if api == heygen.V3 {
			var l heygen.Look
			if l, err = f.client.Look(ctx, id); err == nil {
				f.found.Engines[id] = heygen.BestEngine(l.Engines)
			}
		} else {
			_, err = f.client.AvatarDetails(ctx, id)
		}
		if err != nil && !heygen.NotFound(err) {
			f.unread = account.Explain(err, "look up avatar "+id)
		}
		switch {
		case heygen.Unauthorized(err):
			return account.Explain(err, "look up avatar "+id)
		case heygen.NotFound(err), heygen.Gone(err):
			// A route that has ended answers 404, too, and an avatar of another account may
			// answer 403 with the announcement of the end: the list shows which it is.
			has, lerr := f.avatars(ctx, api)
			switch {
			case heygen.Gone(lerr):
				return f.gone(ctx, lerr, "list the avatars")
			case lerr != nil && heygen.Gone(err):
				return f.gone(ctx, err, "look up avatar "+id)
			case heygen.NotFound(err) && !slices.Contains(has.ids, id):
				f.addAt("avatar.id", steps, has.hint(id), "the account has no avatar %q", id)
			}
		}
	}
	return nil
}

// gone is [account.Account.Gone] before anything is bought.
func (f *flight) gone(ctx context.Context, err error, doing string) error {
	return account.Unbought(f.account.Gone(ctx, err, doing))
}

func (f *flight) checkVoices(ctx context.Context) error {
	for api, wanted := range f.voices {
		if len(wanted) == 0 {
			continue
		}
		all, err := f.client.Voices(ctx, api)
		if heygen.Gone(err) {
			return f.gone(ctx, err, "list the voices")
		}
		if err != nil || len(all) == 0 {
			f.unread = cmp.Or(account.Explain(err, "list the voices"), f.unread)
			continue
		}
		has := voicesIn(all)
		for id, steps := range wanted {
			if !slices.Contains(has.ids, id) {
				f.addAt("voice.id", steps, has.hint(id), "the account has no voice %q", id)
			}
		}
	}
	return nil
}

// checkSpeech finds voices that cannot speak without a picture.
func (f *flight) checkSpeech(ctx context.Context) error {
	for api, wanted := range f.speech {
		if len(wanted) == 0 {
			continue
		}
		able, err := f.client.SpeechVoices(ctx, api)
		if heygen.Gone(err) {
			return f.gone(ctx, err, "list the voices")
		}
		if err != nil || len(able) == 0 {
			f.unread = cmp.Or(account.Explain(err, "list the voices"), f.unread)
			continue
		}
		has := func(list []heygen.VoiceInfo, id string) bool {
			return slices.ContainsFunc(list, func(v heygen.VoiceInfo) bool { return v.ID == id })
		}
		var all []heygen.VoiceInfo
		for id, steps := range wanted {
			if has(able, id) {
				continue
			}
			if all == nil {
				all, _ = f.client.Voices(ctx, api) // only to say which is wrong
			}
			if has(all, id) {
				f.add(steps, fmt.Sprintf("leave draft: voice out, or choose another voice, such as %q (%s); nothing was bought", able[0].ID, able[0].Name), "voice %q cannot speak without a picture, so it has no voice draft", id)
				continue
			}
			f.addAt("voice.id", steps, voicesIn(able).hint(id), "the account has no voice %q", id)
		}
	}
	return nil
}
