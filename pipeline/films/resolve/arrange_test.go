package resolve

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/look"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
)

// faceIn is the face of the presenter in a resolved film, by the box of its layer alone.
func faceIn(film *timeline.Film, id string) area {
	for _, l := range film.Layers {
		if l.ID == id {
			if l.Round != nil {
				return areaOf(*l.Round)
			}
			return faceOf(areaOf(l.Box))
		}
	}
	return area{}
}

// TestTextsKeepOffFacesAndOneAnother resolves the films that people write first, in all shapes, from 360p to 4K: no
// text without a place in the manifest lies on a face, on captions or on another text, and each is inside of the
// margin.
func TestTextsKeepOffFacesAndOneAnother(t *testing.T) {
	dir, facts := world(t)
	// A presenter as HeyGen's close-up frames one, and one who is seen to the waist.
	broad := facts.Clips["hello"]
	broad.Box = timeline.Rect{X: 400, Y: 100, W: 1150, H: 980}
	broad.Media.Width, broad.Media.Height = 1150, 980
	clips := map[string]Clip{"720x960": facts.Clips["hello"], "1150x980": broad}
	films := map[string]string{
		"title":             `{clip: hello}, {text: "Plans and prices"}`,
		"long title":        `{clip: hello}, {text: "Everything you need to know about plans and prices"}`,
		"lower third":       `{clip: hello}, {text: "Ada Lovelace\nHead of Product", style: lower-third}`,
		"callout":           `{clip: hello}, {text: "New in version 2", style: callout}`,
		"captions":          `{clip: hello}, {captions: hello}`,
		"name and captions": `{clip: hello}, {text: "Ada Lovelace\nHead of Product", style: lower-third}, {captions: hello}`,
		"all": `{clip: hello}, {text: "Plans and prices"}, {text: "Ada Lovelace\nHead of Product", style: lower-third}, ` +
			`{captions: hello, mode: word}`,
		"callout and title": `{clip: hello}, {text: "New in May", style: callout}, {text: "Plans and prices"}, {captions: hello}`,
		"disc":              `{video: loop.mp4, loop: true}, {clip: hello, mask: circle, box: {left: 4%, bottom: 6%, width: 24%}}, {text: "Plans"}, {captions: hello}`,
		"disc on the right": `{video: loop.mp4, loop: true}, {clip: hello, mask: circle, box: {right: 4%, bottom: 6%, width: 24%}}, {text: "Ada Lovelace", style: lower-third}, {captions: hello}`,
		"circle":            `{video: loop.mp4, loop: true}, {clip: hello, mask: circle}, {captions: hello}`,
		"circle and name": `{image: bg.png}, {clip: hello, mask: circle}, {text: "Ada Lovelace", style: lower-third}, ` +
			`{captions: hello}`,
		"circle alone": `{clip: hello, mask: circle}, {captions: hello}`,
		"own box":      `{clip: hello, box: {right: 4%, bottom: 0, width: 38%}}, {text: "Plans and prices"}, {captions: hello}`,
	}
	sizes := map[look.Shape][][2]int{
		look.Wide: {{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}}, look.Square: {{360, 360}, {1080, 1080}, {2160, 2160}},
		look.Tall: {{360, 640}, {720, 1280}, {1080, 1920}, {2160, 3840}},
	}
	for who, clip := range clips {
		facts.Clips["hello"] = clip
		for name, layers := range films {
			for shape, list := range sizes {
				for _, size := range list {
					label := fmt.Sprintf("%s, %s, %s %dx%d", name, who, shape, size[0], size[1])
					m := load(t, dir, fmt.Sprintf("compositions:\n  a: {size: %dx%d, layers: [%s]}\n", size[0], size[1], layers))
					film, err := Film(m, "a", facts)
					if err != nil {
						t.Errorf("%s: %v", label, fault.All(err))
						continue
					}
					separate(t, label, film)
				}
			}
		}
	}
}

