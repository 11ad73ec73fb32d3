package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
)

// preflight finds what HeyGen would refuse before anything is bought: avatars, voices,
// templates and languages that the account does not have, variables that do not fit,
// films longer or larger than the plan, and a balance that does not reach. What cannot
// be looked up now is left to HeyGen's own answer; a refused request costs nothing
// either.
func (b *build) preflight(ctx context.Context, plan *planning.Plan) error {
	f := newFlight(b)
	for _, s := range plan.Steps {
		if s.Action == planning.Buy || s.Action == planning.Draft {
			f.need(s)
		}
	}
	if len(f.steps) == 0 {
		return nil
	}
	if err := f.run(ctx, f.catalogue(), func(ctx context.Context) error { return f.checkBalance(ctx, plan) }); err != nil {
		return err
	}
	f.faults.Sort()
	return f.faults.Or()
}

// catalogue compares what clips need with what the account lists.
func (f *flight) catalogue() func(context.Context) error {
	return func(ctx context.Context) error {
		for _, check := range []func(context.Context) error{f.checkLooks, f.checkVoices, f.checkSpeech, f.checkTemplates, f.checkLanguages} {
			if err := check(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// run connects and runs checks until one cannot be made.
func (f *flight) run(ctx context.Context, checks ...func(context.Context) error) (err error) {
	f.b.engines, f.b.templates, f.b.languages = map[string]*heygen.Engine{}, map[string]heygen.Template{}, map[string]string{}
	if f.client, err = f.b.Account.Connect(ctx); err != nil {
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

// newFlight makes the checks of a build.
func newFlight(b *build) *flight {
	byID := func() map[heygen.API]map[string][]planning.Step {
		return map[heygen.API]map[string][]planning.Step{heygen.V2: {}, heygen.V3: {}}
	}
	return &flight{b: b, looks: map[string][]planning.Step{}, voices: byID(), speech: byID()}
}

// flight collects what the clips to buy need.
type flight struct {
	b      *build
	client *heygen.Client
	steps  []planning.Step
	looks  map[string][]planning.Step
	voices map[heygen.API]map[string][]planning.Step
	speech map[heygen.API]map[string][]planning.Step // voices that must speak without a picture
	faults fault.List
	unread error // why a list could not be read, which a build leaves to HeyGen's own answer
}

func (f *flight) need(s planning.Step) {
	f.steps = append(f.steps, s)
	c, api := s.Work.Clip, request.APIOf(s.Route)
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
func (f *flight) add(steps []planning.Step, hint, format string, args ...any) {
	f.addAt("", steps, hint, format, args...)
}

// addAt is one fault for each clip that asks for a member, at the member's place.
func (f *flight) addAt(member string, steps []planning.Step, hint, format string, args ...any) {
	for i, s := range steps {
		if i > 0 && steps[i-1].Clip == s.Clip {
			continue // two scenes of one clip
		}
		at := member
		if len(s.Work.Clip.Scenes) > 0 {
			at = "scenes." + member
		}
		e := request.Misfit(*s.Work.Clip, f.b.router.ManifestLine, at, hint, format, args...)
		e.Place.File = f.b.Rel(e.Place.File)
		f.faults = append(f.faults, e)
	}
}

// offer is what an account has of a kind: ids, and the ids by their names in lower case.
type offer struct {
	list, key string // the command that lists them, the key of the manifest
	ids       []string
	byName    map[string]string
}

func (o *offer) put(id, name string) {
	if o.byName == nil {
		o.byName = map[string]string{}
	}
	o.ids = append(o.ids, id)
	o.byName[strings.ToLower(name)] = id
}

// hint returns what to write instead of an id that the account does not have. For a name it is the id.
func (o *offer) hint(wanted string) string {
	if id := o.byName[strings.ToLower(wanted)]; id != "" {
		return fmt.Sprintf("write its id, %s: %s; nothing was bought", o.key, id)
	}
	hint := fmt.Sprintf("`greenroom %s` lists them; nothing was bought", o.list)
	if near := fault.Nearest(wanted, o.ids); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

// checkLooks reads each avatar by itself: a small answer, where the complete
// catalogue is megabytes. A v3 look also contains how it can be rendered.
func (f *flight) checkLooks(ctx context.Context) error {
	for id, steps := range f.looks {
		api := request.APIOf(steps[0].Route)
		var err error
		if api == heygen.V3 {
			var l heygen.Look
			if l, err = f.client.Look(ctx, id); err == nil {
				f.b.engines[id] = heygen.BestEngine(l.Engines)
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

// gone is Project.gone before anything is bought.
func (f *flight) gone(ctx context.Context, err error, doing string) error {
	return account.Unbought(f.b.Account.Gone(ctx, err, doing))
}

func (f *flight) avatars(ctx context.Context, api heygen.API) (*offer, error) {
	has := &offer{list: "avatars", key: "avatar"}
	all, err := f.client.Avatars(ctx, api)
	for _, a := range all.Avatars {
		has.put(a.ID, a.Name)
	}
	for _, p := range all.TalkingPhotos {
		has.put(p.ID, p.Name)
	}
	return has, err
}

func voicesIn(list []heygen.VoiceInfo) *offer {
	has := &offer{list: "voices", key: "voice"}
	for _, v := range list {
		has.put(v.ID, v.Name)
	}
	return has
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

// checkTemplates reads each template and holds the manifest's variables against it.
func (f *flight) checkTemplates(ctx context.Context) error {
	for _, s := range f.steps {
		if s.Work.Clip.Source != manifest.SourceTemplate {
			continue
		}
		id, api := s.Work.Clip.Template.ID, request.APIOf(s.Route)
		if t, ok := f.b.templates[id]; ok { // rows share theirs
			f.variables(s, t)
			continue
		}
		t, err := f.client.Template(ctx, api, id)
		switch {
		case heygen.NotFound(err):
			has := &offer{list: "templates", key: "template"}
			all, lerr := f.client.Templates(ctx, api) // a route that has ended answers 404, too
			if heygen.Gone(lerr) || lerr != nil && heygen.Gone(err) {
				return f.gone(ctx, errors.Join(lerr, err), "read template "+id)
			}
			for _, x := range all {
				has.put(x.ID, x.Name)
			}
			f.addAt("template.id", []planning.Step{s}, has.hint(id), "the account has no template %q", id)
			continue
		case heygen.Gone(err):
			return f.gone(ctx, err, "read template "+id)
		case err != nil:
			return account.Explain(err, "read template "+id)
		}
		f.b.templates[id] = t
		f.variables(s, t)
	}
	return nil
}

func (f *flight) variables(s planning.Step, t heygen.Template) {
	given := map[string]string{}
	for _, v := range s.Work.Clip.Template.Variables {
		given[v.Name] = v.Value
		if v.File != "" {
			given[v.Name] = "file"
		}
	}
	hint := fmt.Sprintf("`greenroom templates %s` shows its variables; nothing was bought", t.ID)
	values, errs := t.Match(given)
	for _, v := range s.Work.Clip.Template.Variables {
		i := slices.IndexFunc(values, func(x heygen.TemplateValue) bool { return x.Name == v.Name })
		if i < 0 {
			continue
		}
		kind := values[i].Type
		isFile := kind == "image" || kind == "video" || kind == "audio"
		switch {
		case isFile && v.File == "":
			errs = append(errs, fmt.Errorf("variable %q is %s: it needs a file, not %q", v.Name, kind, v.Value))
		case !isFile && v.File != "":
			errs = append(errs, fmt.Errorf("variable %q is %s: it needs words, not a file", v.Name, kind))
		}
	}
	for _, err := range errs {
		f.add([]planning.Step{s}, hint, "template %s: %v", t.ID, err)
	}
}

func (f *flight) checkLanguages(ctx context.Context) error {
	lists := map[heygen.API][]string{}
	for _, s := range f.steps {
		if s.Work.Clip.Source != manifest.SourceTranslate {
			continue
		}
		api := request.APIOf(s.Route)
		if lists[api] == nil {
			l, err := f.client.Languages(ctx, api)
			if heygen.Gone(err) {
				return f.gone(ctx, err, "list the languages")
			}
			if err != nil || len(l) == 0 {
				f.unread = cmp.Or(account.Explain(err, "list the languages"), f.unread)
				continue
			}
			lists[api] = l
		}
		to := s.Work.Clip.Translate.To
		match, choices := value.FindLanguage(to, lists[api])
		if f.b.languages[to] = match; match != "" {
			continue
		}
		hint := "`greenroom templates --languages` lists them; nothing was bought"
		switch near := fault.Nearest(to, lists[api]); {
		case len(choices) > 0:
			f.addAt("translate.to", []planning.Step{s}, "write one of: "+strings.Join(choices, ", ")+"; nothing was bought", "HeyGen has %d kinds of %s", len(choices), to)
			continue
		case near != "":
			hint = fmt.Sprintf("did you mean %q? nothing was bought", near)
		}
		f.addAt("translate.to", []planning.Step{s}, hint, "HeyGen does not translate into %q", to)
	}
	return nil
}

// errPoor marks a balance that does not reach.
var errPoor = errors.New("the balance does not reach")
