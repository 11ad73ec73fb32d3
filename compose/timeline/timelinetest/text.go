package timelinetest

import "greenroom/compose/timeline"

// Special has the characters that mean something to ffmpeg, to its filter graphs or to ASS.
const Special = `{\b1} \N 50% 'a':"b",[c];=d #e|f @~ \h \\ <i>&amp;</i> $x`

// Fonts of the films, as their files describe themselves.
var fonts = map[string]timeline.Font{
	"sans": {Family: "DejaVu Sans", Media: "sans", Weight: 400, Ascent: 1901.0 / 2048, Descent: 483.0 / 2048},
	"bold": {Family: "DejaVu Sans", Media: "bold", Weight: 700, Ascent: 1901.0 / 2048, Descent: 483.0 / 2048},
	"east": {Family: "Droid Sans Fallback", Media: "east", Weight: 400, Ascent: 880.0 / 1024, Descent: 240.0 / 1024},
}

// fontOrder is what Run.Font counts.
var fontOrder = []string{"sans", "bold", "east"}

// words is a line of one run. Its width is about right: 0.6 em a character.
func words(font, s string, x, baseline float64) timeline.Line {
	run := timeline.Run{Text: s}
	for i, name := range fontOrder {
		if name == font {
			run.Font = i
		}
	}
	return timeline.Line{X: x, Baseline: baseline, Width: float64(len([]rune(s))) * 12, Runs: []timeline.Run{run}}
}

func text(id string, frames int, size float64, lines ...timeline.Line) timeline.Layer {
	t := &timeline.Text{Size: size, Color: "#FFFFFF", Lines: lines}
	for _, name := range fontOrder {
		t.Fonts = append(t.Fonts, fonts[name])
	}
	box := timeline.Rect{X: int(lines[0].X), Y: int(lines[0].Baseline - size), W: 200, H: int(1.3*size) * len(lines)}
	return timeline.Layer{ID: id, Kind: timeline.KindText, Frames: frames, Box: box, Opacity: 1, Text: t}
}

func texts() *timeline.Film {
	const n = 40
	plated := text("plated", 30, 18, words("sans", "Ada Lovelace", 28, 40), words("bold", "Engineer", 28, 62))
	plated.From, plated.Enter, plated.Leave = 5, timeline.Motion{Frames: 8, Fade: true, DY: 24},
		timeline.Motion{Frames: 6, Fade: true}
	plated.Text.Plate = &timeline.Plate{Box: timeline.Rect{X: 16, Y: 18, W: 150, H: 54}, Radius: 10, Color: "#00408080"}
	stroked := text("stroked", n, 26, words("bold", "Stroke", 190, 50))
	stroked.Text.Stroke = &timeline.Stroke{Color: "#C02020", Width: 3}
	spoken := text("spoken", n, 20, timeline.Line{X: 20, Baseline: 110, Width: 160, Runs: []timeline.Run{
		{Text: "one ", On: 0, Off: 10}, {Text: "two ", On: 10, Off: 20}, {Text: "three", Font: 1, On: 20, Off: 30}}})
	spoken.Text.Highlight = "#FFD54A"
	special := text("special", n, 9, words("sans", Special, 8, 150))
	special.Text.Color = "#E0F0FF"
	faint := text("faint", n, 14, words("sans", "half as strong", 190, 170))
	faint.Opacity = 0.5
	return &timeline.Film{Name: "texts", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#203040"), plated, stroked, spoken, special, faint,
	}}
}

func rightToLeft() *timeline.Film {
	const n = 10
	line := func(s string, x, baseline, width float64) timeline.Line {
		return timeline.Line{X: x, Baseline: baseline, Width: width, RTL: true, Runs: []timeline.Run{{Text: s}}}
	}
	return &timeline.Film{Name: "right to left", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#182028"),
		text("hebrew", n, 24, line("שלום עולם", 120, 50, 120)),
		text("arabic", n, 24, line("مرحبا بالعالم", 100, 100, 150)),
		text("mixed", n, 20, line("גרסה 2.0 (beta).", 80, 150, 170)),
	}}
}

// brackets has pairs of them on both sides of a change of direction, in lines of both. Rule N0 of Unicode's
// bidirectional algorithm turns both of a pair the same way.
func brackets() *timeline.Film {
	const n = 4
	line := func(s string, x, baseline, width float64, rtl bool) timeline.Line {
		return timeline.Line{X: x, Baseline: baseline, Width: width, RTL: rtl, Runs: []timeline.Run{{Text: s}}}
	}
	parts := line("גרסה beta [x] חדשה", 12, 174, 200, true)
	parts.Runs = []timeline.Run{{Text: "גרסה beta "}, {Text: "[x", Font: 1}, {Text: "] חדשה"}}
	return &timeline.Film{Name: "brackets", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#182028"),
		text("number", n, 17, line("שלום greenroom (2.0)", 12, 24, 190, true)),
		text("word", n, 17, line("שלום greenroom (beta) עולם", 12, 54, 250, true)),
		text("left", n, 17, line("release (גרסה) 2.0 [שלום]", 12, 84, 250, false)),
		text("nested", n, 17, line("a {b (שלום) c} d", 12, 114, 150, false)),
		text("arabic", n, 17, line("مرحبا (one [two]) بكم", 12, 144, 200, true)),
		text("parts", n, 17, parts),
	}}
}

// eastAsian has Chinese and Japanese, alone and among Latin words of another font.
func eastAsian() *timeline.Film {
	const n = 4
	line := func(s string, baseline, width float64) timeline.Line {
		return timeline.Line{X: 16, Baseline: baseline, Width: width, Runs: []timeline.Run{{Text: s, Font: 2}}}
	}
	mixed := timeline.Line{X: 16, Baseline: 130, Width: 200,
		Runs: []timeline.Run{{Text: "greenroom "}, {Text: "緑の部屋", Font: 2}, {Text: " 2.0"}}}
	return &timeline.Film{Name: "east asian", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#182028"),
		text("chinese", n, 26, line("欢迎来到绿色房间。", 40, 240)),
		text("japanese", n, 26, line("「こんにちは」カメラ", 80, 270)),
		text("mixed", n, 20, mixed),
	}}
}