func separate(t *testing.T, label string, film *timeline.Film) {
	t.Helper()
	face := faceIn(film, "clip hello")
	face = area{face.x + 1, face.y + 1, face.w - 2, face.h - 2} // boxes of layers are rounded to pixels
	margin := area{look.Margin*float64(film.Width) - 1, look.Margin*float64(film.Height) - 1, 0, 0}
	margin.w, margin.h = float64(film.Width)-2*margin.x, float64(film.Height)-2*margin.y
	if len(film.Warnings) > 0 {
		t.Errorf("%s: %v", label, film.Warnings)
	}
	texts := slices.DeleteFunc(slices.Clone(film.Layers), func(l timeline.Layer) bool { return l.Text == nil })
	for i, l := range texts {
		box := areaOf(l.Box)
		if overlap(box, face) > 0 {
			t.Errorf("%s: %s at %v lies on the face at %.0f", label, l.ID, l.Box, face)
		}
		if in, ok := intersect(box, margin); !ok || in != box {
			t.Errorf("%s: %s at %v is outside of the margin", label, l.ID, l.Box)
		}
		if least := 0.036 * float64(min(film.Width, film.Height)); l.Text.Size < least {
			t.Errorf("%s: the letters of %s are %.1f pixels, less than %.1f", label, l.ID, l.Text.Size, least)
		}
		for _, other := range texts[i+1:] {
			if overlapInTime(l.From, l.Frames, other.From, other.Frames) && overlap(box, areaOf(other.Box)) > 0 {
				t.Errorf("%s: %s at %v lies on %s at %v", label, l.ID, l.Box, other.ID, other.Box)
			}
		}
	}
}

// TestATextThatCannotAvoidAFaceIsWarnedOf: a presenter who fills the canvas leaves no place.
func TestATextThatCannotAvoidAFaceIsWarnedOf(t *testing.T) {
	film := one(t, `compositions: {a: {layers: [{clip: hello, box: {left: -20%, top: 0, width: 140%}}, {text: "Plans and prices"}]}}`+"\n")
	if len(film.Warnings) != 1 || !strings.Contains(film.Warnings[0], "text title lies on a presenter's face") {
		t.Errorf("%q", film.Warnings)
	}
	film = one(t, `compositions: {a: {layers: [{clip: hello, box: {left: -20%, top: 0, width: 140%}}, {text: "Plans", box: {top: 10%}}]}}`+"\n")
	if len(film.Warnings) != 0 { // its place was chosen by the user
		t.Errorf("%q", film.Warnings)
	}
}

