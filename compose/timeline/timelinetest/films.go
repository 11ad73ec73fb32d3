package timelinetest

import (
	"fmt"

	"greenroom/compose/timeline"
)

// Width and Height are every film's size.
const (
	Width  = 320
	Height = 180
)

var canvas = timeline.Rect{W: Width, H: Height}

// Films are all films of this package; media is what [Footage] gave.
func Films(media map[string]timeline.Media) []*timeline.Film {
	films := []*timeline.Film{
		fills(), pictures(), clips(), alphas(), loops(), slides(), texts(), rightToLeft(), brackets(), eastAsian(),
		transparent(), turns(), colours("colours"), colours("codings"),
		rates("cinema", timeline.Rate{Num: 24000, Den: 1001}, 36),
		rates("fast", timeline.Rate{Num: 60000, Den: 1001}, 36),
		sounds(), presenter(),
	}
	for _, f := range films {
		f.Width, f.Height, f.Media = Width, Height, media
		if f.FPS.Num == 0 {
			f.FPS = timeline.Rate{Num: 25, Den: 1}
		}
	}
	return films
}

// Film is the one with the given name; it panics when there is none.
func Film(media map[string]timeline.Media, name string) *timeline.Film {
	for _, f := range Films(media) {
		if f.Name == name {
			return f
		}
	}
	panic("timelinetest: no film " + name)
}

// TextAreas are where a film has words, with room for their strokes: pictures of two renderers differ more there.
func TextAreas(f *timeline.Film) []timeline.Rect {
	var out []timeline.Rect
	for _, l := range f.Layers {
		if l.Text == nil {
			continue
		}
		grow := 4
		if l.Text.Stroke != nil {
			grow += int(l.Text.Stroke.Width + 1)
		}
		for _, line := range l.Text.Lines {
			top, height := line.Baseline-l.Text.Size, 1.35*l.Text.Size
			r := timeline.Rect{
				X: int(line.X) - grow, Y: int(top) - grow, W: int(line.Width) + 2*grow, H: int(height) + 2*grow,
			}
			for _, m := range []timeline.Motion{l.Enter, l.Leave} {
				r.X, r.W = r.X+min(m.DX, 0), r.W+max(m.DX, -m.DX)
				r.Y, r.H = r.Y+min(m.DY, 0), r.H+max(m.DY, -m.DY)
			}
			out = append(out, r)
		}
	}
	return out
}

func fill(id string, frames int, box timeline.Rect, angle float64, colors ...string) timeline.Layer {
	return timeline.Layer{ID: id, Kind: timeline.KindFill, Frames: frames, Box: box, Opacity: 1,
		Fill: &timeline.Fill{Colors: colors, Angle: angle}}
}

func picture(id, media string, frames int, box, crop timeline.Rect) timeline.Layer {
	return timeline.Layer{ID: id, Kind: timeline.KindPicture, Frames: frames, Box: box, Opacity: 1,
		Picture: &timeline.Picture{Media: media, Crop: crop}}
}

func video(id, media string, frames int, box, crop timeline.Rect) timeline.Layer {
	return timeline.Layer{ID: id, Kind: timeline.KindVideo, Frames: frames, Box: box, Opacity: 1,
		Video: &timeline.Video{Media: media, Crop: crop}}
}

func with(l timeline.Layer, change func(*timeline.Layer)) timeline.Layer {
	change(&l)
	return l
}

func fills() *timeline.Film {
	const n = 10
	return &timeline.Film{Name: "fills", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 180, "#102030", "#E0C090"),
		fill("plain", n, timeline.Rect{X: 16, Y: 16, W: 64, H: 40}, 0, "#3B82F6"),
		fill("half", n, timeline.Rect{X: 48, Y: 36, W: 64, H: 40}, 0, "#FFFFFF80"),
		with(fill("slanted", n, timeline.Rect{X: 140, Y: 20, W: 120, H: 60}, 45, "#FF0000", "#00FF00", "#0000FF"),
			func(l *timeline.Layer) { l.Radius = 16 }),
		with(fill("circle", n, timeline.Rect{X: 30, Y: 100, W: 60, H: 60}, 90, "#FFFF00", "#FF00FF00"),
			func(l *timeline.Layer) { l.Radius = 30 }),
		with(fill("faint", n, timeline.Rect{X: 280, Y: 120, W: 80, H: 80}, 0, "#00C0A0"),
			func(l *timeline.Layer) { l.Opacity = 0.4 }),
		with(fill("late", n-4, timeline.Rect{X: 140, Y: 110, W: 50, H: 50}, 0, "#FF4040"),
			func(l *timeline.Layer) { l.From, l.Frames = 2, 5 }),
	}}
}

