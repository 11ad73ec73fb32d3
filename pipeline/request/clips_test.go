package request

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// clips makes random clips as the manifest would return them: defaults are applied, and combinations that it refuses
// do not occur.
type clips struct{ *rand.Rand }

func oneOf[T any](r clips, list ...T) T { return list[r.IntN(len(list))] }

func (r clips) script() string {
	return oneOf(r, "Hi.", "Hi SQL.", "你好。", `Hi <break time="1s"/> you.`, "Grüße")
}

func (r clips) voice() manifest.Voice {
	return manifest.Voice{ID: oneOf(r, "v1", "v2"), Speed: oneOf(r, 1, 1, 0.8, 1.2)}
}

func (r clips) avatar() manifest.Avatar {
	if r.IntN(4) == 0 {
		return manifest.Avatar{Photo: oneOf(r, "a.png", "b.png"), TalkingPhoto: true, Scale: 1}
	}
	return manifest.Avatar{ID: oneOf(r, "daisy", "josh"), Style: "normal", Scale: 1}
}

// spoken makes a clip that an avatar speaks: with a script, its own sound, or scenes.
func (r clips) spoken(c *manifest.Clip, kinds string) {
	c.Source, c.Avatar = manifest.SourceAvatar, r.avatar()
	switch kinds[r.IntN(len(kinds))] {
	case 'a':
		c.AudioFile = oneOf(r, "a.wav", "b.wav")
	case 's':
		c.Background = ""
		for range 1 + r.IntN(3) {
			c.Scenes = append(c.Scenes, manifest.Scene{Script: r.script(), Avatar: r.avatar(), Voice: r.voice()})
		}
	default:
		c.Script, c.Voice = r.script(), r.voice()
		c.Draft = oneOf(r, "", "", manifest.DraftVoice)
		c.Captions = r.IntN(3) == 0
	}
}

// on makes a clip for a route. A route without a case fails the test: its key would be compared on clips of another one.
func (r clips) on(t *testing.T, route string) manifest.Clip {
	t.Helper()
	size := oneOf(r, [2]int{1280, 720}, [2]int{1080, 1920})
	c := manifest.Clip{Name: "one", Width: size[0], Height: size[1], KeyColor: "#00FF00", Take: 1, Transparent: true}
	switch route {
	case routes.V2, routes.V2Key:
		c.Transparent = route == routes.V2Key
		r.spoken(&c, "tas")
	case routes.V1WebM, routes.V3WebM, routes.V3Key:
		c.Route = route
		r.spoken(&c, "ta")
	case routes.V3:
		c.Transparent = false
		r.spoken(&c, "ta")
	case routes.V3Studio:
		c.Transparent = false
		r.spoken(&c, "s")
	case routes.V1Agent, routes.V3Agent:
		c.Source, c.Transparent = manifest.SourceAgent, false
		c.Agent = &manifest.Agent{Prompt: oneOf(r, "A film.", "Another film."), Files: []string{"a.png"}}
	case routes.V2Template, routes.V3Template:
		c.Source, c.Transparent, c.Captions = manifest.SourceTemplate, false, r.IntN(2) == 0
		c.Template = &manifest.Template{ID: "t123", Variables: []manifest.Variable{
			{Name: "logo", File: "a.png"}, {Name: "name", Value: oneOf(r, "Ada", "Bob")}, {Name: "who", Value: "daisy"},
		}}
	case routes.Video:
		c.Source, c.VideoID = manifest.SourceVideo, oneOf(r, "abcdef", "ghijkl")
	case routes.File:
		c.Source, c.File = manifest.SourceFile, oneOf(r, "a.mp4", "b.mp4")
	case routes.V3Cutout:
		c.Source, c.File, c.Cutout = manifest.SourceFile, oneOf(r, "a.mp4", "b.mp4"), true
	case routes.V2Translate, routes.V2TranslateKey, routes.V3Translate, routes.V3TranslateKey:
		c.Source, c.Transparent = manifest.SourceTranslate, routes.IsKeyed(route)
		c.Translate = &manifest.Translate{To: oneOf(r, "Spanish", "French"), File: "a.mp4"}
		if r.IntN(2) == 0 {
			c.Translate.File, c.Translate.Clip = "", oneOf(r, "intro", "outro")
		}
	case routes.V3Proofread:
		c.Source, c.Transparent = manifest.SourceTranslate, false
		c.Translate = &manifest.Translate{To: oneOf(r, "Spanish", "French"), File: "a.mp4", Proofread: "a.srt"}
	case routes.V3Cinematic:
		c.Source, c.Transparent = manifest.SourceCinematic, false
		c.Cinematic = &manifest.Cinematic{Prompt: oneOf(r, "A walk.", "A dance."), Avatars: []string{"l1"}, Seconds: 5}
	case routes.V3Instant:
		c.Source, c.Transparent = manifest.SourceInstant, false
		c.Instant = &manifest.Instant{Prompt: oneOf(r, "A river.", "A lake."), Seconds: 5, Resolution: "768p"}
	case routes.V3Lipsync:
		c.Source, c.Transparent = manifest.SourceLipsync, false
		c.Lipsync = &manifest.Lipsync{Video: oneOf(r, "a.mp4", "b.mp4")}
		if r.IntN(2) == 0 {
			c.AudioFile = oneOf(r, "a.wav", "b.wav")
		} else {
			c.Script, c.Voice = r.script(), r.voice()
		}
	default:
		t.Fatalf("no clip for route %s", route)
	}
	return c
}

