package prompt

import (
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
)

// labels are the words that people write before a part of a scene, and what they mean.
var labels = map[string]string{
	"vo": "words", "voiceover": "words", "voice-over": "words", "voice over": "words", "narration": "words",
	"narrator": "words", "says": "words",
	"script": "words", "spoken": "words", "dialogue": "words",
	"visual": "visual", "visuals": "visual", "shot": "visual", "picture": "visual", "on camera": "visual",
	"media": "media", "media type": "media", "media types": "media",
	"text": "text", "on-screen": "text", "on-screen text": "text", "on screen": "text", "on screen text": "text",
	"onscreen text": "text",
	"text overlay":  "text", "title": "text", "caption": "text",
	"style": "style", "visual style": "style",
	"duration": "time", "time": "time", "timing": "time", "length": "time",
	"a-roll": "kind", "b-roll": "kind", "broll": "kind", "motion graphics": "kind", "stock footage": "kind",
	"screen recording": "kind",
}

// directions are labels that are kept as they are: the agent understands them, and
// they are not spoken.
var directions = []string{"music", "sound", "sounds", "sfx", "sound effects", "transition", "transitions", "camera",
	"lighting", "background", "setting",
	"mood", "tone", "avatar", "animation", "slide", "note", "notes", "layout", "delivery", "gesture", "colors", "colours"}

var (
	labelRe = lazyregexp.New(`^(?:[-*+•] |#{1,6} )?(?:\*\*|__|\*|_)?([A-Za-z][A-Za-z \-/]{0,28}?)` +
		`(?: ?\(([^()]{1,60})\))?(?:\*\*|__|\*|_)? ?:(?:\*\*|__|\*|_)?(?: (.*)|([^/ ].*))?$`)
	headRe  = lazyregexp.New(`^(#{1,6}) (.*)$`)
	ruleRe  = lazyregexp.New(`^(?:(?:- ?){3,}|(?:\* ?){3,}|(?:_ ?){3,}|(?:= ?){3,})$`)
	sceneRe = lazyregexp.New(`(?i)^(?:(#{1,6}) )?([*_]{0,3})[^\pL\pN#:"]{0,8}scene(?: ?#?(\d{1,4}))?\b([*_]{0,3})(.*)$`)
	itemRe  = lazyregexp.New(`^(?:[-*+•]|\d{1,2}[.)]) (.*)$`)
)

// labelled is a line that begins with a label.
type labelled struct {
	name, what  string // as written, and its meaning; what is "" for an unknown label
	aside, rest string // VO (warmly): rest
}

// readLabel splits a collapsed line into its label and the rest.
func readLabel(l string) (labelled, bool) {
	m := labelRe.FindStringSubmatch(l)
	if m == nil {
		return labelled{}, false
	}
	b := labelled{name: strings.TrimSpace(m[1]), aside: clean(m[2]), rest: clean(m[3] + m[4])}
	for _, word := range strings.Split(strings.ToLower(b.name), "/") {
		if b.what == "" {
			b.what = meaning(strings.TrimSpace(word))
		}
	}
	return b, true
}

// meaning returns what a label means, in lower case; empty for an unknown one.
func meaning(word string) string {
	speaker, spoken := strings.CutSuffix(word, "says")
	switch {
	case labels[word] != "":
		return labels[word]
	case spoken && strings.HasSuffix(speaker, " "):
		return "words"
	case slices.Contains(directions, word):
		return "note"
	}
	return ""
}

// labelNames are the labels with which an unknown one is compared.
var labelNames = func() (names []string) {
	for l := range labels {
		if len(l) > 4 {
			names = append(names, l)
		}
	}
	slices.Sort(names)
	return names
}()

// Limits of a heading. A longer line is prose, whatever it begins with.
const (
	maxHeading = 400
	maxTitle   = 200
)

// readScene splits a scene's heading. Without marks around it, a line is a heading
// only when the number is followed by a separator: "Scene 1 shows a table" is prose.
func readScene(l string) (level int, title string, t timing, ok bool) {
	if len(strings.TrimLeft(l, "# ")) > maxHeading {
		return 0, "", t, false
	}
	m := sceneRe.FindStringSubmatch(l)
	if m == nil {
		return 0, "", t, false
	}
	rest := strings.TrimSpace(m[5])
	marked := m[1] != "" || m[2] != ""
	separated := rest == "" || strings.ContainsAny(rest[:1], ":.-([|,") || strings.HasPrefix(rest, "–") ||
		strings.HasPrefix(rest, "—")
	if m[3] == "" && (!marked || !separated) || m[3] != "" && !marked && !separated {
		return 0, "", t, false
	}
	title, t = heading(rest)
	return len(m[1]), title, t, len(title) <= maxTitle
}
