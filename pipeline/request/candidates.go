package request

import (
	"greenroom/heygen"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// NeedsAPI reports a clip whose route depends on the account's generation.
func NeedsAPI(c manifest.Clip) bool {
	switch c.Source {
	case manifest.SourceFile, manifest.SourceVideo:
		return false // also with a cutout, which v3 alone has
	case manifest.SourceLipsync, manifest.SourceInstant, manifest.SourceCinematic: // v3 alone has them
		return false
	}
	return c.Route == "" && !proofreads(c)
}

// Look is what is known of the look of a clip besides the manifest.
type Look struct {
	// NoWebM: HeyGen refused it as transparent WebM before.
	NoWebM bool
	// Translated: another clip is a transparent translation of the clip. It is made on the key color then, because
	// alpha is lost in a translation and the color is not.
	Translated bool
}

// Candidates returns the routes that a clip can use in a generation, the one to buy on first. A take that was made on one
// of the others is still up to date: an account that moves from one generation to the other buys nothing again.
func Candidates(c manifest.Clip, api heygen.API, look Look) []string {
	pick := func(v2, v3 string) []string {
		if api == heygen.V3 {
			return []string{v3, v2}
		}
		return []string{v2, v3}
	}
	switch c.Source {
	case manifest.SourceFile:
		if c.Cutout {
			return []string{routes.V3Cutout}
		}
		return []string{routes.File}
	case manifest.SourceVideo:
		return []string{routes.Video}
	case manifest.SourceLipsync:
		return []string{routes.V3Lipsync}
	case manifest.SourceInstant:
		return []string{routes.V3Instant}
	case manifest.SourceCinematic:
		return []string{routes.V3Cinematic}
	case manifest.SourceAgent:
		return pick(routes.V1Agent, routes.V3Agent)
	case manifest.SourceTemplate:
		return pick(routes.V2Template, routes.V3Template)
	case manifest.SourceTranslate:
		switch {
		case proofreads(c) && c.Translate.Text == "":
			return []string{routes.V3Proofread}
		case proofreads(c) && c.Transparent:
			return []string{routes.V3TranslateKey}
		case proofreads(c):
			return []string{routes.V3Translate}
		case c.Transparent:
			return pick(routes.V2TranslateKey, routes.V3TranslateKey)
		}
		return pick(routes.V2Translate, routes.V3Translate)
	}
	switch {
	case c.Route != "":
		return []string{c.Route}
	case len(c.Scenes) > 0 && c.Transparent:
		return []string{routes.V2Key}
	case len(c.Scenes) > 0:
		return pick(routes.V2, routes.V3Studio)
	case !c.Transparent:
		return pick(routes.V2, routes.V3)
	case api == heygen.V3 && (look.NoWebM || look.Translated):
		return []string{routes.V3Key, routes.V3WebM, routes.V2Key}
	case api == heygen.V3:
		return []string{routes.V3WebM, routes.V3Key, routes.V2Key}
	}
	return []string{routes.V2Key, routes.V3WebM, routes.V3Key}
}

// proofreads reports a translation whose text the user corrects before the film is bought, which v3 alone has.
func proofreads(c manifest.Clip) bool { return c.Translate != nil && c.Translate.Proofread != "" }

// InstantRatio returns the aspect ratio of instant footage for a frame, in pixels; ok is false for a frame that it does
// not have.
func InstantRatio(w, h int) (ratio string, ok bool) {
	for name, r := range map[string][2]int{
		"21:9": {21, 9}, "16:9": {16, 9}, "4:3": {4, 3}, "1:1": {1, 1}, "3:4": {3, 4}, "9:16": {9, 16},
	} {
		if w*r[1] == h*r[0] {
			return name, true
		}
	}
	return "", false
}

// V3Size returns the resolution and the aspect ratio that v3 calls a frame, in pixels; ok is false for a frame that v3
// does not render. The short side names the resolution.
func V3Size(w, h int) (resolution, ratio string, ok bool) {
	resolution, ok = v3Resolutions[min(w, h)]
	for name, r := range v3Ratios {
		if w*r[1] == h*r[0] {
			return resolution, name, ok
		}
	}
	return "", "", false
}

// SizeOfV3 is the reverse of V3Size: the frame in pixels of a resolution and an aspect ratio of v3.
func SizeOfV3(resolution, ratio string) (w, h int, ok bool) {
	r, known := v3Ratios[ratio]
	for short, name := range v3Resolutions {
		if known && name == resolution {
			unit := short / min(r[0], r[1])
			return unit * r[0], unit * r[1], true
		}
	}
	return 0, 0, false
}

// v3Resolutions are named by the short side, in pixels.
var v3Resolutions = map[int]string{720: "720p", 1080: "1080p", 2160: "4k"}

var v3Ratios = map[string][2]int{"16:9": {16, 9}, "9:16": {9, 16}, "4:5": {4, 5}, "5:4": {5, 4}, "1:1": {1, 1}}
