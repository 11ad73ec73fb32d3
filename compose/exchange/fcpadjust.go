package exchange

import (
	"fmt"
	"math"
	"strings"

	"greenroom/compose/timeline"
)

// adjusted returns crop, place and opacity of a layer. Final Cut first fits a picture into the canvas, then scales and
// moves it around the middle; lengths are in hundredths of the canvas's height, and those of a crop in hundredths of
// the picture's.
func (w *fcpxml) adjusted(c *clip) (out []*node) {
	f, l := w.project.Film, c.layer
	crop, all := cropOf(f, l)
	if crop != all {
		part := func(pixels int) string { return percent(float64(pixels) / float64(all.H)) }
		trim := el("trim-rect", "left", part(crop.X), "top", part(crop.Y), "right", part(all.W-crop.X-crop.W),
			"bottom", part(all.H-crop.Y-crop.H))
		out = append(out, el("adjust-crop", "mode", "trim").add(trim))
	}
	fit := math.Min(float64(f.Width)/float64(all.W), float64(f.Height)/float64(all.H))
	sx, sy := float64(l.Box.W)/float64(crop.W), float64(l.Box.H)/float64(crop.H)
	x := float64(l.Box.X) + (float64(all.W)/2-float64(crop.X))*sx - float64(f.Width)/2
	y := float64(f.Height)/2 - float64(l.Box.Y) - (float64(all.H)/2-float64(crop.Y))*sy
	scale := round(sx/fit) + " " + round(sy/fit)
	if scale != "1 1" || math.Abs(x) > 1e-6 || math.Abs(y) > 1e-6 || moves(l) {
		h := float64(f.Height)
		n := el("adjust-transform", "position", percent(x/h)+" "+percent(y/h), "scale", scale)
		if moves(l) {
			n.add(w.slide(c, x, y))
		}
		out = append(out, n)
	}
	return append(out, w.blend(c)...)
}

// slide returns the places of a layer that moves, one for each frame on which they change.
func (w *fcpxml) slide(c *clip, x, y float64) *node {
	xs, ys := el("keyframeAnimation"), el("keyframeAnimation")
	h := float64(w.project.Film.Height)
	before, kept := [2]int{math.MaxInt, 0}, 0
	for n := range c.frames {
		dx, dy := c.layer.OffsetAt(c.from + n)
		if now := [2]int{dx, dy}; now != before {
			if n > kept+1 { // the place stays until the frame before
				xs.add(w.key(c, n-1, percent((x+float64(before[0]))/h)))
				ys.add(w.key(c, n-1, percent((y-float64(before[1]))/h)))
			}
			xs.add(w.key(c, n, percent((x+float64(dx))/h)))
			ys.add(w.key(c, n, percent((y-float64(dy))/h)))
			before, kept = now, n
		}
	}
	return el("param", "name", "position").add(
		el("param", "name", "X", "key", "1").add(xs), el("param", "name", "Y", "key", "2").add(ys))
}

// key returns a keyframe; its time is that of the clip's own frames.
func (w *fcpxml) key(c *clip, frame int, value string) *node {
	return el("keyframe", "time", w.time(c.start+frame), "value", value, "curve", "linear")
}

// blend returns opacity and fades.
func (w *fcpxml) blend(c *clip) []*node {
	in, out := fades(c)
	if c.layer.Opacity == 1 && in == 0 && out == 0 {
		return nil
	}
	n := el("adjust-blend", "amount", num(round6(c.layer.Opacity)))
	if in == 0 && out == 0 {
		return []*node{n}
	}
	amount := el("param", "name", "amount")
	if in > 0 {
		amount.add(el("fadeIn", "type", "linear", "duration", w.time(in)))
	}
	if out > 0 {
		amount.add(el("fadeOut", "type", "linear", "duration", w.time(out)))
	}
	return []*node{n.add(amount)}
}

// volume returns the gain of a sound.
func (w *fcpxml) volume(c *clip) []*node {
	list := levels(w.project.Film, c)
	if len(list) == 1 {
		if list[0].db == 0 {
			return nil
		}
		return []*node{el("adjust-volume", "amount", num(list[0].db)+"dB")}
	}
	keys := el("keyframeAnimation")
	for _, l := range list {
		keys.add(w.key(c, l.frame, num(l.db)+"dB"))
	}
	return []*node{el("adjust-volume").add(el("param", "name", "amount").add(keys))}
}