// canBurn reports a clip that the manifest may have captions in the picture of.
func canBurn(c *manifest.Clip) bool {
	return c.Source == manifest.SourceTemplate || c.Source == manifest.SourceAvatar && c.AudioFile == ""
}

// change returns another random value for a member and reports whether the clip has the member. A value may be the one
// that the clip has already.
type change func(r clips, c *manifest.Clip) bool

// changes are those that a manifest can make to a clip, in the clip itself or under defaults.
var changes = func() map[string]change {
	all := map[string]change{
		"script":        func(r clips, c *manifest.Clip) bool { c.Script = r.script(); return c.Voice.ID != "" },
		"audio":         func(r clips, c *manifest.Clip) bool { return file(r, &c.AudioFile, "a.wav", "b.wav") },
		"pronunciation": pronunciation,
		"captions": func(r clips, c *manifest.Clip) bool {
			c.Captions = !c.Captions
			return c.AudioFile == "" && !c.Burned.On
		},
		"captions.burned-in": func(_ clips, c *manifest.Clip) bool {
			c.Burned = manifest.Burned{On: !c.Burned.On}
			c.Captions = true
			return canBurn(c)
		},
		"captions.burned-in.preset": func(r clips, c *manifest.Clip) bool {
			c.Captions, c.Burned = true, manifest.Burned{
				On: true, Preset: oneOf(r, "bold", "plain"), FontSize: oneOf(r, 0, 48), Alignment: oneOf(r, 0, 8),
				Position: oneOf(r, manifest.Offset{}, manifest.Offset{Y: 0.5}), Plain: r.IntN(2) == 0,
			}
			return canBurn(c)
		},
		"draft":            draft,
		"glossary":         func(r clips, c *manifest.Clip) bool { c.Glossary = oneOf(r, "", "g1", "g2"); return true },
		"size":             size,
		"background":       background,
		"background.image": func(r clips, c *manifest.Clip) bool { return picture(r, c, &c.BackgroundImage, "a.png", "b.png") },
		"background.video": func(r clips, c *manifest.Clip) bool { return picture(r, c, &c.BackgroundVideo, "a.mp4", "b.mp4") },
		"key-color":        func(r clips, c *manifest.Clip) bool { c.KeyColor = oneOf(r, "#00FF00", "#0000FF"); return true },
		"take":             func(r clips, c *manifest.Clip) bool { c.Take = 1 + r.IntN(3); return true },
		"prepare":          func(r clips, c *manifest.Clip) bool { c.Prepare.Scale = r.Float64(); return true },
		"checks":           func(r clips, c *manifest.Clip) bool { c.Checks.CoverageMax = r.Float64(); return true },
		"transparent":      func(r clips, c *manifest.Clip) bool { c.Transparent = !c.Transparent; return true },
		"video":            func(r clips, c *manifest.Clip) bool { return file(r, &c.VideoID, "abcdef", "ghijkl") },
		"file":             func(r clips, c *manifest.Clip) bool { return file(r, &c.File, "a.mp4", "b.mp4", "copy of a.mp4") },
		"scenes":           scenes,
		"scenes.script": func(r clips, c *manifest.Clip) bool {
			return scene(r, c, func(s *manifest.Scene) { s.Script = r.script() })
		},
		"scenes.background": func(r clips, c *manifest.Clip) bool {
			return scene(r, c, func(s *manifest.Scene) { s.Background = oneOf(r, "", "#112233", "#445566") })
		},
	}
	for name, set := range avatarChanges {
		all["avatar."+name] = func(r clips, c *manifest.Clip) bool { return set(r, &c.Avatar) }
		all["scenes.avatar."+name] = func(r clips, c *manifest.Clip) (ok bool) {
			return scene(r, c, func(s *manifest.Scene) { ok = set(r, &s.Avatar) }) && ok
		}
	}
	for name, set := range voiceChanges {
		all["voice."+name] = func(r clips, c *manifest.Clip) bool { set(r, &c.Voice); return true }
		all["scenes.voice."+name] = func(r clips, c *manifest.Clip) bool {
			return scene(r, c, func(s *manifest.Scene) { set(r, &s.Voice) })
		}
	}
	for name, set := range agentChanges {
		all["agent."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Agent == nil {
				return false
			}
			a := *c.Agent
			c.Agent = &a
			set(r, c.Agent)
			return true
		}
	}
	for name, set := range translateChanges {
		all["translate."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Translate == nil {
				return false
			}
			t := *c.Translate
			c.Translate = &t
			set(r, c.Translate)
			return true
		}
	}
	for name, set := range lipsyncChanges {
		all["lipsync."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Lipsync == nil {
				return false
			}
			l := *c.Lipsync
			c.Lipsync = &l
			set(r, c.Lipsync)
			return true
		}
	}
	for name, set := range instantChanges {
		all["instant."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Instant == nil {
				return false
			}
			i := *c.Instant
			c.Instant = &i
			set(r, c.Instant)
			return true
		}
	}
	for name, set := range cinematicChanges {
		all["cinematic."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Cinematic == nil {
				return false
			}
			i := *c.Cinematic
			c.Cinematic = &i
			set(r, c.Cinematic)
			return true
		}
	}
	for name, set := range templateChanges {
		all["template."+name] = func(r clips, c *manifest.Clip) bool {
			if c.Template == nil {
				return false
			}
			t := *c.Template
			t.Variables = slices.Clone(t.Variables)
			c.Template = &t
			set(r, c.Template)
			return true
		}
	}
	return all
}()

