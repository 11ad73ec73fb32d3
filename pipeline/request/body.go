package request

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// Post is one POST that buys a take.
type Post struct {
	Path string
	Body []byte
	// Title names the job on the account's list, so that it can be found by its marker; empty where it is on no list
	// or on one without titles.
	Title string
	// Bind adds the idempotency key to the body; nil: it is a header, or the route takes none.
	Bind func(body []byte, key string) ([]byte, error)
}

// Post makes the body of a request, with a title where the route takes one. It fails when HeyGen would refuse the body.
func (c Canonical) Post(title string, m Materials) (Post, error) {
	w := writer{c, m, routes.APIOf(c.Route)}
	p := Post{Title: title}
	var body any
	var err error
	switch {
	case c.Source == manifest.SourceAgent:
		p.Title = "" // the agent names sessions and their videos
		p.Path, body, err = w.agent()
	case c.Source == manifest.SourceTemplate:
		p.Path, body, err = w.template(title)
	case c.Source == manifest.SourceTranslate:
		p.Path, body, err = w.translation(title)
		if w.api == heygen.V2 {
			p.Title = "" // v2's list has it under another id than the answer
		}
	case c.Route == routes.V3Cutout:
		p.Path, body, err = w.cutout(title)
		p.Title, p.Bind = "", heygen.BindCutout
	case c.Source == manifest.SourceLipsync:
		p.Path, body, err = w.lipsync(title)
	case c.Source == manifest.SourceInstant:
		p.Title = "" // its jobs have none, and are on no list
		p.Path, body, err = w.instant()
	case c.Source == manifest.SourceCinematic:
		p.Path = heygen.PathVideos
		body, err = w.cinematic(title)
	case c.Route == routes.V3Studio:
		p.Path = heygen.PathVideos
		body, err = w.studio(title)
	case routes.IsV3(c.Route):
		p.Path = heygen.PathVideos
		body, err = w.v3(title)
	case c.Route == routes.V1WebM:
		p.Path, p.Title = heygen.PathWebM, ""
		body, err = w.webm()
	default:
		p.Path = heygen.PathGenerate
		body, err = w.v2(title)
	}
	if err != nil {
		return p, err
	}
	p.Body, err = json.Marshal(body)
	if err == nil && m.Folder != "" && routes.TakesFolder(c.Route) {
		p.Body, err = inFolder(p.Body, m.Folder)
	}
	return p, err
}

// inFolder adds the folder to a body. It changes nothing of the video, so it is not part of the canonical value.
func inFolder(body []byte, folder string) ([]byte, error) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(body, &members)
	if err != nil {
		return nil, err
	}
	members["folder_id"], err = json.Marshal(folder)
	if err != nil {
		return nil, err
	}
	return json.Marshal(members)
}

// writer writes one body.
type writer struct {
	c   Canonical
	m   Materials
	api heygen.API
}

func (w writer) v2(title string) (any, error) {
	c := w.c
	size := &heygen.Dimension{Width: c.Frame.Width, Height: c.Frame.Height}
	r := heygen.GenerateRequest{Title: title, Dimension: size, Caption: c.Frame.Captions || c.Frame.Burned.On}
	if c.Frame.Captions {
		r.CaptionMode = "file_only"
	}
	if c.Frame.Burned.On {
		r.CaptionMode, r.Subtitles = "burn_in", c.Frame.Burned.subtitles()
	}
	audio, err := w.m.upload(c.Sound)
	if err != nil {
		return nil, err
	}
	for _, s := range c.Scenes {
		id, err := w.m.speaker(s.Avatar)
		if err != nil {
			return nil, err
		}
		sc := v2Scene(s, id, audio.ID, c.Route == routes.V2Key)
		if sc.Background, err = w.background(s.Background); err != nil {
			return nil, err
		}
		r.VideoInputs = append(r.VideoInputs, sc)
	}
	return r, r.Validate()
}

func v2Scene(s Scene, id, audio string, matting bool) heygen.Scene {
	a, v := s.Avatar, s.Voice
	who := &heygen.Character{Type: "avatar", AvatarID: id, AvatarStyle: a.Style, Scale: a.Scale, Matting: matting}
	if a.TalkingPhoto {
		who.Type, who.TalkingPhotoID, who.AvatarID, who.AvatarStyle = "talking_photo", id, "", ""
	}
	if a.X != 0 || a.Y != 0 {
		who.Offset = &heygen.Offset{X: a.X, Y: a.Y}
	}
	voice := heygen.Voice{
		Type: "text", VoiceID: v.ID, InputText: s.Text, Speed: v.Speed, Pitch: v.Pitch, Emotion: v.Emotion, Locale: v.Locale,
	}
	if audio != "" {
		voice = heygen.Voice{Type: "audio", AudioAssetID: audio}
	}
	return heygen.Scene{Character: who, Voice: voice}
}

