package pipeline

import (
	"context"
	"fmt"
	"strings"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// request is what would be asked for, and its key.
type request struct {
	route     string
	key       string // SHA-256 of everything that changes the take
	inputs    lockfile.Inputs
	priceKind string
	speech    *speechRequest // the sound that is bought first; nil: spoken by the video itself
}

func (r request) paid() bool { return r.route != routeVideo && r.route != routeFile }

// changedSince names the parts that are not what they were.
func (r request) changedSince(old lockfile.Inputs) string {
	var names []string
	for k, v := range r.inputs.All() {
		if old.Get(k) != v {
			names = append(names, k)
		}
	}
	return strings.Join(names, ", ")
}

// request makes a clip's canonical request on the route that would be bought.
func (p *Project) request(c manifest.Clip) (request, error) {
	return p.chosen(context.Background(), c, nothing, false, nil)
}

// requestOn makes it on one route. What the route cannot carry is an error, and the key
// is there with it: a take that was bought before counts. Titles, callbacks, markers, paths and times are
// not in the key, and a member at its default is not either, so that a new member
// does not buy old clips again.
func (p *Project) requestOn(ctx context.Context, c manifest.Clip, route string) (request, error) {
	r := request{route: route, priceKind: "avatar"}
	misfit := p.fits(c, route)
	k := newKeyer("take/1")
	var err error
	switch c.Source {
	case manifest.SourceFile:
		err = p.keyFootage(k, c)
		if c.Cutout {
			r.priceKind = "cutout"
		}
	case manifest.SourceVideo:
		k.field("video", c.VideoID)
	case manifest.SourceAgent:
		err = p.keyAgent(k, c, &r)
	case manifest.SourceTemplate:
		err = p.keyTemplate(k, c, &r)
	case manifest.SourceTranslate:
		err = p.keyTranslate(ctx, k, c, &r)
	default:
		err = p.keySpoken(k, c, &r)
	}
	if misfit != nil && err != nil {
		return r, misfit
	}
	if err != nil {
		return r, err
	}
	k.field("route", r.route)
	k.number("take", float64(c.Take))
	r.key, r.inputs = k.sum(), k.inputs()
	return r, misfit
}

// keyFile puts a file's content into the key; no file, no field.
func (p *Project) keyFile(k *keyer, name, path string) error {
	if path == "" {
		return nil
	}
	h, err := p.inputs.hash(path)
	if err == nil {
		k.field(name, h)
	}
	return err
}

func (p *Project) keySpoken(k *keyer, c manifest.Clip, r *request) error {
	if c.Avatar.TalkingPhoto {
		r.priceKind = "photo"
	}
	switch {
	case c.AudioFile != "":
		if err := p.keyFile(k, "audio", c.AudioFile); err != nil {
			return err
		}
	case len(c.Scenes) > 0:
		return p.keyScenes(k, c, r)
	default:
		said := spoken(c.Script, c.Pronunciation)
		k.field("script", said)
		keyVoice(k, "voice", c.Voice)
		if c.Draft == manifest.DraftVoice {
			k.field("sound", "voice draft")
			var err error
			if r.speech, err = p.speech(c, r.route, said); err != nil {
				return unspeakable(c, err)
			}
		}
	}
	if err := p.keyAvatar(k, "avatar", c.Avatar); err != nil {
		return err
	}
	return p.keyFrame(k, c, r)
}

func keyVoice(k *keyer, name string, v manifest.Voice) {
	k.field(name, v.ID)
	k.number(name+" speed", v.Speed)
	k.number(name+" pitch", v.Pitch)
	k.field(name+" emotion", v.Emotion)
	k.field(name+" locale", v.Locale)
}

func (p *Project) keyAvatar(k *keyer, name string, a manifest.Avatar) error {
	k.field(name, a.ID)
	k.field(name+" style", a.Style)
	k.number(name+" scale", a.Scale)
	k.number(name+" x", a.Offset.X)
	k.number(name+" y", a.Offset.Y)
	return p.keyFile(k, name+" photo", a.Photo)
}

func (p *Project) keyFrame(k *keyer, c manifest.Clip, r *request) error {
	k.number("width", float64(c.Width))
	k.number("height", float64(c.Height))
	switch {
	case isKeyed(r.route):
		k.field("key color", c.KeyColor)
	case r.route == routeV2 || r.route == routeV3:
		k.field("background", c.Background)
	}
	if c.Captions && r.speech == nil { // a bought voice brings its own words
		k.field("captions", "yes")
	}
	if err := p.keyFile(k, "background image", c.BackgroundImage); err != nil {
		return err
	}
	return p.keyFile(k, "background video", c.BackgroundVideo)
}

func (p *Project) keyScenes(k *keyer, c manifest.Clip, r *request) error {
	for i, s := range c.Scenes {
		name := fmt.Sprintf("scene %d", i+1)
		said := spoken(s.Script, c.Pronunciation)
		k.field(name, said)
		keyVoice(k, name+" voice", s.Voice)
		if err := p.keyAvatar(k, name+" avatar", s.Avatar); err != nil {
			return err
		}
		k.field(name+" background", s.Background)
	}
	return p.keyFrame(k, c, r)
}

func (p *Project) keyAgent(k *keyer, c manifest.Clip, r *request) error {
	a := c.Agent
	r.priceKind = "agent"
	k.field("prompt", a.Prompt)
	k.number("seconds", float64(a.Seconds))
	k.field("orientation", a.Orientation)
	k.field("avatar", a.AvatarID)
	k.field("voice", a.VoiceID)
	for i, f := range a.Files {
		if err := p.keyFile(k, fmt.Sprintf("file %d", i+1), f); err != nil {
			return err
		}
	}
	return nil
}

func (p *Project) keyTemplate(k *keyer, c manifest.Clip, r *request) error {
	t := c.Template
	r.priceKind = "template"
	k.field("template", t.ID)
	for _, v := range t.Variables {
		name := "variable " + v.Name
		if v.File != "" {
			if err := p.keyFile(k, name, v.File); err != nil {
				return err
			}
			continue
		}
		k.field(name, v.Value)
	}
	if c.Captions {
		k.field("captions", "yes")
	}
	return nil
}

// keyTranslate hangs on what is translated: a new take of that is a new translation.
func (p *Project) keyTranslate(ctx context.Context, k *keyer, c manifest.Clip, r *request) error {
	t := c.Translate
	r.priceKind = "translate"
	if t.File != "" {
		if err := p.keyFile(k, "file", t.File); err != nil {
			return err
		}
	} else {
		src, err := p.clips([]string{t.Clip})
		if err != nil {
			return err
		}
		e, have := p.entry(t.Clip)
		from, err := p.chosen(ctx, src[0], e, have, p.rows)
		if err != nil {
			return err
		}
		k.field("clip", from.key)
	}
	k.field("language", t.To)
	k.field("audio only", fmt.Sprint(t.AudioOnly))
	k.field("precise", fmt.Sprint(t.Precise))
	if isKeyed(r.route) {
		k.field("key color", c.KeyColor)
	}
	if c.Captions {
		k.field("captions", "yes")
	}
	return nil
}
