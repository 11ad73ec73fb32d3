package sandbox

import (
	"encoding/json"
	"fmt"
)

// sceneV3 is one scene of a studio film.
type sceneV3 struct {
	Type     string      `json:"type"`
	Input    *v3Body     `json:"input"`
	Source   *assetInput `json:"source"`
	Duration float64     `json:"duration"`
	spokenV3
	Playback *struct{ Mute bool } `json:"playback"`
}

// readStudio is a film of several scenes: no alpha, everything or nothing.
func (s *Server) readStudio(raw []byte) (*job, refusal) {
	var b struct {
		v3Body
		Scenes []json.RawMessage `json:"scenes"`
	}
	if no := decode(videosV3, raw, &b); no.message != "" {
		return nil, no
	}
	if len(b.Scenes) == 0 || len(b.Scenes) > 50 {
		return nil, invalid("scenes", "List should have 1 to 50 items")
	}
	size, no := s.videoRequest(v3Body{
		Type: "avatar", Avatars: json.RawMessage(`"` + avatarList[0].id + `"`), Resolution: b.Resolution,
		AspectRatio: b.AspectRatio, spokenV3: spokenV3{Script: "x"}, callbackMembers: b.callbackMembers, Folder: b.Folder,
		Watermark: b.Watermark, Caption: b.Caption,
	})
	if no.message != "" {
		return nil, no
	}
	film := request{Width: size.Width, Height: size.Height, Scale: 1, Captioned: size.Captioned}
	for i, raw := range b.Scenes {
		var sc sceneV3
		if json.Unmarshal(raw, &sc) != nil {
			return nil, invalid(fmt.Sprintf("scenes.%d", i), "Input should be a valid dictionary")
		}
		q, no := s.readScene(sc)
		if no.message != "" {
			no.param = fmt.Sprintf("scenes.%d.%s", i, no.param)
			return nil, no
		}
		q.Width, q.Height = film.Width, film.Height
		film.Scenes = append(film.Scenes, q)
		if q.Script != "" && film.Script != "" {
			film.Script += " "
		}
		film.Script += q.Script
	}
	j := newJob("/v3/videos", b.Title, film, s.o.Now())
	j.Callback, j.Request.CallbackID, j.Folder = b.CallbackURL, b.CallbackID, b.Folder
	return j, refusal{}
}

// readScene returns what one scene asks to be rendered.
func (s *Server) readScene(sc sceneV3) (request, refusal) {
	switch sc.Type {
	case "image":
		q := request{Scale: 1, Empty: true, Seconds: min(sc.Duration, 600)}
		f, no := s.input(*sc.Source, "source")
		if no.message == "" && (sc.Script+sc.AudioURL+sc.AudioAssetID != "") {
			no = s.setSpoken(&q, sc.spokenV3)
		}
		q.show(f)
		return q, no
	case "video":
		f, no := s.input(*sc.Source, "source")
		if no.message != "" {
			return request{}, no
		}
		q := s.filmOf(f).Request
		q.WebM, q.Captioned = false, false
		if sc.Playback != nil && sc.Playback.Mute {
			q.Script, q.AudioAsset, q.AudioFile, q.Silence = "", "", "", 3
		}
		return q, refusal{}
	}
	b := *sc.Input
	colour := b.Background
	b.Background = nil
	q, no := s.videoRequest(b)
	if no.message == "" && colour != nil {
		q.Color, q.Matting = colour.Color, true
		if !hexColor.MatchString(colour.Color) {
			no = invalid("background.color", "value is not a valid color")
		}
	}
	if no.message != "" {
		no.param = "input." + no.param
	}
	return q, no
}
