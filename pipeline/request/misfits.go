package request

import (
	"fmt"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/member"
	"greenroom/pipeline/routes"
)

// Lines returns a line of the manifest by its number, for messages; empty when it cannot be read.
type Lines func(number int) string

// Misfits returns the members of a clip that its route cannot carry as faults, each at its own place, or nil. A request
// without them would buy another clip than the manifest describes.
func Misfits(c manifest.Clip, route string, lines Lines) error {
	var bad fault.List
	for _, m := range member.Names() {
		set, own := isSet(&c, m)
		if !set {
			continue
		}
		switch handlingOf(&c, m, route) {
		case Refused:
			bad = append(bad, Misfit(c, lines, m, "use "+other(m, route), "%s", limitOf(m, route)))
		case Unused:
			if own {
				bad = append(bad, Misfit(c, lines, m, insteadOf(c, m), "%s does not use %s", kindOfClip(c, route), m))
			}
		}
	}
	if bad = firstOfEqual(bad); len(bad) > 0 {
		return bad.Or()
	}
	switch c.Source {
	case manifest.SourceInstant:
		return instantMisfit(c, lines)
	case manifest.SourceCinematic:
		return cinematicMisfit(c, lines)
	}
	if c.Source != manifest.SourceAvatar || !routes.IsV3(route) {
		return nil
	}
	if _, _, ok := V3Size(c.Width, c.Height); !ok {
		return Misfit(c, lines, "size", "choose 1280x720, 1920x1080 or 3840x2160, or the same turned or square",
			"v3 does not render %dx%d", c.Width, c.Height)
	}
	return nil
}

// instantMisfit returns the fault of instant footage in a shape that HeyGen does not make.
func instantMisfit(c manifest.Clip, lines Lines) error {
	if c.Instant.Image != "" {
		return nil // the picture decides
	}
	ratio, ok := InstantRatio(c.Width, c.Height)
	large := c.Instant.Resolution == "1080p" || c.Instant.Resolution == "2k"
	switch {
	case !ok:
		return Misfit(c, lines, "size", "choose a size of 21:9, 16:9, 4:3, 1:1, 3:4 or 9:16",
			"instant footage is not made in %dx%d", c.Width, c.Height)
	case large && ratio != "16:9" && ratio != "9:16":
		return Misfit(c, lines, "instant.resolution", "use 768p, or a size of 16:9 or 9:16", "%s is not made in %s",
			c.Instant.Resolution, ratio)
	}
	return nil
}

// cinematicMisfit returns the fault of cinematic footage in a size that HeyGen does not make.
func cinematicMisfit(c manifest.Clip, lines Lines) error {
	resolution, _, ok := V3Size(c.Width, c.Height)
	if ok && resolution != "4k" {
		return nil
	}
	return Misfit(c, lines, "size", "choose a size of 16:9, 9:16, 4:5, 5:4 or 1:1 whose short side is 720 or 1080",
		"cinematic footage is not made in %dx%d", c.Width, c.Height)
}

// firstOfEqual returns a list without repeated messages, which two scenes with the same member cause.
func firstOfEqual(list fault.List) (out fault.List) {
	seen := map[string]bool{}
	for _, f := range list {
		if !seen[f.Msg] {
			seen[f.Msg] = true
			out = append(out, f)
		}
	}
	return out
}

// handlingOf returns how a route handles a member of a clip: as HandlingOf, but a clip with its own sound
// needs no voice, and a voice draft carries the members of the voice.
func handlingOf(c *manifest.Clip, member, route string) Handling {
	f := HandlingOf(member, route)
	voice := strings.HasPrefix(member, "voice.") || member == "pronunciation" || member == "glossary"
	switch {
	case (c.Source == manifest.SourceAvatar || c.Source == manifest.SourceLipsync) && c.AudioFile != "" && voice:
		return Unused
	case c.Draft == manifest.DraftVoice && strings.HasPrefix(member, burned) && f == Carried:
		return Refused // HeyGen makes captions of its own speech alone
	case c.Draft == manifest.DraftVoice && member == "glossary":
		return Refused // the bought voice would be without it
	case c.Draft == manifest.DraftVoice && route == routes.V1WebM && (voice || member == "captions"):
		return Carried
	case member == "scenes.background" && (c.BackgroundImage != "" || c.BackgroundVideo != ""):
		return Unused // the clip's own background covers it
	}
	return f
}