func (w writer) background(color string) (*heygen.Background, error) {
	f := w.c.Frame
	switch {
	case routes.IsKeyed(w.c.Route):
		return &heygen.Background{Type: "color", Value: f.KeyColor}, nil
	case f.Image.Path != "":
		u, err := w.m.upload(f.Image)
		if w.api == heygen.V3 {
			return &heygen.Background{Type: "image", AssetID: u.ID}, err
		}
		return &heygen.Background{Type: "image", ImageAssetID: u.ID, Fit: "cover"}, err
	case f.Video.Path != "":
		u, err := w.m.upload(f.Video)
		return &heygen.Background{Type: "video", VideoAssetID: u.ID, PlayStyle: "loop", Fit: "cover"}, err
	case color != "":
		return &heygen.Background{Type: "color", Value: color}, nil
	}
	return nil, nil
}

func (w writer) webm() (any, error) {
	c, s := w.c, w.c.Scenes[0]
	audio, err := w.m.upload(c.Sound)
	if err != nil {
		return nil, err
	}
	r := heygen.WebMRequest{
		AvatarPoseID: s.Avatar.ID, AvatarStyle: s.Avatar.Style, InputText: s.Text, VoiceID: s.Voice.ID, InputAudio: audio.ID,
		Dimension: &heygen.Dimension{Width: c.Frame.Width, Height: c.Frame.Height},
	}
	if audio.ID != "" {
		r.VoiceID = ""
	}
	return r, r.Validate()
}

// v3One is one look speaking, on v3.
func (w writer) v3One(s Scene) (heygen.VideoRequest, error) {
	id, err := w.m.speaker(s.Avatar)
	if err != nil {
		return heygen.VideoRequest{}, err
	}
	r := heygen.VideoRequest{Type: "avatar", AvatarID: id, Engine: w.m.Engines[id]}
	audio, err := w.m.upload(w.c.Sound)
	if err != nil || audio.ID != "" {
		r.AudioAssetID = audio.ID
		return r, err
	}
	r.Script, r.VoiceID = s.Text, s.Voice.ID
	if v := s.Voice; v.Speed != 0 && v.Speed != 1 || v.Pitch != 0 || v.Locale != "" {
		r.VoiceSettings = &heygen.VoiceSettings{Pitch: v.Pitch, Locale: v.Locale}
		if v.Speed != 1 {
			r.VoiceSettings.Speed = v.Speed
		}
	}
	return r, nil
}

func (w writer) v3(title string) (any, error) {
	c := w.c
	r, err := w.v3One(c.Scenes[0])
	if err != nil {
		return nil, err
	}
	r.Title, r.GlossaryID = title, c.Glossary
	r.Resolution, r.AspectRatio, _ = V3Size(c.Frame.Width, c.Frame.Height)
	r.Caption = w.caption()
	if c.Route == routes.V3WebM {
		r.OutputFormat = "webm"
		return r, r.Validate()
	}
	if c.Route == routes.V3Key {
		r.RemoveBackground, r.Fit = true, "cover"
	}
	if r.Background, err = w.background(c.Scenes[0].Background); err != nil {
		return nil, err
	}
	return r, r.Validate()
}

// caption requests a caption file next to the film, and captions in the picture, on v3.
func (w writer) caption() *heygen.Caption {
	switch {
	case w.c.Frame.Burned.On:
		return &heygen.Caption{FileFormat: "srt", Style: "default"}
	case w.c.Frame.Captions:
		return &heygen.Caption{FileFormat: "srt"}
	}
	return nil
}

// subtitles returns how captions look in the picture; nil leaves that to HeyGen.
func (b Burned) subtitles() *heygen.Subtitles {
	if b.Preset == "" {
		return nil
	}
	s := &heygen.Subtitles{PresetName: b.Preset, FontSize: float64(b.FontSize), Alignment: b.Alignment, DisableHighlight: b.Plain}
	if b.Position != (manifest.Offset{}) {
		s.Position = &heygen.Offset{X: b.Position.X, Y: b.Position.Y}
	}
	return s
}

