package lockfile

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Entries are written and read here, and not by the YAML package, because every command reads
// the lockfile. 10,000 clips on 2026-11-29 on a busy machine (`go test -run '^$' -bench TenThousand
// ./pipeline/lockfile`, and the same with yaml.Marshal and yamltext.Decode for each entry): read in
// 0.35 to 0.9 s against 4.5 s, written in 0.14 to 0.39 s against 9.5 s. A build of 1,000 clips that
// plans in full takes 0.15 s. One table of fields for both directions was tried: 22 lines less, but
// 20 to 40 % more processor time to read and 55 % more to write. An unusual entry is left to the
// YAML package; a test verifies that both write the same bytes.

// text appends an entry's block as the YAML package writes it; it returns false for an
// entry that only that package can write; then the appended text must be dropped.
func (e Entry) text(b []byte) ([]byte, bool) {
	w := writer{b: b, ok: true}
	w.str(1, "take", e.TakeKey)
	w.str(1, "route", e.Route)
	if e.Origin != "" {
		w.str(1, "origin", e.Origin)
	}
	if e.VideoID != "" {
		w.str(1, "video", e.VideoID)
	}
	w.str(1, "master", e.Master)
	w.num(1, "bytes", e.MasterBytes)
	if e.Duration != 0 {
		w.float(1, "announced", e.Duration)
	}
	if e.Warning != "" {
		w.str(1, "warning", e.Warning)
	}
	if e.Inputs != "" {
		w.key(1, "inputs", "\n")
		for k, v := range e.Inputs.All() {
			w.str(2, k, v)
		}
	}
	if e.Info != (Info{}) {
		w.info(e.Info)
	}
	if e.Captions != nil {
		w.key(1, "captions", "\n")
		w.rendition(2, *e.Captions)
	}
	if e.Tool != "" {
		w.str(1, "ffmpeg", e.Tool)
	}
	if len(e.Renditions) > 0 {
		w.key(1, "renditions", "\n")
		for _, k := range slices.Sorted(maps.Keys(e.Renditions)) {
			w.key(2, k, "\n")
			w.rendition(3, e.Renditions[k])
		}
	}
	return w.b, w.ok
}

// writer appends lines; the depth of an entry's own keys is 1.
type writer struct {
	b  []byte
	ok bool // everything was usual
}

func (w *writer) key(depth int, key, after string) {
	if s, ok := scalar(key); !ok || s != key {
		w.ok = false
	}
	for range depth {
		w.b = append(w.b, "  "...)
	}
	w.b = append(append(append(append(w.b, "  "...), key...), ':'), after...)
}

func (w *writer) str(depth int, key, v string) {
	s, ok := scalar(v)
	w.ok = w.ok && ok
	w.key(depth, key, " ")
	w.b = append(append(w.b, s...), '\n')
}

func (w *writer) num(depth int, key string, v int64) {
	w.key(depth, key, " ")
	w.b = append(strconv.AppendInt(w.b, v, 10), '\n')
}

func (w *writer) float(depth int, key string, v float64) {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	w.ok = w.ok && !strings.ContainsAny(s, "eIN") // 1e+30, +Inf, NaN
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	w.key(depth, key, " ")
	w.b = append(append(w.b, s...), '\n')
}

func (w *writer) info(i Info) {
	w.key(1, "info", "\n")
	w.num(2, "width", int64(i.Width))
	w.num(2, "height", int64(i.Height))
	w.num(2, "fpsNum", int64(i.FPSNum))
	w.num(2, "fpsDen", int64(i.FPSDen))
	w.num(2, "frames", int64(i.Frames))
	w.float(2, "seconds", i.Duration)
	w.key(2, "transparent", " ")
	w.b = append(strconv.AppendBool(w.b, i.Transparent), '\n')
	w.key(2, "box", "")
	for n, v := range []int{i.Box.X, i.Box.Y, i.Box.W, i.Box.H} {
		w.b = strconv.AppendInt(append(w.b, boxKeys[n]...), int64(v), 10)
	}
	w.b = append(w.b, "}\n"...)
	if i.OutWidth != 0 {
		w.num(2, "outWidth", int64(i.OutWidth))
	}
	if i.OutHeight != 0 {
		w.num(2, "outHeight", int64(i.OutHeight))
	}
	if i.StepNum != 0 {
		w.num(2, "stepNum", int64(i.StepNum))
	}
	if i.StepDen != 0 {
		w.num(2, "stepDen", int64(i.StepDen))
	}
}

// boxKeys precede a box's numbers; y means true in YAML 1.1.
var boxKeys = [4]string{` {x: `, `, "y": `, `, w: `, `, h: `}

func (w *writer) rendition(depth int, r Rendition) {
	w.str(depth, "key", r.Key)
	w.str(depth, "sha256", r.Hash)
	w.num(depth, "bytes", r.Bytes)
}

// scalar returns a text as the YAML package writes it: words, names, hashes and versions
// without quotes, digits alone with quotes. It returns false for any other text.
func scalar(s string) (string, bool) {
	letters, digits, dots := 0, 0, 0 // e and E do not count: 1.5e3 is a number
	for i := range len(s) {
		switch c := s[i]; {
		case c == 'e' || c == 'E':
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letters++
		case '0' <= c && c <= '9':
			digits++
		case i > 0 && c == '.':
			dots++
		case i > 0 && (c == '-' || c == '+' || c == '_'):
		case i > 0 && c == ' ' && digits == 0 && i+1 < len(s) && s[i+1] != ' ':
		default:
			return "", false
		}
	}
	// Digits before the first letter: from 20 on they are a number that is too large.
	first := len(s) - len(strings.TrimLeft(s, "0123456789_"))
	bits, binary := strings.CutPrefix(s, "0b")
	rest := strings.TrimLeft(bits, "01_")
	switch {
	case first > 18:
		return "", false
	case digits == 0:
		return s, len(s) > 2 && !strings.HasSuffix(s, " ") && !words[strings.ToLower(s)]
	case digits == len(s) && s[0] != '0':
		return `"` + s + `"`, true
	case digits == len(s) || len(s) < 4:
		return "", false // 0755, v2
	case binary && (rest == "" || len(bits)-len(rest) > 18), strings.HasPrefix(s, "0x"), strings.HasPrefix(s, "0o"):
		return "", false
	case dots > 0:
		return s, letters > 1
	}
	return s, letters > 0 || strings.ContainsAny(s, "eE")
}

// words are those that mean something in some YAML.
var words = map[string]bool{
	"null": true, "true": true, "false": true, "yes": true, "off": true, "nan": true, "inf": true,
}
