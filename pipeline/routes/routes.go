// Package routes is the table of the routes from a clip to a take: the endpoint and form of each request.
//
// A route has a row here, and what depends on the route alone is read from it. What a route does with the members of a
// clip is in package request.
package routes

import (
	"slices"
	"strings"

	"greenroom/heygen"
)

// Names of routes. They are in lockfiles and take keys.
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
	V3Lipsync      = "v3-lipsync"
	V3Instant      = "v3-instant"
	V3Cinematic    = "v3-cinematic"
	V3Proofread    = "v3-proofread" // the text of a translation, without its film
	Video          = "video"        // an existing video of the account
	File           = "file"         // a file of the project
)

// Routes of a voice draft: the sound of a clip alone, bought before its picture. The same words in the same voice are
// one purchase, for all clips and both generations.
const (
	V1Speech = "v1-speech"
	V3Speech = "v3-speech"
)

// behind is what is behind the avatar in a master.
type behind byte

const (
	other  behind = iota // what the film or the file brings
	alpha                // nothing: the master is transparent
	key                  // the key colour, which greenroom removes
	own                  // the background of the clip
	scenes               // the background of each scene
)

// route is a row of the table.
type route struct {
	name   string
	api    heygen.API
	kind   heygen.Kind // of the job, which decides where its state is read
	behind behind
	price  string // the line of prices.json; empty: nothing is bought
	chosen bool   // users may name it as the route of a clip
}

var table = []route{
	{V2Key, heygen.V2, heygen.KindVideoV2, key, "avatar", true},
	{V2, heygen.V2, heygen.KindVideoV2, own, "avatar", true},
	{V1WebM, heygen.V2, heygen.KindVideoV2, alpha, "avatar", true},
	{V3WebM, heygen.V3, heygen.KindVideoV3, alpha, "avatar", true},
	{V3Key, heygen.V3, heygen.KindVideoV3, key, "avatar", true},
	{V3, heygen.V3, heygen.KindVideoV3, own, "avatar", true},
	{V3Studio, heygen.V3, heygen.KindVideoV3, scenes, "avatar", false},
	{V1Agent, heygen.V2, heygen.KindVideoV2, other, "agent", false},
	{V3Agent, heygen.V3, heygen.KindAgent, other, "agent", false},
	{V2Template, heygen.V2, heygen.KindVideoV2, other, "template", false},
	{V3Template, heygen.V3, heygen.KindVideoV3, other, "template", false},
	{V2Translate, heygen.V2, heygen.KindTranslateV2, other, "translate", false},
	{V2TranslateKey, heygen.V2, heygen.KindTranslateV2, key, "translate", false},
	{V3Translate, heygen.V3, heygen.KindTranslateV3, other, "translate", false},
	{V3TranslateKey, heygen.V3, heygen.KindTranslateV3, key, "translate", false},
	{V3Cutout, heygen.V3, heygen.KindCutout, alpha, "cutout", false},
	{V3Lipsync, heygen.V3, heygen.KindLipsync, other, "lipsync", false},
	{V3Instant, heygen.V3, heygen.KindModelVideo, other, "instant", false},
	{V3Cinematic, heygen.V3, heygen.KindVideoV3, other, "cinematic", false},
	{V3Proofread, heygen.V3, heygen.KindProofread, other, "proofread", false},
	{Video, heygen.V2, heygen.KindVideoV2, other, "", false},
	{File, heygen.V2, heygen.KindVideoV2, other, "", false},
}

// Names are all routes, without those of voice drafts.
var Names = names(func(route) bool { return true })

// Chosen are the values of route in the manifest.
var Chosen = names(func(r route) bool { return r.chosen })

func names(which func(route) bool) (out []string) {
	for _, r := range table {
		if which(r) {
			out = append(out, r.name)
		}
	}
	return out
}

// rowOf returns the row of a route. A lockfile of a newer version may name a route that is not in the table; its row
// follows from its name then.
func rowOf(name string) route {
	i := slices.IndexFunc(table, func(r route) bool { return r.name == name })
	if i >= 0 {
		return table[i]
	}
	r := route{name: name, api: heygen.V2, kind: heygen.KindVideoV2, price: "avatar"}
	if strings.HasPrefix(name, "v3") {
		r.api, r.kind = heygen.V3, heygen.KindVideoV3
	}
	if strings.HasSuffix(name, "-key") {
		r.behind = key
	}
	return r
}

// TakesFolder reports a route whose requests name the folder of the account in which the video lies. That of studio scenes
// is not documented.
func TakesFolder(route string) bool {
	switch route {
	case V2, V2Key, V3, V3Key, V3WebM, V2Template, V3Template, V3Translate, V3TranslateKey, V3Proofread, V3Lipsync,
		V3Cinematic:
		return true
	}
	return false
}

// IsSpeech reports a route of a voice draft.
func IsSpeech(route string) bool { return route == V1Speech || route == V3Speech }

// IsV3 reports a route of the third generation of HeyGen's API.
func IsV3(route string) bool { return APIOf(route) == heygen.V3 }

// APIOf returns the generation that a route belongs to.
func APIOf(route string) heygen.API { return rowOf(route).api }

// IsKeyed reports a route whose masters come on the key color.
func IsKeyed(route string) bool { return rowOf(route).behind == key }

// IsOpaque reports a route of spoken clips whose masters show what is behind the avatar.
func IsOpaque(route string) bool {
	b := rowOf(route).behind
	return b == own || b == scenes
}

// HasBackground reports a route whose request has one background for the clip.
func HasBackground(route string) bool { return rowOf(route).behind == own }

// Paid reports a route that buys a take.
func Paid(route string) bool { return PriceOf(route) != "" }

// PriceOf returns the line of the price list for a route; empty for one that buys nothing.
func PriceOf(route string) string { return rowOf(route).price }

// KindOf returns the kind of job that a route makes, which decides where its state is read.
func KindOf(route string) heygen.Kind { return rowOf(route).kind }
