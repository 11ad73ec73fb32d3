package native

import (
	"bufio"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/compose/timeline"
)

// graph is the one filter graph of a film while it is put together, with the files that it reads.
//
// size: one method for each kind of layer and effect, all of which add to the same text.
type graph struct {
	film   *timeline.Film
	preset *Preset
	dir    string // the working folder, where our own files go
	facts  map[string]facts
	faces  map[string]*face
	inputs []input
	text   strings.Builder
	files  int
	canvas timeline.Rect // what is drawn: the complete picture, or an area of it
	top    string        // the label of what is drawn so far
	depth  int
	plan   plan
	// pictures that were decoded, by file: one logo may be in many layers.
	pictures map[string]*image.NRGBA
	// drawers are the filter instances' names and whose they are.
	drawers map[string]string
}

// input adds a file and returns its number.
func (g *graph) input(by string, in input) int {
	in.by = by
	g.inputs = append(g.inputs, in)
	return len(g.inputs) - 1
}

// chain adds filters between labels. Every label is used once: the graph is ours and so are its names.
func (g *graph) chain(in string, filters []string, out string) {
	if g.text.Len() > 0 {
		g.text.WriteString(";\n")
	}
	fmt.Fprintf(&g.text, "%s%s[%s]", in, strings.Join(filters, ","), out)
}

// file names a new file of the working folder.
func (g *graph) file(ext string) string {
	g.files++
	return fmt.Sprintf("%d.%s", g.files, ext)
}

// own is the name of a layer's filters, by which an error is traced to the layer.
func (g *graph) own(label string) string {
	name := fmt.Sprintf("l%d", len(g.drawers))
	g.drawers[name] = label
	return name
}

// draw adds everything that is seen.
func (g *graph) draw() error {
	f := g.film
	pixels := g.preset.pixFmt(f.Transparent)
	convert := []string{"scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact", "format=" + pixels}
	if err := g.drawIn(convert); err != nil {
		return err
	}
	end := []string{"setsar=1"}
	if strings.HasPrefix(pixels, "yuv") {
		// ProRes takes its tags from the pictures, whatever the encoder's options.
		end = append(end, "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv")
	}
	g.chain("["+g.top+"]", end, "v")
	return nil
}

// drawIn draws the layers in the pixels that filters convert to.
func (g *graph) drawIn(convert []string) error {
	f := g.film
	g.canvas = timeline.Rect{W: f.Width, H: f.Height}
	layers := f.Layers[g.plan.Base:]
	if g.plan.Ground {
		layers = f.Layers[1:]
	}
	groups := g.groups(layers)
	if g.plan.Ground && g.plays(&f.Layers[0]) {
		if err := g.startWithVideo(&f.Layers[0]); err != nil {
			return err
		}
		return g.drawWhole(groups, convert)
	}
	base, err := g.basePicture(g.plan.Base)
	if err != nil {
		return err
	}
	if areas, ok := g.areasOf(groups); ok {
		return g.drawAreas(base, areas, convert)
	}
	if g.top, err = g.background(base, g.canvas, nil); err != nil {
		return err
	}
	return g.drawWhole(groups, convert)
}

// groups returns the groups of the layers that are not the background.
func (g *graph) groups(layers []timeline.Layer) []layered {
	var out []layered
	for i, group := range g.plan.Groups {
		out = append(out, layered{at: i, layers: layers[:group.Layers], clear: group.Clear})
		layers = layers[group.Layers:]
	}
	return out
}

// drawWhole draws groups over what there is, and converts the complete picture.
func (g *graph) drawWhole(groups []layered, convert []string) error {
	for _, group := range groups {
		if err := g.together(group); err != nil {
			return err
		}
	}
	opaque := "null"
	if !g.film.Transparent {
		opaque = "format=gbrp"
	}
	out := g.label()
	g.chain("["+g.top+"]", slices.Concat([]string{opaque}, convert), out)
	g.top = out
	return nil
}

// together draws the layers of a group.
func (g *graph) together(group layered) error {
	layers := group.layers
	switch layers[0].Kind {
	case timeline.KindVideo:
		return g.video(&layers[0])
	case timeline.KindText:
		return g.words(series(layers), group.clear)
	}
	var all *still
	for i := range layers {
		s, err := g.still(&layers[i])
		switch {
		case err != nil:
			return err
		case all == nil:
			all = s
		case s != nil:
			all.add(s)
		}
	}
	if all == nil {
		return nil
	}
	return g.place(all)
}

