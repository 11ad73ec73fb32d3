package request

import (
	"slices"
	"strings"
	"testing"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

func TestCandidates(t *testing.T) {
	t.Parallel()
	spoken := manifest.Clip{Source: manifest.SourceAvatar, Script: "Hi.", Transparent: true}
	with := func(c manifest.Clip, change func(*manifest.Clip)) manifest.Clip {
		change(&c)
		return c
	}
	opaque := with(spoken, func(c *manifest.Clip) { c.Transparent = false })
	scenes := with(spoken, func(c *manifest.Clip) { c.Scenes = make([]manifest.Scene, 2) })
	opaqueScenes := with(scenes, func(c *manifest.Clip) { c.Transparent = false })
	translation := manifest.Clip{Source: manifest.SourceTranslate, Transparent: true}
	for _, x := range []struct {
		name string
		clip manifest.Clip
		api  heygen.API
		look Look
		want string
	}{
		{"transparent on v2", spoken, heygen.V2, Look{}, "v2-key v3-webm v3-key"},
		{"transparent on v2, without WebM", spoken, heygen.V2, Look{NoWebM: true}, "v2-key v3-webm v3-key"},
		{"transparent on v3", spoken, heygen.V3, Look{}, "v3-webm v3-key v2-key"},
		{"a look without WebM", spoken, heygen.V3, Look{NoWebM: true}, "v3-key v3-webm v2-key"},
		{"the source of a translation", spoken, heygen.V3, Look{Translated: true}, "v3-key v3-webm v2-key"},
		{"opaque on v2", opaque, heygen.V2, Look{}, "v2 v3"},
		{"opaque on v3", opaque, heygen.V3, Look{NoWebM: true, Translated: true}, "v3 v2"},
		{"scenes on v3: only v2 has transparent ones", scenes, heygen.V3, Look{}, "v2-key"},
		{"scenes on v2", scenes, heygen.V2, Look{}, "v2-key"},
		{"opaque scenes on v2", opaqueScenes, heygen.V2, Look{}, "v2 v3-studio"},
		{"opaque scenes on v3", opaqueScenes, heygen.V3, Look{}, "v3-studio v2"},
		{"a named route", with(spoken, func(c *manifest.Clip) { c.Route = routes.V1WebM }), heygen.V3, Look{}, "v1-webm"},
		{"an agent on v2", manifest.Clip{Source: manifest.SourceAgent}, heygen.V2, Look{}, "v1-agent v3-agent"},
		{"an agent on v3", manifest.Clip{Source: manifest.SourceAgent}, heygen.V3, Look{}, "v3-agent v1-agent"},
		{"a template", manifest.Clip{Source: manifest.SourceTemplate}, heygen.V2, Look{}, "v2-template v3-template"},
		{"a template on v3", manifest.Clip{Source: manifest.SourceTemplate}, heygen.V3, Look{}, "v3-template v2-template"},
		{"a translation", translation, heygen.V2, Look{}, "v2-translate-key v3-translate-key"},
		{"a translation on v3", translation, heygen.V3, Look{}, "v3-translate-key v2-translate-key"},
		{"an opaque translation", manifest.Clip{Source: manifest.SourceTranslate}, heygen.V3, Look{}, "v3-translate v2-translate"},
		{"a translation without its text", manifest.Clip{
			Source: manifest.SourceTranslate, Translate: &manifest.Translate{Proofread: "a.srt"},
		}, heygen.V2, Look{}, "v3-proofread"},
		{"a translation with its text", manifest.Clip{
			Source: manifest.SourceTranslate, Translate: &manifest.Translate{Proofread: "a.srt", Text: "1"},
		}, heygen.V2, Look{}, "v3-translate"},
		{"a transparent one", manifest.Clip{
			Source: manifest.SourceTranslate, Transparent: true, Translate: &manifest.Translate{Proofread: "a.srt", Text: "1"},
		}, heygen.V2, Look{}, "v3-translate-key"},
		{"a file", manifest.Clip{Source: manifest.SourceFile}, heygen.V3, Look{}, "file"},
		{"a cutout", manifest.Clip{Source: manifest.SourceFile, Cutout: true}, heygen.V2, Look{}, "v3-cutout"},
		{"a lipsync", manifest.Clip{Source: manifest.SourceLipsync}, heygen.V2, Look{}, "v3-lipsync"},
		{"instant footage", manifest.Clip{Source: manifest.SourceInstant}, heygen.V2, Look{}, "v3-instant"},
		{"cinematic footage", manifest.Clip{Source: manifest.SourceCinematic}, heygen.V2, Look{}, "v3-cinematic"},
		{"a video", manifest.Clip{Source: manifest.SourceVideo}, heygen.V2, Look{}, "video"},
	} {
		got := Candidates(x.clip, x.api, x.look)
		if s := strings.Join(got, " "); s != x.want {
			t.Errorf("%s: %s, want %s", x.name, s, x.want)
		}
		for _, route := range got {
			if !slices.Contains(routes.Names, route) {
				t.Errorf("%s: %s is not among the routes", x.name, route)
			}
		}
	}
}

// TestTheAccountDoesNotChangeWhereATakeIsFound: the routes of both generations are the same, in another order.
func TestTheAccountDoesNotChangeWhereATakeIsFound(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		manifest.SourceAvatar, manifest.SourceFile, manifest.SourceVideo, manifest.SourceAgent, manifest.SourceTemplate,
		manifest.SourceTranslate, manifest.SourceLipsync, manifest.SourceInstant,
		manifest.SourceCinematic,
	} {
		for _, transparent := range []bool{false, true} {
			c := manifest.Clip{Source: source, Transparent: transparent}
			v2, v3 := Candidates(c, heygen.V2, Look{}), Candidates(c, heygen.V3, Look{})
			slices.Sort(v2)
			slices.Sort(v3)
			if !slices.Equal(v2, v3) {
				t.Errorf("%s, transparent %v: %v and %v", source, transparent, v2, v3)
			}
		}
	}
}