// isSet reports whether a member of a clip is not at its default, and whether it is written in the clip itself.
func isSet(c *manifest.Clip, member string) (set, own bool) {
	name, inScene := strings.CutPrefix(member, "scenes.")
	if !inScene {
		if len(c.Scenes) > 0 && (strings.HasPrefix(member, "avatar.") || strings.HasPrefix(member, "voice.")) {
			return false, false // the scenes have them, those of the clip included
		}
		if !isSetIn(c, c.Avatar, c.Voice, c.Background, member) {
			return false, false
		}
		_, own, _ = c.Places.Of(member)
		return true, own
	}
	for _, s := range c.Scenes {
		if !isSetIn(c, s.Avatar, s.Voice, s.Background, name) {
			continue
		}
		_, own, written := c.Places.Of(member)
		if !written { // the clip's, for all scenes
			_, own, _ = c.Places.Of(name)
		}
		return true, own
	}
	return false, false
}

// isSetIn reports whether a member of a clip or scene is not at its default; false for members that every clip of
// its source has.
func isSetIn(c *manifest.Clip, a manifest.Avatar, v manifest.Voice, background, member string) bool {
	switch member {
	case "avatar.id":
		return a.ID != ""
	case "avatar.photo":
		return a.Photo != ""
	case "avatar.talking-photo":
		return a.TalkingPhoto && a.Photo == ""
	case "avatar.style":
		return a.Style != "" && a.Style != "normal"
	case "avatar.scale":
		return a.Scale != 0 && a.Scale != 1
	case "avatar.offset":
		return a.Offset != manifest.Offset{}
	case "voice.id":
		return v.ID != ""
	case "voice.speed":
		return v.Speed != 0 && v.Speed != 1
	case "voice.pitch":
		return v.Pitch != 0
	case "voice.emotion":
		return v.Emotion != ""
	case "voice.locale":
		return v.Locale != ""
	case "pronunciation":
		return len(c.Pronunciation) > 0
	case "captions":
		return c.Captions
	case burned:
		return c.Burned.On
	case burned + ".preset":
		return c.Burned.Preset != ""
	case "glossary":
		return c.Glossary != ""
	case "background":
		return background != ""
	case "background.image":
		return c.BackgroundImage != ""
	case "background.video":
		return c.BackgroundVideo != ""
	case "scenes":
		return len(c.Scenes) > 0
	case "translate.proofread":
		return proofreads(*c)
	case "agent.voice":
		return c.Agent != nil && c.Agent.VoiceID != ""
	case "key-color":
		return c.KeyColor != ""
	}
	return false
}

// Misfit returns a fault at a member's place, or at the clip's when the member is not written anywhere.
func Misfit(c manifest.Clip, lines Lines, member, hint, format string, args ...any) *fault.Error {
	f := fault.New(fault.Manifest, hint, format, args...).For(c.Name)
	place := c.Place
	at, _, ok := c.Places.Of(member)
	if name, inScene := strings.CutPrefix(member, "scenes."); !ok && inScene {
		at, _, ok = c.Places.Of(name)
	}
	if ok {
		place.Line, place.Column, place.Text = at.Line, at.Column, lines(at.Line)
	}
	f.Place = &place
	return f
}

// burned is the member for captions in the picture.
const burned = "captions.burned-in"

// layerInstead is what shows words on every route.
const layerInstead = "captions: true and a captions layer in the composition"

// burners returns what burns captions in with a member: routes that users can choose, and templates.
func burners(member string) string {
	var list []string
	for _, r := range routes.Chosen {
		if HandlingOf(member, r) == Carried {
			list = append(list, r)
		}
	}
	return strings.Join(list, ", ") + " and templates"
}