// changeNames returns their names in a fixed order, so that a seed repeats a run.
func changeNames() []string { return slices.Sorted(maps.Keys(changes)) }

var avatarChanges = map[string]func(clips, *manifest.Avatar) bool{
	"id":    func(r clips, a *manifest.Avatar) bool { a.ID = oneOf(r, "daisy", "josh"); return a.Photo == "" },
	"photo": func(r clips, a *manifest.Avatar) bool { return file(r, &a.Photo, "a.png", "b.png", "copy of a.png") },
	"style": func(r clips, a *manifest.Avatar) bool { a.Style = oneOf(r, "normal", "closeUp"); return true },
	"scale": func(r clips, a *manifest.Avatar) bool { a.Scale = oneOf(r, 1, 1.5, 2); return true },
	"offset": func(r clips, a *manifest.Avatar) bool {
		a.Offset = manifest.Offset{X: oneOf(r, 0, 0.1), Y: oneOf(r, 0, 0.1, -0.1)}
		return true
	},
	"talking-photo": func(r clips, a *manifest.Avatar) bool { a.TalkingPhoto = !a.TalkingPhoto; return true },
}

var voiceChanges = map[string]func(clips, *manifest.Voice){
	"id":      func(r clips, v *manifest.Voice) { v.ID = oneOf(r, "v1", "v2", "v3") },
	"speed":   func(r clips, v *manifest.Voice) { v.Speed = oneOf(r, 1, 0.8, 1.2) },
	"pitch":   func(r clips, v *manifest.Voice) { v.Pitch = oneOf(r, 0, 2.0, -3) },
	"emotion": func(r clips, v *manifest.Voice) { v.Emotion = oneOf(r, "", "Friendly", "Excited") },
	"locale":  func(r clips, v *manifest.Voice) { v.Locale = oneOf(r, "", "en-GB", "en-US") },
}