// TestACircleWithoutABoxIsInACorner of footage, and in the middle of a canvas without any.
func TestACircleWithoutABoxIsInACorner(t *testing.T) {
	for text, want := range map[string]timeline.Rect{
		"{video: loop.mp4}, {clip: hello, mask: circle}": {X: 65, Y: 648, W: 367, H: 367},
		"{clip: hello, mask: circle}":                    {X: 636, Y: 216, W: 648, H: 648},
	} {
		film := one(t, "compositions: {a: {length: 2s, layers: ["+strings.ReplaceAll(text, "hello,", "hello, for: 2s,")+"]}}\n")
		if got := film.Layers[len(film.Layers)-1].Rounded(); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestWhatTheManifestPlacesDoesNotMove: boxes, anchors and sizes of the manifest stay as they are.
func TestWhatTheManifestPlacesDoesNotMove(t *testing.T) {
	for text, want := range map[string]timeline.Rect{
		`{text: Plans, anchor: middle, size: 10%}`:                                           {X: 815, Y: 480, W: 290, H: 120},
		`{text: Plans, box: {left: 0, top: 0}, size: 10%}`:                                   {X: 815, Y: 54, W: 290, H: 121},
		`{text: Plans, style: lower-third, box: {left: 50%, bottom: 0}, size: 5%}`:           {X: 960, Y: 911, W: 190, H: 115},
		`{text: Plans, style: callout, size: 5%}, {text: Plans, box: {top: 50%}, name: two}`: {X: 96, Y: 54, W: 194, H: 119},
	} {
		film := one(t, "compositions: {a: {layers: [{clip: hello}, "+text+"]}}\n")
		if got := film.Layers[1].Box; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestFootageCoversWhenNothingSaysWhere: a video or a picture without transparency fills the canvas; what has
// transparency, and a layer with `fit: contain`, is shown completely.
func TestFootageCoversWhenNothingSaysWhere(t *testing.T) {
	full := timeline.Rect{W: 1080, H: 1920}
	for text, want := range map[string]timeline.Rect{
		"{video: loop.mp4}":                     full,
		"{image: bg.png}":                       full,
		"{video: loop.mp4, fit: contain}":       {Y: 656, W: 1080, H: 608},
		"{image: logo.png}":                     {Y: 780, W: 1080, H: 360},
		"{video: loop.mp4, box: {width: 540}}":  {X: 270, Y: 808, W: 540, H: 304},
		"{video: loop.mp4, box: {height: 50%}}": {X: -313, Y: 480, W: 1706, H: 960},
	} {
		film := one(t, "compositions: {a: {size: 1080x1920, length: 2s, layers: ["+text+"]}}\n")
		if got := film.Layers[0].Box; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestACircleHasADiscAndARing: also without words about them; `none` and the manifest's own colours count.
func TestACircleHasADiscAndARing(t *testing.T) {
	for text, want := range map[string]string{
		"mask: circle": "[#F3E2C6 #B08A63] #F6F4EF 5",
		`mask: circle, fill: "#102030", ring: {color: "#FF0000", width: 1%}`: "[#102030] #FF0000 11",
		"mask: circle, ring: none":                    "[#F3E2C6 #B08A63]",
		"mask: circle, fill: none":                    "none",
		`mask: circle, fill: none, ring: "#00FF00"`:   "[#00000000] #00FF00 5",
		`mask: rounded, fill: ["#102030", "#405060"]`: "[#102030 #405060]",
	} {
		film := one(t, "compositions: {a: {layers: [{clip: hello, box: {left: 4%, bottom: 6%, width: 24%}, "+text+"}]}}\n")
		got := "none"
		if l := film.Layers[0]; l.Fill != nil {
			got = fmt.Sprint(l.Fill.Colors)
			if l.Fill.Ring != nil {
				got += fmt.Sprintf(" %s %g", l.Fill.Ring.Color, l.Fill.Ring.Width)
			}
			clip := film.Layers[1]
			outer := clip.Rounded()
			if ring := (l.Box.W - outer.W) / 2; l.Box.X != outer.X-ring || l.Box.Y != outer.Y-ring || l.From != clip.From || l.Frames != clip.Frames {
				t.Errorf("%s: the disc %v is not around %v", text, l.Box, outer)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestAClipThatShowsItsFrameCovers: its presenter is taken to be in the middle, and a title keeps off there.
func TestAClipThatShowsItsFrameCovers(t *testing.T) {
	dir, facts := world(t)
	c := facts.Clips["hello"]
	c.Box, c.Media.Width, c.Media.Height, c.Media.Alpha = timeline.Rect{W: 1920, H: 1080}, 1920, 1080, false
	facts.Clips["hello"] = c
	for size, want := range map[string]timeline.Rect{
		"1920x1080": {X: 0, W: 1920, H: 1080}, "1080x1920": {X: 656, W: 608, H: 1080}, "1080x1080": {X: 420, W: 1080, H: 1080},
	} {
		m := load(t, dir, "compositions: {a: {size: "+size+", layers: [{clip: hello}, {text: Plans and prices}, {captions: hello}]}}\n")
		film, err := Film(m, "a", facts)
		if err != nil {
			t.Fatal(fault.All(err))
		}
		clip := film.Layers[0]
		if full := (timeline.Rect{W: film.Width, H: film.Height}); clip.Box != full || clip.Video.Crop != want {
			t.Errorf("%s: %v of %v, want all of %v", size, clip.Box, clip.Video.Crop, want)
		}
		if size == "1920x1080" {
			face := faceOf(personIn(areaOf(clip.Box), true))
			if title := film.Layers[1]; overlap(areaOf(title.Box), face) > 0 || len(film.Warnings) > 0 {
				t.Errorf("%v lies on the face %.0f; %v", title.Box, face, film.Warnings)
			}
		}
	}
}

// TestATitleKeepsOffThePresenterOfANestedFilm whose times and place are those in the outer one.
func TestATitleKeepsOffThePresenterOfANestedFilm(t *testing.T) {
	text := `compositions:
  inner: {layers: [{clip: hello, box: {width: 60%%}}]}
  a:
    length: 8s
    layers:
      - {composition: inner, at: 2s}
      - {text: "Plans and prices", at: %s, for: 1s}
`
	with := one(t, fmt.Sprintf(text, "3s"))
	title, clip := with.Layers[1], with.Layers[0]
	if overlap(areaOf(title.Box), faceOf(areaOf(clip.Box))) > 0 || len(with.Warnings) > 0 {
		t.Errorf("%v lies on the face of %v; %v", title.Box, clip.Box, with.Warnings)
	}
	before := one(t, fmt.Sprintf(text, "0s"))
	if title := before.Layers[1]; title.Box.X+title.Box.W/2 != 960 { // no presenter is there yet
		t.Errorf("%v is not in the middle", title.Box)
	}
}