func TestWhatARouteIs(t *testing.T) {
	t.Parallel()
	wants := map[string]struct {
		api   heygen.API
		kind  heygen.Kind
		keyed bool
		paid  bool
	}{
		routes.V2Key:          {heygen.V2, heygen.KindVideoV2, true, true},
		routes.V2:             {heygen.V2, heygen.KindVideoV2, false, true},
		routes.V1WebM:         {heygen.V2, heygen.KindVideoV2, false, true},
		routes.V3WebM:         {heygen.V3, heygen.KindVideoV3, false, true},
		routes.V3Key:          {heygen.V3, heygen.KindVideoV3, true, true},
		routes.V3:             {heygen.V3, heygen.KindVideoV3, false, true},
		routes.V3Studio:       {heygen.V3, heygen.KindVideoV3, false, true},
		routes.V1Agent:        {heygen.V2, heygen.KindVideoV2, false, true},
		routes.V3Agent:        {heygen.V3, heygen.KindAgent, false, true},
		routes.V2Template:     {heygen.V2, heygen.KindVideoV2, false, true},
		routes.V3Template:     {heygen.V3, heygen.KindVideoV3, false, true},
		routes.V2Translate:    {heygen.V2, heygen.KindTranslateV2, false, true},
		routes.V2TranslateKey: {heygen.V2, heygen.KindTranslateV2, true, true},
		routes.V3Translate:    {heygen.V3, heygen.KindTranslateV3, false, true},
		routes.V3TranslateKey: {heygen.V3, heygen.KindTranslateV3, true, true},
		routes.V3Cutout:       {heygen.V3, heygen.KindCutout, false, true},
		routes.V3Lipsync:      {heygen.V3, heygen.KindLipsync, false, true},
		routes.V3Proofread:    {heygen.V3, heygen.KindProofread, false, true},
		routes.V3Instant:      {heygen.V3, heygen.KindModelVideo, false, true},
		routes.V3Cinematic:    {heygen.V3, heygen.KindVideoV3, false, true},
		routes.Video:          {heygen.V2, heygen.KindVideoV2, false, false},
		routes.File:           {heygen.V2, heygen.KindVideoV2, false, false},
	}
	for _, route := range routes.Names {
		want, ok := wants[route]
		if !ok {
			t.Errorf("write down what route %s is", route)
		}
		if got := routes.APIOf(route); got != want.api {
			t.Errorf("%s is of generation %v", route, got)
		}
		if got := routes.KindOf(route); got != want.kind {
			t.Errorf("%s makes a job of kind %v, want %v", route, got, want.kind)
		}
		if routes.IsKeyed(route) != want.keyed || routes.Paid(route) != want.paid || routes.IsSpeech(route) {
			t.Errorf("%s: keyed %v, paid %v, speech %v", route, routes.IsKeyed(route), routes.Paid(route), routes.IsSpeech(route))
		}
	}
	for _, route := range []string{routes.V1Speech, routes.V3Speech} {
		if !routes.IsSpeech(route) || !routes.Paid(route) {
			t.Errorf("%s: speech %v, paid %v", route, routes.IsSpeech(route), routes.Paid(route))
		}
	}
}

func TestNeedsAPI(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		clip manifest.Clip
		want bool
	}{
		{manifest.Clip{Source: manifest.SourceAvatar}, true},
		{manifest.Clip{Source: manifest.SourceAvatar, Route: routes.V2Key}, false},
		{manifest.Clip{Source: manifest.SourceAgent}, true},
		{manifest.Clip{Source: manifest.SourceTranslate}, true},
		{manifest.Clip{Source: manifest.SourceFile, Cutout: true}, false},
		{manifest.Clip{Source: manifest.SourceVideo}, false},
		{manifest.Clip{Source: manifest.SourceLipsync}, false},
		{manifest.Clip{Source: manifest.SourceTranslate, Translate: &manifest.Translate{Proofread: "a.srt"}}, false},
	} {
		if got := NeedsAPI(x.clip); got != x.want {
			t.Errorf("%s on route %q: %v", x.clip.Source, x.clip.Route, got)
		}
	}
}

func TestV3Size(t *testing.T) {
	t.Parallel()
	for size, want := range map[[2]int]string{
		{1280, 720}: "720p 16:9", {720, 1280}: "720p 9:16", {1920, 1080}: "1080p 16:9", {1080, 1920}: "1080p 9:16",
		{3840, 2160}: "4k 16:9", {2160, 3840}: "4k 9:16", {1080, 1080}: "1080p 1:1", {720, 720}: "720p 1:1",
		{1080, 1350}: "1080p 4:5", {1350, 1080}: "1080p 5:4", {900, 720}: "720p 5:4", {720, 900}: "720p 4:5",
		{2700, 2160}: "4k 5:4",
	} {
		resolution, ratio, ok := V3Size(size[0], size[1])
		if got := resolution + " " + ratio; got != want || !ok {
			t.Errorf("%v is %s (%v), want %s", size, got, ok, want)
		}
	}
	for _, size := range [][2]int{{640, 360}, {1280, 721}, {1920, 800}, {1440, 1080}, {128, 128}, {4096, 2160}, {960, 540}} {
		if resolution, ratio, ok := V3Size(size[0], size[1]); ok {
			t.Errorf("%v is rendered as %s %s", size, resolution, ratio)
		}
	}
}
