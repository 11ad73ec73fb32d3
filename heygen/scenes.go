package heygen

import (
	"context"
	"net/url"
	"strings"

	"greenroom/internal/outside"
)

// VideoScenes is what a finished video of v3 is made of, with the edits since it was made.
type VideoScenes struct {
	ID, Title   string
	AspectRatio string // 16:9 and the like
	Resolution  string // 720p, 1080p, 4k
	GlossaryID  string
	Captioned   bool // captions are shown
	Scenes      []SceneDetail
}

// SceneDetail is one scene. Links to its files are not kept: they are signed.
type SceneDetail struct {
	ID             string
	BackgroundKind string // color, image, video; empty for none
	Color          string // of the background, hexadecimal
	Elements       []SceneElement
	Script         []ScriptPart
}

// SceneElement is something in the picture. HeyGen adds types: one that is not known is only named.
type SceneElement struct{ ID, Type, AvatarID, Text string }

// ScriptPart is a part of a scene's script: text in a voice, a sound, or silence.
type ScriptPart struct {
	Type, Text, VoiceID string
	Settings            VoiceSettings
	Seconds             float64 // of silence
}

// Scenes reads the scenes of a video. HeyGen limits it far below an ordinary read, and has none of a translation.
func (c *Client) Scenes(ctx context.Context, id string) (VideoScenes, error) {
	var d struct {
		Video struct {
			Title      flexWord `json:"title"`
			Ratio      flexWord `json:"aspect_ratio"`
			Resolution flexWord `json:"resolution"`
			Glossary   flexWord `json:"brand_glossary_id"`
			Caption    struct {
				Enabled flexBool `json:"enabled"`
			} `json:"caption"`
		} `json:"video"`
		Scenes flexList[wireScene] `json:"scenes"`
	}
	if err := c.read(ctx, "read scenes", PathVideos+"/"+url.PathEscape(id)+"/scenes", nil, &d); err != nil {
		return VideoScenes{}, err
	}
	out := VideoScenes{
		ID: id, Title: foreignText(d.Video.Title), AspectRatio: foreignWord(d.Video.Ratio),
		Resolution: strings.ToLower(foreignWord(d.Video.Resolution)), GlossaryID: foreignWord(d.Video.Glossary),
		Captioned: bool(d.Video.Caption.Enabled),
	}
	for _, s := range d.Scenes {
		out.Scenes = append(out.Scenes, s.scene())
	}
	return out, nil
}

type wireScene struct {
	ID         flexWord `json:"id"`
	Background struct {
		Type  flexWord `json:"type"`
		Color flexWord `json:"color"`
	} `json:"background"`
	Elements flexList[wireElement] `json:"elements"`
	Script   flexList[struct {
		Type     flexWord   `json:"type"`
		Text     flexText   `json:"text"`
		Voice    flexWord   `json:"voice_id"`
		Duration flexNumber `json:"duration"`
		Settings struct {
			Speed  flexNumber `json:"speed"`
			Pitch  flexNumber `json:"pitch"`
			Locale flexWord   `json:"locale"`
		} `json:"voice_settings"`
	}] `json:"script"`
}

type wireElement struct {
	ID       flexWord              `json:"id"`
	Type     flexWord              `json:"type"`
	Avatar   flexWord              `json:"avatar_id"`
	Text     flexText              `json:"text"`
	Elements flexList[wireElement] `json:"elements"`
}

func (w wireScene) scene() SceneDetail {
	s := SceneDetail{
		ID: foreignWord(w.ID), BackgroundKind: foreignWord(w.Background.Type), Color: foreignWord(w.Background.Color),
		Elements: elements(w.Elements, 0),
	}
	for _, p := range w.Script {
		s.Script = append(s.Script, ScriptPart{
			Type: foreignWord(p.Type), Text: outside.Text(string(p.Text)), VoiceID: foreignWord(p.Voice), Seconds: float64(p.Duration),
			Settings: VoiceSettings{
				Speed: float64(p.Settings.Speed), Pitch: float64(p.Settings.Pitch), Locale: foreignWord(p.Settings.Locale),
			},
		})
	}
	return s
}

// maxGroups is how deep groups of elements are read.
const maxGroups = 8

// elements returns elements and those of their groups.
func elements(list []wireElement, depth int) (out []SceneElement) {
	for _, e := range list {
		out = append(out, SceneElement{foreignWord(e.ID), foreignWord(e.Type), foreignWord(e.Avatar), outside.Text(string(e.Text))})
		if depth < maxGroups {
			out = append(out, elements(e.Elements, depth+1)...)
		}
	}
	return out
}
