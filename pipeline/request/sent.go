package request

import (
	"slices"

	"greenroom/pipeline/routes"
)

// sent returns the canonical value without members that the body does not contain, and whether there were any. They
// come from the defaults of a project, which hold for other clips: an image behind opaque clips, for example, is not in
// the request of a transparent one, and another image must not buy that clip again.
func (c Canonical) sent() (Canonical, bool) {
	changed := false
	drop := func(text *string) {
		changed = changed || *text != ""
		*text = ""
	}
	if !routes.IsOpaque(c.Route) && (c.Frame.Image.Path != "" || c.Frame.Video.Path != "") {
		c.Frame.Image, c.Frame.Video, changed = Content{}, Content{}, true
	}
	covered := c.Frame.Image.Path != "" || c.Frame.Video.Path != ""
	c.Scenes = slices.Clone(c.Scenes)
	for i := range c.Scenes {
		s := &c.Scenes[i]
		if s.Avatar.Photo.Path != "" || s.Avatar.TalkingPhoto {
			drop(&s.Avatar.Style) // only avatars have one
		}
		if c.Split && (routes.IsKeyed(c.Route) || covered) {
			drop(&s.Background)
		}
	}
	uses := func(s Scene) bool { return s.Background == c.Frame.Background }
	if c.Split && !slices.ContainsFunc(c.Scenes, uses) {
		drop(&c.Frame.Background)
	}
	return c, changed
}

// earlier returns the canonical value that earlier versions made the key from, and whether it differs from c, which
// is as the clip is written. They did not distinguish a talking photo from an avatar of the same id, and the key had
// members that the body does not contain.
func (c Canonical) earlier() (Canonical, bool) {
	_, changed := c.sent()
	c.Scenes = slices.Clone(c.Scenes)
	for i := range c.Scenes {
		a := &c.Scenes[i].Avatar
		changed = changed || a.TalkingPhoto && a.Photo.Path == ""
		a.TalkingPhoto = false
	}
	return c, changed
}
