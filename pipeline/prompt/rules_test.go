package prompt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryRule: the message of each rule, and its place.
func TestEveryRule(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("word ", 60)
	head := func(l string) string { return "---\n" + l + "\n---\n## Scene 1\nVO: x" }
	for name, c := range map[string]struct {
		text      string
		line, col int
		sev       Severity
		rule, say string
	}{
		"no scene":    {"Make me a film about tea.", 1, 1, Error, "scenes", "no scene"},
		"empty":       {"  \n", 1, 1, Error, "empty", "empty"},
		"not text":    {"## Scene 1\nVO: \xff\xfe", 2, 5, Error, "encoding", "not text"},
		"bidi":        {"## Scene 1\nVO: a\u202eb", 2, 6, Error, "invisible", "U+202E"},
		"no width":    {"## Scene 1\nVO: a\u200bb", 2, 6, Error, "invisible", "U+200B"},
		"escape":      {"## Scene 1\nVO: \x1b[2J", 2, 5, Error, "invisible", "U+001B"},
		"a tag":       {"## Scene 1\nVO: a\U000e0041", 2, 6, Error, "invisible", "U+E0041"},
		"huge":        {"## Scene 1\n" + strings.Repeat("a", MaxBytes), 1, 1, Error, "size", "bytes"},
		"long":        {"## Scene 1\nVO: x\n" + strings.Repeat("tea ", 3000), 1, 1, Warning, "length", "characters"},
		"empty scene": {"## Scene 1\n## Scene 2\nVO: x", 1, 1, Error, "scene", "empty"},
		"no picture":  {"## Scene 1\nVO: x", 1, 1, Warning, "visual", "does not describe its picture"},
		"no voice":    {"## Scene 1\nVisual: x", 1, 1, Warning, "voice", "no spoken words"},
		"too many words": {"## Scene 1 (0-5s)\nVO: " + words, 2, 1, Error, "timing",
			"60 words take about 24.2 s, at least 14.5"},
		"a few too many": {"## Scene 1 (0-5s)\nVO: " + words[:5*15], 2, 1, Warning, "timing", "15 words take about 6.1 s"},
		"no spaces": {"## Scene 1 (0-5s)\nVO: " + strings.Repeat("我们今天介绍新产品", 10), 2, 1, Error, "timing",
			"90 words take about 23.4 s"},
		"too few": {"## Scene 1 (0-20s)\nVO: x y z", 2, 1, Warning, "timing", "silent"},
		"pauses count": {"## Scene 1 (0-5s)\nVO: x <break time=\"9s\"/>", 2, 1, Error, "timing",
			"1 words take about 9.2 s"},
		"backwards": {"## Scene 1 (8-3s)\nVO: x", 1, 1, Error, "times", "ends before it begins"},
		"overlap": {"## Scene 1 (0-8s)\nVO: x\n## Scene 2 (5-9s)\nVO: y", 3, 1, Error, "times",
			"begins at 5 s, but scene 1 ends at 8"},
		"earlier": {"## Scene 1 (5-8s)\nVO: x\n## Scene 2 (0-5s)\nVO: y", 3, 1, Error, "times", "goes back to 0 s"},
		"gap": {"## Scene 1 (0-8s)\nVO: x\n## Scene 2 (10-12s)\nVO: y", 3, 1, Warning, "times",
			"2 s before scene 2"},
		"late start":    {"## Scene 1 (3-8s)\nVO: x", 1, 1, Warning, "times", "3 s before scene 1"},
		"no time":       {"## Scene 1\nDuration: soon", 2, 11, Warning, "times", "is not a time"},
		"unknown media": {"## Scene 1\nMedia: avatr\nVO: x", 2, 8, Error, "media", `unknown media type "avatr"`},
		"media later":   {"## Scene 1\nMedia: stock, hologram\nVO: x", 2, 15, Error, "media", "hologram"},
		"long screen": {"## Scene 1\nVO: x\nText: one two three four five six seven eight nine", 3, 1, Warning, "text",
			"9 words on screen"},
		"repeated screen": {"## Scene 1\nVO: We make tea, for you!\nText: WE MAKE TEA FOR YOU", 3, 1, Warning, "text",
			"word for word"},
		"unknown label": {"## Scene 1\nVisaul: x", 2, 1, Warning, "label", `unknown label "Visaul"`},
		"no style":      {"## Scene 1\nVO: x", 2, 1, Warning, "style", "no visual style"},
		"two styles": {"Style: flat\n## Scene 1\nVO: x\nStyle: realistic", 4, 1, Error, "style",
			"contradicts the one in line 1"},
		"style in head":   {head("style: flat") + "\nStyle: real", 6, 1, Error, "style", "contradicts the one in line 2"},
		"no orientation":  {"## Scene 1\nVO: x", 1, 1, Warning, "orientation", "no orientation"},
		"bad orientation": {head("orientation: potrait"), 2, 14, Error, "orientation", "potrait"},
		"too short":       {head("duration: 2s"), 2, 11, Error, "duration", "5 to 300"},
		"too long":        {head("duration: 301"), 2, 11, Error, "duration", "5 to 300"},
		"no length":       {head("duration: soon"), 2, 11, Error, "duration", "5 to 300"},
		"unknown key":     {head("duratoin: 9s"), 2, 1, Error, "front-matter", "duratoin"},
		"no key":          {head("hello"), 2, 1, Error, "front-matter", "not a setting"},
		"twice":           {head("voice: a\nvoice: b"), 3, 1, Error, "front-matter", "given twice"},
		"endless head":    {"---\nduration: 9s\n## Scene 1", 1, 1, Error, "front-matter", "does not end"},
		"over the film": {"---\nduration: 6s\n---\n## Scene 1 (0-9s)\nVO: x", 2, 11, Error, "duration",
			"the scenes last 9 s, the film 6"},
		"under the film": {"---\nduration: 9s\n---\n## Scene 1 (0-6s)\nVO: x", 2, 11, Warning, "duration",
			"the scenes last 6 s, the film 9"},
		"words over film": {head("duration: 6s") + words, 2, 11, Error, "duration", "all words take at least"},
		"silent film":     {head("duration: 60s"), 2, 11, Warning, "duration", "silent"},
		"scenes too long": {"## Scene 1 (0-400s)\nVO: x", 1, 1, Error, "duration", "at most 300"},
		"scenes short":    {"## Scene 1 (0-3s)\nVO: x", 1, 1, Error, "duration", "at least 5"},
	} {
		p, found := Parse(c.text), false
		for _, f := range p.Findings {
			found = found || f.Rule == c.rule && f.Severity == c.sev && f.Line == c.line && f.Column == c.col &&
				strings.Contains(f.Message, c.say) && f.Hint != ""
		}
		if !found {
			t.Errorf("%s: %+v", name, p.Findings)
		}
	}
}

func TestTheNearestIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"## Scene 1\nMedia: avatr":                           "did you mean avatar?",
		"## Scene 1\nMedia: b-rol":                           "did you mean b-roll?",
		"---\nduratoin: 9s\n---\n## Scene 1\nVO: x":          "did you mean duration?",
		"---\norientation: landscap\n---\n## Scene 1\nVO: x": "did you mean landscape?",
		"## Scene 1\nVisaul: x":                              "did you mean visual?",
		"## Scene 1\nMedia: something that does not exist":   "use avatar, stock",
	} {
		var hints []string
		for _, f := range Parse(text).Findings {
			hints = append(hints, f.Hint)
		}
		if !strings.Contains(strings.Join(hints, "\n"), want) {
			t.Errorf("%q: %q", text, hints)
		}
	}
}

// A file made of faults must not fill the memory or the screen.
func TestARuleSpeaksTwentyTimes(t *testing.T) {
	t.Parallel()
	p := Parse(strings.Repeat("## Scene 1\nMedia: hologram\n", 5000))
	n := 0
	for _, f := range p.Findings {
		if f.Rule == "media" {
			n++
		}
	}
	if n != maxOfRule {
		t.Errorf("%d findings", n)
	}
}

// What is in a file counts, not what it is called.
func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, says := range map[string]string{
		"good.txt": "", "film.png": "", "sound.mp3": "", "tone.mp3": "", "page.pdf": "", "photo.jpg": "", "web.png": "",
		"text.png": "none of image", "utf16.txt": "none of image", "empty.png": "is empty", "missing.png": "no file",
		"folder": "cannot be read", "https://x.example/a.png": "is an address",
	} {
		body := map[string]string{"good.txt": "\x89PNG\r\n\x1a\n..", "film.png": "\x00\x00\x00\x18ftypisom",
			"sound.mp3": "ID3\x04", "tone.mp3": "\xff\xfb\x90", "page.pdf": "%PDF-1.7",
			"photo.jpg": "\xff\xd8\xff\xe0", "web.png": "RIFF\x00\x00\x00\x00WEBPVP8 ", "text.png": "hello",
			"utf16.txt": "\xff\xfeh\x00", "empty.png": ""}
		if b, ok := body[name]; ok {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if name == "folder" {
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		p, got := Parse("---\nfiles: "+name+"\n---\n## Scene 1\nVO: x"), ""
		CheckFiles(p, dir)
		for _, f := range p.Findings {
			if f.Rule == "files" {
				got = f.Message
				if f.Line != 2 || f.Column != 8 || f.Severity != Error {
					t.Errorf("%s: %+v", name, f)
				}
			}
		}
		if says == "" && got != "" || !strings.Contains(got, says) {
			t.Errorf("%s: %q, want %q", name, got, says)
		}
	}
}