func (w writer) studio(title string) (any, error) {
	resolution, ratio, _ := V3Size(w.c.Frame.Width, w.c.Frame.Height)
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

func (w writer) agent() (string, any, error) {
	a := w.c.Agent
	r := heygen.AgentRequest{Prompt: a.Prompt, Seconds: a.Seconds, Orientation: a.Orientation, AvatarID: a.AvatarID, VoiceID: a.VoiceID}
	if w.api == heygen.V3 && a.Seconds > 0 { // v3 has no member for it: the prompt contains it
		r.Prompt = fmt.Sprintf("%s\n\nDuration: %d seconds.", a.Prompt, a.Seconds)
	}
	for _, f := range a.Files {
		u, err := w.m.upload(f)
		if err != nil {
			return "", nil, err
		}
		r.Files = append(r.Files, u.ID)
	}
	path, body := r.Encode(w.api)
	return path, body, r.Validate()
}

func (w writer) template(title string) (string, any, error) {
	given := map[string]string{}
	for _, v := range w.c.Template.Variables {
		given[v.Name] = v.Value
		if v.File.Path == "" {
			continue
		}
		u, err := w.m.upload(v.File)
		if err != nil {
			return "", nil, err
		}
		given[v.Name] = u.ID
	}
	values, errs := w.m.Template.Match(given)
	if len(errs) > 0 {
		return "", nil, errs[0]
	}
	r := heygen.TemplateRequest{
		ID: w.c.Template.ID, Title: title, Values: values, Caption: w.c.Frame.Captions || w.c.Frame.Burned.On,
		Subtitles: w.c.Frame.Burned.subtitles(), GlossaryID: w.c.Glossary,
	}
	path, body := r.Encode(w.api)
	return path, body, nil
}

func (w writer) translation(title string) (string, any, error) {
	t := w.c.Translate
	u, err := w.m.upload(t.File)
	if err != nil {
		return "", nil, err
	}
	r := heygen.TranslateRequest{
		Title: title, Language: cmp.Or(w.m.Language, t.To), AudioOnly: t.AudioOnly, Precise: t.Precise, Captions: w.c.Frame.Captions,
		AssetID: u.ID, GlossaryID: w.c.Glossary,
	}
	text, err := w.m.upload(t.Text)
	if err != nil {
		return "", nil, err
	}
	r.SRTID = text.ID
	if w.api == heygen.V2 {
		r.AssetID, r.VideoURL = "", heygen.Link(u.URL)
	}
	path, body := r.Encode(w.api)
	if w.c.Route == routes.V3Proofread {
		path, body = r.EncodeProofread()
	}
	return path, body, r.Validate(w.api)
}

func (w writer) cutout(title string) (string, any, error) {
	u, err := w.m.upload(w.c.Footage.File)
	if err != nil {
		return "", nil, err
	}
	return heygen.CutoutRequest{AssetID: u.ID, Title: title}.Encode()
}

func (w writer) lipsync(title string) (string, any, error) {
	l := w.c.Lipsync
	video, err := w.m.upload(l.Video)
	if err != nil {
		return "", nil, err
	}
	sound, err := w.m.upload(w.c.Sound)
	if err != nil {
		return "", nil, err
	}
	return heygen.LipsyncRequest{
		Title: title, VideoID: video.ID, AudioID: sound.ID, Precise: l.Precise, KeepLength: l.KeepLength,
		Captions: w.c.Frame.Captions,
	}.Encode()
}

func (w writer) instant() (string, any, error) {
	i := w.c.Instant
	image, err := w.m.upload(i.Image)
	if err != nil {
		return "", nil, err
	}
	r := heygen.ModelVideoRequest{
		Prompt: i.Prompt, ImageID: image.ID, Seconds: i.Seconds, Resolution: i.Resolution, Ratio: i.Ratio,
	}
	if i.Seed != "" {
		seed, err := strconv.ParseInt(i.Seed, 10, 64)
		if err != nil {
			return "", nil, err
		}
		r.Seed = &seed
	}
	return r.Encode()
}

func (w writer) cinematic(title string) (any, error) {
	c := w.c.Cinematic
	r := heygen.CinematicRequest{Title: title, Prompt: c.Prompt, Avatars: c.Avatars, Seconds: c.Seconds, Enhance: c.Enhance}
	r.Resolution, r.AspectRatio, _ = V3Size(w.c.Frame.Width, w.c.Frame.Height)
	for _, f := range c.References {
		u, err := w.m.upload(f)
		if err != nil {
			return nil, err
		}
		r.ReferenceIDs = append(r.ReferenceIDs, u.ID)
	}
	return r.Encode()
}
