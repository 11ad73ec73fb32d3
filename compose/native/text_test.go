package native

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// ink is the box around what differs from the ground colour within an area.
func ink(img *image.NRGBA, area image.Rectangle, ground color.NRGBA) image.Rectangle {
	var box image.Rectangle
	area = area.Intersect(img.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := img.NRGBAAt(x, y)
			d := max(absDiff(c.R, ground.R), absDiff(c.G, ground.G), absDiff(c.B, ground.B))
			if d > 40 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func absDiff(a, b uint8) int { return int(math.Abs(float64(a) - float64(b))) }

// outline is the box that a line's glyphs fill, worked out from the font file: no kerning, left to right.
func outline(t *testing.T, file, text string, size, x, baseline float64) image.Rectangle {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var buf sfnt.Buffer
	var box image.Rectangle
	for _, r := range text {
		g, err := f.GlyphIndex(&buf, r)
		if err != nil {
			t.Fatal(err)
		}
		b, adv, err := f.GlyphBounds(&buf, g, fixed.I(1000), font.HintingNone)
		if err != nil {
			t.Fatal(err)
		}
		at := func(v fixed.Int26_6) float64 { return float64(v) / 64000 * size }
		if !b.Empty() {
			box = box.Union(image.Rect(int(math.Floor(x+at(b.Min.X))), int(math.Floor(baseline+at(b.Min.Y))),
				int(math.Ceil(x+at(b.Max.X))), int(math.Ceil(baseline+at(b.Max.Y)))))
		}
		x += at(adv)
	}
	return box
}

func within(a, b image.Rectangle, d int) bool {
	ok := func(x, y int) bool { return max(x-y, y-x) <= d }
	return ok(a.Min.X, b.Min.X) && ok(a.Min.Y, b.Min.Y) && ok(a.Max.X, b.Max.X) && ok(a.Max.Y, b.Max.Y)
}

// plain is a film of white words on blue.
func plain(media map[string]timeline.Media, frames int, layers ...timeline.Layer) *timeline.Film {
	ground := timeline.Layer{ID: "ground", Kind: timeline.KindFill, Frames: frames, Box: timeline.Rect{W: 320, H: 180},
		Opacity: 1, Fill: &timeline.Fill{Colors: []string{"#102040"}}}
	return &timeline.Film{Name: "words", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: frames,
		Media:  media,
		Layers: append([]timeline.Layer{ground}, layers...)}
}

var blue = color.NRGBA{0x10, 0x20, 0x40, 255}

func words(id, s string, size, x, baseline float64, frames int) timeline.Layer {
	return timeline.Layer{ID: id, Kind: timeline.KindText, Frames: frames, Opacity: 1,
		Box: timeline.Rect{X: int(x), Y: int(baseline - size), W: 100, H: 30},
		Text: &timeline.Text{Size: size, Color: "#FFFFFF",
			Fonts: []timeline.Font{{Family: "DejaVu Sans", Media: "sans", Weight: 400},
				{Family: "DejaVu Sans", Media: "bold", Weight: 700}},
			Lines: []timeline.Line{{X: x, Baseline: baseline, Runs: []timeline.Run{{Text: s}}}}}}
}

func TestWordsStandWhereTheLinesSay(t *testing.T) {
	t.Parallel()
	media := footage(t)
	type at struct {
		text, font  string
		size, x, bl float64
	}
	cases := []at{
		{"Hxgp", "sans", 30, 10, 40}, {"Hxgp", "bold", 17.5, 120.5, 40.25}, {"H", "sans", 60, 200, 80},
		{"..", "sans", 24, 12, 100}, {"Äg", "bold", 40, 60, 120}, {"|_|", "sans", 14, 150, 150},
		{"low", "sans", 20, 20, 176},
	}
	var layers []timeline.Layer
	for i, c := range cases {
		l := words(fmt.Sprint("words ", i), c.text, c.size, c.x, c.bl, 2)
		if c.font == "bold" {
			l.Text.Lines[0].Runs[0].Font = 1
		}
		layers = append(layers, l)
	}
	img := drawn(t, plain(media, 2, layers...))[1]
	for _, c := range cases {
		want := outline(t, media[c.font].File, c.text, c.size, c.x, c.bl)
		if got := ink(img, want.Inset(-8), blue); !within(got, want, 2) {
			t.Errorf("%q in %s at %v: ink %v, want %v", c.text, c.font, c.size, got, want)
		}
	}
}

func TestHighlightChangesOnItsFrame(t *testing.T) {
	t.Parallel()
	f := timelinetest.Film(footage(t), "texts")
	got := drawn(t, f)
	yellow := func(frame int, area image.Rectangle) bool {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				if c := got[frame].NRGBAAt(x, y); c.R > 240 && c.B < 120 {
					return true
				}
			}
		}
		return false
	}
	one, two, three := image.Rect(20, 94, 55, 112), image.Rect(62, 94, 98, 112), image.Rect(106, 94, 170, 112)
	for frame := range f.Frames {
		for i, area := range []image.Rectangle{one, two, three} {
			if want := frame >= 10*i && frame < 10*i+10; yellow(frame, area) != want {
				t.Errorf("frame %d, word %d: highlighted %v, want %v", frame, i+1, !want, want)
			}
		}
	}
	t.Run("stroke", func(t *testing.T) {
		c := got[0].NRGBAAt(188, 41) // left of the S, inside of its 3 pixels of red
		red := 0
		for x := 186; x < 194; x++ {
			if c = got[0].NRGBAAt(x, 45); c.R > 170 && c.G < 60 {
				red++
			}
		}
		if red < 2 {
			t.Errorf("%d red pixels next to the first letter", red)
		}
	})
	t.Run("plate and words fade as one", func(t *testing.T) {
		// Frame 9 is half way in: frame 5 is the first. The plate is #004080 at half strength over #203040.
		_, dy := f.Layers[1].OffsetAt(9)
		c := got[9].NRGBAAt(150, 45+dy)
		o := f.Layers[1].OpacityAt(9) * 128 / 255
		want := rgba{0, 64. / 255, 128. / 255, o}.over(rgba{32. / 255, 48. / 255, 64. / 255, 1})
		if distance(fromNRGBA(c), want)*255 > 2 {
			t.Errorf("plate at frame 9: %v, want %v", c, want.nrgba())
		}
		// A corner of the plate is round.
		if c := got[20].NRGBAAt(17, 19); distance(fromNRGBA(c), rgba{32. / 255, 48. / 255, 64. / 255, 1})*255 > 2 {
			t.Errorf("the plate's corner is %v", c)
		}
		if c := got[20].NRGBAAt(30, 20); distance(fromNRGBA(c), rgba{16. / 255, 56. / 255, 96. / 255, 1})*255 > 2 {
			t.Errorf("the plate's edge is %v", c)
		}
	})
	t.Run("opacity", func(t *testing.T) {
		most := uint8(0)
		for y := 155; y < 175; y++ {
			for x := 190; x < 300; x++ {
				most = max(most, got[0].NRGBAAt(x, y).R)
			}
		}
		if most < 138 || most > 146 { // half of white over 32
			t.Errorf("half strong words are at most %d", most)
		}
	})
}

