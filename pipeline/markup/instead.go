package markup

import (
	"fmt"
	"html"
	"strings"

	"greenroom/internal/lazyregexp"
)

var (
	tagName = lazyregexp.New(`^</?([A-Za-z][\w:-]*)`)
	number  = lazyregexp.New(`(\d+(?:[.,]\d+)?)\s*(ms)?`)
)

// insteadOfTag returns what to write instead of a tag of SSML or HTML.
func insteadOfTag(mark string) string {
	m := tagName.FindStringSubmatch(mark)
	if m == nil {
		return "remove it" + pause(mark)
	}
	name := strings.ToLower(m[1])
	if _, after, ok := strings.Cut(name, ":"); ok && after != "" {
		name = after
	}
	switch name {
	case "prosody":
		return "remove it, and set voice: {speed: 0.9} or pitch: in the manifest"
	case "phoneme", "sub", "say-as", "lexicon", "w":
		return "remove it, and write how the word is spoken under pronunciation: {SQL: sequel}"
	case "voice", "lang":
		return "remove it, and make a clip or a scene with another voice:"
	case "express-as", "emotion":
		return "remove it, and set voice: {emotion: Friendly} in the manifest"
	case "pause", "silence", "p", "s", "br":
		return `write <break time="0.5s"/> where the presenter pauses`
	}
	return `remove it: the one tag that HeyGen knows is <break time="0.5s"/>`
}

func insteadOfPlaceholder(string) string {
	return "write the words; {{column}} is filled in a clip of a table, under each:"
}

// pause returns the break that a direction such as [pause 1s] means, if it has a number.
func pause(mark string) string {
	m := number.FindStringSubmatch(mark)
	if m == nil {
		return ""
	}
	seconds := strings.ReplaceAll(m[1], ",", ".")
	if m[2] != "" {
		seconds = secondsOf(strings.Split(seconds, ".")[0])
	}
	return ", or write " + breakTag(seconds) + " for a pause"
}

func insteadOfDirection(mark string) string {
	lower := strings.ToLower(mark)
	switch {
	case strings.Contains(lower, "paus") || strings.Contains(lower, "silence") || strings.Contains(lower, "slnc") ||
		strings.Contains(lower, "beat") || strings.Contains(lower, "停顿"):
		if p := pause(mark); p != "" {
			return strings.TrimSuffix(strings.TrimPrefix(p, ", or "), " for a pause")
		}
		return `write <break time="1s"/>`
	case strings.HasPrefix(mark, "["):
		return "remove it, or write words to speak in its place: HeyGen performs no directions"
	}
	return "remove it: HeyGen performs no directions"
}

// maxSpelled bounds an address that is spelled out, characters.
const maxSpelled = 50

var spelled = strings.NewReplacer(".", " dot ", "/", " slash ", "@", " at ", "-", " dash ",
	"_", " underscore ", "#", " hash ", "+", " plus ")

// insteadOfAddress spells a short address in English words.
func insteadOfAddress(mark string) string {
	bare := mark
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if len(bare) > len(scheme) && strings.EqualFold(bare[:len(scheme)], scheme) {
			bare = bare[len(scheme):]
		}
	}
	if len(bare) > 4 && strings.EqualFold(bare[:4], "www.") {
		bare = bare[4:]
	}
	bare = strings.TrimRight(bare, "/")
	if len(bare) > maxSpelled || strings.ContainsAny(bare, "?=&%:") {
		return "say what it leads to, and show it as a text in the composition"
	}
	words := strings.Join(strings.Fields(spelled.Replace(bare)), " ")
	return fmt.Sprintf("write it as it is spoken, such as %q, or show it as a text in the composition", words)
}

func insteadOfEntity(mark string) string {
	c := html.UnescapeString(mark)
	if strings.TrimSpace(c) == "" || c == "\u00a0" {
		return "write a blank"
	}
	return fmt.Sprintf("write %q", c)
}

func insteadOfMarkdown(mark string) string {
	if in := strings.Trim(mark, "*_`~= "); in != "" && !strings.ContainsAny(mark, "|#>") && in != "---" {
		return fmt.Sprintf("write %q without signs, or put the script in a .md file", in)
	}
	return "remove it, or put the script in a .md file"
}

func insteadOfHashtag(mark string) string {
	if strings.HasPrefix(mark, "@") {
		return fmt.Sprintf("write the name: %q", mark[1:])
	}
	return fmt.Sprintf("write the words: %q", strings.TrimLeft(mark, "#＃"))
}

func insteadOfEmoji(string) string {
	return "remove it: it is dropped or named aloud; show it as an image in the composition"
}
