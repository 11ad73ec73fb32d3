package pipeline

import (
	"context"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// Routes from a clip to a take. A name that ends in -key is a master on the key
// colour, which is keyed here.
const (
	routeV2Key          = "v2-key"
	routeV2             = "v2"
	routeV1WebM         = "v1-webm"
	routeV3WebM         = "v3-webm"
	routeV3Key          = "v3-key"
	routeV3             = "v3"
	routeV3Studio       = "v3-studio" // several scenes
	routeV1Agent        = "v1-agent"
	routeV3Agent        = "v3-agent"
	routeV2Template     = "v2-template"
	routeV3Template     = "v3-template"
	routeV2Translate    = "v2-translate"
	routeV3Translate    = "v3-translate"
	routeV2TranslateKey = "v2-translate-key"
	routeV3TranslateKey = "v3-translate-key"
	routeV3Cutout       = "v3-cutout"
	routeVideo          = "video"
	routeFile           = "file"
)

// isV3 reports a route of the third generation.
func isV3(route string) bool { return strings.HasPrefix(route, "v3") }

// apiOf is the generation a route belongs to.
func apiOf(route string) heygen.API {
	if isV3(route) {
		return heygen.V3
	}
	return heygen.V2
}

// isKeyed reports a route whose masters come on the key colour.
func isKeyed(route string) bool { return strings.HasSuffix(route, "-key") }

// kindOf is where a route's jobs are kept.
func kindOf(route string) heygen.Kind {
	switch route {
	case routeV3Agent:
		return heygen.KindAgent
	case routeV2Translate, routeV2TranslateKey:
		return heygen.KindTranslateV2
	case routeV3Translate, routeV3TranslateKey:
		return heygen.KindTranslateV3
	case routeV3Cutout:
		return heygen.KindCutout
	}
	if isV3(route) {
		return heygen.KindVideoV3
	}
	return heygen.KindVideoV2
}

// candidates are the routes a clip can take, the one that would be bought first. A
// take that was made on another of them still stands: an account that moves from one
// generation to the other buys nothing anew.
func (p *Project) candidates(c manifest.Clip, api heygen.API) []string {
	pick := func(v2, v3 string) []string {
		if api == heygen.V3 {
			return []string{v3, v2}
		}
		return []string{v2, v3}
	}
	switch c.Source {
	case manifest.SourceFile:
		if c.Cutout {
			return []string{routeV3Cutout}
		}
		return []string{routeFile}
	case manifest.SourceVideo:
		return []string{routeVideo}
	case manifest.SourceAgent:
		return pick(routeV1Agent, routeV3Agent)
	case manifest.SourceTemplate:
		return pick(routeV2Template, routeV3Template)
	case manifest.SourceTranslate:
		if c.Transparent {
			return pick(routeV2TranslateKey, routeV3TranslateKey)
		}
		return pick(routeV2Translate, routeV3Translate)
	}
	switch {
	case c.Route != "":
		return []string{c.Route}
	case len(c.Scenes) > 0 && c.Transparent:
		return []string{routeV2Key}
	case len(c.Scenes) > 0:
		return pick(routeV2, routeV3Studio)
	case !c.Transparent:
		return pick(routeV2, routeV3)
	case api == heygen.V3 && (p.noWebM(c.Avatar) || p.translated(c.Name)):
		return []string{routeV3Key, routeV3WebM, routeV2Key}
	case api == heygen.V3:
		return []string{routeV3WebM, routeV3Key, routeV2Key}
	}
	return []string{routeV2Key, routeV3WebM, routeV3Key}
}

// translated reports that another clip is a translation of this one: then it is made
// on the key colour, for alpha does not survive a translation and the colour does.
func (p *Project) translated(name string) bool {
	p.clipIndex()
	return p.onKeyColor[name]
}

// noWebM reports a look that was refused as WebM before.
func (p *Project) noWebM(a manifest.Avatar) (no bool) {
	p.can.of(p.accountID(), func(k *capability) { _, no = k.NoWebM[a.ID+a.Photo] })
	return no
}

// chosen gives a clip's request on the route it stands on or would be bought on.
func (p *Project) chosen(ctx context.Context, c manifest.Clip, e lockfile.Entry, have bool, rows map[string]*ledger.Row) (request, error) {
	api := heygen.V2
	if needsAPI(c) {
		var err error
		if api, err = p.api(ctx); err != nil {
			return request{}, err
		}
	}
	routes := p.candidates(c, api)
	first, err := p.requestOn(ctx, c, routes[0])
	if have && first.key != "" && e.TakeKey == first.key {
		return first, nil // there, also when its route would be refused now; see withLength
	}
	if row, known := rows[first.key]; err != nil && (!known || !mayBePaid(row)) {
		return first, err
	}
	if len(rows) == 0 && !have {
		return first, nil // nothing is bought that could stand
	}
	list := append([]request{first}, p.others(ctx, c, routes[1:])...)
	if c.Source == manifest.SourceAvatar && c.AudioFile == "" && len(c.Scenes) == 0 {
		// A take of the same words stands whether or not its voice was drafted first.
		if c.Draft == "" {
			c.Draft = manifest.DraftVoice
		} else {
			c.Draft = ""
		}
		list = append(list, p.others(ctx, c, routes)...)
	}
	for _, r := range list {
		row, known := rows[r.key]
		if have && e.TakeKey == r.key || known && mayBePaid(row) {
			return r, nil
		}
	}
	return first, nil
}

// mayBePaid reports a submission that was or may have been paid for.
func mayBePaid(row *ledger.Row) bool {
	return row.State != ledger.Intended && row.State != ledger.Failed
}

// needsAPI reports a clip whose route depends on the account's generation.
func needsAPI(c manifest.Clip) bool {
	return c.Source != manifest.SourceFile && c.Source != manifest.SourceVideo && c.Route == ""
}

// others are the requests on further routes; one that a route cannot make is none.
func (p *Project) others(ctx context.Context, c manifest.Clip, routes []string) (out []request) {
	for _, route := range routes {
		if r, err := p.requestOn(ctx, c, route); err == nil {
			out = append(out, r)
		}
	}
	return out
}

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

// unspeakable places what speech cannot do at the clip that asks for it.
func unspeakable(c manifest.Clip, err error) error {
	f := fault.New(fault.Manifest, "leave it out, or leave draft out", "draft: voice: %s", strings.TrimPrefix(err.Error(), "heygen make speech: ")).For(c.Name)
	place := c.Place
	f.Place = &place
	return f
}

// recordRoute is where an existing video's record is read: in the account's own
// generation.
func (p *Project) recordRoute(ctx context.Context, route string) string {
	if route != routeVideo {
		return route
	}
	if api, err := p.api(ctx); err == nil && api == heygen.V3 {
		return routeV3
	}
	return route
}

// remote is the ledger's view of the provider for one clip.
type remote struct {
	c     *heygen.Client
	route string
	links *uploadLinks
}

// Submit posts once; with the row's idempotency key where the path takes one.
func (r remote) Submit(ctx context.Context, row ledger.Row) (string, error) {
	body := r.links.reveal(row.Body)
	if heygen.AcceptsIdempotencyKey(row.Path) {
		return r.c.SubmitOnce(ctx, row.Path, body, row.Once())
	}
	return r.c.Submit(ctx, row.Path, body)
}

// repeat is nil where a second POST is a second purchase: v1, v2 and v3's agents. A
// background removal carries its key in the body.
func (r remote) repeat() func(context.Context, ledger.Row) (string, error) {
	if !isV3(r.route) || r.route == routeV3Agent {
		return nil
	}
	return r.Submit
}

// FindByTitle searches the account's list that a job of this route would be on.
func (r remote) FindByTitle(ctx context.Context, marker string) ([]ledger.Found, error) {
	find := r.c.FindByTitle
	switch {
	case kindOf(r.route) == heygen.KindTranslateV3:
		find = r.c.FindTranslation
	case isV3(r.route):
		find = r.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	out := make([]ledger.Found, 0, len(items))
	for _, i := range items {
		out = append(out, ledger.Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt, Failed: i.Failed()})
	}
	return out, err
}
