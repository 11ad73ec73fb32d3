package prompt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
)

// headKeys are the settings of the front matter.
var headKeys = []string{"duration", "orientation", "avatar", "voice", "style", "files"}

// head reads front matter and returns the number of its lines.
func (p *Prompt) head() int {
	from := 0
	for from < len(p.lines) && strings.TrimSpace(p.lines[from]) == "" {
		from++
	}
	if from == len(p.lines) || strings.TrimSpace(p.lines[from]) != "---" {
		return 0
	}
	p.headAt = map[string]place{}
	listing := false
	for i := from + 1; i < len(p.lines); i++ {
		raw := p.lines[i]
		l := strings.TrimSpace(raw)
		item, isItem := strings.CutPrefix(l, "- ")
		switch {
		case l == "---":
			return i + 1
		case l == "" || strings.HasPrefix(l, "#"):
		case listing && isItem:
			p.file(place{i + 1, column(raw, item)}, scalar(item))
		default:
			listing = p.headLine(i+1, raw, l)
		}
	}
	p.find(place{from + 1, 1}, Error, "front-matter", "end it with a line ---", "the front matter does not end")
	return len(p.lines)
}

// headLine reads one setting, and reports whether a list of files may follow.
func (p *Prompt) headLine(n int, raw, l string) bool {
	key, value, ok := strings.Cut(l, ":")
	if !ok {
		p.find(place{n, column(raw, l)}, Error, "front-matter", "write key: value", "%s is not a setting", show(l))
		return false
	}
	key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
	at := place{n, column(raw, l)}
	if value != "" {
		at.col = column(raw, ":") + 1
		at.col += column(raw[strings.Index(raw, ":")+1:], value) - 1
	}
	if _, twice := p.headAt[key]; twice {
		p.find(place{n, column(raw, l)}, Error, "front-matter", "keep one of them", "the setting %s is given twice",
			show(key))
		return false
	}
	if !slices.Contains(headKeys, key) {
		hint := "known: " + strings.Join(headKeys, ", ")
		if m := fault.Nearest(key, headKeys); m != "" {
			hint = "did you mean " + m + "?"
		}
		p.find(place{n, column(raw, l)}, Error, "front-matter", hint, "unknown setting %s", show(key))
		return false
	}
	p.headAt[key] = at
	p.setting(at, key, value)
	return key == "files"
}

func (p *Prompt) setting(at place, key, value string) {
	switch key {
	case "duration":
		v, ok := length(scalar(value))
		if !ok || v < MinSeconds || v > MaxSeconds {
			p.find(at, Error, "duration", "write it like duration: 30s", "duration must be %d to %d seconds",
				MinSeconds,
				MaxSeconds)
			return
		}
		p.Seconds = int(v)
	case "orientation":
		v := strings.ToLower(scalar(value))
		if v != "landscape" && v != "portrait" {
			hint := "write landscape or portrait"
			if m := fault.Nearest(v, []string{"landscape", "portrait"}); m != "" {
				hint = "did you mean " + m + "?"
			}
			p.find(at, Error, "orientation", hint, "orientation cannot be %s", show(v))
			return
		}
		p.Orientation = v
	case "avatar":
		p.Avatar = scalar(value)
	case "voice":
		p.Voice = scalar(value)
	case "style":
		p.setStyle(at, clean(scalar(value)))
	case "files":
		for _, f := range list(value) {
			p.file(at, f)
		}
	}
}

func (p *Prompt) file(at place, name string) {
	if name != "" {
		p.Files, p.fileAt = append(p.Files, name), append(p.fileAt, at)
	}
}

var plainLength = lazyregexp.New(`^(\d+(?:\.\d+)?)` + unitRe + `$`)

// length reads 30, 30s, 30 seconds, 1m30s or 1:30.
func length(s string) (float64, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if m := plainLength.FindStringSubmatch(s); m != nil {
		v, err := strconv.ParseFloat(m[1], 64)
		return v, err == nil
	}
	if m, sec, ok := strings.Cut(s, ":"); ok && len(sec) == 2 {
		a, err := strconv.ParseUint(m, 10, 16)
		b, err2 := strconv.ParseUint(sec, 10, 16)
		return float64(a*60 + b), err == nil && err2 == nil && b < 60
	}
	d, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	return d.Seconds(), err == nil
}

var comment = lazyregexp.New(`(^|\s)#.*$`)

// scalar returns one value: what is between quotes, else what is before a comment.
func scalar(s string) string {
	s = strings.TrimSpace(s)
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.LastIndexByte(s, s[0]); end > 0 &&
			comment.ReplaceAllString(strings.TrimSpace(s[end+1:]), "") == "" {
			return collapse(s[1:end])
		}
	}
	return collapse(comment.ReplaceAllString(s, ""))
}

// list reads [a, "b, c"] or a, b.
func list(s string) (out []string) {
	s = strings.TrimSpace(comment.ReplaceAllString(s, ""))
	if strings.HasPrefix(s, "[") {
		s = strings.TrimSuffix(s[1:], "]")
	}
	from, quote := 0, rune(0)
	for i, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case (r == '"' || r == '\'') && strings.TrimSpace(s[from:i]) == "":
			quote = r
		case r == ',':
			out, from = append(out, scalar(s[from:i])), i+1
		}
	}
	return append(out, scalar(s[from:]))
}
