package request

import (
	"fmt"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/member"
)

// Lines returns a line of the manifest by its number, for messages; empty when it cannot be read.
type Lines func(number int) string

// Misfits returns the members of a clip that its route cannot carry as faults, each at its own place, or nil. A request
// without them would buy another clip than the manifest describes.
func Misfits(c manifest.Clip, route string, lines Lines) error {
	var bad fault.List
	for _, m := range member.Names() {
		asked, own := asks(&c, m)
		if !asked {
			continue
		}
		switch handlingOf(&c, m, route) {
		case Refused:
			bad = append(bad, Misfit(c, lines, m, "use "+other(m, route), "%s", noPlace(m, route)))
		case Unused:
			if own {
				bad = append(bad, Misfit(c, lines, m, insteadOf(c, m), "%s has no use for %s", kindOfClip(c, route), m))
			}
		}
	}
	if bad = narrower(bad); len(bad) > 0 {
		return bad.Or()
	}
	if c.Source != manifest.SourceAvatar || !IsV3(route) {
		return nil
	}
	if _, _, ok := V3Size(c.Width, c.Height); !ok {
		return Misfit(c, lines, "size", "choose 1280x720, 1920x1080 or 3840x2160, or the same turned or square",
			"v3 does not render %dx%d", c.Width, c.Height)
	}
	return nil
}

// narrower drops all but the first of faults with the same words: two scenes ask for
// one thing.
func narrower(list fault.List) (out fault.List) {
	seen := map[string]bool{}
	for _, f := range list {
		if !seen[f.Msg] {
			seen[f.Msg] = true
			out = append(out, f)
		}
	}
	return out
}

// handlingOf is the table's entry, and what changes it: own sound needs no voice, and a
// voice that is bought first carries what speech can.
func handlingOf(c *manifest.Clip, member, route string) Handling {
	f := HandlingOf(member, route)
	voice := strings.HasPrefix(member, "voice.") || member == "pronunciation"
	switch {
	case c.Source == manifest.SourceAvatar && c.AudioFile != "" && voice:
		return Unused
	case c.Draft == manifest.DraftVoice && route == V1WebM && (voice || member == "captions"):
		return Carried
	case member == "scenes.background" && (c.BackgroundImage != "" || c.BackgroundVideo != ""):
		return Unused // the clip's own background covers it
	}
	return f
}

// asks reports that a clip asks for a member, and whether it is written in the clip.
func asks(c *manifest.Clip, member string) (asked, own bool) {
	name, inScene := strings.CutPrefix(member, "scenes.")
	if !inScene {
		if len(c.Scenes) > 0 && (strings.HasPrefix(member, "avatar.") || strings.HasPrefix(member, "voice.")) {
			return false, false // the scenes have them, those of the clip included
		}
		if !asksOne(c, c.Avatar, c.Voice, c.Background, member) {
			return false, false
		}
		_, own, _ = c.Places.Of(member)
		return true, own
	}
	for _, s := range c.Scenes {
		if !asksOne(c, s.Avatar, s.Voice, s.Background, name) {
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

// asksOne reports whether a member is not at its default.
func asksOne(c *manifest.Clip, a manifest.Avatar, v manifest.Voice, background, member string) bool {
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
	case "background":
		return background != ""
	case "background.image":
		return c.BackgroundImage != ""
	case "background.video":
		return c.BackgroundVideo != ""
	case "scenes":
		return len(c.Scenes) > 0
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

// noPlace returns what a route cannot do.
func noPlace(member, route string) string {
	name := strings.TrimPrefix(member, "scenes.")
	switch {
	case member == "scenes":
		return fmt.Sprintf("route %s makes one scene", route)
	case route == V1WebM && name == "captions":
		return "/v1/video.webm makes no captions"
	case route == V1WebM && (name == "avatar.scale" || name == "avatar.offset"):
		return "/v1/video.webm does not move or scale avatars"
	case route == V1WebM && (name == "avatar.photo" || name == "avatar.talking-photo"):
		return "/v1/video.webm takes studio avatars only"
	case route == V1WebM:
		return fmt.Sprintf("/v1/video.webm has no member for %s", name)
	case name == "voice.emotion":
		return "v3 voices take no emotion"
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

// other is what carries a member that a route does not; it follows "use".
func other(member, route string) string {
	name := strings.TrimPrefix(member, "scenes.")
	switch {
	case route == V1WebM && (name == "avatar.scale" || name == "avatar.offset"):
		return "route v2-key, or place the clip in the composition"
	case route == V1WebM && (strings.HasPrefix(name, "voice.") && name != "voice.id"):
		return "route v2-key, or draft: voice, or leave " + name + " out"
	case route == V1WebM:
		return "route v2-key"
	case member == "agent.voice":
		return "heygen.api: v3, or leave agent.voice out"
	case name == "voice.emotion":
		return "heygen.api: v2, or leave voice.emotion out"
	case strings.HasPrefix(name, "avatar."):
		return "heygen.api: v2, or leave style, scale and offset out and place the clip in the composition"
	case name == "background.video":
		return "an image, or place the video in the composition"
	case name == "background.image":
		return "a colour, or place the image in the composition"
	}
	return "a clip for each scene, or leave the route out"
}

// kindOfClip names a clip for a member that it has no use for.
func kindOfClip(c manifest.Clip, route string) string {
	switch {
	case c.Source == manifest.SourceAvatar && c.AudioFile != "":
		return "a clip with its own sound"
	case c.Source == manifest.SourceAvatar && c.Transparent:
		return "a transparent clip"
	case c.Source == manifest.SourceAvatar:
		return "a clip with a background image or video"
	case route == V3Cutout:
		return "a cutout"
	}
	article := "a "
	if strings.ContainsRune("ae", rune(c.Source[0])) {
		article = "an "
	}
	return article + c.Source + " clip"
}

// insteadOf is the hint for a member that a clip has no use for.
func insteadOf(c manifest.Clip, member string) string {
	if c.Source == manifest.SourceAgent && (member == "avatar.id" || member == "voice.id") {
		return "write it as agent: {" + strings.TrimSuffix(member, ".id") + ": …}"
	}
	if c.Source == manifest.SourceTranslate && strings.HasPrefix(member, "voice.") {
		return "leave it out: a translation keeps the voice of its source"
	}
	return "leave " + member + " out of the clip; under defaults it is fine"
}