func pictures() *timeline.Film {
	const n = 10
	whole := timeline.Rect{W: PictureWidth, H: PictureHeight}
	return &timeline.Film{Name: "pictures", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#405060"),
		picture("as it is", "picture", n, timeline.Rect{X: 8, Y: 8, W: 64, H: 48}, whole),
		picture("doubled", "picture", n, timeline.Rect{X: 90, Y: 8, W: 128, H: 96}, whole),
		picture(
			"cropped", "picture", n, timeline.Rect{X: 8, Y: 80, W: 40, H: 40}, timeline.Rect{X: 32, Y: 4, W: 20, H: 20},
		),
		with(picture("round", "photo", n, timeline.Rect{X: 230, Y: 10, W: 70, H: 70},
			timeline.Rect{X: 10, Y: 0, W: 60, H: 60}), func(l *timeline.Layer) { l.Radius = 35 }),
		with(picture("faint", "photo", n, timeline.Rect{X: 230, Y: 100, W: 80, H: 60}, timeline.Rect{W: 80, H: 60}),
			func(l *timeline.Layer) { l.Opacity = 0.5 }),
	}}
}

func clips() *timeline.Film {
	const n = 50
	whole := timeline.Rect{W: ClipWidth, H: ClipHeight}
	return &timeline.Film{Name: "clips", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#808080"),
		// 30 frames of footage, 40 of layer: it is gone from frame 35 on.
		with(video("ends", "clip", 40, timeline.Rect{X: 10, Y: 10, W: 160, H: 90}, whole),
			func(l *timeline.Layer) { l.From = 5 }),
		with(video("cut short", "clip", 10, timeline.Rect{X: 180, Y: 10, W: 120, H: 60},
			timeline.Rect{X: 40, Y: 20, W: 80, H: 40}), func(l *timeline.Layer) { l.From = 10 }),
		with(video("round", "clip", 20, timeline.Rect{X: 200, Y: 90, W: 80, H: 80},
			timeline.Rect{X: 40, Y: 5, W: 80, H: 80}), func(l *timeline.Layer) {
			l.Radius, l.Opacity = 40, 0.75
		}),
		with(video("later", "clip", 10, timeline.Rect{X: 10, Y: 120, W: 80, H: 45}, whole), func(l *timeline.Layer) {
			l.Video.Skip = 0.4
		}),
	}}
}

func alphas() *timeline.Film {
	const n = 60
	whole := timeline.Rect{W: AlphaWidth, H: AlphaHeight}
	return &timeline.Film{Name: "alpha", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 90, "#203040", "#F0F0E0"),
		with(video(
			"presenter", "alpha", 50, timeline.Rect{X: 20, Y: 40, W: 160, H: 120}, whole,
		), func(l *timeline.Layer) {
			l.From = 5
			l.Enter = timeline.Motion{Frames: 10, Fade: true, DX: -60}
			l.Leave = timeline.Motion{Frames: 8, Fade: true, DY: 50}
		}),
		with(video("small", "alpha", 40, timeline.Rect{X: 220, Y: 20, W: 80, H: 60}, whole),
			func(l *timeline.Layer) { l.Opacity = 0.6 }),
		// A disc with a ring, and who is in it with room above the head.
		with(fill("disc", n, timeline.Rect{X: 236, Y: 96, W: 72, H: 72}, 180, "#F3E2C6", "#B08A63"),
			func(l *timeline.Layer) {
				l.Radius, l.Fill.Ring = 36, &timeline.Stroke{Color: "#204080", Width: 4}
				l.Enter = timeline.Motion{Frames: 10, DX: -40}
			}),
		with(video(
			"in the disc", "alpha", 50, timeline.Rect{X: 240, Y: 108, W: 64, H: 56}, timeline.Rect{W: 64, H: 56},
		),
			func(l *timeline.Layer) {
				l.Radius, l.Round = 32, &timeline.Rect{X: 240, Y: 100, W: 64, H: 64}
				l.Enter = timeline.Motion{Frames: 10, DX: -40}
			}),
	}}
}

