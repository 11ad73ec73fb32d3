package cli

import (
	"context"
	"fmt"
	"strings"

	"greenroom/heygen"
	"greenroom/pipeline/account"
	"greenroom/pipeline/sceneclip"
)

// showScenes prints what a video is made of, or a clip of the manifest that is made from it.
func (e *env) showScenes(ctx context.Context, a *account.Lookups, id string, yaml bool) error {
	v, err := a.Scenes(ctx, id)
	if err != nil {
		return err
	}
	if yaml {
		text, err := sceneclip.Write(v)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(e.Stdout, text)
		return err
	}
	out, rows := sceneReport(v), [][]string{}
	for _, s := range out.Scenes {
		var voices, words []string
		for _, p := range s.Script {
			voices, words = append(voices, p.Voice), append(words, strings.Join(strings.Fields(p.Text), " "))
		}
		rows = append(rows, []string{
			s.ID, strings.Join(s.Avatars, " "), strings.TrimSpace(strings.Join(voices, " ")), s.Background,
			strings.TrimSpace(strings.Join(words, " ")),
		})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 12, 24, 34, 10, 60)
	e.say("%s: %s", oneLine(id), count(len(rows), "scene"))
	return nil
}

func sceneReport(v heygen.VideoScenes) videoScenes {
	out := videoScenes{
		ID: v.ID, Title: v.Title, AspectRatio: v.AspectRatio, Resolution: v.Resolution, Glossary: v.GlossaryID,
		Captioned: v.Captioned, Scenes: []sceneRow{},
	}
	for _, s := range v.Scenes {
		row := sceneRow{ID: s.ID, Background: s.BackgroundKind, Avatars: []string{}, Elements: []sceneElement{}, Script: []scriptPart{}}
		if s.Color != "" {
			row.Background = s.Color
		}
		for _, x := range s.Elements {
			if x.AvatarID != "" {
				row.Avatars = append(row.Avatars, x.AvatarID)
			} else {
				row.Elements = append(row.Elements, sceneElement{ID: x.ID, Type: x.Type, Text: x.Text})
			}
		}
		for _, p := range s.Script {
			row.Script = append(row.Script, scriptPart{
				Type: p.Type, Text: p.Text, Voice: p.VoiceID, Seconds: p.Seconds, Speed: p.Settings.Speed, Pitch: p.Settings.Pitch,
				Locale: p.Settings.Locale,
			})
		}
		out.Scenes = append(out.Scenes, row)
	}
	return out
}
