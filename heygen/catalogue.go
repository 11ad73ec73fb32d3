package heygen

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
)

// Avatar is one look of a presenter.
type Avatar struct {
	ID             string
	Name           string
	Gender         string
	PreviewImage   Link
	PreviewVideo   Link
	Premium        bool
	Tags           []string
	DefaultVoiceID string
	Engines        []string // of v3: the engines it can be rendered with
}

// TalkingPhoto is a picture that can speak.
type TalkingPhoto struct {
	ID, Name       string
	PreviewImage   Link
	DefaultVoiceID string   // of v3
	Engines        []string // of v3
}

// Avatars is the complete catalogue; HeyGen does not page it.
type Avatars struct {
	Avatars       []Avatar
	TalkingPhotos []TalkingPhoto
}

type wireAvatar struct {
	ID           flexWord    `json:"avatar_id"`
	Name         flexWord    `json:"avatar_name"`
	Gender       flexWord    `json:"gender"`
	PreviewImage flexWord    `json:"preview_image_url"`
	PreviewVideo flexWord    `json:"preview_video_url"`
	Premium      flexBool    `json:"premium"`
	Tags         flexStrings `json:"tags"`
	Voice        flexWord    `json:"default_voice_id"`
}

// Avatars reads the catalogue.
func (c *Client) Avatars(ctx context.Context, api API) (Avatars, error) {
	if api == V3 {
		return c.looks(ctx)
	}
	var d struct {
		Avatars flexList[wireAvatar] `json:"avatars"`
		Photos  flexList[struct {
			ID    flexWord `json:"talking_photo_id"`
			Name  flexWord `json:"talking_photo_name"`
			Image flexWord `json:"preview_image_url"`
		}] `json:"talking_photos"`
	}
	if err := c.read(ctx, "list avatars", "/v2/avatars", nil, &d); err != nil {
		return Avatars{}, err
	}
	var out Avatars
	for _, a := range d.Avatars {
		if a.ID == "" {
			continue
		}
		out.Avatars = append(out.Avatars, Avatar{
			ID: string(a.ID), Name: string(a.Name), Gender: strings.ToLower(string(a.Gender)),
			PreviewImage: Link(a.PreviewImage), PreviewVideo: Link(a.PreviewVideo), Premium: bool(a.Premium), Tags: a.Tags,
			DefaultVoiceID: string(a.Voice),
		})
	}
	for _, p := range d.Photos {
		if p.ID == "" {
			continue
		}
		out.TalkingPhotos = append(out.TalkingPhotos, TalkingPhoto{ID: string(p.ID), Name: string(p.Name), PreviewImage: Link(p.Image)})
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
	var d struct {
		Type    flexWord `json:"type"`
		ID      flexWord `json:"id"`
		Name    flexWord `json:"name"`
		Gender  flexWord `json:"gender"`
		Premium flexBool `json:"premium"`
		Public  flexBool `json:"is_public"`
		Voice   flexWord `json:"default_voice_id"`
	}
	if err := c.read(ctx, "read avatar", "/v2/avatar/"+url.PathEscape(id)+"/details", nil, &d); err != nil {
		return AvatarDetails{}, err
	}
	return AvatarDetails{
		string(d.Type), first(string(d.ID), id), string(d.Name), strings.ToLower(string(d.Gender)), bool(d.Premium),
		bool(d.Public), string(d.Voice),
	}, nil
}

// VoiceInfo is one voice of the catalogue.
type VoiceInfo struct {
	ID, Name, Language, Gender string
	PreviewAudio               Link
	SupportPause               bool
	SupportEmotion             bool
	SupportLocale              bool
}

type wireVoice struct {
	ID       flexWord `json:"voice_id"`
	Name     flexWord `json:"name"`
	Language flexWord `json:"language"`
	Gender   flexWord `json:"gender"`
	Preview  flexWord `json:"preview_audio"`
	PreviewV flexWord `json:"preview_audio_url"`
	Pause    flexBool `json:"support_pause"`
	Emotion  flexBool `json:"emotion_support"`
	Locale   flexBool `json:"support_locale"`
}

// Voices reads the catalogue: public and own voices.
func (c *Client) Voices(ctx context.Context, api API) ([]VoiceInfo, error) {
	const op = "list voices"
	var list []wireVoice
	if api == V3 {
		for _, kind := range []string{"public", "private"} {
			some, err := pages[wireVoice](ctx, c, op, "/v3/voices", query("type", kind), 100, 0)
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
		}
	} else {
		var d struct {
			Voices flexList[wireVoice] `json:"voices"`
		}
		if err := c.read(ctx, op, "/v2/voices", nil, &d); err != nil {
			return nil, err
		}
		list = d.Voices
	}
	return voicesOf(list), nil
}

func voicesOf(list []wireVoice) []VoiceInfo {
	out := make([]VoiceInfo, 0, len(list))
	for _, v := range list {
		if v.ID == "" {
			continue
		}
		out = append(out, VoiceInfo{
			string(v.ID), string(v.Name), string(v.Language), strings.ToLower(string(v.Gender)),
			Link(first(string(v.Preview), string(v.PreviewV))), bool(v.Pause), bool(v.Emotion), bool(v.Locale),
		})
	}
	return out
}

// Quota is what the account has left, in credits (HeyGen answers sixtieths).
// Only the API pool pays for renders by API; HasAPI reports that the answer named
// it. An answer without it is published, and does not mean that nothing is left.
type Quota struct {
	API, Total float64
	HasAPI     bool
}

// Quota reads the account's remaining credits.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	var d struct {
		Remaining json.RawMessage            `json:"remaining_quota"`
		Details   map[string]json.RawMessage `json:"details"`
	}
	if err := c.read(ctx, "read quota", "/v2/user/remaining_quota", nil, &d); err != nil {
		return Quota{}, err
	}
	var q Quota
	q.API, q.HasAPI = number(d.Details["api"])
	q.Total, _ = number(d.Remaining)
	q.API, q.Total = q.API/60, q.Total/60
	return q, nil
}

