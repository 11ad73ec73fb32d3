package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"sort"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
)

// request is what would be asked for, and its key.
type request struct {
	route     string
	key       string // SHA-256 of everything that changes the take
	fields    []keyField
	priceKind string
	seconds   float64 // estimated
	audio     string  // content hash
}

func (r request) paid() bool { return r.route != routeVideo && r.route != routeFile }

// inputs are short hashes of the key's parts, kept in the lockfile so that plan
// can say what changed.
func (r request) inputs() map[string]string {
	m := map[string]string{}
	for _, f := range r.fields {
		h := sha256.Sum256([]byte(f.value))
		m[f.name] = hex.EncodeToString(h[:4])
	}
	return m
}

func (r request) changedSince(old map[string]string) string {
	var names []string
	for k, v := range r.inputs() {
		if old[k] != v {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// request makes a clip's canonical request. Titles, callbacks, markers, paths and
// times are not in the key.
func (p *Project) request(c manifest.Clip) (request, error) {
	r := request{priceKind: "avatar"}
	k := newKeyer("take/1")
	switch c.Source {
	case manifest.SourceFile:
		h, err := p.inputs.hash(c.File)
		if err != nil {
			return r, err
		}
		r.route = routeFile
		k.field("file", h)
	case manifest.SourceVideo:
		r.route = routeVideo
		k.field("video", c.VideoID)
	default:
		r.route = p.routeOf(c)
		if isV3(r.route) {
			if err := fitsV3(c); err != nil {
				return r, err
			}
		}
		if c.Avatar.TalkingPhoto {
			r.priceKind = "photo"
		}
		if c.AudioFile != "" {
			h, err := p.inputs.hash(c.AudioFile)
			if err != nil {
				return r, err
			}
			r.audio = h
			k.field("audio", h)
		} else {
			k.field("script", c.Script)
			k.field("voice", c.Voice.ID)
			k.number("voice speed", c.Voice.Speed)
			k.number("voice pitch", c.Voice.Pitch)
			k.field("voice emotion", c.Voice.Emotion)
			k.field("voice locale", c.Voice.Locale)
			r.seconds = SpokenSeconds(c.Script, c.Voice.Speed)
		}
		k.field("avatar", c.Avatar.ID)
		k.field("avatar style", c.Avatar.Style)
		k.number("avatar scale", c.Avatar.Scale)
		k.number("avatar x", c.Avatar.Offset.X)
		k.number("avatar y", c.Avatar.Offset.Y)
		k.number("width", float64(c.Width))
		k.number("height", float64(c.Height))
		switch r.route {
		case routeV2Key, routeV3Key:
			k.field("key color", c.KeyColor)
		case routeV2, routeV3:
			k.field("background", c.Background)
		}
	}
	k.field("route", r.route)
	k.number("take", float64(c.Take))
	r.key, r.fields = k.sum(), k.fields
	return r, nil
}

// intent freezes the bytes to be sent. Own audio is uploaded first: that is free.
func (b *build) intent(ctx context.Context, s Step, client *heygen.Client) (ledger.Intent, error) {
	c := s.clip
	marker := "gr-" + s.Key[:10]
	in := ledger.Intent{Key: s.Key, Clip: c.Name, Route: s.Route, Marker: marker, Title: c.Name + " " + marker, Path: heygen.PathGenerate, Price: s.Price, RunID: b.runID}
	asset := ""
	if c.AudioFile != "" && s.row.State != ledger.Sending {
		var err error
		if asset, err = b.upload(ctx, client, s.Route, c.AudioFile); err != nil {
			return in, err
		}
	}
	size := &heygen.Dimension{Width: c.Width, Height: c.Height}
	var body any
	var invalid error
	switch {
	case isV3(s.Route):
		r := v3Request(c, s.Route, asset, in.Title, b.engines[c.Avatar.ID])
		in.Path = heygen.PathVideos
		body, invalid = r, r.Validate()
	case s.Route == routeV1WebM:
		r := heygen.WebMRequest{AvatarPoseID: c.Avatar.ID, AvatarStyle: c.Avatar.Style, InputText: c.Script, VoiceID: c.Voice.ID, InputAudio: asset, Dimension: size}
		if asset != "" {
			r.VoiceID = ""
		}
		in.Path, in.Title = heygen.PathWebM, ""
		body, invalid = r, r.Validate()
	default:
		r := generateRequest(c, s.Route, asset)
		r.Title, r.Dimension = in.Title, size
		body, invalid = r, r.Validate()
	}
	if invalid != nil {
		return in, fault.Wrap(fault.Manifest, invalid, "", "the request would be refused")
	}
	var err error
	in.Body, err = json.Marshal(body)
	return in, err
}

func generateRequest(c manifest.Clip, route, asset string) heygen.GenerateRequest {
	who := &heygen.Character{Type: "avatar", AvatarID: c.Avatar.ID, AvatarStyle: c.Avatar.Style, Scale: c.Avatar.Scale, Matting: route == routeV2Key}
	if c.Avatar.TalkingPhoto {
		who.Type, who.TalkingPhotoID, who.AvatarID, who.AvatarStyle = "talking_photo", c.Avatar.ID, "", ""
	}
	if o := c.Avatar.Offset; o.X != 0 || o.Y != 0 {
		who.Offset = &heygen.Offset{X: o.X, Y: o.Y}
	}
	v := heygen.Voice{Type: "text", VoiceID: c.Voice.ID, InputText: c.Script, Speed: c.Voice.Speed, Pitch: c.Voice.Pitch, Emotion: c.Voice.Emotion, Locale: c.Voice.Locale}
	if asset != "" {
		v = heygen.Voice{Type: "audio", AudioAssetID: asset}
	}
	scene := heygen.Scene{Character: who, Voice: v}
	switch {
	case route == routeV2Key:
		scene.Background = &heygen.Background{Type: "color", Value: c.KeyColor}
	case c.Background != "":
		scene.Background = &heygen.Background{Type: "color", Value: c.Background}
	}
	return heygen.GenerateRequest{VideoInputs: []heygen.Scene{scene}}
}

func (b *build) upload(ctx context.Context, client *heygen.Client, route, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fault.Wrap(fault.Manifest, err, "make the file readable", "read the audio")
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return "", err
	}
	head := make([]byte, 512)
	n, _ := f.Read(head)
	kind := strings.Replace(http.DetectContentType(head[:n]), "audio/wave", "audio/wav", 1)
	if kind != "audio/wav" && kind != "audio/mpeg" {
		return "", fault.New(fault.Manifest, "convert it: ffmpeg -i FILE take.wav", "%s is %s, not WAV or MP3", b.rel(path), kind)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return "", err
	}
	send := client.UploadAsset
	if isV3(route) {
		send = client.UploadAssetV3
	}
	a, err := send(ctx, kind, f, fi.Size())
	if err != nil {
		return "", explain(err, "upload the audio")
	}
	return a.ID, nil
}
