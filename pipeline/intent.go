package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
)

// intent freezes the bytes to be sent. Files are uploaded first: that is free.
func (b *build) intent(ctx context.Context, s Step, client *heygen.Client) (ledger.Intent, error) {
	c := *s.clip // a copy: what is asked for differs from what the manifest says
	in := b.newIntent(ctx, s.Key, s.row)
	in.Clip, in.Route, in.Title, in.Price = c.Name, s.Route, c.Name+" "+in.Marker, s.Price
	if s.twin != "" && !b.Sandboxed() { // the clip that was to pay for it could not
		b.cost(&s, loadPrices())
		in.Price = s.Price
	}
	if s.submission().Open() {
		in.Path, in.Title, in.Body = s.row.Path, s.row.Title, s.row.Body
		return in, nil // the frozen bytes count, nothing new is uploaded
	}
	if s.req.speech != nil {
		v, err := b.speak(ctx, s, client)
		if err != nil {
			return in, err
		}
		// The bought sound drives the avatar; its words are the captions.
		c.Script, c.AudioFile, c.Captions = "", b.sound(v), false
		if s.setLength(measured(v.Seconds)); !b.Sandboxed() {
			b.cost(&s, loadPrices())
			in.Price = s.Price
		}
	}
	w := &writer{b, ctx, client, apiOf(s.Route), c}
	var body any
	var err error
	switch {
	case c.Source == manifest.SourceAgent:
		in.Title = "" // sessions and their videos are named by the agent
		in.Path, body, err = w.agent()
	case c.Source == manifest.SourceTemplate:
		in.Path, body, err = w.template(in.Title, b.templates[c.Template.ID])
	case c.Source == manifest.SourceTranslate:
		in.Path, body, err = w.translation(in.Title)
		if w.api == heygen.V2 {
			in.Title = "" // not on v2's list under the id it answers
		}
	case s.Route == routeV3Cutout:
		in.Path, body, err = w.cutout(in.Title)
		in.Title, in.Bind = "", heygen.BindCutout
	case s.Route == routeV3Studio:
		in.Path = heygen.PathVideos
		body, err = w.studio(in.Title)
	case isV3(s.Route):
		in.Path = heygen.PathVideos
		body, err = w.v3(s.Route, in.Title)
	case s.Route == routeV1WebM:
		in.Path, in.Title = heygen.PathWebM, ""
		body, err = w.webm()
	default:
		in.Path = heygen.PathGenerate
		body, err = w.v2(s.Route, in.Title)
	}
	if err != nil {
		var he *heygen.Error
		if fault.KindOf(err) == fault.Failed && !errors.As(err, &he) { // an upload that failed is no fault of the manifest
			err = fault.Wrap(fault.Manifest, err, "", "the request would be refused")
		}
		return in, err
	}
	in.Body, err = json.Marshal(body)
	return in, err
}

// newIntent begins an intent for a take: in the row on record, or in a new one for the
// current account.
func (b *build) newIntent(ctx context.Context, take string, row *ledger.Row) ledger.Intent {
	in := ledger.Intent{Key: b.rowKey(ctx, take, row), Take: take, RunID: b.runID}
	if row != nil {
		in.Origin = string(b.rowOrigin(*row))
	} else {
		in.Origin = string(b.identity(ctx, true).Current)
	}
	in.Marker = "gr-" + in.Key[:10]
	return in
}

// writer writes one clip's request body.
type writer struct {
	b      *build
	ctx    context.Context
	client *heygen.Client
	api    heygen.API
	c      manifest.Clip
}

// asset is the id of an uploaded file; no file, no id.
func (w *writer) asset(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	u, err := w.b.uploaded(w.ctx, w.client, w.api, path)
	return u.ID, err
}

// character is who speaks: photos are made speakers first.
func (w *writer) character(a manifest.Avatar) (id string, err error) {
	if a.Photo == "" {
		return a.ID, nil
	}
	return w.b.photo(w.ctx, w.client, w.api, a.Photo)
}

