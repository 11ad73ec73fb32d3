package request

import (
	"strings"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
)

// Routes from a clip to a take. A name that ends in -key is a master on the key color, which greenroom keys itself.
const (
	V2Key          = "v2-key"
	V2             = "v2"
	V1WebM         = "v1-webm"
	V3WebM         = "v3-webm"
	V3Key          = "v3-key"
	V3             = "v3"
	V3Studio       = "v3-studio" // several scenes
	V1Agent        = "v1-agent"
	V3Agent        = "v3-agent"
	V2Template     = "v2-template"
	V3Template     = "v3-template"
	V2Translate    = "v2-translate"
	V3Translate    = "v3-translate"
	V2TranslateKey = "v2-translate-key"
	V3TranslateKey = "v3-translate-key"
	V3Cutout       = "v3-cutout"
	Video          = "video" // an existing video of the account
	File           = "file"  // a file of the project
)

// Routes of a voice draft: the sound of a clip alone, bought before its picture. The same words in the same voice are
// one purchase, for all clips and both generations.
const (
	V1Speech = "v1-speech"
	V3Speech = "v3-speech"
)

// IsSpeech reports a route of a voice draft.
func IsSpeech(route string) bool { return route == V1Speech || route == V3Speech }

// IsV3 reports a route of the third generation of HeyGen's API.
func IsV3(route string) bool { return strings.HasPrefix(route, "v3") }

// APIOf returns the generation that a route belongs to.
func APIOf(route string) heygen.API {
	if IsV3(route) {
		return heygen.V3
	}
	return heygen.V2
}

// IsKeyed reports a route whose masters come on the key color.
func IsKeyed(route string) bool { return strings.HasSuffix(route, "-key") }

// IsOpaque reports a route of spoken clips whose masters show what is behind the avatar.
func IsOpaque(route string) bool { return route == V2 || route == V3 || route == V3Studio }

// Paid reports a route that spends money.
func Paid(route string) bool { return route != Video && route != File }

// KindOf returns the kind of job that a route makes, which decides where its state is read.
func KindOf(route string) heygen.Kind {
	switch route {
	case V3Agent:
		return heygen.KindAgent
	case V2Translate, V2TranslateKey:
		return heygen.KindTranslateV2
	case V3Translate, V3TranslateKey:
		return heygen.KindTranslateV3
	case V3Cutout:
		return heygen.KindCutout
	}
	if IsV3(route) {
		return heygen.KindVideoV3
	}
	return heygen.KindVideoV2
}

// NeedsAPI reports a clip whose route depends on the account's generation.
func NeedsAPI(c manifest.Clip) bool {
	return c.Source != manifest.SourceFile && c.Source != manifest.SourceVideo && c.Route == ""
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
			return []string{V3Cutout}
		}
		return []string{File}
	case manifest.SourceVideo:
		return []string{Video}
	case manifest.SourceAgent:
		return pick(V1Agent, V3Agent)
	case manifest.SourceTemplate:
		return pick(V2Template, V3Template)
	case manifest.SourceTranslate:
		if c.Transparent {
			return pick(V2TranslateKey, V3TranslateKey)
		}
		return pick(V2Translate, V3Translate)
	}
	switch {
	case c.Route != "":
		return []string{c.Route}
	case len(c.Scenes) > 0 && c.Transparent:
		return []string{V2Key}
	case len(c.Scenes) > 0:
		return pick(V2, V3Studio)
	case !c.Transparent:
		return pick(V2, V3)
	case api == heygen.V3 && (look.NoWebM || look.Translated):
		return []string{V3Key, V3WebM, V2Key}
	case api == heygen.V3:
		return []string{V3WebM, V3Key, V2Key}
	}
	return []string{V2Key, V3WebM, V3Key}
}

// V3Size returns the resolution and the aspect ratio that v3 calls a frame, in pixels; ok is false for a frame that v3
// does not render. The short side names the resolution.
func V3Size(w, h int) (resolution, ratio string, ok bool) {
	resolution, ok = map[int]string{720: "720p", 1080: "1080p", 2160: "4k"}[min(w, h)]
	for name, r := range map[string][2]int{"16:9": {16, 9}, "9:16": {9, 16}, "4:5": {4, 5}, "5:4": {5, 4}, "1:1": {1, 1}} {
		if w*r[1] == h*r[0] {
			return resolution, name, ok
		}
	}
	return "", "", false
}
