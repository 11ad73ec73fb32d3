package manifest

import (
	"fmt"
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/pipeline/manifest/keyhint"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// Lower bounds of lengths: a size is above 0, a space may be 0, and an edge may be outside of the canvas.
const (
	leastSize  = 1e-9
	leastSpace = 0
	leastEdge  = -1e9
)

// share returns a length that is a fraction of a side.
func share(v float64) Dim { return Dim{v, true, true} }

// dim reads a length in per cent or pixels that is at least least.
func (d *doc) dim(path string, least float64, to *Dim) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := d.ReadText(n, path)
		if !ok {
			return
		}
		v, percent, ok := value.ParseLength(s)
		switch {
		case !ok:
			d.Fault(n, "write it like 38% or 400px", "%s must be a length, got %q", path, s)
		case !percent && v != 0 && math.Abs(v) < 1 && !strings.HasSuffix(s, "px"):
			hint := fmt.Sprintf("write %g%%; a number alone is in pixels", math.Round(v*1e6)/1e4)
			d.Fault(n, hint, "%s is less than a pixel, got %q", path, s)
		case v < least || least > 0 && v <= 0:
			d.Fault(n, "give it something above 0", "%s is %s", path, s)
		default:
			*to = Dim{v, percent, true}
		}
	}
}

// safe reads true, false or the fraction of each side that is kept free.
func (d *doc) safe(path string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		if on, ok := d.ReadBool(n, path); ok {
			*to = 0
			if on {
				*to = DefaultSafe
			}
			return
		}
		d.Percent(path, 0.4, to)(n)
	}
}

// box reads a mapping of lengths: at most two of each axis.
func (d *doc) box(n ast.Node, path string) (b Box) {
	if d.IsScalar(n) {
		s, _ := d.Raw(n)
		d.Fault(n, keyhint.Box(s), "%s must be a mapping of lengths, got %q", path, s)
		return b
	}
	d.Object(n, path, yamldoc.Setters{
		"left":   d.dim(path+".left", leastEdge, &b.Left),
		"right":  d.dim(path+".right", leastEdge, &b.Right),
		"width":  d.dim(path+".width", leastSize, &b.Width),
		"top":    d.dim(path+".top", leastEdge, &b.Top),
		"bottom": d.dim(path+".bottom", leastEdge, &b.Bottom),
		"height": d.dim(path+".height", leastSize, &b.Height),
	})
	if b.Left.Set && b.Right.Set && b.Width.Set {
		d.Fault(n, "keep two of left, right and width", "%s has three horizontal lengths", path)
	}
	if b.Top.Set && b.Bottom.Set && b.Height.Set {
		d.Fault(n, "keep two of top, bottom and height", "%s has three vertical lengths", path)
	}
	return b
}

// mask reads circle, rounded, none, a radius, or {rounded: RADIUS}.
func (d *doc) mask(n ast.Node, path string, m *Mask) {
	if d.IsScalar(n) {
		s, ok := d.ReadText(n, path)
		if !ok {
			return
		}
		switch strings.ToLower(s) {
		case "circle", "round":
			*m = Mask{Circle: true, Radius: share(0.5)}
		case "rounded":
			*m = Mask{Radius: share(0.06)}
		case "none":
			*m = Mask{}
		default:
			if _, _, ok := value.ParseLength(s); ok { // mask: 24px
				d.dim(path, leastSpace, &m.Radius)(n)
				return
			}
			d.Fault(n, "write circle, rounded, {rounded: 24px} or none", "%s cannot be %q", path, s)
		}
		return
	}
	d.Object(n, path, yamldoc.Setters{"rounded": d.dim(path+".rounded", leastSpace, &m.Radius)})
}

// The ring of a presenter in a circle, and of a ring that is only given a colour.
const (
	RingColor = "#F6F4EF"
	ringWidth = 0.005 // of the shorter side: 5 pixels of 1080
)

// RingWidth returns the width of a ring that is not given one.
func RingWidth() Dim { return share(ringWidth) }

// colors reads a colour or a list of colours. example is such a list.
func (d *doc) colors(n ast.Node, path, example string) (out []string) {
	list := []ast.Node{n}
	if seq, ok := d.Plain(n).(*ast.SequenceNode); ok {
		list = seq.Values
		if len(list) < 1 || len(list) > 8 {
			d.Fault(n, "write "+example, "%s must have 1 to 8 colours", path)
		}
	}
	for _, v := range list {
		var color string
		d.AlphaColor(path, &color)(v)
		out = append(out, color)
	}
	return out
}

// fillOf reads what is behind a layer in its box: none, a colour or a list of colours.
func (d *doc) fillOf(n ast.Node, path string) *Fill {
	if d.IsNone(n) {
		return &Fill{}
	}
	return &Fill{d.colors(n, path, `["#F1DFC3", "#A9825F"]`)}
}