// looks lists v3's looks as avatars and talking photos. Its pages hold 50 at most.
func (c *Client) looks(ctx context.Context) (Avatars, error) {
	list, err := pages[struct {
		ID     flexWord    `json:"id"`
		Name   flexWord    `json:"name"`
		Type   flexWord    `json:"avatar_type"`
		Gender flexWord    `json:"gender"`
		Voice  flexWord    `json:"default_voice_id"`
		Image  flexWord    `json:"preview_image_url"`
		Video  flexWord    `json:"preview_video_url"`
		Tags   flexStrings `json:"tags"`
		Engine flexStrings `json:"supported_api_engines"`
	}](ctx, c, "list looks", "/v3/avatars/looks", nil, 50, 0)
	var out Avatars
	for _, l := range list {
		if l.ID == "" {
			continue
		}
		if l.Type == "photo_avatar" {
			out.TalkingPhotos = append(out.TalkingPhotos, TalkingPhoto{
				string(l.ID), string(l.Name), Link(l.Image), string(l.Voice), l.Engine,
			})
			continue
		}
		out.Avatars = append(out.Avatars, Avatar{
			ID: string(l.ID), Name: string(l.Name), Gender: strings.ToLower(string(l.Gender)),
			PreviewImage: Link(l.Image), PreviewVideo: Link(l.Video), Tags: l.Tags, DefaultVoiceID: string(l.Voice),
			Engines: l.Engine,
		})
	}
	return out, err
}

// Group is one person with several looks.
type Group struct {
	ID, Name, Status string
	Looks            int
}

// Groups lists the account's own groups.
func (c *Client) Groups(ctx context.Context, api API) ([]Group, error) {
	const op = "list avatar groups"
	type wire struct {
		ID       flexWord   `json:"id"`
		Name     flexWord   `json:"name"`
		Looks    flexNumber `json:"looks_count"`
		NumLooks flexNumber `json:"num_looks"`
		Status   flexWord   `json:"status"`
		Train    flexWord   `json:"train_status"`
	}
	var list []wire
	var err error
	if api == V3 {
		list, err = pages[wire](ctx, c, op, "/v3/avatars", nil, 50, 0)
	} else {
		var d struct {
			List flexList[wire] `json:"avatar_group_list"`
		}
		err = c.read(ctx, op, "/v2/avatar_group.list", nil, &d)
		list = d.List
	}
	var out []Group
	for _, g := range list {
		if g.ID == "" {
			continue
		}
		out = append(out, Group{
			string(g.ID), string(g.Name), first(string(g.Status), string(g.Train)), int(max(g.Looks, g.NumLooks)),
		})
	}
	return out, err
}

// Locale is a way a voice that supports locales can speak.
type Locale struct{ Value, Label, Language string }

// Locales lists them (V2; v3 names none).
func (c *Client) Locales(ctx context.Context) ([]Locale, error) {
	var d struct {
		Locales flexList[struct {
			Value    flexWord `json:"value"`
			Locale   flexWord `json:"locale"`
			Label    flexWord `json:"label"`
			Language flexWord `json:"language"`
		}] `json:"locales"`
	}
	err := c.read(ctx, "list locales", "/v2/voices/locales", nil, &d)
	var out []Locale
	for _, l := range d.Locales {
		out = append(out, Locale{first(string(l.Value), string(l.Locale)), string(l.Label), string(l.Language)})
	}
	return out, err
}

// Credits reads the remaining balance in the generation's own unit: v3 may report dollars.
func (c *Client) Credits(ctx context.Context, api API) (Balance, error) {
	if api == V3 {
		u, err := c.Me(ctx)
		return Balance{Left: u.Balance, Currency: u.Currency, Known: u.HasBalance, Plan: u.Plan}, err
	}
	q, err := c.Quota(ctx)
	return Balance{Left: q.API, Total: q.Total, Currency: "credits", Known: q.HasAPI}, err
}

// Balance is what pays for renders by API. Currency is usd or credits.
type Balance struct {
	Left, Total float64
	Currency    string
	Known       bool // false when HeyGen does not name what pays for the API; Left is 0 then
	Plan        string
}