// TestSpecialCharactersAreDrawn draws each character that means something to ffmpeg or ASS alone, and holds its ink
// against the font's own outline.
func TestSpecialCharactersAreDrawn(t *testing.T) {
	t.Parallel()
	media := footage(t)
	special := strings.Split(`{ } \ ' " : ; , = [ ] % # @ ~ | & < > $ ( ) * ! ? / ^ + `+"` _", " ")
	special = append(special, `\N`, `\n`, `\h`, `{\b1}`, `\\`, `\{`, `%{eif}`, `a\:b`, `{}`, `\`+`\N`)
	var layers []timeline.Layer
	for i, s := range special {
		layers = append(layers, words(fmt.Sprintf("special %d", i), s, 12, float64(8+i%5*62), float64(16+i/5*17), 1))
	}
	img := drawn(t, plain(media, 1, layers...))[0]
	for i, s := range special {
		l := layers[i].Text.Lines[0]
		want := outline(t, media["sans"].File, s, 12, l.X, l.Baseline)
		if got := ink(img, want.Inset(-3), blue); !within(got, want, 2) {
			t.Errorf("%q: ink %v, want %v", s, got, want)
		}
	}
}

func TestBlanksAtTheEndsCount(t *testing.T) {
	t.Parallel()
	media := footage(t)
	img := drawn(t, plain(media, 1, words("a", "   H", 20, 10, 40, 1), words("b", "H", 20, 10, 80, 1)))[0]
	a, b := ink(img, image.Rect(0, 20, 320, 50), blue), ink(img, image.Rect(0, 60, 320, 90), blue)
	if shift := a.Min.X - b.Min.X; shift < 18 || shift > 20 { // three blanks of 0.318 em
		t.Errorf("three blanks are %d pixels wide", shift)
	}
}

func TestTenThousandCharacters(t *testing.T) {
	t.Parallel()
	media := footage(t)
	long := words("long", strings.Repeat("Wm", 5000), 12, 4, 40, 2)
	img := drawn(t, plain(media, 2, long))[1]
	if got := ink(img, image.Rect(0, 20, 320, 50), blue); got.Min.X > 6 || got.Max.X != 320 {
		t.Errorf("ink %v: the line must run out of the picture", got)
	}
	var lines []timeline.Line
	for i := range 100 {
		lines = append(lines, timeline.Line{X: 4, Baseline: float64(i) * 1.7, Runs: []timeline.Run{{Text: strings.Repeat("x", 100)}}})
	}
	long.Text.Lines, long.Text.Size = lines, 4
	if got := ink(drawn(t, plain(media, 2, long))[1], image.Rect(0, 0, 320, 180), blue); got.Dx() < 200 || got.Dy() < 160 {
		t.Errorf("ink %v of a hundred lines", got)
	}
}

func TestACharacterWithoutAPictureIsNamed(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Hi \U0001F9EA", `layer "emoji": font "DejaVu Sans" has no picture of '🧪' (U+1F9EA)`},
		{"\u4F60\u597D", "U+4F60"},
	} {
		_, err := Render(t.Context(), Spec{Film: plain(footage(t), 1, words("emoji", c.text, 20, 10, 40, 1)), Out: t.TempDir() + "/x.mkv", Tools: need(t)}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

// TestCharactersAboveTheBasicPlane: the font has 😀, in its four-byte map only.
func TestCharactersAboveTheBasicPlane(t *testing.T) {
	t.Parallel()
	media := footage(t)
	ground := color.NRGBA{0x18, 0x20, 0x28, 255}
	bounds := image.Rect(0, 0, 320, 180)
	alone := ink(drawn(t, plain(media, 1, words("emoji", "\U0001F600", 20, 10, 40, 1)))[0], bounds, ground)
	inWord := ink(drawn(t, plain(media, 1, words("emoji", "\U0001F600 ok", 20, 10, 40, 1)))[0], bounds, ground)
	if alone.Dx() < 15 || alone.Dy() < 15 || inWord.Dx() < alone.Dx()+15 {
		t.Errorf("ink of the face alone %v, next to a word %v", alone, inWord)
	}
}

// TestWhatLibassCannotDrawIsSaidInWords: its own line names our inner names of fonts.
func TestWhatLibassCannotDrawIsSaidInWords(t *testing.T) {
	g := &graph{film: plain(nil, 1), drawers: map[string]string{"l0": "title"}}
	err := g.failed(t.Context(), nil, "[ass@l0 @ 0x564c0dba73c0] fontselect: failed to find any fallback with glyph 0x1F600 for font: (gr0, 400, 0)", "ffmpeg")
	if want := `layer "title": its font has no picture of '😀' (U+1F600)`; !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "gr0") {
		t.Error(err)
	}
}

func TestRightToLeft(t *testing.T) {
	t.Parallel()
	f := timelinetest.Film(footage(t), "right to left")
	img := drawn(t, f)[0]
	ground := color.NRGBA{0x18, 0x20, 0x28, 255}
	for i, c := range []struct{ top, left, bottom int }{{30, 120, 60}, {75, 100, 112}, {130, 80, 160}} {
		got := ink(img, image.Rect(0, c.top, 320, c.bottom), ground)
		if max(got.Min.X-c.left, c.left-got.Min.X) > 3 || got.Dx() < 80 {
			t.Errorf("line %d: ink %v, want its left edge at %d", i, got, c.left)
		}
	}
	// "גרסה 2.0 (beta)." ends on the left: the full stop is the leftmost ink, and low.
	stop := ink(img, image.Rect(78, 130, 85, 160), ground)
	if stop.Min.Y < 145 || stop.Max.Y > 152 {
		t.Errorf("the full stop is at %v", stop)
	}
	// Its first word is on the right.
	if first := ink(img, image.Rect(195, 130, 245, 160), ground); first.Dx() < 30 {
		t.Errorf("the first word is at %v", first)
	}
}

// TestTwoFontsWithOneName: the files of the two call themselves alike, as the files of a family do.
func TestTwoFontsWithOneName(t *testing.T) {
	regular, err := loadFace(footage(t)["sans"].File, "gr0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := sfnt.Parse(regular.data)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []sfnt.NameID{sfnt.NameIDFamily, sfnt.NameIDFull, sfnt.NameIDPostScript} {
		if name, err := f.Name(nil, id); err != nil || name != "gr0" {
			t.Errorf("name %d is %q, %v", id, name, err)
		}
	}
	if math.Abs(regular.ascent-1901.0/2048) > 1e-9 || math.Abs(regular.descent-483.0/2048) > 1e-9 {
		t.Errorf("ascent %v and descent %v of an em", regular.ascent, regular.descent)
	}
	tables, version, err := fontTables(regular.data)
	if err != nil {
		t.Fatal(err)
	}
	tables["head"] = slices.Clone(tables["head"])
	tables["head"][18], tables["head"][19] = 0, 0 // an em of no units, by which all sizes are divided
	noEm := assemble(tables, version)
	for _, bad := range [][]byte{noEm, nil, []byte("not a font at all"), regular.data[:200], append([]byte("wOF2"), regular.data...)} {
		file := t.TempDir() + "/bad.ttf"
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadFace(file, "gr0"); err == nil {
			t.Errorf("%d bytes are taken for a font", len(bad))
		}
	}
}

func TestCaptionsAreOneInstance(t *testing.T) {
	t.Parallel()
	media := footage(t)
	var layers []timeline.Layer
	for i := range 5 {
		l := words(fmt.Sprint("caption ", i), fmt.Sprint(i), 20, 10+float64(40*i), 40, 2)
		l.From = 2 * i
		layers = append(layers, l)
	}
	layers[3].From, layers[4].From = 7, 9 // with nothing on frame 6
	f := plain(media, 12, layers...)
	spec := Spec{Film: f, Out: "x.mkv", Tools: need(t)}
	g, err := prepare(t.Context(), spec, &lossless, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(g.text.String(), "ass@"); n != 1 {
		t.Errorf("%d libass instances", n)
	}
	for frame, img := range drawn(t, f) {
		for i, l := range layers {
			there := !ink(img, image.Rect(10+40*i, 20, 45+40*i, 45), blue).Empty()
			if want := frame >= l.From && frame < l.End(); there != want {
				t.Errorf("frame %d, caption %d: drawn %v, want %v", frame, i, there, want)
			}
		}
	}
}

func FuzzEscapeASS(f *testing.F) {
	f.Add(timelinetest.Special)
	f.Add("a\nb\r\x00{\\p1}m 0 0 l 100 100{\\p0}")
	f.Fuzz(func(t *testing.T, s string) {
		out := escapeASS(s, true, true)
		var seen, want []rune // what is drawn: escapes undone, without blanks and joiners
		for i, r := range []rune(out) {
			if rs := []rune(out); r == '\\' && i+1 < len(rs) && (rs[i+1] == '{' || rs[i+1] == '}') || r == '\u2060' || unicode.IsSpace(r) {
				continue
			}
			seen = append(seen, r)
		}
		for _, r := range s {
			if !unicode.IsSpace(r) && !unicode.Is(unicode.Cc, r) && r != '\u2028' && r != '\u2029' && r != '\u2060' {
				want = append(want, r)
			}
		}
		if string(seen) != string(want) {
			t.Fatalf("%q became %q, which draws %q", s, out, string(seen))
		}
		for i := 0; i < len(out); i++ {
			if c := out[i]; c < ' ' {
				t.Fatalf("%q: control character in %q", s, out)
			}
			if (out[i] == '{' || out[i] == '}') && (i == 0 || out[i-1] != '\\') {
				t.Fatalf("%q: a bare brace in %q", s, out)
			}
		}
	})
}
