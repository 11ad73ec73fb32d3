package manifest

import "github.com/goccy/go-yaml/ast"

// The ring that a word about its colour alone draws, and that a presenter in a circle has.
const (
	RingColor = "#F6F4EF"
	ringWidth = 0.005 // of the shorter side: 5 pixels of 1080
)

// RingWidth returns the width of a ring about which nothing is said.
func RingWidth() Dim { return share(ringWidth) }

// behind reads what lies behind a layer: none, a colour or a list of colours.
func (d *doc) behind(n ast.Node, path string) *Fill {
	f := &Fill{}
	if d.none(n) {
		return f
	}
	list := []ast.Node{n}
	if seq, ok := d.plain(n).(*ast.SequenceNode); ok {
		if list = seq.Values; len(list) < 1 || len(list) > 8 {
			d.fault(n, `write ["#F1DFC3", "#A9825F"]`, "%s must have 1 to 8 colours", path)
		}
	}
	for _, v := range list {
		var color string
		d.paint(path, &color)(v)
		f.Colors = append(f.Colors, color)
	}
	return f
}

// ring reads the line around a layer: none, a colour, or a colour and a width.
func (d *doc) ring(n ast.Node, path string) *Ring {
	if d.none(n) {
		return &Ring{}
	}
	r := &Ring{RingColor, RingWidth()}
	if _, ok := d.plain(n).(*ast.StringNode); ok {
		d.paint(path, &r.Color)(n)
		return r
	}
	d.object(n, path, setters{"color": d.paint(path+".color", &r.Color), "width": d.dim(path+".width", aSize, &r.Width)})
	return r
}
