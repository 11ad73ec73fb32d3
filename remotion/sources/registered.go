package sources

import (
	"greenroom/internal/lazyregexp"
	"greenroom/remotion/project"
	"slices"
	"strings"
)

var (
	remotionName = lazyregexp.New(`import\s+(?:type\s+)?\{([^}]*)\}\s*from\s*['"]remotion['"];?`)
	namespace    = lazyregexp.New(`\*\s*as\s+\w+\s+from\s*['"]remotion['"]|(?:require|import)\(\s*['"]remotion['"]`)
	registering  = lazyregexp.New(`</?\s*(?:Composition|Still)\b|\b(?:Composition|Still)\b`)
	literalID    = lazyregexp.New(
		"^id\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|\\{\\s*\"([^\"]*)\"\\s*\\}|\\{\\s*'([^']*)'\\s*\\}|\\{\\s*`([^`$]*)`\\s*\\})",
	)
)

// Registered returns the ids of the compositions that a source registers. sure is false if there may be others.
func Registered(text string) (ids []string, sure bool) {
	text = project.WithoutComments(text)
	if namespace.MatchString(text) {
		return nil, !registering.MatchString(text)
	}
	var named []string
	for _, m := range remotionName.FindAllStringSubmatch(text, -1) {
		for n := range strings.SplitSeq(m[1], ",") {
			switch words := strings.Fields(n); {
			case len(words) == 0 || words[0] != "Composition" && words[0] != "Still":
			case len(words) > 1: // as another name
				return nil, false
			default:
				named = append(named, words[0])
			}
		}
	}
	text = remotionName.ReplaceAllString(text, "")
	sure = true
	for _, at := range registering.FindAllStringSubmatchIndex(text, -1) {
		tag := text[at[0]:at[1]]
		switch {
		case strings.HasPrefix(tag, "</") || !slices.Contains(named, strings.TrimLeft(tag, "< ")):
		case tag[0] != '<': // passed on, to be used elsewhere
			sure = false
		default:
			id, ok := idOf(text[at[1]:])
			if ok {
				ids = append(ids, id)
			}
			sure = sure && ok
		}
	}
	return ids, sure
}

// idOf returns the id among an element's attributes, which begin the text; false if it is not a literal.
func idOf(text string) (string, bool) {
	types, braces, quote := 0, 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			braces++
		case c == '}':
			braces--
		case braces > 0:
		case c == '<': // <Composition<Props> …
			types++
		case c == '>' && types > 0:
			types--
		case c == '>':
			return "", false
		case types == 0 && i > 0 && strings.IndexByte(" \t\r\n", text[i-1]) >= 0:
			if m := literalID.FindStringSubmatch(text[i:]); m != nil {
				return m[1] + m[2] + m[3] + m[4] + m[5], true
			}
		}
	}
	return "", false
}