func loops() *timeline.Film {
	const n = 100
	whole := timeline.Rect{W: ClipWidth, H: ClipHeight}
	return &timeline.Film{Name: "loops", Frames: n, Layers: []timeline.Layer{
		with(video("ground", "clip", n, canvas, whole), func(l *timeline.Layer) { l.Video.Loop = true }),
		with(video("skipped", "clip", 80, timeline.Rect{X: 20, Y: 20, W: 80, H: 45}, whole), func(l *timeline.Layer) {
			l.From, l.Video.Loop, l.Video.Skip = 10, true, 0.8
		}),
		with(video("alpha", "alpha", 90, timeline.Rect{X: 160, Y: 60, W: 160, H: 120},
			timeline.Rect{W: AlphaWidth, H: AlphaHeight}), func(l *timeline.Layer) {
			l.Video.Loop = true
		}),
	}, Sounds: []timeline.Sound{
		{ID: "bed", Media: "bed", Frames: n, Loop: true, Gain: []timeline.Point{{Gain: 0.5}}},
	}}
}

// turns has footage as phones record it, one of it cropped.
func turns() *timeline.Film {
	const n = 12
	upright := timeline.Rect{W: ClipHeight, H: ClipWidth}
	return &timeline.Film{Name: "turns", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#506070"),
		video("turned", "turned", n, timeline.Rect{X: 4, Y: 10, W: 90, H: 160}, upright),
		video(
			"over", "over", n, timeline.Rect{X: 98, Y: 10, W: 120, H: 68}, timeline.Rect{W: ClipWidth, H: ClipHeight},
		),
		video("back", "back", n, timeline.Rect{X: 226, Y: 10, W: 90, H: 160}, upright),
		video(
			"part", "turned", n, timeline.Rect{X: 120, Y: 90, W: 60, H: 80}, timeline.Rect{X: 20, Y: 40, W: 60, H: 80},
		),
	}}
}

// patched are the films that show footage of the same colours, with different metadata.
var patched = map[string][]string{"colours": {"full", "bt601", "clip"}, "codings": {"untagged", "vp9", "veil", "hevc"}}

// Patch is one colour of footage, without its edges, as a film shows it.
type Patch struct {
	Media     string
	Crop, Box timeline.Rect
}

// Patches are what the films "colours" and "codings" show: of each footage the colour that changes, blue and orange.
func Patches(film string) (out []Patch) {
	rows := patched[film]
	for row, media := range rows {
		for column, crop := range []timeline.Rect{{X: 8, Y: 8, W: 56, H: 32}, {X: 96, Y: 6, W: 56, H: 32},
			{X: 96, Y: 54, W: 56, H: 32}} {
			high := Height / len(rows)
			out = append(out, Patch{media, crop, timeline.Rect{X: 4 + 106*column, Y: high * row, W: 100, H: high - 4}})
		}
	}
	return out
}

func colours(name string) *timeline.Film {
	const n = 6
	layers := []timeline.Layer{fill("ground", n, canvas, 0, PatchGround)}
	for i, p := range Patches(name) {
		layers = append(layers, video(fmt.Sprint(p.Media, " ", i%3), p.Media, n, p.Box, p.Crop))
	}
	return &timeline.Film{Name: name, Frames: n, Layers: layers}
}

// PatchGround is the colour behind patches.
const PatchGround = "#506070"

func slides() *timeline.Film {
	const n = 40
	return &timeline.Film{Name: "slides", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 0, "#101010"),
		with(fill("bar", 36, timeline.Rect{X: 20, Y: 130, W: 100, H: 30}, 0, "#E04020"), func(l *timeline.Layer) {
			l.From, l.Enter, l.Leave = 2, timeline.Motion{Frames: 12, DX: -140}, timeline.Motion{Frames: 9, DX: 37, DY: 55}
		}),
		with(picture("card", "picture", 38, timeline.Rect{X: 200, Y: 30, W: 64, H: 48},
			timeline.Rect{W: PictureWidth, H: PictureHeight}), func(l *timeline.Layer) {
			l.From, l.Enter, l.Leave = 1, timeline.Motion{Frames: 15, Fade: true, DY: -81},
				timeline.Motion{Frames: 10, Fade: true, DX: 130}
		}),
		with(fill("faded", n, timeline.Rect{X: 40, Y: 20, W: 60, H: 60}, 0, "#40C0FF"), func(l *timeline.Layer) {
			l.Opacity, l.Enter, l.Leave = 0.8, timeline.Motion{Frames: 20, Fade: true}, timeline.Motion{Frames: 20, Fade: true}
		}),
	}}
}

