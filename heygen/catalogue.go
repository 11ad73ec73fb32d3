package heygen

import (
	"context"
	"net/url"
	"strings"
)

// Avatar is one look of a presenter.
type Avatar struct {
	ID             string
	Name           string
	Gender         string
	PreviewImage   string
	PreviewVideo   string
	Premium        bool
	Tags           []string
	DefaultVoiceID string
}

// TalkingPhoto is a picture that can speak.
type TalkingPhoto struct{ ID, Name, PreviewImage string }

// Avatars is the whole catalogue; HeyGen does not page it.
type Avatars struct {
	Avatars       []Avatar
	TalkingPhotos []TalkingPhoto
}

type wireAvatar struct {
	ID           flexText `json:"avatar_id"`
	Name         flexText `json:"avatar_name"`
	Gender       flexText `json:"gender"`
	PreviewImage flexText `json:"preview_image_url"`
	PreviewVideo flexText `json:"preview_video_url"`
	Premium      bool     `json:"premium"`
	Tags         []string `json:"tags"`
	Voice        flexText `json:"default_voice_id"`
}

// Avatars reads the catalogue.
func (c *Client) Avatars(ctx context.Context) (Avatars, error) {
	const op = "list avatars"
	b, err := c.get(ctx, op, "/v2/avatars", nil)
	if err != nil {
		return Avatars{}, err
	}
	var d struct {
		Avatars []wireAvatar `json:"avatars"`
		Photos  []struct {
			ID    flexText `json:"talking_photo_id"`
			Name  flexText `json:"talking_photo_name"`
			Image flexText `json:"preview_image_url"`
		} `json:"talking_photos"`
	}
	if err := decode(op, b, &d); err != nil {
		return Avatars{}, err
	}
	var out Avatars
	for _, a := range d.Avatars {
		out.Avatars = append(out.Avatars, Avatar{string(a.ID), string(a.Name), strings.ToLower(string(a.Gender)), string(a.PreviewImage), string(a.PreviewVideo), a.Premium, a.Tags, string(a.Voice)})
	}
	for _, p := range d.Photos {
		out.TalkingPhotos = append(out.TalkingPhotos, TalkingPhoto{string(p.ID), string(p.Name), string(p.Image)})
	}
	return out, nil
}

// AvatarDetails is one avatar or talking photo.
type AvatarDetails struct {
	Type           string // avatar, talking_photo
	ID, Name       string
	Gender         string
	Premium        bool
	Public         bool
	DefaultVoiceID string
}

// AvatarDetails reads one entry of the catalogue without the catalogue.
func (c *Client) AvatarDetails(ctx context.Context, id string) (AvatarDetails, error) {
	const op = "read avatar"
	b, err := c.get(ctx, op, "/v2/avatar/"+url.PathEscape(id)+"/details", nil)
	if err != nil {
		return AvatarDetails{}, err
	}
	var d struct {
		Type    flexText `json:"type"`
		ID      flexText `json:"id"`
		Name    flexText `json:"name"`
		Gender  flexText `json:"gender"`
		Premium bool     `json:"premium"`
		Public  bool     `json:"is_public"`
		Voice   flexText `json:"default_voice_id"`
	}
	if err := decode(op, b, &d); err != nil {
		return AvatarDetails{}, err
	}
	return AvatarDetails{string(d.Type), first(string(d.ID), id), string(d.Name), strings.ToLower(string(d.Gender)), d.Premium, d.Public, string(d.Voice)}, nil
}

// VoiceInfo is one voice of the catalogue.
type VoiceInfo struct {
	ID, Name, Language, Gender string
	PreviewAudio               string
	SupportPause               bool
	SupportEmotion             bool
	SupportLocale              bool
}

// Voices reads the catalogue.
func (c *Client) Voices(ctx context.Context) ([]VoiceInfo, error) {
	const op = "list voices"
	b, err := c.get(ctx, op, "/v2/voices", nil)
	if err != nil {
		return nil, err
	}
	var d struct {
		Voices []struct {
			ID       flexText `json:"voice_id"`
			Name     flexText `json:"name"`
			Language flexText `json:"language"`
			Gender   flexText `json:"gender"`
			Preview  flexText `json:"preview_audio"`
			Pause    bool     `json:"support_pause"`
			Emotion  bool     `json:"emotion_support"`
			Locale   bool     `json:"support_locale"`
		} `json:"voices"`
	}
	if err := decode(op, b, &d); err != nil {
		return nil, err
	}
	out := make([]VoiceInfo, 0, len(d.Voices))
	for _, v := range d.Voices {
		out = append(out, VoiceInfo{string(v.ID), string(v.Name), string(v.Language), strings.ToLower(string(v.Gender)), string(v.Preview), v.Pause, v.Emotion, v.Locale})
	}
	return out, nil
}

// Quota is what the account has left, in credits (HeyGen answers sixtieths).
// Only the API pool pays for renders by API.
type Quota struct{ API, Total float64 }

// Quota reads the account's remaining credits.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	const op = "read quota"
	b, err := c.get(ctx, op, "/v2/user/remaining_quota", nil)
	if err != nil {
		return Quota{}, err
	}
	var d struct {
		Remaining flexNumber            `json:"remaining_quota"`
		Details   map[string]flexNumber `json:"details"`
	}
	if err := decode(op, b, &d); err != nil {
		return Quota{}, err
	}
	return Quota{API: float64(d.Details["api"]) / 60, Total: float64(d.Remaining) / 60}, nil
}
