package prompt

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	heading   = regexp.MustCompile(`(?i)^\s{0,3}(?:#{1,6}\s*)?(?:\*\*)?\s*(?:scene|szene|part)\s*\d*\s*(?:[:.\-–—]\s*)?(.*?)\s*(?:\*\*)?\s*$`)
	sceneWord = regexp.MustCompile(`(?i)^\s{0,3}(?:#{1,6}\s*|\*\*\s*)?scene\s*\d+\b`)
	span      = regexp.MustCompile(`[(\[]\s*(?:(\d+):)?(\d+(?:\.\d+)?)\s*s?\s*(?:-|–|—|to)\s*(?:(\d+):)?(\d+(?:\.\d+)?)\s*s?(?:ec(?:onds)?)?\s*[)\]]`)
	lasting   = regexp.MustCompile(`[(\[]\s*(\d+(?:\.\d+)?)\s*s(?:ec(?:onds)?)?\s*[)\]]`)
	label     = regexp.MustCompile(`^\s*(?:[-*]\s+)?(?:\*\*)?([A-Za-z][A-Za-z \-]{0,24}?)(?:\*\*)?\s*:(?:\*\*)?\s*(.*)$`)
	quoted    = regexp.MustCompile(`^\s*["“](.+)["”]\s*$`)
)

// labels are the words people write, and what they mean.
var labels = map[string]string{
	"vo": "words", "voiceover": "words", "voice-over": "words", "voice over": "words", "narration": "words", "narrator": "words", "says": "words", "script": "words", "spoken": "words",
	"visual": "visual", "visuals": "visual", "shot": "visual", "picture": "visual", "on camera": "visual",
	"media": "media", "media type": "media",
	"text": "text", "on-screen text": "text", "on screen text": "text", "onscreen text": "text", "title": "text", "caption": "text",
	"style": "style", "visual style": "style", "tone": "style",
}

// mediaWords lead to MediaTypes.
var mediaWords = map[string]string{
	"b-roll": "stock", "broll": "stock", "stock footage": "stock", "stock video": "stock", "animation": "motion graphics", "motion": "motion graphics", "graphics": "motion graphics",
	"screen": "screen recording", "screencast": "screen recording", "photo": "image", "picture": "image", "ai": "generated", "ai-generated": "generated", "ai generated": "generated", "presenter": "avatar", "talking head": "avatar",
}

// reader walks the lines once.
type reader struct {
	p       *Prompt
	scene   *Scene
	into    *string // where a line without a label goes on
	styleAt int
	prose   []string
}

// Parse takes a prompt apart and checks it.
func Parse(text string) *Prompt {
	p := &Prompt{Scenes: []Scene{}, Findings: []Finding{}}
	if !p.readable(text) {
		return p
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	from := p.head(lines)
	r := &reader{p: p}
	for i := from; i < len(lines); i++ {
		r.line(i+1, lines[i])
	}
	r.end()
	p.Intro = strings.TrimSpace(strings.Join(r.prose, "\n"))
	p.check(text)
	return p
}

// readable refuses what no editor would save as a prompt.
func (p *Prompt) readable(text string) bool {
	if !utf8.ValidString(text) {
		p.find(1, Error, "encoding", "save it as UTF-8 text", "the prompt is not text")
		return false
	}
	for i, l := range strings.Split(text, "\n") {
		for _, r := range l {
			if r == '\t' || r == '\r' || r == '\ufeff' {
				continue
			}
			if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b {
				p.find(i+1, Error, "invisible", "delete it; it may hide other words", "an invisible character U+%04X", r)
				break
			}
		}
	}
	return true
}

// headKeys are what the front matter may say.
var headKeys = []string{"duration", "orientation", "avatar", "voice", "style", "files"}

// head reads front matter and gives the first line after it.
func (p *Prompt) head(lines []string) int {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return 0
	}
	for i := 1; i < len(lines); i++ {
		l := strings.TrimSpace(lines[i])
		if l == "---" {
			return i + 1
		}
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		key, value, ok := strings.Cut(l, ":")
		if !ok {
			p.find(i+1, Error, "front-matter", "write key: value", "%q is no setting", l)
			continue
		}
		p.setting(i+1, strings.ToLower(strings.TrimSpace(key)), strings.Trim(strings.TrimSpace(value), `"'`))
	}
	p.find(1, Error, "front-matter", "end it with a line ---", "the front matter does not end")
	return len(lines)
}

