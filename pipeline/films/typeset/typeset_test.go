package typeset

import (
	"errors"
	"os"
	"strings"
	"testing"

	"greenroom/compose/fonts"
)

func face(t *testing.T, data []byte) *Face {
	t.Helper()
	f, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func inter(t *testing.T) *Face { return face(t, fonts.Inter(400).Data) }

// system reads a font that .ci/setup installs.
func system(t *testing.T, path string) *Face {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("run .ci/setup test: %v", err)
	}
	return face(t, b)
}

const (
	dejavu = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
	droid  = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"
)

func textOf(lines []Line) []string {
	var out []string
	for _, l := range lines {
		s := ""
		for _, r := range l.Runs {
			s += r.Text
		}
		out = append(out, s)
	}
	return out
}

func TestFaceSaysWhatTheFileSays(t *testing.T) {
	f := inter(t)
	if f.Family != "Inter" || f.Weight != 400 || f.Italic {
		t.Errorf("%+v", f)
	}
	if b := face(t, fonts.Inter(600).Data); b.Family != "Inter Semi Bold" || b.Weight != 600 {
		t.Errorf("%+v", b)
	}
	// OS/2 of Inter 4.0: usWinAscent and usWinDescent over 2816 units.
	if f.Ascent < 0.9 || f.Descent < 0.2 || f.Above < 0.9 || f.Below < 0.2 {
		t.Errorf("ascent %v %v, descent %v %v", f.Ascent, f.Above, f.Descent, f.Below)
	}
}