// series are text layers that follow one another in time without moving, such as captions: one libass instance draws
// them all.
func series(layers []timeline.Layer) []*timeline.Layer {
	run := []*timeline.Layer{&layers[0]}
	still := func(l *timeline.Layer) bool { return !moves(l) && !l.Enter.Fade && !l.Leave.Fade && l.Opacity == 1 }
	if !still(&layers[0]) {
		return run
	}
	for i := 1; i < len(layers); i++ {
		l := &layers[i]
		if l.Kind != timeline.KindText || !still(l) || l.From < run[len(run)-1].End() {
			break
		}
		run = append(run, l)
	}
	return run
}

// overlay puts a stream over what is drawn so far. Its pictures' corner is at (x, y); they are seen from the
// film's frame first to last, last not included, and stay when the stream ends only if hold is set.
func (g *graph) overlay(l *timeline.Layer, name, stream string, x, y, first, last int, hold bool) {
	xs, ys := position(l, g.film.FPS, x-g.canvas.X, y-g.canvas.Y)
	eof, eval := "pass", "init"
	if hold {
		eof = "repeat"
	}
	if moves(l) {
		eval = "frame"
	}
	out := g.label()
	g.chain("["+g.top+"]"+stream,
		[]string{fmt.Sprintf("overlay@%s=x='%s':y='%s':eval=%s:format=gbrp:eof_action=%s:enable='%s'",
			name, xs, ys, eval, eof, during(g.film.FPS, first, last))}, out)
	g.top = out
}

// clock sets the film's times of frames by their number.
func (g *graph) clock() []string {
	return []string{fmt.Sprintf("settb=%d/%d", g.film.FPS.Den, g.film.FPS.Num), "setpts=N"}
}

// spread numbers the frames of a stream, in their order, with the film's frame numbers in changes.
func spread(changes []int) string {
	var starts, values []string
	for i, at := range changes {
		if i > 0 && at == changes[i-1]+1 {
			continue
		}
		starts, values = append(starts, fmt.Sprint(i)), append(values, fmt.Sprintf("N+%d", at-i))
	}
	return "setpts='" + piecewise("N", starts, values) + "'"
}

// words draws text layers with libass onto nothing, which leaves their colours multiplied by alpha; as one picture
// they are then faded, moved and laid over.
func (g *graph) words(run []*timeline.Layer, clear bool) error {
	s := newSubtitle(run, g.faces, g.film.Width, g.film.Height)
	if empty(s.view) {
		return nil
	}
	l, last := run[0], run[len(run)-1]
	fonts, err := g.fontFolder(run)
	if err != nil {
		return err
	}
	name := g.own(l.ID)
	k := len(s.changes)
	paint := func(filter, ground, pixels, more string) ([]string, error) {
		file := g.file("ass")
		return []string{
			fmt.Sprintf("color=c=%s:s=%dx%d:r=10", ground, s.view.W, s.view.H), "format=" + pixels,
			fmt.Sprintf("trim=end_frame=%d", k),
			fmt.Sprintf("ass@%s=filename=%s:fontsdir=%s%s", filter, file, fonts, more),
		}, writeFile(filepath.Join(g.dir, file), s.write)
	}
	in := ""
	var c []string
	if clear {
		c, err = paint(name, "black", "gbrp", "")
		if err != nil {
			return err
		}
		g.chain("", append(c, "format=gbrap"), name+"c")
		s.white = true
		c, err = paint(name+"w", "black", "gbrp", "")
		if err != nil {
			return err
		}
		g.chain("", append(c, "extractplanes=r"), name+"w")
		in, c = "["+name+"c]["+name+"w]", []string{"alphamerge"}
	} else if c, err = paint(name, "black@0", "gbrap", ":alpha=1"); err != nil {
		return err
	}
	c = append(c, "unpremultiply=inplace=1")
	if l.Opacity != 1 {
		c = append(c, fmt.Sprintf("lut@%so=a='val*%s'", name, num(l.Opacity)))
	}
	c = append(c, g.clock()...)
	c = append(c, strings.TrimPrefix(fadeChain(l, k, name)+","+spread(s.changes), ","))
	g.chain(in, c, name)
	g.overlay(l, name, "["+name+"]", s.view.X, s.view.Y, l.From, last.End(), true)
	return nil
}

// fontFolder is a folder with the fonts of some layers and no others: libass reads all files of the folder that it is
// given.
func (g *graph) fontFolder(run []*timeline.Layer) (string, error) {
	used := map[string]*face{}
	for _, l := range run {
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				f := g.faces[l.Text.Fonts[r.Font].Media]
				used[f.family] = f
			}
		}
	}
	names := sortedKeys(used)
	folder := "fonts-" + strings.Join(names, "-")
	if len(names) == 0 {
		folder = "fonts-none"
	}
	return folder, fillFontFolder(filepath.Join(g.dir, folder), used)
}

func writeText(path, text string) error {
	return writeFile(path, func(w *bufio.Writer) error {
		_, err := w.WriteString(text)
		return err
	})
}
