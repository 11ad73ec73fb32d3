package native

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strconv"

	"greenroom/compose/timeline"
)

// still is a picture that is drawn beforehand: a fill or an image, masked and weakened, or several of them in one.
type still struct {
	layer *timeline.Layer
	img   *image.NRGBA
	view  timeline.Rect
}

func isStill(l *timeline.Layer) bool {
	return l.Kind == timeline.KindFill || l.Kind == timeline.KindPicture
}

// still draws a layer; nil when nothing of it can ever be on the canvas.
func (g *graph) still(l *timeline.Layer) (*still, error) {
	view := cut(l.Box, reach(l, g.film.Width, g.film.Height))
	if !onCanvas(g.film, l) {
		return nil, nil
	}
	s := &still{layer: l, view: view}
	switch l.Kind {
	case timeline.KindFill:
		s.img = paintFill(l.Fill, l.Box, view)
	default:
		m := g.film.Media[l.Picture.Media]
		img := g.pictures[m.File]
		if img == nil {
			var err error
			img, err = readPicture(m)
			if err != nil {
				return nil, named(l.ID, err)
			}
			g.pictures[m.File] = img
		}
		s.img = paintPicture(img, l.Picture.Crop, l.Box, view)
	}
	if l.Fill != nil && l.Fill.Ring != nil {
		paintRing(s.img, l, view)
	}
	weaken(s.img, coverage(l.Rounded(), view, l.Radius), l.Opacity)
	return s, nil
}

// add lays another one over it.
func (s *still) add(t *still) {
	all := union(s.view, t.view)
	if all != s.view {
		img := image.NewNRGBA(image.Rect(0, 0, all.W, all.H))
		over(img, s.img, s.view.X-all.X, s.view.Y-all.Y)
		s.img, s.view = img, all
	}
	over(s.img, t.img, t.view.X-all.X, t.view.Y-all.Y)
}

// basePicture returns black or nothing, with a number of layers on it that are there all the time and never change.
func (g *graph) basePicture(n int) (*image.NRGBA, error) {
	f := g.film
	base := image.NewNRGBA(image.Rect(0, 0, f.Width, f.Height))
	if !f.Transparent {
		for i := 3; i < len(base.Pix); i += 4 {
			base.Pix[i] = 255
		}
	}
	for i := range n {
		s, err := g.still(&f.Layers[i])
		if err != nil {
			return nil, err
		}
		if s != nil {
			over(base, s.img, s.view.X, s.view.Y)
		}
	}
	return base, nil
}

// place lays a still over what is drawn so far. One picture is enough: the overlay repeats and moves it. Only while it
// fades are there more.
func (g *graph) place(s *still) error {
	l := s.layer
	file := g.file("raw")
	if err := writePlanar(filepath.Join(g.dir, file), s.img, true); err != nil {
		return err
	}
	name := g.own(l.ID)
	in := g.input(l.ID, g.rawInput(file, "gbrap", s.view.W, s.view.H))
	stream := fmt.Sprintf("[%d:v]", in)
	if fadeIn, fadeOut := fades(l); fadeIn > 0 || fadeOut > 0 {
		changes := fadeFrames(l)
		c := append([]string{"loop=loop=-1:size=1:start=0"}, g.clock()...)
		c = append(
			c, fmt.Sprintf("trim=end_frame=%d", len(changes)), fadeChain(l, len(changes), name)[1:], spread(changes),
		)
		g.chain(stream, c, name)
		stream = "[" + name + "]"
	}
	g.overlay(l, name, stream, s.view.X, s.view.Y, l.From, l.End(), true)
	return nil
}

// fadeFrames are the film's frames on which a layer that fades looks different from the frame before.
func fadeFrames(l *timeline.Layer) []int {
	in, out := fades(l)
	at := []int{l.From}
	for n := range in {
		at = append(at, l.From+n+1)
	}
	for n := range out {
		at = append(at, l.End()-out+n)
	}
	slices.Sort(at)
	return slices.DeleteFunc(slices.Compact(at), func(frame int) bool { return frame >= l.End() })
}

// stills is a picture in a file of its own. Films have other presets.
var stills = &Preset{Name: "png", Exts: []string{".png"}, Alpha: true, pixels: "rgb24", pixelsAlpha: "rgba"}

// StillExt is the extension of the files of RenderStill.
const StillExt = ".png"

// RenderStill draws the first frame of a film into a new file, s.Out: straight RGB, with alpha if the film is
// transparent. Errors are those of [Render].
func RenderStill(ctx context.Context, s Spec) (Encoded, error) {
	part := PartOf(s.Film, 0, 1)
	s.Film = part.Film
	build := func(dir string) (*graph, error) { return visiblePart(ctx, s, part.plan, stills, dir) }
	return s.encode(ctx, build, stillOptions(s), nil)
}

// StillValues returns what the bytes of a still depend on besides the film, its files and the version of ffmpeg.
func StillValues(s Spec) []string { return append([]string{Recipe, StillExt}, stillOptions(s)...) }

func stillOptions(s Spec) []string {
	a := []string{"-map", "[v]", "-an", "-frames:v", "1", "-c:v", "png", "-pred", "mixed", "-f", "image2",
		"-update", "1", "-pix_fmt", stills.pixFmt(s.Film.Transparent)}
	return append(append(a, bitexact...), "-threads", strconv.Itoa(1))
}