// Parameters of Final Cut's title "Basic Title".
const (
	basicTitle    = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"
	titlePosition = "9999/999166631/999166633/1/100/101"
)

// title returns a text.
func (w *fcpxml) title(c *clip, common []string) *node {
	f, l, t := w.project.Film, c.layer, c.layer.Text
	id, made := w.id("effect title")
	if made {
		w.resources.add(el("effect", "id", id, "name", "Basic Title", "uid", basicTitle))
	}
	c.start = f.FPS.FrameAt(stillStart)
	attrs := append([]string{"ref", id}, common...)
	n := el("title", append(attrs, "start", w.time(c.start), "duration", w.time(c.frames))...)
	left, right := math.Inf(1), math.Inf(-1)
	for _, line := range t.Lines {
		left, right = math.Min(left, line.X), math.Max(right, line.X+line.Width)
	}
	align, x := alignment(t, left, right)
	if len(t.Lines) > 0 {
		n.add(el("param", "name", "Position", "key", titlePosition, "value",
			round(x-float64(f.Width)/2)+" "+round(float64(f.Height)/2-t.Lines[0].Baseline)))
	}
	text := el("text")
	styles, named := []*node{}, map[int]string{}
	for _, piece := range pieces(t) {
		style, ok := named[piece.Font]
		if !ok {
			w.styles++
			style = "ts" + fmt.Sprint(w.styles)
			named[piece.Font] = style
			styles = append(styles, el("text-style-def", "id", style).add(textStyle(t, t.Fonts[piece.Font], align)))
		}
		text.add(el("text-style", "ref", style).words(piece.Text))
	}
	w.differs(l.ID, "a text as the film draws it",
		"a title that the editor draws, with the font "+families(t)+" if it is installed")
	n.add(text).add(styles...)
	if moves(l) {
		n.add(el("adjust-transform").add(w.slide(c, 0, 0)))
	}
	return n.add(w.blend(c)...)
}

func textStyle(t *timeline.Text, font timeline.Font, align string) *node {
	attrs := []string{"font", font.Family, "fontSize", round(t.Size), "fontFace", face(font),
		"fontColor", colour(t.Color), "italic", map[bool]string{true: "1"}[font.Italic], "alignment", align}
	if t.Stroke != nil && t.Stroke.Width > 0 {
		attrs = append(attrs, "strokeColor", colour(t.Stroke.Color), "strokeWidth", round(t.Stroke.Width))
	}
	return el("text-style", attrs...)
}

// alignment returns how lines are aligned, and the place that it counts from.
func alignment(t *timeline.Text, left, right float64) (string, float64) {
	const near = 1.5 // pixels
	lefts, rights := true, true
	for _, line := range t.Lines {
		lefts = lefts && math.Abs(line.X-left) < near
		rights = rights && math.Abs(line.X+line.Width-right) < near
	}
	switch {
	case lefts && !rights:
		return "left", left
	case rights && !lefts:
		return "right", right
	}
	return "center", (left + right) / 2
}

func families(t *timeline.Text) string {
	var names []string
	for _, f := range t.Fonts {
		if !strings.Contains(strings.Join(names, "\n"), f.Family) {
			names = append(names, f.Family)
		}
	}
	return strings.Join(names, ", ")
}

// face names a weight as fonts do.
func face(f timeline.Font) string {
	name := "Regular"
	for _, w := range []struct {
		from int
		name string
	}{{250, "Light"}, {350, "Regular"}, {450, "Medium"}, {550, "SemiBold"}, {650, "Bold"}, {750, "ExtraBold"},
		{850, "Black"}} {
		if f.Weight >= w.from {
			name = w.name
		}
	}
	return name
}

// colour returns "#RRGGBB" or "#RRGGBBAA" as four shares.
func colour(text string) string {
	var r, g, b int
	a := 255
	_, _ = fmt.Sscanf(text, "#%2x%2x%2x%2x", &r, &g, &b, &a) // six digits leave a as it is
	share := func(v int) string { return round(float64(v) / 255) }
	return share(r) + " " + share(g) + " " + share(b) + " " + share(a)
}

// percent writes a share as hundredths.
func percent(share float64) string { return round(100 * share) }

func round(v float64) string { return num(math.Round(v*1e4) / 1e4) }
