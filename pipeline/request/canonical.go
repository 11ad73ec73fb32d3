package request

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// Canonical is everything that HeyGen would see of a clip on one route. Members that the clip's source does not have
// are zero. It holds no title, callback, marker or time. Paths are only for finding a file's upload; the key has
// the files' content.
//
// size: one field for each thing that HeyGen sees; the key and the body are made from it.
type Canonical struct {
	Source, Route string
	Take          int // 2 and more buys the same again

	Scenes []Scene
	// Split: the clip is written as scenes, also if it has a single one.
	Split bool
	Sound Content // the clip's own recording, which replaces words and voice
	// Draft: the sound is bought first and drives the avatar.
	Draft bool
	Frame Frame
	// Glossary is the id of how terms are pronounced and translated; empty where nothing is spoken from words.
	Glossary string

	VideoID   string
	Footage   Footage
	Agent     Agent
	Template  Template
	Translate Translate
	Lipsync   Lipsync
	Instant   Instant
	Cinematic Cinematic
}

// Content is a file: its SHA-256 in hexadecimal, and where it is.
type Content struct{ Hash, Path string }

// Scene is one avatar speaking.
type Scene struct {
	Text       string // as it is spoken: pronunciations are replaced
	Avatar     Avatar
	Voice      Voice
	Background string // #RRGGBB
}

// Avatar is who speaks.
type Avatar struct {
	ID, Style    string
	Photo        Content // a picture that is made to speak, instead of ID
	TalkingPhoto bool
	Scale, X, Y  float64
}

// Voice is how it sounds.
type Voice struct {
	ID, Emotion, Locale string
	Speed, Pitch        float64
}

// Frame is the size and what is behind the avatar.
type Frame struct {
	Width, Height int
	KeyColor      string // #RRGGBB, on a keyed route
	Background    string // #RRGGBB, on an opaque route
	Captions      bool
	Burned        Burned  // captions in the picture
	Image, Video  Content // of the background
}

// Burned are captions in the picture.
type Burned struct {
	On        bool
	Preset    string
	FontSize  int
	Position  manifest.Offset
	Alignment int
	Plain     bool
}

// Footage is a file of the project, or the pictures of a sequence.
type Footage struct {
	File   Content
	Frames string // SHA-256 over the hashes of the pictures
	Rate   string // of the pictures
}

// Agent is a film of HeyGen's video agent.
type Agent struct {
	Prompt, Orientation, AvatarID, VoiceID string
	Seconds                                int // 0: as the agent likes
	Files                                  []Content
}

// Template is a template of the account with its variables.
type Template struct {
	ID        string
	Variables []Variable
}

// Variable is a value or a file.
type Variable struct {
	Name, Value string
	File        Content
}

// Translate is a translation of a file, or of another clip's take.
type Translate struct {
	File               Content
	Clip, TakeKey      string
	To                 string
	AudioOnly, Precise bool
	// Text is what is spoken, in a file of subtitles that the user corrected; its Hash is that of the normalised text.
	Text Content
}

// Lipsync is own footage with another sound: Sound, or the voice that is bought first.
type Lipsync struct {
	Video               Content
	Precise, KeepLength bool
}

// Instant is footage of a prompt.
type Instant struct {
	Prompt, Resolution string
	Ratio              string // empty where the picture decides
	Seed               string
	Seconds            int
	Image              Content
}

// Cinematic is footage of a prompt in which avatars act; its size is that of the Frame.
type Cinematic struct {
	Prompt     string
	Avatars    []string // ids of looks
	Seconds    int      // 0: as HeyGen likes
	Enhance    bool
	References []Content
}

// Sources returns what a clip does not contain itself.
type Sources interface {
	// Hash returns the SHA-256 of a file in hexadecimal.
	Hash(path string) (string, error)
	// TakeKey returns the take key of a clip, of which another one is a translation.
	TakeKey(ctx context.Context, clip string) (string, error)
	// SequenceRate returns how many pictures of a clip's sequence are shown in a second.
	SequenceRate(c manifest.Clip) string
}

// SequenceRate returns how many pictures of a clip's sequence are shown in a second: the clip's own rate, or that of the
// project.
func SequenceRate(c manifest.Clip, project timeline.Rate) timeline.Rate {
	if c.Rate.Num > 0 {
		return c.Rate
	}
	return project
}

