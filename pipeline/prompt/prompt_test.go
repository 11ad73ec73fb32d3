package prompt

import (
	"fmt"
	"strings"
	"testing"
)

const film = `---
duration: 20s
orientation: landscape
files: [logo.png, "b.mp4"]
---
A product film for people in a hurry.

## Scene 1: Welcome (0-8s)
Visual: a presenter at a desk,
with the morning behind her
Media: avatar
VO: "Every morning begins with a list."
Text: Good morning

**Scene 2 – The offer (0:08-0:20)**
Media: b-roll
Narration: And it ends with one less thing to do.

Style: flat, warm, hand-drawn
`

func TestAPromptIsTakenApart(t *testing.T) {
	p := Parse(film)
	if len(p.Findings) != 0 {
		t.Errorf("findings in a good prompt: %v", p.Findings)
	}
	if p.Seconds != 20 || p.Orientation != "landscape" || fmt.Sprint(p.Files) != "[logo.png b.mp4]" || p.Style != "flat, warm, hand-drawn" || p.Intro != "A product film for people in a hurry." {
		t.Errorf("%+v", p)
	}
	want := []Scene{
		{"Welcome", 0, 8, "Every morning begins with a list.", "a presenter at a desk, with the morning behind her", "avatar", "Good morning", 8},
		{"The offer", 8, 20, "And it ends with one less thing to do.", "", "stock", "", 15},
	}
	if fmt.Sprint(p.Scenes) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", p.Scenes, want)
	}
	again := Parse(p.Head() + p.Compose())
	if again.Compose() != p.Compose() || fmt.Sprint(again.Findings) != fmt.Sprint(p.Findings) || again.Seconds != p.Seconds {
		t.Errorf("composing twice differs:\n%s\n\n%s", p.Compose(), again.Compose())
	}
}

func TestEveryRule(t *testing.T) {
	words := strings.Repeat("word ", 60)
	for name, c := range map[string]struct{ text, rule, says string }{
		"no scene":        {"Make me a film about tea.", "scenes", "no scene"},
		"empty":           {"  \n", "empty", "empty"},
		"not text":        {"\xff\xfe", "encoding", "not text"},
		"bidi":            {"## Scene 1\nVO: a\u202eb", "invisible", "U+202E"},
		"empty scene":     {"## Scene 1\n## Scene 2\nVO: x", "scene", "empty"},
		"no picture":      {"## Scene 1\nVO: x", "visual", "nothing of its picture"},
		"too many words":  {"## Scene 1 (0-5s)\nVO: " + words, "timing", "60 words take about 24 s"},
		"a little many":   {"## Scene 1 (0-5s)\nVO: " + strings.Repeat("word ", 15), "timing", "take about 6 s"},
		"backwards":       {"## Scene 1 (8-3s)\nVO: x", "times", "ends before it begins"},
		"overlap":         {"## Scene 1 (0-8s)\nVO: x\n## Scene 2 (5-9s)\nVO: y", "times", "begins at 5s"},
		"gap":             {"## Scene 1 (0-8s)\nVO: x\n## Scene 2 (10-12s)\nVO: y", "times", "belong to no scene"},
		"unknown media":   {"## Scene 1\nMedia: avatr\nVO: x", "media", `unknown media type "avatr"`},
		"long text":       {"## Scene 1\nVO: x\nText: one two three four five six seven eight nine", "text", "9 words on screen"},
		"repeated text":   {"## Scene 1\nVO: we make tea for you today\nText: we make tea for", "text", "word for word"},
		"no style":        {"## Scene 1\nVO: x", "style", "no visual style"},
		"two styles":      {"Style: flat\n## Scene 1\nVO: x\nStyle: realistic", "style", "second style"},
		"no orientation":  {"## Scene 1\nVO: x", "orientation", "no orientation"},
		"bad orientation": {"---\norientation: diagonal\n---\n## Scene 1\nVO: x", "orientation", "diagonal"},
		"short":           {"---\nduration: 2s\n---\n## Scene 1\nVO: x", "duration", "5 to 300"},
		"unknown key":     {"---\nduratoin: 9s\n---\n## Scene 1\nVO: x", "front-matter", "duratoin"},
		"endless head":    {"---\nduration: 9s\n## Scene 1", "front-matter", "does not end"},
		"over the film":   {"---\nduration: 6s\n---\n## Scene 1 (0-9s)\nVO: x", "duration", "the film 6"},
		"words over film": {"---\nduration: 6s\n---\n## Scene 1\nVO: " + words, "duration", "all words take at least"},
		"too long":        {"## Scene 1 (0-400s)\nVO: x", "duration", "at most 300"},
		"huge":            {"## Scene 1\nVO: x\n" + strings.Repeat("tea ", 3000), "length", "characters"},
	} {
		p := Parse(c.text)
		found := false
		for _, f := range p.Findings {
			found = found || f.Rule == c.rule && strings.Contains(f.Message, c.says) && f.Hint != "" && f.Line >= 1
		}
		if !found {
			t.Errorf("%s: %+v", name, p.Findings)
		}
	}
	for _, f := range Parse("## Scene 1\nMedia: avatr\nVO: x").Findings {
		if f.Rule == "media" && (f.Line != 2 || f.Hint != "did you mean avatar?") {
			t.Errorf("%+v", f)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{film, "", "---", "## Scene 1 (0:99999999999-1s)", "Scene 1\n\"x\"", "**Scene 2** (3s)", "VO:", "\ufeff## Scene\r\nVO: a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := Parse(s)
		lines := strings.Count(s, "\n") + 1
		for _, x := range p.Findings {
			if x.Line < 1 || x.Line > lines || x.Hint == "" {
				t.Errorf("%+v of %d lines", x, lines)
			}
		}
		_ = p.Compose()
	})
}
