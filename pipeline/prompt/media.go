package prompt

import (
	"cmp"
	"sort"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
)

// MediaTypes are the types of media of a scene.
var MediaTypes = []string{"avatar", "stock", "motion graphics", "screen recording", "image", "generated"}

// mediaWords are other words for MediaTypes.
var mediaWords = map[string]string{
	"a-roll": "avatar", "presenter": "avatar", "talking head": "avatar", "avatars": "avatar",
	"b-roll": "stock", "broll": "stock", "b roll": "stock", "stock footage": "stock", "stock media": "stock",
	"stock video": "stock", "footage": "stock",
	"animation": "motion graphics", "motion": "motion graphics", "graphics": "motion graphics",
	"motion graphic": "motion graphics", "text animation": "motion graphics",
	"screen": "screen recording", "screencast": "screen recording", "screen capture": "screen recording",
	"screenshot": "image",
	"images":     "image", "photo": "image", "photos": "image", "picture": "image", "still": "image",
	"ai": "generated", "ai-generated": "generated", "ai generated": "generated", "generated video": "generated",
	"ai video": "generated", "ai image": "generated",
}

// mediaNames are MediaTypes and mediaWords, the longest first, so that "stock footage" is found before "stock".
var mediaNames = func() (names []string) {
	names = append(names, MediaTypes...)
	for m := range mediaWords {
		names = append(names, m)
	}
	sort.Slice(names, func(i, j int) bool {
		if len(names[i]) != len(names[j]) {
			return len(names[i]) > len(names[j])
		}
		return names[i] < names[j]
	})
	return names
}()

var (
	mediaSplit = lazyregexp.New(`(?i)\s*(?:[,;+&/]|\band\b|\bwith\b|\bover\b)\s*`)
	asideRe    = lazyregexp.New(`^[\s(:–—-]`)
)

// medium returns the type with which a phrase begins. more is true when the phrase goes on, as
// in "stock footage of a harbour".
func medium(phrase string) (kind string, more, ok bool) {
	word := strings.ToLower(phrase)
	for _, name := range mediaNames {
		rest, found := strings.CutPrefix(word, name)
		if !found || rest != "" && !asideRe.MatchString(rest) {
			continue
		}
		return cmp.Or(mediaWords[name], name), rest != "", true
	}
	return "", false, false
}

// media reads the types of a scene; further words about a type belong to the scene's picture.
func (r *reader) media(n int, raw, value string) {
	for _, phrase := range mediaSplit.Split(value, -1) {
		phrase = clean(phrase)
		if phrase == "" {
			continue
		}
		kind, more, ok := medium(phrase)
		if !ok && r.p.full("media") {
			continue // no more are reported, and a search for the nearest name takes time
		}
		if !ok {
			hint := "use " + strings.Join(MediaTypes, ", ")
			if m := fault.Nearest(strings.ToLower(phrase), mediaNames); m != "" {
				hint = "did you mean " + m + "?"
			}
			r.p.find(place{n, column(raw, phrase)}, Error, "media", hint, "unknown media type %s", show(phrase))
			continue
		}
		if more {
			r.draft.visual.pieces = append(r.draft.visual.pieces, phrase)
		}
		r.scene.addMedia(kind)
	}
}

func (s *Scene) addMedia(kind string) {
	for _, have := range s.Media {
		if have == kind {
			return
		}
	}
	s.Media = append(s.Media, kind)
}
