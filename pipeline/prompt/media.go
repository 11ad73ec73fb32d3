package prompt

import (
	"sort"
	"strings"

	"greenroom/internal/lazyregexp"
)

// MediaTypes are what a scene can be made of.
var MediaTypes = []string{"avatar", "stock", "motion graphics", "screen recording", "image", "generated"}

// mediaWords lead to MediaTypes.
var mediaWords = map[string]string{
	"a-roll": "avatar", "presenter": "avatar", "talking head": "avatar", "avatars": "avatar",
	"b-roll": "stock", "broll": "stock", "b roll": "stock", "stock footage": "stock", "stock media": "stock", "stock video": "stock", "footage": "stock",
	"animation": "motion graphics", "motion": "motion graphics", "graphics": "motion graphics", "motion graphic": "motion graphics", "text animation": "motion graphics",
	"screen": "screen recording", "screencast": "screen recording", "screen capture": "screen recording", "screenshot": "image",
	"images": "image", "photo": "image", "photos": "image", "picture": "image", "still": "image",
	"ai": "generated", "ai-generated": "generated", "ai generated": "generated", "generated video": "generated", "ai video": "generated", "ai image": "generated",
}

// mediaNames are all of them, the longest first, so that "stock footage" wins over
// "stock".
var mediaNames = func() (names []string) {
	for _, m := range MediaTypes {
		names = append(names, m)
	}
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

// medium finds the type a phrase begins with. More is said when the phrase goes on, as
// in "stock footage of a harbour".
func medium(phrase string) (kind string, more, ok bool) {
	word := strings.ToLower(phrase)
	for _, name := range mediaNames {
		rest, found := strings.CutPrefix(word, name)
		if !found || rest != "" && !asideRe.MatchString(rest) {
			continue
		}
		if kind = mediaWords[name]; kind == "" {
			kind = name
		}
		return kind, rest != "", true
	}
	return "", false, false
}

// media reads the types of a scene; what is said beyond the type belongs to its picture.
func (r *reader) media(n int, raw, value string) {
	for _, phrase := range mediaSplit.Split(value, -1) {
		if phrase = clean(phrase); phrase == "" {
			continue
		}
		kind, more, ok := medium(phrase)
		if !ok && r.p.full("media") {
			continue // nobody reads more of them, and looking for the nearest takes time
		}
		if !ok {
			hint := "use " + strings.Join(MediaTypes, ", ")
			if m := nearest(strings.ToLower(phrase), mediaNames); m != "" {
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

// nearest gives the candidate within two edits of word, or "".
func nearest(word string, candidates []string) string {
	best, bestD := "", 3
	for _, c := range candidates {
		if len(c) > len(word)+2 || len(word) > len(c)+2 {
			continue
		}
		if d := distance(word, c); d < bestD && d < len(c)-1 {
			best, bestD = c, d
		}
	}
	return best
}

func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}
