package pipeline

import (
	"context"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
)

// Routes from a clip to a take.
const (
	routeV2Key  = "v2-key"
	routeV2     = "v2"
	routeV1WebM = "v1-webm"
	routeV3WebM = "v3-webm"
	routeV3Key  = "v3-key"
	routeV3     = "v3"
	routeVideo  = "video"
	routeFile   = "file"
)

// routeOf chooses a clip's route: its own word, else by the API in force.
func (p *Project) routeOf(c manifest.Clip) string {
	v3 := p.Manifest.HeyGen.API == "v3"
	switch {
	case c.Route != "":
		return c.Route
	case v3 && c.Transparent:
		return routeV3WebM
	case v3:
		return routeV3
	case c.Transparent:
		return routeV2Key
	}
	return routeV2
}

// isV3 reports a route of the third generation: another body, another record, and
// an idempotency key.
func isV3(route string) bool { return route == routeV3WebM || route == routeV3Key || route == routeV3 }

// isKeyed reports a route whose masters come on the key colour.
func isKeyed(route string) bool { return route == routeV2Key || route == routeV3Key }

// v3Size maps a frame to v3's words: the short side names the resolution.
func v3Size(w, h int) (resolution, ratio string, ok bool) {
	resolution, ok = map[int]string{720: "720p", 1080: "1080p", 2160: "4k"}[min(w, h)]
	for name, r := range map[string][2]int{"16:9": {16, 9}, "9:16": {9, 16}, "4:5": {4, 5}, "5:4": {5, 4}, "1:1": {1, 1}} {
		if w*r[1] == h*r[0] {
			return resolution, name, ok
		}
	}
	return "", "", false
}

// fitsV3 says what of a clip v3 has no member for.
func fitsV3(c manifest.Clip) error {
	bad := func(hint, format string, args ...any) error {
		f := fault.New(fault.Manifest, hint, format, args...).For(c.Name)
		place := c.Place
		f.Place = &place
		return f
	}
	a := c.Avatar
	if _, _, ok := v3Size(c.Width, c.Height); !ok {
		return bad("choose 1280x720, 1920x1080 or 3840x2160, or the same turned or square", "v3 does not render %dx%d", c.Width, c.Height)
	}
	switch {
	case a.Style != "" && a.Style != "normal", a.Scale != 0 && a.Scale != 1, a.Offset.X != 0, a.Offset.Y != 0:
		return bad("leave style, scale and offset out, and place the clip in the composition", "v3 does not move or scale avatars")
	case c.Voice.Emotion != "":
		return bad("leave voice.emotion out", "v3 voices take no emotion")
	}
	return nil
}

// v3Request is the body of a v3 clip. engine is what its look supports; nil leaves
// the choice to HeyGen.
func v3Request(c manifest.Clip, route, asset, title string, engine *heygen.Engine) heygen.VideoRequest {
	r := heygen.VideoRequest{Type: "avatar", AvatarID: c.Avatar.ID, Title: title, Engine: engine}
	r.Resolution, r.AspectRatio, _ = v3Size(c.Width, c.Height)
	if asset != "" {
		r.AudioAssetID = asset
	} else {
		r.Script, r.VoiceID = c.Script, c.Voice.ID
		if v := c.Voice; v.Speed != 0 && v.Speed != 1 || v.Pitch != 0 || v.Locale != "" {
			r.VoiceSettings = &heygen.VoiceSettings{Pitch: v.Pitch, Locale: v.Locale}
			if v.Speed != 1 {
				r.VoiceSettings.Speed = v.Speed
			}
		}
	}
	switch route {
	case routeV3WebM:
		r.OutputFormat = "webm"
	case routeV3Key:
		r.RemoveBackground, r.Fit = true, "cover"
		r.Background = &heygen.Background{Type: "color", Value: c.KeyColor}
	case routeV3:
		if c.Background != "" {
			r.Background = &heygen.Background{Type: "color", Value: c.Background}
		}
	}
	return r
}

// readVideo reads a job where its generation keeps it.
func readVideo(ctx context.Context, c *heygen.Client, route, id string) (heygen.Video, error) {
	if isV3(route) {
		return c.VideoV3(ctx, id)
	}
	return c.VideoStatus(ctx, id)
}

// recordRoute is where an existing video's record is read: in the account's own
// generation.
func (p *Project) recordRoute(route string) string {
	if route == routeVideo && p.Manifest.HeyGen.API == "v3" {
		return routeV3
	}
	return route
}

// remote is the ledger's view of the provider for one clip.
type remote struct {
	c     *heygen.Client
	route string
	once  string // the idempotency key, v3 only
}

// onceKey is the idempotency key of a take: the same take is the same purchase,
// whichever run asks.
func onceKey(takeKey string) string { return "gr-" + takeKey }

func (r remote) Submit(ctx context.Context, path string, body []byte) (string, error) {
	if isV3(r.route) {
		return r.c.SubmitOnce(ctx, path, body, r.once)
	}
	return r.c.Submit(ctx, path, body)
}

// repeat is nil on v1 and v2, where a second POST is a second purchase.
func (r remote) repeat() func(context.Context, ledger.Row) (string, error) {
	if !isV3(r.route) {
		return nil
	}
	return func(ctx context.Context, row ledger.Row) (string, error) {
		return r.c.SubmitOnce(ctx, row.Path, row.Body, r.once)
	}
}

func (r remote) FindByTitle(ctx context.Context, marker string) ([]ledger.Found, error) {
	find := r.c.FindByTitle
	if isV3(r.route) {
		find = r.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	out := make([]ledger.Found, 0, len(items))
	for _, i := range items {
		out = append(out, ledger.Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt})
	}
	return out, err
}