func (w *writer) v2(route, title string) (any, error) {
	c := w.c
	r := heygen.GenerateRequest{Title: title, Dimension: &heygen.Dimension{Width: c.Width, Height: c.Height}, Caption: c.Captions}
	if c.Captions {
		r.CaptionMode = "file_only"
	}
	scenes := c.Scenes
	if len(scenes) == 0 {
		scenes = []manifest.Scene{{Script: c.Script, Avatar: c.Avatar, Voice: c.Voice, Background: c.Background}}
	}
	audio, err := w.asset(c.AudioFile)
	if err != nil {
		return nil, err
	}
	for _, s := range scenes {
		id, err := w.character(s.Avatar)
		if err != nil {
			return nil, err
		}
		sc := scene(s, id, spoken(s.Script, c.Pronunciation), audio, route == routeV2Key)
		if sc.Background, err = w.background(route, s.Background); err != nil {
			return nil, err
		}
		r.VideoInputs = append(r.VideoInputs, sc)
	}
	return r, r.Validate()
}

func scene(s manifest.Scene, id, said, audio string, matting bool) heygen.Scene {
	a, v := s.Avatar, s.Voice
	who := &heygen.Character{Type: "avatar", AvatarID: id, AvatarStyle: a.Style, Scale: a.Scale, Matting: matting}
	if a.TalkingPhoto {
		who.Type, who.TalkingPhotoID, who.AvatarID, who.AvatarStyle = "talking_photo", id, "", ""
	}
	if o := a.Offset; o.X != 0 || o.Y != 0 {
		who.Offset = &heygen.Offset{X: o.X, Y: o.Y}
	}
	voice := heygen.Voice{Type: "text", VoiceID: v.ID, InputText: said, Speed: v.Speed, Pitch: v.Pitch, Emotion: v.Emotion, Locale: v.Locale}
	if audio != "" {
		voice = heygen.Voice{Type: "audio", AudioAssetID: audio}
	}
	return heygen.Scene{Character: who, Voice: voice}
}

func (w *writer) background(route, color string) (*heygen.Background, error) {
	c := w.c
	switch {
	case isKeyed(route):
		return &heygen.Background{Type: "color", Value: c.KeyColor}, nil
	case c.BackgroundImage != "":
		id, err := w.asset(c.BackgroundImage)
		if w.api == heygen.V3 {
			return &heygen.Background{Type: "image", AssetID: id}, err
		}
		return &heygen.Background{Type: "image", ImageAssetID: id, Fit: "cover"}, err
	case c.BackgroundVideo != "":
		id, err := w.asset(c.BackgroundVideo)
		return &heygen.Background{Type: "video", VideoAssetID: id, PlayStyle: "loop", Fit: "cover"}, err
	case color != "":
		return &heygen.Background{Type: "color", Value: color}, nil
	}
	return nil, nil
}

func (w *writer) webm() (any, error) {
	c := w.c
	audio, err := w.asset(c.AudioFile)
	if err != nil {
		return nil, err
	}
	r := heygen.WebMRequest{AvatarPoseID: c.Avatar.ID, AvatarStyle: c.Avatar.Style, InputText: spoken(c.Script, c.Pronunciation), VoiceID: c.Voice.ID, InputAudio: audio, Dimension: &heygen.Dimension{Width: c.Width, Height: c.Height}}
	if audio != "" {
		r.VoiceID = ""
	}
	return r, r.Validate()
}

// v3One is one look speaking, on v3.
func (w *writer) v3One(s manifest.Scene) (heygen.VideoRequest, error) {
	id, err := w.character(s.Avatar)
	if err != nil {
		return heygen.VideoRequest{}, err
	}
	r := heygen.VideoRequest{Type: "avatar", AvatarID: id, Engine: w.b.engines[id]}
	if r.AudioAssetID, err = w.asset(w.c.AudioFile); err != nil || r.AudioAssetID != "" {
		return r, err
	}
	r.Script, r.VoiceID = spoken(s.Script, w.c.Pronunciation), s.Voice.ID
	if v := s.Voice; v.Speed != 0 && v.Speed != 1 || v.Pitch != 0 || v.Locale != "" {
		r.VoiceSettings = &heygen.VoiceSettings{Pitch: v.Pitch, Locale: v.Locale}
		if v.Speed != 1 {
			r.VoiceSettings.Speed = v.Speed
		}
	}
	return r, nil
}