func TestFontsThatCannotBeRenderedAreRefused(t *testing.T) {
	good := fonts.Inter(400).Data
	for want, data := range map[string][]byte{
		"not a font file": []byte("hello, this is text"),
		"web font":        append([]byte("wOF2"), make([]byte, 40)...),
		"collection":      append([]byte("ttcf"), make([]byte, 40)...),
		"corrupt":         good[:len(good)/2],
	} {
		if _, err := Load(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestLinesKeepEveryWordAndTheWidth(t *testing.T) {
	s := NewSetter([]*Face{inter(t)})
	text := "The quick brown fox jumps over the lazy dog, and then some more of the same."
	lines, err := s.Lines(text, 40, 400)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 3 {
		t.Fatalf("%d lines: %q", len(lines), textOf(lines))
	}
	if got := strings.Join(textOf(lines), " "); got != text {
		t.Errorf("%q", got)
	}
	for _, l := range lines {
		if l.Width <= 0 || l.Width > 400 {
			t.Errorf("a line of %v px", l.Width)
		}
	}
	one, _ := s.Lines("fox", 40, 400)
	two, _ := s.Lines("fox", 80, 400)
	if r := two[0].Width / one[0].Width; r < 1.99 || r > 2.01 {
		t.Errorf("twice the size is %v times as wide", r)
	}
}

// TestWidthsAreThoseOfABrowser holds widths that Chromium 156 measures with text-rendering: geometricPrecision. They
// have kerning, of which typesetting 0.3.5 loses a part: 12 px of the second line.
func TestWidthsAreThoseOfABrowser(t *testing.T) {
	for _, c := range []struct {
		face *Face
		text string
		size float64
		want float64
	}{
		{face(t, fonts.Inter(700).Data), "Product tour", 91.8, 563.3},
		{face(t, fonts.Inter(600).Data), "This is what it does for you, AVATAR To.", 40, 762},
		{face(t, fonts.Inter(400).Data), "This is what it does for you, AVATAR To.", 40, 747.1},
		{system(t, dejavu), "مرحبا بالعالم", 40, 211},
		{system(t, droid), "これは長い文章です。", 40, 400},
	} {
		lines, err := NewSetter([]*Face{c.face}).Lines(c.text, c.size, 2000)
		if err != nil {
			t.Fatal(err)
		}
		if w := lines[0].Width; w < c.want-0.5 || w > c.want+0.5 {
			t.Errorf("%s: %v px, a browser has %v", c.text, w, c.want)
		}
	}
}

func TestALongWordIsBroken(t *testing.T) {
	s := NewSetter([]*Face{inter(t)})
	lines, err := s.Lines("https://example.com/"+strings.Repeat("x", 100), 40, 300)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Width > 300 {
			t.Errorf("a line of %v px: %q", l.Width, textOf([]Line{l}))
		}
	}
	if got := strings.Join(textOf(lines), ""); len(got) != 120 {
		t.Errorf("%d letters of 120", len(got))
	}
}

func TestRightToLeft(t *testing.T) {
	s := NewSetter([]*Face{inter(t), system(t, dejavu)})
	lines, err := s.Lines("שלום greenroom עולם\nplain שלום", 40, 2000)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || !lines[0].RTL || lines[1].RTL {
		t.Fatalf("%+v", lines)
	}
	if got := textOf(lines); got[0] != "שלום greenroom עולם" || got[1] != "plain שלום" {
		t.Errorf("not in logical order: %q", got)
	}
	if r := lines[0].Runs; len(r) != 3 || r[0].Face != 1 || r[1].Face != 0 || r[2].Face != 1 {
		t.Errorf("faces: %+v", r)
	}
	arabic, err := s.Lines("مرحبا بالعالم، هذا نص طويل يجب أن ينكسر", 40, 300)
	if err != nil || len(arabic) < 2 || !arabic[0].RTL {
		t.Errorf("%q %v", textOf(arabic), err)
	}
	if got := strings.Join(textOf(arabic), " "); got != "مرحبا بالعالم، هذا نص طويل يجب أن ينكسر" {
		t.Errorf("%q", got)
	}
}

// TestBrokenLinesHaveOneDirection: a line of Arabic that begins with a Latin word is set from the right, too.
func TestBrokenLinesHaveOneDirection(t *testing.T) {
	s := NewSetter([]*Face{system(t, dejavu)})
	text := "مرحبا بالعالم\nNode.js طبعاً"
	for i, lines := range [][]Line{must(s.Broken(text, 40, 2000)), must(s.Lines(text, 40, 2000))} {
		if len(lines) != 2 || !lines[0].RTL || lines[1].RTL != (i == 0) {
			t.Errorf("%+v", lines)
		}
	}
}

func must(lines []Line, err error) []Line {
	if err != nil {
		panic(err)
	}
	return lines
}

func TestChineseAndJapaneseBreakBetweenSigns(t *testing.T) {
	s := NewSetter([]*Face{inter(t), system(t, droid)})
	text := "これは長い文章です。自動的に改行されます。「引用」もあります。"
	lines, err := s.Lines(text, 40, 300)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 4 || strings.Join(textOf(lines), "") != text {
		t.Fatalf("%q", textOf(lines))
	}
	for _, l := range textOf(lines) {
		if strings.ContainsAny(string([]rune(l)[0]), "。」、") || strings.HasSuffix(l, "「") {
			t.Errorf("a line begins or ends with the wrong sign: %q", l)
		}
	}
}

func TestMissingCharactersAreNamedOnceEach(t *testing.T) {
	s := NewSetter([]*Face{inter(t)})
	_, err := s.Lines("ok \U0001F600 \U0001F600 漢字", 40, 1000)
	var m *MissingError
	if !errors.As(err, &m) || string(m.Runes) != "\U0001F600漢字" {
		t.Fatalf("%v", err)
	}
	if want := "no font has \U0001F600 (U+1F600), 漢 (U+6F22), 字 (U+5B57)"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if got := (&MissingError{[]rune("一二三四五六七八九十")}).Error(); !strings.HasSuffix(got, "and 2 more") {
		t.Error(got)
	}
}

func TestCleanAndCut(t *testing.T) {
	if got := Clean(" a\tb  c \r\n\x01e\u0301 \n\n"); got != "a b c\né" {
		t.Errorf("%q", got)
	}
	s := NewSetter([]*Face{inter(t)})
	lines, err := s.Lines("one two three", 40, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range lines[0].Cut([]int{0, 3, 7}) {
		got = append(got, r.Text)
	}
	if strings.Join(got, "|") != "one| two| three" {
		t.Errorf("%q", got)
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"Hello there.", "a\u0301\u200d\ufe0f", "({[", "1,000.50 % of \"it\"", "\u202eabc\u202c"} {
		f.Add(s, 40.0, 200.0)
	}
	face, err := Load(fonts.Inter(400).Data)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, size, width float64) {
		if !(size >= 4 && size <= 500 && width >= 1 && width <= 10000) || len(text) > 2000 {
			return
		}
		text = Clean(text)
		lines, err := NewSetter([]*Face{face}).Lines(text, size, width)
		if err != nil {
			return
		}
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		if got := squeeze.Replace(strings.Join(textOf(lines), "")); got != squeeze.Replace(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