var agentChanges = map[string]func(clips, *manifest.Agent){
	"prompt":      func(r clips, a *manifest.Agent) { a.Prompt = oneOf(r, "A film.", "Another film.", "A film. ") },
	"duration":    func(r clips, a *manifest.Agent) { a.Seconds = oneOf(r, 0, 20, 45) },
	"orientation": func(r clips, a *manifest.Agent) { a.Orientation = oneOf(r, "", "portrait", "landscape") },
	"avatar":      func(r clips, a *manifest.Agent) { a.AvatarID = oneOf(r, "", "daisy", "josh") },
	"voice":       func(r clips, a *manifest.Agent) { a.VoiceID = oneOf(r, "", "v1", "v2") },
	"files": func(r clips, a *manifest.Agent) {
		a.Files = oneOf(r, nil, []string{"copy of a.png"}, []string{"a.png", "b.png"}, []string{"b.png", "a.png"}, []string{"a.png", "a.png"})
	},
}

var translateChanges = map[string]func(clips, *manifest.Translate){
	"to":         func(r clips, t *manifest.Translate) { t.To = oneOf(r, "Spanish", "French", "German") },
	"audio-only": func(r clips, t *manifest.Translate) { t.AudioOnly = !t.AudioOnly },
	"mode":       func(r clips, t *manifest.Translate) { t.Precise = !t.Precise },
	"file":       func(r clips, t *manifest.Translate) { t.Clip, t.File = "", oneOf(r, "a.mp4", "b.mp4", "copy of a.mp4") },
	"clip":       func(r clips, t *manifest.Translate) { t.Clip, t.File = oneOf(r, "intro", "outro"), "" },
	"proofread": func(r clips, t *manifest.Translate) {
		t.Proofread = oneOf(r, "a.srt", "b.srt", "copy of a.srt")
		t.Text = strings.TrimPrefix(t.Proofread, "copy of ")
	},
}

var lipsyncChanges = map[string]func(clips, *manifest.Lipsync){
	"video":       func(r clips, l *manifest.Lipsync) { l.Video = oneOf(r, "a.mp4", "b.mp4", "copy of a.mp4") },
	"mode":        func(r clips, l *manifest.Lipsync) { l.Precise = !l.Precise },
	"keep-length": func(r clips, l *manifest.Lipsync) { l.KeepLength = !l.KeepLength },
}

var instantChanges = map[string]func(clips, *manifest.Instant){
	"prompt":     func(r clips, i *manifest.Instant) { i.Prompt = oneOf(r, "A river.", "A lake.", "A sea.") },
	"duration":   func(r clips, i *manifest.Instant) { i.Seconds = oneOf(r, 5, 8, 15) },
	"resolution": func(r clips, i *manifest.Instant) { i.Resolution = oneOf(r, "480p", "768p", "1080p") },
	"image":      func(r clips, i *manifest.Instant) { i.Image = oneOf(r, "", "a.png", "b.png", "copy of a.png") },
	"seed":       func(r clips, i *manifest.Instant) { i.Seed = oneOf(r, "", "0", "7") },
}

