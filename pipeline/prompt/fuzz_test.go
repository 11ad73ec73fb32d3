package prompt

import (
	"encoding/json"
	"math/rand"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hold checks what is true of every text: findings are inside of it, and composing is stable.
func hold(t *testing.T, text string) {
	t.Helper()
	p := Parse(text)
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for _, f := range p.Findings {
		if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > utf8.RuneCountInString(lines[f.Line-1])+1 ||
			f.Hint == "" || f.Message == "" {
			t.Errorf("%+v lies outside %q", f, text)
		}
	}
	once := Head(p) + Compose(p)
	again := Parse(once)
	if twice := Head(again) + Compose(again); twice != once {
		t.Errorf("%q composes as\n%q, that as\n%q", text, once, twice)
	}
	if a, b := meaningOf(p), meaningOf(again); a != b {
		t.Errorf("%q means\n%s, composed\n%s", text, a, b)
	}
}

// meaningOf is a prompt without the places in its text.
func meaningOf(p *Prompt) string {
	q := *p
	q.Findings, q.Scenes = nil, append([]Scene{}, p.Scenes...)
	for i := range q.Scenes {
		q.Scenes[i].Line = 0
	}
	b, _ := json.Marshal(q)
	return string(b)
}

// pieces are joined at random: forms that people write, and forms that they should not write.
var pieces = []string{"## Scene 1", "Scene 2 – ", "**Scene 3**", "# ", "### ", "Visual", "VO", "Text:", "Style:",
	"Media:", "avatar", "b-roll, image", "Music:", ": ", "\n", "\n\n", "\r\n",
	"---", "---\n", "- ", "1. ", "\"", "“", "”", "*", "**", "_", "(0-8s)", "(8s)", "0:05-0:09", "- 7s", "Duration: 9s",
	" ", "\t", "tea", "we make tea", "5", ":", "(", ")", "[", "]", ",", "/", "#", "'",
	"files:", "duration: 20s", "voice: x", "\u202e", "\ufeff", "é", "\u00a0", "<break time=\"1s\"/>", "Notes",
	"VO (warm): hi", "Scene", "says:"}

func TestComposingIsStable(t *testing.T) {
	t.Parallel()
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewSource(seed))
	for range 20000 {
		var b strings.Builder
		for range 1 + r.Intn(30) {
			b.WriteString(pieces[r.Intn(len(pieces))])
		}
		hold(t, b.String())
		if t.Failed() {
			return
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{film, "", "---", "## Scene 1 (0:99999999999-1s)", "Scene 1\n\"x\"", "**Scene 2** (3s)",
		"VO:", "\ufeff## Scene\r\nVO: a", "---\nfiles:\n  - a\n---\n## Scene 1\n## Other\nx"} {
		f.Add(s)
	}
	f.Fuzz(hold)
}
