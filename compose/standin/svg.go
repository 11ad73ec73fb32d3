package standin

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// The presenters are SVG files in named layers. This reads the part of SVG they are
// drawn with: paths and ellipses, filled with colours and gradients in user space or
// stroked, under opacity, blur and clip paths. What it does not know is an error, so
// that a drawing never loses a part in silence.

// node is an element.
type node struct {
	name string
	attr map[string]string
	kids []*node
}

// drawing is a parsed file.
type drawing struct {
	layers map[string]*node
	defs   map[string]*node
}

func parseSVG(b []byte) (*drawing, error) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attr: map[string]string{}}
			for _, a := range t.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
	d := &drawing{layers: map[string]*node{}, defs: map[string]*node{}}
	if len(root.kids) != 1 || root.kids[0].name != "svg" {
		return nil, fmt.Errorf("no svg element")
	}
	for _, n := range root.kids[0].kids {
		switch n.name {
		case "defs":
			for _, k := range n.kids {
				d.defs[k.attr["id"]] = k
			}
		case "g":
			d.layers[n.attr["id"]] = n
		case "title", "desc":
		default:
			return nil, fmt.Errorf("<%s> outside a layer", n.name)
		}
	}
	return d, nil
}

func (n *node) num(name string, or float64) float64 {
	v, err := strconv.ParseFloat(n.attr[name], 64)
	if err != nil {
		return or
	}
	return v
}

// ref returns the element that url(#id) names.
func (d *drawing) ref(s string) *node {
	id, ok := strings.CutPrefix(s, "url(#")
	if !ok {
		return nil
	}
	return d.defs[strings.TrimSuffix(id, ")")]
}

// outline is the element's shape; ok is false for other elements.
func outline(n *node) (s []shape, err error) {
	switch n.name {
	case "ellipse":
		return []shape{ellipse(n.num("cx", 0), n.num("cy", 0), n.num("rx", 0), n.num("ry", 0))}, nil
	case "circle":
		return []shape{ellipse(n.num("cx", 0), n.num("cy", 0), n.num("r", 0), n.num("r", 0))}, nil
	case "path":
		return parsePath(n.attr["d"])
	}
	return nil, fmt.Errorf("<%s> is not drawn here", n.name)
}

// parsePath reads absolute M, L, C, Q and Z into cubic curves.
func parsePath(d string) ([]shape, error) {
	fields := strings.FieldsFunc(d, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	var out []shape
	var cur shape
	var last [2]float64
	cmd, i := "", 0
	next := func() (p [2]float64, err error) {
		for k := range 2 {
			if i >= len(fields) {
				return p, fmt.Errorf("path %.40q ends early", d)
			}
			p[k], err = strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return p, fmt.Errorf("path %.40q: %w", d, err)
			}
			i++
		}
		return p, nil
	}
	for i < len(fields) {
		if strings.ContainsAny(fields[i][:1], "MLCQZ") {
			cmd, fields[i] = fields[i][:1], fields[i][1:]
			if fields[i] == "" {
				i++
			}
		}
		var p [3][2]float64
		n := map[string]int{"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}[cmd]
		for k := range n {
			var err error
			p[k], err = next()
			if err != nil {
				return nil, err
			}
		}
		switch cmd {
		case "M":
			if len(cur) > 0 {
				out = append(out, cur)
			}
			cur, cmd, last = shape{p[0]}, "L", p[0]
			continue
		case "L":
			cur = append(cur, last, p[0], p[0])
		case "Q": // raised to a cubic
			a := [2]float64{last[0] + (p[0][0]-last[0])*2/3, last[1] + (p[0][1]-last[1])*2/3}
			b := [2]float64{p[1][0] + (p[0][0]-p[1][0])*2/3, p[1][1] + (p[0][1]-p[1][1])*2/3}
			cur = append(cur, a, b, p[1])
		case "C":
			cur = append(cur, p[0], p[1], p[2])
		case "Z":
		default:
			return nil, fmt.Errorf("path %.40q: command %q", d, cmd)
		}
		if n > 0 {
			last = p[n-1]
		}
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out, nil
}

// brush returns a colour for a point, straight, and its alpha.
type brush func(x, y float64) (rgb, float64)

func parseColor(s string) (rgb, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 {
		return rgb{}, fmt.Errorf("colour %q", s)
	}
	return rgb{float64(v >> 16), float64(v >> 8 & 255), float64(v & 255)}, nil
}

// paint reads a fill or a stroke.
func (d *drawing) paint(s string) (brush, error) {
	g := d.ref(s)
	if g == nil {
		c, err := parseColor(s)
		return flat(c, 1), err
	}
	type stop struct {
		at, alpha float64
		c         rgb
	}
	var stops []stop
	for _, k := range g.kids {
		c, err := parseColor(k.attr["stop-color"])
		if err != nil {
			return nil, err
		}
		stops = append(stops, stop{k.num("offset", 0), k.num("stop-opacity", 1), c})
	}
	if len(stops) == 0 {
		return nil, fmt.Errorf("gradient %s has no stops", s)
	}
	shade := func(t float64) (rgb, float64) {
		for i, b := range stops {
			if t > b.at {
				continue
			}
			if i == 0 {
				return b.c, b.alpha
			}
			a := stops[i-1]
			f := (t - a.at) / math.Max(1e-9, b.at-a.at)
			return mix(a.c, b.c, f), a.alpha + (b.alpha-a.alpha)*f
		}
		e := stops[len(stops)-1]
		return e.c, e.alpha
	}
	switch g.name {
	case "linearGradient":
		x, y := g.num("x1", 0), g.num("y1", 0)
		dx, dy := g.num("x2", 0)-x, g.num("y2", 0)-y
		l := math.Max(1e-9, dx*dx+dy*dy)
		return func(px, py float64) (rgb, float64) { return shade(((px-x)*dx + (py-y)*dy) / l) }, nil
	case "radialGradient":
		x, y, r := g.num("cx", 0), g.num("cy", 0), g.num("r", 1)
		return func(px, py float64) (rgb, float64) { return shade(math.Hypot(px-x, py-y) / r) }, nil
	}
	return nil, fmt.Errorf("%s is not a gradient", s)
}