func (w *writer) v3(route, title string) (any, error) {
	c := w.c
	r, err := w.v3One(manifest.Scene{Script: c.Script, Avatar: c.Avatar, Voice: c.Voice})
	if err != nil {
		return nil, err
	}
	r.Title = title
	r.Resolution, r.AspectRatio, _ = v3Size(c.Width, c.Height)
	r.Caption = w.caption()
	if route == routeV3WebM {
		r.OutputFormat = "webm"
		return r, r.Validate()
	}
	if route == routeV3Key {
		r.RemoveBackground, r.Fit = true, "cover"
	}
	if r.Background, err = w.background(route, c.Background); err != nil {
		return nil, err
	}
	return r, r.Validate()
}

// caption asks for captions beside the film on v3.
func (w *writer) caption() *heygen.Caption {
	if !w.c.Captions {
		return nil
	}
	return &heygen.Caption{FileFormat: "srt"}
}

func (w *writer) studio(title string) (any, error) {
	resolution, ratio, _ := v3Size(w.c.Width, w.c.Height)
	var list []heygen.VideoRequest
	for _, s := range w.c.Scenes {
		r, err := w.v3One(s)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			return nil, err
		}
		if s.Background != "" {
			r.Background = &heygen.Background{Type: "color", Value: s.Background}
		}
		list = append(list, r)
	}
	return heygen.StudioRequest(title, resolution, ratio, w.caption(), list), nil
}

func (w *writer) agent() (string, any, error) {
	a := w.c.Agent
	r := heygen.AgentRequest{Prompt: a.Prompt, Seconds: a.Seconds, Orientation: a.Orientation, AvatarID: a.AvatarID, VoiceID: a.VoiceID}
	if w.api == heygen.V3 && a.Seconds > 0 { // v3 has no member for it: the prompt says it
		r.Prompt = fmt.Sprintf("%s\n\nDuration: %d seconds.", a.Prompt, a.Seconds)
	}
	for _, f := range a.Files {
		id, err := w.asset(f)
		if err != nil {
			return "", nil, err
		}
		r.Files = append(r.Files, id)
	}
	path, body := r.Encode(w.api)
	return path, body, r.Validate()
}

func (w *writer) template(title string, t heygen.Template) (string, any, error) {
	given := map[string]string{}
	for _, v := range w.c.Template.Variables {
		given[v.Name] = v.Value
		if v.File == "" {
			continue
		}
		id, err := w.asset(v.File)
		if err != nil {
			return "", nil, err
		}
		given[v.Name] = id
	}
	values, errs := t.Match(given)
	if len(errs) > 0 {
		return "", nil, errs[0]
	}
	path, body := heygen.TemplateRequest{ID: w.c.Template.ID, Title: title, Values: values, Caption: w.c.Captions}.Encode(w.api)
	return path, body, nil
}

func (w *writer) translation(title string) (string, any, error) {
	t := w.c.Translate
	file := t.File
	if t.Clip != "" {
		var err error
		if file, err = w.b.masterOf(t.Clip); err != nil {
			return "", nil, err
		}
	}
	find := w.b.uploaded
	if w.api == heygen.V2 {
		find = w.b.uploadedAt
	}
	u, err := find(w.ctx, w.client, w.api, file)
	if err != nil {
		return "", nil, err
	}
	language := cmp.Or(w.b.languages[t.To], t.To)
	r := heygen.TranslateRequest{Title: title, Language: language, AudioOnly: t.AudioOnly, Precise: t.Precise, Captions: w.c.Captions}
	if r.AssetID = u.ID; w.api == heygen.V2 {
		r.AssetID, r.VideoURL = "", heygen.Link(u.URL)
	}
	path, body := r.Encode(w.api)
	return path, body, r.Validate(w.api)
}

func (w *writer) cutout(title string) (string, any, error) {
	id, err := w.asset(w.c.File)
	if err != nil {
		return "", nil, err
	}
	return heygen.CutoutRequest{AssetID: id, Title: title}.Encode()
}
