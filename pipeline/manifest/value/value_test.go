package value

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/yamldoc"
)

// readOne reads the value of the only key of a text, and returns the message and the hint of its fault.
func readOne(t *testing.T, value string, read func(Reader, ast.Node)) string {
	t.Helper()
	text := "key: " + value
	r := Reader{yamldoc.New(context.Background(), text, yamldoc.Options{File: "m.yaml", Noun: "the manifest",
		Kind: fault.Manifest, MaxBytes: 1 << 20})}
	err := r.Read([]byte(text), func(root ast.Node) {
		for _, f := range r.Fields(root, "") {
			read(r, f.Value)
		}
	})
	if err == nil {
		return ""
	}
	f := fault.All(err)[0]
	return f.Msg + ": " + f.Hint
}

// check compares what was read, or a part of the fault when want begins with !.
func check[V comparable](t *testing.T, value string, got V, fault string, want any) {
	t.Helper()
	if part, isFault := want.(string); isFault && strings.HasPrefix(part, "!") {
		if !strings.Contains(fault, part[1:]) {
			t.Errorf("%s: read as %v, fault %q, want %q", value, got, fault, part[1:])
		}
		return
	}
	if fault != "" || any(got) != want {
		t.Errorf("%s: %v, fault %q, want %v", value, got, fault, want)
	}
}

func TestTimes(t *testing.T) {
	for value, want := range map[string]any{
		"2.5s": 2500 * time.Millisecond, "500ms": 500 * time.Millisecond, "1m30s": 90 * time.Second, "2min": 2 * time.Minute,
		`"1:05.5"`: 65500 * time.Millisecond, "3": 3 * time.Second, `" 4 s "`: 4 * time.Second, "24m": 24 * time.Minute,
		"-1s": "!is before 0: a film starts at 0s", "1500m": "!is longer than a day: at most 24 hours",
		"99999999s": "!is longer than a day", "intro.end": "!write after: intro", "soon": "!write it like 2.5s",
		"[1]": "!must be text", "": "!is empty",
	} {
		var got time.Duration
		f := readOne(t, value, func(r Reader, n ast.Node) { r.Time("key", 0, &got)(n) })
		check(t, value, got, f, want)
	}
	var got time.Duration
	f := readOne(t, "-1m", func(r Reader, n ast.Node) { r.Time("key", AnyTime, &got)(n) })
	check(t, "-1m", got, f, -time.Minute)
	f = readOne(t, "1ms", func(r Reader, n ast.Node) { r.Time("key", 5*time.Millisecond, &got)(n) })
	check(t, "1ms", got, f, "!give it at least 5ms")
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]struct {
		v           float64
		percent, ok bool
	}{
		"38%": {0.38, true, true}, "400px": {400, false, true}, " -4.5 % ": {-0.045, true, true}, "0": {0, false, true},
		"20001": {20001, false, false}, "1001%": {10.01, true, false}, "4em": {}, "": {}, "1.23456": {},
	} {
		v, percent, ok := ParseLength(text)
		if ok != want.ok || ok && (math.Abs(v-want.v) > 1e-9 || percent != want.percent) {
			t.Errorf("%q: %v %v %v, want %+v", text, v, percent, ok, want)
		}
	}
}

func TestPercentAndDecibel(t *testing.T) {
	for value, want := range map[string]any{
		"5%": 0.05, "0.05": 0.05, "100%": 1.0, "0": 0.0, "50": "!write 50%", "101%": "!must be between 0% and 100%",
		"-1%": "!write it like 5%", "half": "!write it like 5%",
	} {
		got := -1.0
		f := readOne(t, value, func(r Reader, n ast.Node) { r.Percent("key", 1, &got)(n) })
		check(t, value, got, f, want)
	}
	for value, want := range map[string]any{
		"0": 1.0, "0 dB": 1.0, "20dB": 10.0, "50%": 0.5, "mute": 0.0, `"off"`: 0.0, "-97dB": "!between -96dB and 24dB",
		"25dB": "!between -96dB and 24dB", "1001%": "!between 0% and 1000%", "0.5": "!write 50% for a share",
		"loud": "!write it like -18dB",
	} {
		got := -1.0
		f := readOne(t, value, func(r Reader, n ast.Node) { r.Decibel("key", &got)(n) })
		check(t, value, got, f, want)
	}
}