// canonicalOf makes the canonical value of a clip on a route. It fails when a file cannot be read.
func canonicalOf(ctx context.Context, c manifest.Clip, route string, src Sources) (Canonical, error) {
	out := Canonical{Source: c.Source, Route: route, Take: c.Take}
	r := reader{src: src, route: route}
	if handlingOf(&c, "glossary", route) == Carried {
		out.Glossary = c.Glossary
	}
	switch c.Source {
	case manifest.SourceFile:
		out.Footage = r.footage(c)
	case manifest.SourceVideo:
		out.VideoID = c.VideoID
	case manifest.SourceAgent:
		a := c.Agent
		out.Agent = Agent{Prompt: a.Prompt, Seconds: a.Seconds, Orientation: a.Orientation, AvatarID: a.AvatarID, VoiceID: a.VoiceID}
		for _, f := range a.Files {
			out.Agent.Files = append(out.Agent.Files, r.content(f))
		}
	case manifest.SourceTemplate:
		out.Template.ID = c.Template.ID
		for _, v := range c.Template.Variables {
			out.Template.Variables = append(out.Template.Variables, Variable{Name: v.Name, Value: v.Value, File: r.content(v.File)})
		}
		out.Frame.Captions, out.Frame.Burned = c.Captions, burnedOf(&c, route)
	case manifest.SourceTranslate:
		t := c.Translate
		out.Translate = Translate{File: r.content(t.File), Clip: t.Clip, To: t.To, AudioOnly: t.AudioOnly, Precise: t.Precise}
		if t.File == "" {
			out.Translate.TakeKey, r.err = src.TakeKey(ctx, t.Clip)
		}
		if route == routes.V3Proofread { // a text has neither sound nor picture
			out.Translate.AudioOnly = false
			break
		}
		if t.Text != "" {
			out.Translate.Text = Content{Hash: hashText(t.Text), Path: t.Proofread}
		}
		out.Frame.Captions = c.Captions
		if routes.IsKeyed(route) {
			out.Frame.KeyColor = c.KeyColor
		}
	case manifest.SourceLipsync:
		r.lipsync(c, &out)
	case manifest.SourceInstant:
		i := c.Instant
		out.Instant = Instant{
			Prompt: i.Prompt, Resolution: i.Resolution, Seed: i.Seed, Seconds: i.Seconds, Image: r.content(i.Image),
		}
		if i.Image == "" {
			out.Instant.Ratio, _ = InstantRatio(c.Width, c.Height)
		}
	case manifest.SourceCinematic:
		f := c.Cinematic
		out.Cinematic = Cinematic{Prompt: f.Prompt, Avatars: f.Avatars, Seconds: f.Seconds, Enhance: f.Enhance}
		for _, path := range f.References {
			out.Cinematic.References = append(out.Cinematic.References, r.content(path))
		}
		out.Frame = Frame{Width: c.Width, Height: c.Height}
	default:
		r.spoken(c, &out)
	}
	return out, r.err
}

// burnedOf returns the captions in the picture that a route carries.
func burnedOf(c *manifest.Clip, route string) Burned {
	if handlingOf(c, burned, route) != Carried {
		return Burned{}
	}
	return Burned(c.Burned)
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// reader hashes files and keeps the first error.
type reader struct {
	src   Sources
	route string
	err   error
}

// content returns the content of a file; no path, no content.
func (r *reader) content(path string) Content {
	if path == "" || r.err != nil {
		return Content{}
	}
	h, err := r.src.Hash(path)
	if err != nil {
		r.err = err
	}
	return Content{Hash: h, Path: path}
}

func (r *reader) footage(c manifest.Clip) Footage {
	if len(c.Frames) == 0 {
		return Footage{File: r.content(c.File)}
	}
	all := sha256.New()
	for _, f := range c.Frames {
		fmt.Fprintln(all, r.content(f).Hash)
	}
	return Footage{Frames: hex.EncodeToString(all.Sum(nil)), Rate: r.src.SequenceRate(c)}
}

func (r *reader) lipsync(c manifest.Clip, out *Canonical) {
	l := c.Lipsync
	out.Lipsync = Lipsync{Video: r.content(l.Video), Precise: l.Precise, KeepLength: l.KeepLength}
	if c.AudioFile != "" {
		out.Sound, out.Frame.Captions = r.content(c.AudioFile), c.Captions
		return
	}
	out.Draft = true
	out.Scenes = []Scene{{Text: Spoken(c.Script, c.Pronunciation), Voice: Voice(c.Voice)}}
}

func (r *reader) spoken(c manifest.Clip, out *Canonical) {
	switch {
	case c.AudioFile != "":
		out.Sound = r.content(c.AudioFile)
		out.Scenes = []Scene{{Avatar: r.avatar(c.Avatar), Background: c.Background}}
	case len(c.Scenes) > 0:
		out.Split = true
		for _, s := range c.Scenes {
			out.Scenes = append(out.Scenes, Scene{
				Text: Spoken(s.Script, c.Pronunciation), Avatar: r.avatar(s.Avatar), Voice: Voice(s.Voice), Background: s.Background,
			})
		}
	default:
		out.Draft = c.Draft == manifest.DraftVoice
		out.Scenes = []Scene{{
			Text: Spoken(c.Script, c.Pronunciation), Avatar: r.avatar(c.Avatar), Voice: Voice(c.Voice), Background: c.Background,
		}}
	}
	out.Frame = Frame{Width: c.Width, Height: c.Height, Captions: c.Captions && !out.Draft} // a bought voice brings its own words
	out.Frame.Burned = burnedOf(&c, out.Route)
	switch {
	case routes.IsKeyed(out.Route):
		out.Frame.KeyColor = c.KeyColor
	case routes.HasBackground(out.Route):
		out.Frame.Background = c.Background
	}
	out.Frame.Image, out.Frame.Video = r.content(c.BackgroundImage), r.content(c.BackgroundVideo)
}

// avatar returns who speaks. Only v2 distinguishes talking photos from avatars; for v3 both are looks. What v2 makes of
// a picture is a talking photo, also if the clip has talking-photo: false.
func (r *reader) avatar(a manifest.Avatar) Avatar {
	talking := (a.TalkingPhoto || a.Photo != "") && HandlingOf("avatar.talking-photo", r.route) == Carried
	return Avatar{ID: a.ID, Style: a.Style, Photo: r.content(a.Photo), TalkingPhoto: talking, Scale: a.Scale, X: a.Offset.X, Y: a.Offset.Y}
}
