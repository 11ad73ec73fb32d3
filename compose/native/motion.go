package native

import (
	"fmt"
	"strconv"
	"strings"

	"greenroom/compose/timeline"
)

// num writes a number as ffmpeg reads it, exactly.
func num(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// frameAt is an expression for the film's frame number from a filter's time t. Times are integer multiples of the
// frame's length, so that rounding finds the frame exactly.
func frameAt(r timeline.Rate) string { return fmt.Sprintf("round(t*%d/%d)", r.Num, r.Den) }

// during is an expression that is true on the film's frames from (first) to (last), last not included. It compares
// times half a frame away from where frames start.
func during(r timeline.Rate, first, last int) string {
	half := r.Seconds(1) / 2
	return fmt.Sprintf("gte(t,%s)*lt(t,%s)", num(r.Seconds(first)-half), num(r.Seconds(last)-half))
}

// position returns the overlay's x and y for a layer whose picture has its corner at (x, y) when it does not move. The
// expressions do the arithmetic of timeline.OffsetAt in the same order, so that even halves round alike.
func position(l *timeline.Layer, r timeline.Rate, x, y int) (xs, ys string) {
	return axis(l, r, x, l.Enter.DX, l.Leave.DX), axis(l, r, y, l.Enter.DY, l.Leave.DY)
}

func axis(l *timeline.Layer, r timeline.Rate, at, enter, leave int) string {
	var terms []string
	if enter != 0 && l.Enter.Frames > 0 {
		terms = append(terms, fmt.Sprintf("%d*%s", enter,
			remaining(fmt.Sprintf("min((%s-%d)/%d,1)", frameAt(r), l.From, l.Enter.Frames), 0)))
	}
	if leave != 0 && l.Leave.Frames > 0 {
		terms = append(terms, fmt.Sprintf("%d*%s", leave,
			remaining(fmt.Sprintf("min((%d-%s)/%d,1)", l.End(), frameAt(r), l.Leave.Frames), 1)))
	}
	if terms == nil {
		return strconv.Itoa(at)
	}
	return fmt.Sprintf("%d+round(%s)", at, strings.Join(terms, "+"))
}

// remaining is 1-timeline.Ease(share), with the share kept in a variable of the expression.
func remaining(share string, variable int) string {
	left := fmt.Sprintf("(1-clip(ld(%d),0,1))", variable)
	return fmt.Sprintf("(0*st(%[2]d,%[3]s)+1-(1-%[1]s*%[1]s*%[1]s))", left, variable, share)
}

// moves reports whether the layer slides.
func moves(l *timeline.Layer) bool {
	return l.Enter.Frames > 0 && (l.Enter.DX != 0 || l.Enter.DY != 0) || l.Leave.Frames > 0 &&
		(l.Leave.DX != 0 || l.Leave.DY != 0)
}

// fades returns how many frames the layer takes to appear and to disappear by opacity.
func fades(l *timeline.Layer) (in, out int) {
	if l.Enter.Fade {
		in = l.Enter.Frames
	}
	if l.Leave.Fade {
		out = l.Leave.Frames
	}
	return in, out
}

// fadeChain is the fade filters for a stream of n frames whose first and last ones are the layer's.
func fadeChain(l *timeline.Layer, n int, name string) string {
	in, out := fades(l)
	s := ""
	if in > 0 {
		s += fmt.Sprintf(",fade@%s=t=in:s=0:n=%d:alpha=1", name, in)
	}
	if out > 0 {
		s += fmt.Sprintf(",fade@%so=t=out:s=%d:n=%d:alpha=1", name, n-out, out)
	}
	return s
}

// reach is the part of the plane that a layer can bring onto the canvas: the canvas, seen from every place it
// slides to.
func reach(l *timeline.Layer, width, height int) timeline.Rect {
	left, right := max(0, l.Enter.DX, l.Leave.DX), min(0, l.Enter.DX, l.Leave.DX)
	up, down := max(0, l.Enter.DY, l.Leave.DY), min(0, l.Enter.DY, l.Leave.DY)
	// Coming in and going out may overlap for no frame, but both are counted: it is a bound.
	return timeline.Rect{X: -left, Y: -up, W: width + left - right, H: height + up - down}
}

func cut(a, b timeline.Rect) timeline.Rect {
	x, y := max(a.X, b.X), max(a.Y, b.Y)
	return timeline.Rect{X: x, Y: y, W: min(a.X+a.W, b.X+b.W) - x, H: min(a.Y+a.H, b.Y+b.H) - y}
}

func union(a, b timeline.Rect) timeline.Rect {
	if a.W <= 0 || a.H <= 0 {
		return b
	}
	x, y := min(a.X, b.X), min(a.Y, b.Y)
	return timeline.Rect{X: x, Y: y, W: max(a.X+a.W, b.X+b.W) - x, H: max(a.Y+a.H, b.Y+b.H) - y}
}

func empty(r timeline.Rect) bool { return r.W <= 0 || r.H <= 0 }

// piecewise is a balanced tree of conditions: the value of the last start that is not above the variable. Parsing and
// evaluation stay shallow, however many pieces there are: ffmpeg refuses expressions that nest 100 deep.
func piecewise(variable string, starts, values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	mid := len(values) / 2
	return fmt.Sprintf("if(lt(%s,%s),%s,%s)", variable, starts[mid], piecewise(variable, starts[:mid], values[:mid]),
		piecewise(variable, starts[mid:], values[mid:]))
}