func TestColors(t *testing.T) {
	for value, want := range map[string]any{
		`"#17a"`: "#1177AA", `"#1F7A4D80"`: "#1F7A4D80", "1F7A4D": "#1F7A4D", "navy": "#000080", "Dark Slate-Gray": "#2F4F4F",
		`"#12345"`: "!must be a colour", "nvy": "!or as a name such as navy",
	} {
		got := ""
		f := readOne(t, value, func(r Reader, n ast.Node) { r.AlphaColor("key", &got)(n) })
		check(t, value, got, f, want)
	}
	got := ""
	f := readOne(t, `"#1F7A4D80"`, func(r Reader, n ast.Node) { r.Color("key", &got)(n) })
	check(t, "alpha of a clip's colour", got, f, "!must be a colour")
}

func TestSizes(t *testing.T) {
	type size struct{ w, h int }
	for value, want := range map[string]any{
		"1920x1080": size{1920, 1080}, "640 × 360": size{640, 360}, "1080p": size{1920, 1080}, "4K": size{3840, 2160},
		"full-hd": size{1920, 1080}, "854x480": size{854, 480}, "1921x1080": "!such as 1920x1080",
		"64x64": "!between 128 and 4096, such as 128x128", "8k": "!is not a size HeyGen renders",
		"16:9": "!write formats: [16:9] in the composition", "square": "!write formats: [square]", "wide": "!WIDTHxHEIGHT",
	} {
		var got size
		f := readOne(t, value, func(r Reader, n ast.Node) {
			r.Size("key", "a size HeyGen renders", 128, 4096, &got.w, &got.h)(n)
		})
		check(t, value, got, f, want)
	}
}

func TestFormats(t *testing.T) {
	for value, want := range map[string]string{
		"9:16": "9:16 1080x1920", "vertical": "9:16 1080x1920", "[16:9, 1:1]": "16:9 1920x1080, 1:1 1080x1080",
		"\n  - 16:9\n  - square": "16:9 1920x1080, 1:1 1080x1080", "{16:9, 4:5}": "16:9 1920x1080, 4:5 1080x1350",
		"\n  9:16: {duration: 2}\n  1:1:": "9:16+ 1080x1920, 1:1 1080x1080",
		"wide":                            "!write 16:9, 9:16 or 1:1", "[1:1, square]": "!1:1 is written twice",
		"[]": "!names no format",
	} {
		var got []string
		f := readOne(t, value, func(r Reader, n ast.Node) {
			for _, v := range r.Formats(n, "key") {
				name := v.Name
				if v.Changes != nil {
					name += "+"
				}
				w, h := v.Size(1920, 1080)
				got = append(got, fmt.Sprintf("%s %dx%d", name, w, h))
			}
		})
		check(t, value, strings.Join(got, ", "), f, want)
	}
}

func TestRates(t *testing.T) {
	for value, want := range map[string]any{
		"25": timeline.Rate{Num: 25, Den: 1}, "23.98": timeline.Rate{Num: 24000, Den: 1001},
		"30000/1001": timeline.Rate{Num: 30000, Den: 1001}, "12.5": timeline.Rate{Num: 25, Den: 2},
		"121": "!must be a frame rate", "0.5": "!must be a frame rate", "[25]": "!must be a frame rate",
	} {
		var got timeline.Rate
		f := readOne(t, value, func(r Reader, n ast.Node) { r.Rate("key", &got)(n) })
		check(t, value, got, f, want)
	}
}

func TestMediaKinds(t *testing.T) {
	for file, want := range map[string]string{
		"a/b.PNG": Image, "x.webp": Image, "clip.mov": Video, "clip.MKV": Video, "take.wav": Audio, "bed.opus": Audio,
		"notes.md": "", "png": "", "": "",
	} {
		if got := MediaKind(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}
