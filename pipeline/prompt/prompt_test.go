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
Visual: a presenter at a table,
with the morning behind her
Media: avatar
VO: "Every morning begins with a list, and every list begins with one thing."
Text: Good morning

**Scene 2 – The offer (0:08-0:20)**
Media: b-roll
Narration: And it ends with one less thing to do, so that the evening
is yours again and no one has to ask for it.

Style: flat, warm, hand-drawn
`

func TestParts(t *testing.T) {
	t.Parallel()
	p := Parse(film)
	if len(p.Findings) != 0 {
		t.Errorf("findings in a good prompt: %v", p.Findings)
	}
	if p.Seconds != 20 || p.Orientation != "landscape" || fmt.Sprint(p.Files) != "[logo.png b.mp4]" ||
		p.Style != "flat, warm, hand-drawn" || p.Intro != "A product film for people in a hurry." {
		t.Errorf("%+v", p)
	}
	if text := Compose(p); strings.Contains(text, "---") {
		t.Errorf("the request has the front matter: %q", text)
	}
	a, b := p.Scenes[0], p.Scenes[1]
	if a.Title != "Welcome" || a.From != 0 || a.To != 8 || a.Count() != 13 ||
		a.Visual != "a presenter at a table, with the morning behind her" ||
		fmt.Sprint(a.Media, a.OnScreen) != "[avatar] [Good morning]" || a.Line != 8 {
		t.Errorf("%+v", a)
	}
	if b.Title != "The offer" || b.From != 8 || b.To != 20 || b.Length() != 12 || fmt.Sprint(b.Media) != "[stock]" ||
		!strings.HasSuffix(b.Words, "to ask for it.") {
		t.Errorf("%+v", b)
	}
}

// People write the same scene in many ways.
func TestHeadings(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"## Scene 1: Tea (0-8s)":                    "Tea 0-8",
		"Scene 1 – Tea (0:00-0:08)":                 "Tea 0-8",
		"**Scene 1** (8s)":                          " 0-8",
		"**Scene 1: Tea (0–8 seconds)**":            "Tea 0-8",
		"### 🎬 SCENE 1: Tea [0s to 8s]":             "Tea 0-8",
		"# scene 1 Tea":                             "Tea -",
		"Scene 1. Tea 0:00–0:08":                    "Tea 0-8",
		"## Scene 1 | 0:30 - 1:05 | Tea":            "Tea 30-65",
		"## Scene 1: Tea - 8s":                      "Tea 0-8",
		"## Scene: Tea":                             "Tea -",
		"Scene 1 shows a table":                     "no scene",
		"The scene 1: a table":                      "no scene",
		"## Scenery: hills":                         "no scene",
		"## Scene 1: " + strings.Repeat("tea ", 60): "no scene",
	} {
		p, got := Parse(line+"\nVO: x"), "no scene"
		if len(p.Scenes) == 1 {
			s := p.Scenes[0]
			got = s.Title + " -"
			if s.Timed {
				got = fmt.Sprintf("%s %s-%s", s.Title, short(s.From), short(s.To))
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestPartsOfAScene(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"labels in bold":        {"**Visual:** a table\n**VO**: hello", "Visual: a table|VO: hello"},
		"labels in a list":      {"- Visual: a table\n- **VO:** \"hello\"", "Visual: a table|VO: hello"},
		"two names":             {"VO/Script: hello", "VO: hello"},
		"a speaker's name":      {"The presenter " + "says" + ": “hello”", "VO: hello"},
		"a quoted line":         {"Visual: a table\n\"hello\"", "Visual: a table|VO: hello"},
		"a manner":              {"VO (warmly): hello", "VO: hello|Delivery: warmly"},
		"directions":            {"VO: hello\nMusic: calm\nand slow", "VO: hello|Music: calm and slow"},
		"a colon in speech":     {"VO: hello\nRemember: tea", "VO: hello Remember: tea"},
		"value below":           {"VO:\n\n\"hello\"", "VO: hello"},
		"headings as labels":    {"### Visual\na table\n### Voiceover\nhello", "Visual: a table|VO: hello"},
		"texts as a list":       {"Text:\n- One\n- Two", "Text: One|Text: Two"},
		"several media":         {"Media: B-roll + motion graphics", "Media: stock, motion graphics"},
		"media with more words": {"Media: stock footage of a harbour", "Visual: stock footage of a harbour|Media: stock"},
		"media as a label":      {"B-roll: a harbour", "Visual: a harbour|Media: stock"},
		"a line of its own":     {"a harbour\nat night", "Visual: a harbour at night"},
	} {
		got := strings.Split(Compose(Parse("## Scene 1\n"+c.text)), "\n")
		if strings.Join(got[1:], "|") != c.want {
			t.Errorf("%s: %q, want %q", name, got[1:], c.want)
		}
	}
}

func TestFrontMatter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"duration: 30":           "duration: 30s\n",
		"duration: 30 seconds":   "duration: 30s\n",
		"duration: 1m30s":        "duration: 90s\n",
		"duration: 1:30":         "duration: 90s\n",
		"orientation: Portrait":  "orientation: portrait\n",
		"avatar: 'a b' # hers":   "avatar: a b\n",
		"voice: \"a # b\"":       "voice: \"a # b\"\n",
		"files: a.png, b.png":    "files: a.png, b.png\n",
		"files:\n  - a, b.png":   "files:\n  - a, b.png\n",
		"files: [\"a, b.png\"]":  "files:\n  - a, b.png\n",
		"# nothing\n\nvoice: v1": "voice: v1\n",
	} {
		p := Parse("\ufeff---\r\n" + strings.ReplaceAll(in, "\n", "\r\n") + "\r\n---\r\n## Scene 1\r\nVO: x\r\n")
		if got := Head(p); got != "---\n"+want+"---\n\n" {
			t.Errorf("%q: %q", in, got)
		}
		if again := Parse(Head(p) + Compose(p)); Head(again) != Head(p) {
			t.Errorf("%q: read back as %q", in, Head(again))
		}
	}
}
