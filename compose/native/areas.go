package native

import (
	"cmp"
	"fmt"
	"image"
	"image/draw"
	"path/filepath"
	"slices"

	"greenroom/compose/timeline"
)

// Most of a film's frames is a background that never changes. Drawing and converting it again takes 4.4 ms of processor
// time for each frame at 1080p, so only the parts of the canvas that layers cover are drawn, in areas of their own, and
// laid over a background that was converted once.
const (
	// areaReach is at least how many pixels the conversion to 4:2:0 looks to each side: bicubic, four chroma samples.
	// So many pixels around a layer change with it, and the conversion of those needs so many more.
	areaReach = 8
	// areaShare is up to which share of the canvas areas are drawn: with more, laying them over takes what they save.
	areaShare = 0.7
)

// layered is a group of layers that are drawn together.
type layered struct {
	at     int // its place among the groups, from the lowest
	layers []timeline.Layer
	clear  bool // see group
}

// area is a part of the canvas with all layers that are ever seen there.
type area struct {
	changed timeline.Rect // on even pixels
	drawn   timeline.Rect // more than changed, on even pixels
	groups  []layered     // from the lowest
}

// newArea returns the area of a group. Box is what the group can cover.
func newArea(box timeline.Rect, canvas timeline.Rect, groups ...layered) area {
	return area{changed: grown(box, canvas), drawn: grown(grown(box, canvas), canvas), groups: groups}
}

// grown returns a rectangle with areaReach pixels more to each side, on even pixels of the canvas.
func grown(r, canvas timeline.Rect) timeline.Rect {
	x, y := (r.X-areaReach)&^1, (r.Y-areaReach)&^1
	right, bottom := (r.X+r.W+areaReach+1)&^1, (r.Y+r.H+areaReach+1)&^1
	return cut(timeline.Rect{X: x, Y: y, W: right - x, H: bottom - y}, canvas)
}

// areasOf returns the areas of a film's groups, which do not overlap. It returns false when drawing them would not give
// the same pictures, or be more work.
func (g *graph) areasOf(groups []layered) ([]area, bool) {
	canvas := timeline.Rect{W: g.film.Width, H: g.film.Height}
	if g.preset.pixFmt(g.film.Transparent) != "yuv420p" || (canvas.W|canvas.H)&1 != 0 {
		return nil, false
	}
	var all []area
	for _, group := range groups {
		if box := g.covered(group); !empty(box) {
			all = join(all, newArea(box, canvas, group), canvas)
		}
	}
	size := 0
	for _, a := range all {
		size += a.drawn.W * a.drawn.H
	}
	return all, float64(size) <= areaShare*float64(canvas.W*canvas.H)
}

// join adds an area, as one with those that it overlaps.
func join(all []area, a area, canvas timeline.Rect) []area {
	for i := 0; i < len(all); i++ {
		b := all[i]
		if empty(cut(a.drawn, b.drawn)) {
			continue
		}
		all = append(all[:i:i], all[i+1:]...)
		both := union(a.changed, b.changed)
		groups := slices.Concat(b.groups, a.groups)
		slices.SortFunc(groups, func(x, y layered) int { return cmp.Compare(x.at, y.at) })
		a = area{changed: both, drawn: grown(both, canvas), groups: groups}
		i = -1 // it is larger now
	}
	return append(all, a)
}

// covered returns the part of the canvas that a group can cover, wherever it slides.
func (g *graph) covered(group layered) timeline.Rect {
	f := g.film
	var all timeline.Rect
	add := func(l *timeline.Layer, view timeline.Rect) {
		if empty(view) {
			return
		}
		left, right := min(0, l.Enter.DX, l.Leave.DX), max(0, l.Enter.DX, l.Leave.DX)
		up, down := min(0, l.Enter.DY, l.Leave.DY), max(0, l.Enter.DY, l.Leave.DY)
		swept := timeline.Rect{X: view.X + left, Y: view.Y + up, W: view.W + right - left, H: view.H + down - up}
		if swept = cut(swept, timeline.Rect{W: f.Width, H: f.Height}); !empty(swept) {
			all = union(all, swept)
		}
	}
	if group.layers[0].Kind == timeline.KindText {
		run := series(group.layers)
		add(run[0], newSubtitle(run, g.faces, f.Width, f.Height).view)
		return all
	}
	for i := range group.layers {
		l := &group.layers[i]
		add(l, cut(l.Box, reach(l, f.Width, f.Height)))
	}
	return all
}

// drawAreas draws the areas over the background, all converted by the filters of yuv.
func (g *graph) drawAreas(base *image.NRGBA, areas []area, yuv []string) error {
	whole := timeline.Rect{W: g.film.Width, H: g.film.Height}
	background, err := g.background(base, whole, yuv)
	if err != nil {
		return err
	}
	for _, a := range areas {
		if g.top, err = g.background(base, a.drawn, nil); err != nil {
			return err
		}
		g.canvas = a.drawn
		for _, group := range a.groups {
			if err := g.together(group); err != nil {
				return err
			}
		}
		part, out := g.label(), g.label()
		in := a.changed
		inside := fmt.Sprintf("crop=%d:%d:%d:%d", in.W, in.H, in.X-a.drawn.X, in.Y-a.drawn.Y)
		g.chain("["+g.top+"]", slices.Concat([]string{"format=gbrp"}, yuv, []string{inside}), part)
		g.chain("["+background+"]["+part+"]",
			[]string{fmt.Sprintf("overlay=x=%d:y=%d:format=yuv420:eof_action=pass", in.X, in.Y)}, out)
		background = out
	}
	g.top, g.canvas = background, whole
	return nil
}

// background adds a part of the picture at the bottom, on every frame of the film, after filters that it goes through
// once. It returns its label.
func (g *graph) background(base *image.NRGBA, part timeline.Rect, once []string) (string, error) {
	pixels := "gbrap"
	if !g.film.Transparent {
		pixels = "gbrp"
	}
	img := image.NewNRGBA(image.Rect(0, 0, part.W, part.H))
	draw.Draw(img, img.Rect, base, image.Pt(part.X, part.Y), draw.Src)
	file := g.file("raw")
	if err := writePlanar(filepath.Join(g.dir, file), img, g.film.Transparent); err != nil {
		return "", err
	}
	in := g.input("the background", g.rawInput(file, pixels, part.W, part.H))
	repeat := []string{"loop=loop=-1:size=1:start=0"}
	c := slices.Concat(once, repeat, g.clock(), []string{fmt.Sprintf("trim=end_frame=%d", g.film.Frames)})
	out := g.label()
	g.chain(fmt.Sprintf("[%d:v]", in), c, out)
	return out, nil
}

// label returns a new label of the graph.
func (g *graph) label() string {
	g.depth++
	return fmt.Sprintf("b%d", g.depth)
}