// limitOf returns what a route cannot do with a member.
func limitOf(member, route string) string {
	name := strings.TrimPrefix(member, "scenes.")
	switch {
	case member == "scenes":
		return fmt.Sprintf("route %s makes one scene", route)
	case strings.HasPrefix(name, burned) && !routes.IsOpaque(route):
		return "captions are not burned into a transparent picture, whose background is removed"
	case name == burned:
		return "speech that is bought before the picture has no captions that HeyGen burns in"
	case name == burned+".preset":
		return "v3 burns captions in as it likes, without a preset"
	case route == routes.V1WebM && name == "captions":
		return "/v1/video.webm makes no captions"
	case route == routes.V1WebM && (name == "avatar.scale" || name == "avatar.offset"):
		return "/v1/video.webm does not move or scale avatars"
	case route == routes.V1WebM && (name == "avatar.photo" || name == "avatar.talking-photo"):
		return "/v1/video.webm takes studio avatars only"
	case route == routes.V1WebM:
		return fmt.Sprintf("/v1/video.webm has no member for %s", name)
	case name == "glossary" && routes.IsV3(route):
		return "speech that is bought before the picture takes no glossary"
	case name == "glossary":
		return "v2 has no glossaries"
	case name == "voice.emotion":
		return "v3 voices take no emotion"
	case route == routes.V3Lipsync && name == "voice.pitch":
		return "v3's speech has no pitch"
	case name == "avatar.style" || name == "avatar.scale" || name == "avatar.offset":
		return "v3 does not move or scale avatars"
	case name == "background.video":
		return "v3 has no video backgrounds"
	case name == "background.image":
		return "v3 has no image backgrounds in films of several scenes"
	case member == "agent.voice":
		return "v1's agent takes no voice"
	}
	return fmt.Sprintf("route %s has no member for %s", route, name)
}

// other returns what carries a member that a route does not carry, as the rest of a sentence that begins with "use".
func other(member, route string) string {
	name := strings.TrimPrefix(member, "scenes.")
	switch {
	case name == burned+".preset" && routes.IsOpaque(route):
		return "heygen.api: v2 (" + burners(name) + " take a preset), or captions: burned-in, or " + layerInstead
	case strings.HasPrefix(name, burned) && !routes.IsOpaque(route):
		return "transparent: false (" + burners(name) + " burn captions in so), or " + layerInstead
	case name == burned:
		return "draft: none, or " + layerInstead
	case route == routes.V1WebM && (name == "avatar.scale" || name == "avatar.offset"):
		return "route v2-key, or place the clip in the composition"
	case route == routes.V1WebM && (strings.HasPrefix(name, "voice.") && name != "voice.id"):
		return "route v2-key, or draft: voice, or omit " + name
	case route == routes.V1WebM:
		return "route v2-key"
	case member == "agent.voice":
		return "heygen.api: v3, or omit agent.voice"
	case name == "glossary" && routes.IsV3(route):
		return "draft: none, or pronunciation instead of glossary"
	case name == "glossary":
		return "heygen.api: v3, or glossary: none"
	case route == routes.V3Lipsync:
		return "another voice, or omit " + name
	case name == "voice.emotion":
		return "heygen.api: v2, or omit voice.emotion"
	case strings.HasPrefix(name, "avatar."):
		return "heygen.api: v2, or omit style, scale and offset and place the clip in the composition"
	case name == "background.video":
		return "an image, or place the video in the composition"
	case name == "background.image":
		return "a colour, or place the image in the composition"
	}
	return "a clip for each scene, or omit the route"
}

// kindOfClip returns the kind of a clip in words.
func kindOfClip(c manifest.Clip, route string) string {
	switch {
	case c.Source == manifest.SourceAvatar && c.AudioFile != "":
		return "a clip with its own sound"
	case c.Source == manifest.SourceLipsync && c.AudioFile != "":
		return "a lipsync with its own sound"
	case c.Source == manifest.SourceAvatar && c.Transparent:
		return "a transparent clip"
	case c.Source == manifest.SourceAvatar:
		return "a clip with a background image or video"
	case route == routes.V3Cutout:
		return "a cutout"
	}
	article := "a "
	if strings.ContainsRune("ae", rune(c.Source[0])) {
		article = "an "
	}
	return article + c.Source + " clip"
}

// insteadOf returns the hint for a member that a clip does not use.
func insteadOf(c manifest.Clip, member string) string {
	if c.Source == manifest.SourceAgent && (member == "avatar.id" || member == "voice.id") {
		return "write it as agent: {" + strings.TrimSuffix(member, ".id") + ": …}"
	}
	if c.Source == manifest.SourceTranslate && strings.HasPrefix(member, "voice.") {
		return "omit it: a translation keeps the voice of its source"
	}
	if strings.HasPrefix(member, burned) {
		return "omit " + member + " in the clip; under defaults it is fine; " + burners(member) + " burn captions in"
	}
	return "omit " + member + " in the clip; under defaults it is fine"
}