var cinematicChanges = map[string]func(clips, *manifest.Cinematic){
	"prompt": func(r clips, i *manifest.Cinematic) { i.Prompt = oneOf(r, "A walk.", "A dance.", "A song.") },
	"avatars": func(r clips, i *manifest.Cinematic) {
		i.Avatars = oneOf(r, []string{"l1"}, []string{"l2"}, []string{"l1", "l2"})
	},
	"duration": func(r clips, i *manifest.Cinematic) { i.Seconds = oneOf(r, 0, 4, 15) },
	"references": func(r clips, i *manifest.Cinematic) {
		i.References = oneOf(r, nil, []string{"a.png"}, []string{"b.png"}, []string{"a.png", "b.png"}, []string{"copy of a.png"})
	},
	"enhance": func(r clips, i *manifest.Cinematic) { i.Enhance = !i.Enhance },
}

var templateChanges = map[string]func(clips, *manifest.Template){
	"id": func(r clips, t *manifest.Template) { t.ID = oneOf(r, "t123", "t124") },
	"variables": func(r clips, t *manifest.Template) {
		v := &t.Variables[r.IntN(len(t.Variables))]
		v.File, v.Value = "", fmt.Sprint("value ", r.IntN(3))
		if r.IntN(3) == 0 {
			v.File, v.Value = oneOf(r, "a.png", "b.png", "copy of a.png"), ""
		}
	},
	"variables, one less": func(r clips, t *manifest.Template) { t.Variables = t.Variables[:len(t.Variables)-1] },
}

// file sets a path, or an id, that the clip has.
func file(r clips, path *string, values ...string) bool {
	if *path == "" {
		return false
	}
	*path = oneOf(r, values...)
	return true
}

// scene changes one of a clip's scenes.
func scene(r clips, c *manifest.Clip, set func(*manifest.Scene)) bool {
	if len(c.Scenes) == 0 {
		return false
	}
	c.Scenes = slices.Clone(c.Scenes)
	set(&c.Scenes[r.IntN(len(c.Scenes))])
	return true
}

// scenes adds a scene, or changes their order.
func scenes(r clips, c *manifest.Clip) bool {
	if len(c.Scenes) == 0 {
		return false
	}
	c.Scenes = slices.Clone(c.Scenes)
	if r.IntN(2) == 0 {
		slices.Reverse(c.Scenes)
	} else {
		c.Scenes = append(c.Scenes, manifest.Scene{Script: r.script(), Avatar: r.avatar(), Voice: r.voice()})
	}
	return true
}

func pronunciation(r clips, c *manifest.Clip) bool {
	c.Pronunciation = oneOf(r, nil, map[string]string{"SQL": "sequel"}, map[string]string{"Nothing": "like it"})
	return c.Source == manifest.SourceAvatar || c.Source == manifest.SourceLipsync
}

func draft(r clips, c *manifest.Clip) bool {
	c.Draft = oneOf(r, "", manifest.DraftVoice)
	return c.Script != ""
}

func size(r clips, c *manifest.Clip) bool {
	s := oneOf(r, [2]int{1280, 720}, [2]int{1920, 1080}, [2]int{1080, 1920}, [2]int{1080, 1080})
	c.Width, c.Height = s[0], s[1]
	return true
}

// background sets the color of a clip, and of its scenes that have none of their own.
func background(r clips, c *manifest.Clip) bool {
	color := oneOf(r, "", "#112233", "#445566")
	c.Scenes = slices.Clone(c.Scenes)
	for i, s := range c.Scenes {
		if s.Background == c.Background {
			c.Scenes[i].Background = color
		}
	}
	c.Background, c.BackgroundImage, c.BackgroundVideo = color, "", ""
	return true
}

// picture sets the background to a file, instead of what it was.
func picture(r clips, c *manifest.Clip, to *string, values ...string) bool {
	background(r, c)
	for i := range c.Scenes {
		c.Scenes[i].Background = ""
	}
	c.Background = ""
	*to = oneOf(r, values...)
	return true
}
