package request

import (
	"fmt"

	"greenroom/internal/hashkey"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// takeKey adds every member of a canonical value to a key. Some members are omitted at their default, so that a
// member that is new to the manifest does not buy existing clips again. Names, order and schema must not change:
// lockfiles hold the result.
func takeKey(c Canonical) *hashkey.Key {
	k := hashkey.New("take/1")
	switch c.Source {
	case manifest.SourceFile:
		keyFile(k, "file", c.Footage.File)
		if c.Footage.Frames != "" {
			k.Field("frames", c.Footage.Frames)
			k.Field("rate", c.Footage.Rate)
		}
	case manifest.SourceVideo:
		k.Field("video", c.VideoID)
	case manifest.SourceAgent:
		keyAgent(k, c.Agent)
	case manifest.SourceTemplate:
		keyTemplate(k, c.Template)
		keyCaptions(k, c.Frame)
	case manifest.SourceTranslate:
		keyTranslate(k, c.Translate)
		if routes.IsKeyed(c.Route) {
			k.Field("key color", c.Frame.KeyColor)
		}
		keyCaptions(k, c.Frame)
	case manifest.SourceLipsync:
		keyLipsync(k, c)
	case manifest.SourceInstant:
		keyInstant(k, c.Instant)
	case manifest.SourceCinematic:
		keyCinematic(k, c)
	default:
		keySpoken(k, c)
	}
	if c.Glossary != "" {
		k.Field("glossary", c.Glossary)
	}
	k.Field("route", c.Route)
	k.Number("take", float64(c.Take))
	return k
}

// keyFile adds a file's content; no file, no field.
func keyFile(k *hashkey.Key, name string, f Content) {
	if f.Path != "" {
		k.Field(name, f.Hash)
	}
}

// keyCaptions adds that captions are requested, and how they are in the picture; a clip without captions has no field.
func keyCaptions(k *hashkey.Key, f Frame) {
	switch b := f.Burned; {
	case b.On:
		k.Field("captions", "burned-in")
		keyBurned(k, b)
	case f.Captions:
		k.Field("captions", "yes")
	}
}

func keyBurned(k *hashkey.Key, b Burned) {
	if b.Preset == "" {
		return
	}
	k.Field("captions preset", b.Preset)
	k.Number("captions size", float64(b.FontSize))
	k.Number("captions x", b.Position.X)
	k.Number("captions y", b.Position.Y)
	k.Number("captions alignment", float64(b.Alignment))
	k.Field("captions plain", fmt.Sprint(b.Plain))
}

func keySpoken(k *hashkey.Key, c Canonical) {
	switch {
	case c.Sound.Path != "":
		keyFile(k, "audio", c.Sound)
		keyAvatar(k, "avatar", c.Scenes[0].Avatar)
	case c.Split:
		for i, s := range c.Scenes {
			name := fmt.Sprintf("scene %d", i+1)
			k.Field(name, s.Text)
			keyVoice(k, name+" voice", s.Voice)
			keyAvatar(k, name+" avatar", s.Avatar)
			k.Field(name+" background", s.Background)
		}
	default:
		k.Field("script", c.Scenes[0].Text)
		keyVoice(k, "voice", c.Scenes[0].Voice)
		if c.Draft {
			k.Field("sound", "voice draft")
		}
		keyAvatar(k, "avatar", c.Scenes[0].Avatar)
	}
	keyFrame(k, c.Route, c.Frame)
}

func keyVoice(k *hashkey.Key, name string, v Voice) {
	k.Field(name, v.ID)
	k.Number(name+" speed", v.Speed)
	k.Number(name+" pitch", v.Pitch)
	k.Field(name+" emotion", v.Emotion)
	k.Field(name+" locale", v.Locale)
}

func keyAvatar(k *hashkey.Key, name string, a Avatar) {
	k.Field(name, a.ID)
	k.Field(name+" style", a.Style)
	k.Number(name+" scale", a.Scale)
	k.Number(name+" x", a.X)
	k.Number(name+" y", a.Y)
	keyFile(k, name+" photo", a.Photo)
	if a.TalkingPhoto && a.Photo.Path == "" {
		k.Field(name+" kind", "talking photo")
	}
}

func keyFrame(k *hashkey.Key, route string, f Frame) {
	k.Number("width", float64(f.Width))
	k.Number("height", float64(f.Height))
	switch {
	case routes.IsKeyed(route):
		k.Field("key color", f.KeyColor)
	case routes.HasBackground(route):
		k.Field("background", f.Background)
	}
	keyCaptions(k, f)
	keyFile(k, "background image", f.Image)
	keyFile(k, "background video", f.Video)
}

func keyAgent(k *hashkey.Key, a Agent) {
	k.Field("prompt", a.Prompt)
	k.Number("seconds", float64(a.Seconds))
	k.Field("orientation", a.Orientation)
	k.Field("avatar", a.AvatarID)
	k.Field("voice", a.VoiceID)
	for i, f := range a.Files {
		keyFile(k, fmt.Sprintf("file %d", i+1), f)
	}
}

func keyTemplate(k *hashkey.Key, t Template) {
	k.Field("template", t.ID)
	for _, v := range t.Variables {
		if v.File.Path != "" {
			keyFile(k, "variable "+v.Name, v.File)
			continue
		}
		k.Field("variable "+v.Name, v.Value)
	}
}

// keyTranslate contains the key of what is translated: a new take of that needs a new translation.
func keyTranslate(k *hashkey.Key, t Translate) {
	if t.File.Path != "" {
		keyFile(k, "file", t.File)
	} else {
		k.Field("clip", t.TakeKey)
	}
	k.Field("language", t.To)
	k.Field("audio only", fmt.Sprint(t.AudioOnly))
	k.Field("precise", fmt.Sprint(t.Precise))
	keyFile(k, "text", t.Text)
}

func keyLipsync(k *hashkey.Key, c Canonical) {
	keyFile(k, "video", c.Lipsync.Video)
	if c.Draft {
		k.Field("script", c.Scenes[0].Text)
		keyVoice(k, "voice", c.Scenes[0].Voice)
	} else {
		keyFile(k, "audio", c.Sound)
	}
	k.Field("precise", fmt.Sprint(c.Lipsync.Precise))
	k.Field("keep length", fmt.Sprint(c.Lipsync.KeepLength))
	keyCaptions(k, c.Frame)
}

func keyInstant(k *hashkey.Key, i Instant) {
	k.Field("prompt", i.Prompt)
	k.Number("seconds", float64(i.Seconds))
	k.Field("resolution", i.Resolution)
	k.Field("ratio", i.Ratio)
	k.Field("seed", i.Seed)
	keyFile(k, "image", i.Image)
}

func keyCinematic(k *hashkey.Key, c Canonical) {
	f := c.Cinematic
	k.Field("prompt", f.Prompt)
	k.Number("avatars", float64(len(f.Avatars)))
	for _, id := range f.Avatars {
		k.Field("avatar", id)
	}
	k.Number("duration", float64(f.Seconds))
	k.Field("enhance", fmt.Sprint(f.Enhance))
	k.Number("references", float64(len(f.References)))
	for _, r := range f.References {
		keyFile(k, "reference", r)
	}
	k.Number("width", float64(c.Frame.Width))
	k.Number("height", float64(c.Frame.Height))
}