func (p *Prompt) setting(line int, key, value string) {
	switch key {
	case "duration":
		n, err := strconv.ParseFloat(strings.TrimSuffix(value, "s"), 64)
		if err != nil || n < MinSeconds || n > MaxSeconds {
			p.find(line, Error, "duration", "write it like duration: 30s", "duration must be %d to %d seconds", MinSeconds, MaxSeconds)
			return
		}
		p.Seconds = int(n)
	case "orientation":
		if value != "landscape" && value != "portrait" {
			p.find(line, Error, "orientation", "write landscape or portrait", "orientation cannot be %q", value)
			return
		}
		p.Orientation = value
	case "avatar":
		p.Avatar = value
	case "voice":
		p.Voice = value
	case "style":
		p.Style = value
	case "files":
		for _, f := range strings.Split(strings.Trim(value, "[]"), ",") {
			if f = strings.Trim(strings.TrimSpace(f), `"'`); f != "" {
				p.Files = append(p.Files, f)
			}
		}
	default:
		hint := "known: " + strings.Join(headKeys, ", ")
		if n := nearest(key, headKeys); n != "" {
			hint = "did you mean " + n + "?"
		}
		p.find(line, Error, "front-matter", hint, "unknown setting %q", key)
	}
}

func (r *reader) line(n int, l string) {
	if sceneWord.MatchString(l) {
		r.end()
		r.start(n, l)
		return
	}
	if m := label.FindStringSubmatch(l); m != nil {
		if what, ok := labels[strings.ToLower(strings.TrimSpace(m[1]))]; ok {
			r.labelled(n, what, strings.TrimSpace(m[2]))
			return
		}
	}
	plain := strings.TrimSpace(strings.Trim(strings.TrimSpace(l), "*"))
	switch {
	case plain == "":
		r.into = nil
		if r.scene == nil && len(r.prose) > 0 {
			r.prose = append(r.prose, "")
		}
	case r.scene == nil:
		r.prose = append(r.prose, strings.TrimSpace(l))
	case quoted.MatchString(l):
		join(&r.scene.Words, quoted.FindStringSubmatch(l)[1])
	case r.into != nil:
		join(r.into, plain)
	default:
		join(&r.scene.Visual, plain)
	}
}

func (r *reader) start(n int, l string) {
	s := Scene{Line: n}
	rest := heading.FindStringSubmatch(l)
	title := ""
	if rest != nil {
		title = rest[1]
	}
	if m := span.FindStringSubmatch(title); m != nil {
		s.From, s.To = clock(m[1], m[2]), clock(m[3], m[4])
		title = strings.Replace(title, m[0], "", 1)
	} else if m := lasting.FindStringSubmatch(title); m != nil {
		if k := len(r.p.Scenes); k > 0 {
			s.From = r.p.Scenes[k-1].To
		}
		s.To = s.From + clock("", m[1])
		title = strings.Replace(title, m[0], "", 1)
	}
	s.Title = strings.Trim(strings.TrimSpace(title), "*#:- ")
	r.scene, r.into = &s, nil
}

func clock(minutes, seconds string) float64 {
	m, _ := strconv.ParseFloat(minutes, 64)
	s, _ := strconv.ParseFloat(seconds, 64)
	return min(m*60+s, 1e6)
}

func (r *reader) labelled(n int, what, value string) {
	value = strings.Trim(value, `"“”`)
	if what == "style" {
		if r.p.Style != "" && !strings.EqualFold(r.p.Style, value) {
			r.p.find(n, Warning, "style", "keep one of them", "a second style beside %q", r.p.Style)
			return
		}
		r.p.Style, r.into = value, &r.p.Style
		return
	}
	if r.scene == nil {
		r.prose = append(r.prose, value)
		return
	}
	switch what {
	case "words":
		join(&r.scene.Words, value)
		r.into = &r.scene.Words
	case "visual":
		join(&r.scene.Visual, value)
		r.into = &r.scene.Visual
	case "text":
		join(&r.scene.OnScreen, value)
		r.into = &r.scene.OnScreen
	case "media":
		r.scene.Media, r.into = r.media(n, value), nil
	}
}

func (r *reader) media(n int, value string) string {
	word := strings.ToLower(strings.TrimSpace(value))
	for _, m := range MediaTypes {
		if word == m {
			return m
		}
	}
	if m, ok := mediaWords[word]; ok {
		return m
	}
	hint := "use " + strings.Join(MediaTypes, ", ")
	if m := nearest(word, MediaTypes); m != "" {
		hint = "did you mean " + m + "?"
	}
	r.p.find(n, Error, "media", hint, "unknown media type %q", value)
	return ""
}

func (r *reader) end() {
	if r.scene != nil {
		r.p.Scenes = append(r.p.Scenes, *r.scene)
		r.scene = nil
	}
}

func join(to *string, more string) {
	more = strings.Join(strings.Fields(more), " ")
	if *to != "" && more != "" {
		*to += " "
	}
	*to += more
}