func transparent() *timeline.Film {
	const n = 30
	return &timeline.Film{Name: "transparent", Frames: n, Transparent: true, Layers: []timeline.Layer{
		with(fill("panel", n, timeline.Rect{X: 20, Y: 20, W: 120, H: 80}, 0, "#2060E080"),
			func(l *timeline.Layer) { l.Radius = 12 }),
		with(video("presenter", "alpha", n, timeline.Rect{X: 120, Y: 50, W: 160, H: 120},
			timeline.Rect{W: AlphaWidth, H: AlphaHeight}), func(l *timeline.Layer) {
			l.Enter = timeline.Motion{Frames: 10, Fade: true}
		}),
		fill("solid", n, timeline.Rect{X: 250, Y: 10, W: 50, H: 50}, 0, "#F0A000"),
		text("name", n, 24, words("sans", "Ada", 30, 66)),
	}, Sounds: []timeline.Sound{{ID: "presenter", Media: "alpha", Frames: n, Gain: []timeline.Point{{Gain: 1}}}}}
}

// rates has footage in the film's own rate, whose frames differ in their colours.
func rates(media string, r timeline.Rate, n int) *timeline.Film {
	return &timeline.Film{Name: media, FPS: r, Frames: n, Layers: []timeline.Layer{
		with(video("footage", media, 20, timeline.Rect{X: 8, Y: 8, W: 160, H: 90},
			timeline.Rect{W: ClipWidth, H: ClipHeight}), func(l *timeline.Layer) { l.From = 7 }),
		with(fill("bar", 24, timeline.Rect{X: 200, Y: 100, W: 60, H: 40}, 0, "#E04020"), func(l *timeline.Layer) {
			l.From, l.Enter, l.Leave = 5, timeline.Motion{Frames: 9, DX: 90}, timeline.Motion{Frames: 9, Fade: true}
		}),
	}, Sounds: []timeline.Sound{{ID: "tone", Media: "tone", From: 7, Frames: 20, Gain: []timeline.Point{{Gain: 1}}}}}
}

func sounds() *timeline.Film {
	const n = 75
	return &timeline.Film{Name: "sounds", Frames: n, Layers: []timeline.Layer{fill("ground", n, canvas, 0, "#204020")},
		Sounds: []timeline.Sound{
			{ID: "tone", Media: "tone", From: 25, Frames: 25, Gain: []timeline.Point{{Gain: 1}}},
			{ID: "bed", Media: "bed", Frames: n, Skip: 0.2, Loop: true, Gain: []timeline.Point{
				{At: 0, Gain: 0}, {At: 0.5, Gain: 0.5}, {At: 0.9, Gain: 0.5}, {At: 1, Gain: 0.1}, {At: 2, Gain: 0.1},
				{At: 2.2, Gain: 0.5}, {At: 3, Gain: 0}}},
		}}
}

// presenter is what a usual film looks like: all kinds at once.
func presenter() *timeline.Film {
	const n = 50
	title := text("title", 40, 22, words("bold", "Product tour", 24, 52))
	title.From, title.Enter, title.Leave = 5, timeline.Motion{Frames: 10, Fade: true, DX: -30},
		timeline.Motion{Frames: 8, Fade: true}
	caption := text("caption", n, 16, timeline.Line{X: 40, Baseline: 160, Width: 130, Runs: []timeline.Run{
		{Text: "Hello "}, {Text: "and ", On: 10, Off: 20}, {Text: "welcome", On: 20, Off: 40}}})
	caption.Text.Highlight = "#FFD54A"
	caption.Text.Stroke = &timeline.Stroke{Color: "#000000", Width: 2}
	return &timeline.Film{Name: "presenter", Frames: n, Layers: []timeline.Layer{
		fill("ground", n, canvas, 135, "#1E293B", "#0F766E"),
		with(picture("logo", "picture", n, timeline.Rect{X: 270, Y: 10, W: 40, H: 30},
			timeline.Rect{W: PictureWidth, H: PictureHeight}), func(l *timeline.Layer) { l.Radius = 6 }),
		with(video("clip hello", "alpha", n, timeline.Rect{X: 150, Y: 50, W: 160, H: 120},
			timeline.Rect{W: AlphaWidth, H: AlphaHeight}), func(l *timeline.Layer) {
			l.Enter = timeline.Motion{Frames: 12, Fade: true, DY: 40}
		}),
		title, caption,
	}, Sounds: []timeline.Sound{
		{ID: "clip hello", Media: "alpha", Frames: n, Gain: []timeline.Point{{Gain: 1}}},
		{ID: "bed", Media: "bed", Frames: n, Loop: true,
			Gain: []timeline.Point{{At: 0, Gain: 0.1}, {At: 1.5, Gain: 0.1}, {At: 2, Gain: 0}}},
	}}
}