// ring reads the line around a layer: none, a colour, or a colour and a width.
func (d *doc) ring(n ast.Node, path string) *Ring {
	if d.IsNone(n) {
		return &Ring{}
	}
	r := &Ring{RingColor, RingWidth()}
	if d.IsScalar(n) {
		d.AlphaColor(path, &r.Color)(n)
		return r
	}
	d.Object(n, path, yamldoc.Setters{
		"color": d.AlphaColor(path+".color", &r.Color),
		"width": d.dim(path+".width", leastSize, &r.Width),
	})
	return r
}

// background reads a colour, a list of colours, a file, or a mapping.
func (d *doc) background(n ast.Node, path string) *Background {
	g := &Background{Fit: "cover", Angle: 180, Place: d.At(n)}
	colors := func(n ast.Node) { g.Colors = d.colors(n, path, `["#101418", "#203040"]`) }
	raw, scalar := d.Raw(n)
	_, isList := d.Plain(n).(*ast.SequenceNode)
	kind := value.MediaKind(raw)
	switch {
	case d.IsNone(n):
		return nil
	case d.IsNull(n):
		d.Text(path, new(string))(n) // reports that it is empty
		return nil
	case scalar && kind == value.Image:
		d.file(path, &g.Image)(n)
	case scalar && kind == value.Video:
		d.file(path, &g.Video)(n)
	case scalar || isList:
		colors(n)
	default:
		d.backgroundMembers(n, path, g, colors)
	}
	return g
}

// backgroundMembers reads the mapping of a background.
func (d *doc) backgroundMembers(n ast.Node, path string, g *Background, colors func(ast.Node)) {
	var fit, loop, angle ast.Node
	d.Object(n, path, yamldoc.Setters{
		"color": colors, "gradient": colors,
		"angle": located(&angle, d.Number(path+".angle", -360, 360, "180 runs from top to bottom", &g.Angle)),
		"image": d.file(path+".image", &g.Image),
		"video": d.file(path+".video", &g.Video),
		"fit":   located(&fit, d.Word(path+".fit", []string{"cover", "contain"}, &g.Fit)),
		"loop":  located(&loop, d.Bool(path+".loop", &g.Loop)),
	})
	switch {
	case g.Image != "" && g.Video != "":
		d.Fault(n, "keep one of them", "%s has an image and a video", path)
	case g.Image == "" && g.Video == "" && fit != nil:
		d.Fault(fit, "leave it out", "%s: a colour has no fit", path)
	case g.Video == "" && loop != nil:
		d.Fault(loop, "leave it out", "%s: only a video has a loop", path)
	case len(g.Colors) < 2 && angle != nil:
		d.Fault(angle, "leave it out, or give two colours", "%s: only a gradient has an angle", path)
	case g.Image == "" && g.Video == "" && len(g.Colors) == 0:
		d.Fault(n, "give it a color, an image or a video", "%s is empty", path)
	}
}

// located returns a function that stores the value's node in at and then reads it.
func located(at *ast.Node, read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		*at = n
		read(n)
	}
}

// burnedIn is the word for captions in the picture.
const burnedIn = "burned-in"

// clipCaptions reads whether HeyGen makes captions of a clip, and whether they are in its picture.
func (d *doc) clipCaptions(path string, c *Clip) func(ast.Node) {
	return func(n ast.Node) {
		word, _ := d.Raw(n)
		switch {
		case isMapping(d.Plain(n)):
			c.Captions = true
			d.Object(n, path, yamldoc.Setters{burnedIn: d.burned(path+"."+burnedIn, &c.Burned)})
		case strings.EqualFold(word, burnedIn):
			d.recordMember(path, burnedIn, n)
			c.Captions, c.Burned = true, Burned{On: true}
		default:
			c.Burned = Burned{}
			d.Bool(path, &c.Captions)(n)
		}
	}
}

func isMapping(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// burned reads how captions are burned in: true, or a preset with its changes.
func (d *doc) burned(path string, b *Burned) func(ast.Node) {
	return func(n ast.Node) {
		*b = Burned{}
		if !isMapping(d.Plain(n)) {
			d.Bool(path, &b.On)(n)
			return
		}
		b.On = true
		highlight := true
		const where = "as HeyGen places them"
		d.Object(n, path, yamldoc.Setters{
			"preset":    d.Text(path+".preset", &b.Preset),
			"font-size": d.Integer(path+".font-size", 1, 1000, "the size that HeyGen's preset has is used without it", &b.FontSize),
			"position": func(n ast.Node) {
				d.Object(n, path+".position", yamldoc.Setters{
					"x": d.Number(path+".position.x", -4096, 4096, where, &b.Position.X),
					"y": d.Number(path+".position.y", -4096, 4096, where, &b.Position.Y),
				})
			},
			"alignment": d.Integer(path+".alignment", 1, 9, "2 is below, in the middle, as on a number pad", &b.Alignment),
			"highlight": d.Bool(path+".highlight", &highlight),
		})
		b.Plain = !highlight
		if b.Preset == "" {
			d.Fault(n, "add preset: NAME, as HeyGen names it, or write captions: burned-in", "%s has no preset that it changes", path)
		}
	}
}
