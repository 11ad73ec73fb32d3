package quality

import (
	"math"
	"sync"

	"greenroom/compose/media"
)

// Figures of WCAG 2.2, success criterion 2.3.1 (three flashes or below threshold), and ITU-R BT.1702-2.
const (
	// flashStep is the change of relative luminance, of 1, that a flash consists of two opposing ones of.
	flashStep = 0.1
	// flashDarker is below which relative luminance the darker of the two states has to be.
	flashDarker = 0.8
	// redShare is from which share of R in R+G+B on a red is saturated, and redStep the change of (R-G-B)×320 of a red
	// flash, with linear values of 1: WCAG's definition of general flash and red flash thresholds.
	redShare = 0.8
	redStep  = 20.0 / 320
	// flashArea is the share of a field of 10 degrees that flashes at once. WCAG takes 341×256 of 1024×768 pixels as
	// the field: a third of each side.
	flashArea  = 0.25
	flashField = 3
	// mostChanges is how many opposing changes are allowed within a second: two for each of three flashes.
	mostChanges = 6
	// atOnce is within how many seconds changes of several pixels are one change of the picture: a picture fades in
	// interlaced or averaged footage over two frames.
	atOnce = 0.08
	// flashCells is how many points of a row are measured.
	flashCells = 96
	// fieldSteps is in how many places a field is for each of its sides.
	fieldSteps = 4
)

// flashes finds general and red flashes. For each point it keeps the last extreme of its value; a change by the step
// against the last direction is a change of the point. Where more points of a field change in one direction than in
// the other, by a quarter of the field, the field has changed. Points that change in opposite directions cancel out: a
// moving texture is not a flash. Stripes in counter-phase that are narrower than a field are therefore not found.
type flashes struct {
	fps          float64
	w, h         int // points
	at           []int
	general, red *flashKind
	frames       int
}

// flashKind is one kind of flashes. The points' slices have one element for each.
type flashKind struct {
	step    float64
	darker  float64 // limit for the lower of two values; +Inf for red
	low, hi []float32
	strong  []bool // one of the values since the last change was saturated; red only
	way     []int8 // direction of the last change
	when    []int  // frame of the last change
	sum     []int  // summed areas of current changes, (w+1)×(h+1)
	fields  []field
	worst   worstFlash
}

// field is a part of the picture.
type field struct {
	x, y, w, h int
	way        int8
	changes    []int // frames, within the last second
}

// worstFlash is the second with the most changes.
type worstFlash struct {
	changes  int
	from, to int // frames
}

func newFlashes(w, h int, fps float64) *flashes {
	f := &flashes{fps: fps, w: min(w, flashCells)}
	f.h = max(1, min(h, f.w*h/max(1, w)))
	for y := range f.h {
		for x := range f.w {
			f.at = append(f.at, (2*y+1)*h/(2*f.h)*w+(2*x+1)*w/(2*f.w))
		}
	}
	f.general = newFlashKind(f.w, f.h, flashStep, flashDarker)
	f.red = newFlashKind(f.w, f.h, redStep, math.Inf(1))
	f.red.strong = make([]bool, f.w*f.h)
	return f
}

func newFlashKind(w, h int, step, darker float64) *flashKind {
	n := w * h
	k := &flashKind{step: step, darker: darker, low: make([]float32, n), hi: make([]float32, n), way: make([]int8, n),
		when: make([]int, n), sum: make([]int, (w+1)*(h+1))}
	fw, fh := max(1, w/flashField), max(1, h/flashField)
	for y := 0; y+fh <= h; y += max(1, fh/fieldSteps) {
		for x := 0; x+fw <= w; x += max(1, fw/fieldSteps) {
			k.fields = append(k.fields, field{x: x, y: y, w: fw, h: fh})
		}
	}
	return k
}

// add measures a picture. Transparent points are black: on another background flashes are weaker or stronger.
func (f *flashes) add(p media.Picture) {
	lin := linear()
	for i, at := range f.at {
		y, u, v := float32(p.Y[at])-16, float32(p.U[at])-128, float32(p.V[at])-128
		y *= 255.0 / 219
		r, g, b := lin[level(y+1.792741*v)], lin[level(y-0.213249*u-0.532909*v)], lin[level(y+2.112402*u)]
		if p.A != nil {
			a := float32(p.A[at]) / 255
			r, g, b = r*a, g*a, b*a
		}
		f.general.point(i, f.frames, 0.2126*r+0.7152*g+0.0722*b, false)
		f.red.point(i, f.frames, max(0, r-g-b), r >= redShare*(r+g+b) && r > 0)
	}
	near := max(1, int(math.Round(atOnce*f.fps)))
	second := max(1, int(math.Round(f.fps)))
	f.general.close(f.frames, f.w, f.h, near, second)
	f.red.close(f.frames, f.w, f.h, near, second)
	f.frames++
}

// level rounds a value to a byte.
func level(v float32) int { return int(min(255, max(0, v+0.5))) }

// linear returns the relative luminance of each byte of sRGB, as WCAG defines it.
var linear = sync.OnceValue(func() *[256]float32 {
	var out [256]float32
	for i := range out {
		v := float64(i) / 255
		if v <= 0.04045 {
			out[i] = float32(v / 12.92)
			continue
		}
		out[i] = float32(math.Pow((v+0.055)/1.055, 2.4))
	}
	return &out
})

// point takes the value of a point in a frame.
func (k *flashKind) point(i, frame int, v float32, saturated bool) {
	if frame == 0 {
		k.low[i], k.hi[i], k.when[i] = v, v, -1
	}
	if k.strong != nil {
		k.strong[i] = k.strong[i] || saturated
	}
	step, darker := float32(k.step), float32(k.darker)
	valid := k.strong == nil || k.strong[i]
	switch {
	case k.way[i] >= 0 && k.hi[i]-v >= step && v < darker && valid:
		k.change(i, frame, -1, v, saturated)
	case k.way[i] <= 0 && v-k.low[i] >= step && k.low[i] < darker && valid:
		k.change(i, frame, 1, v, saturated)
	case k.way[i] > 0:
		k.hi[i] = max(k.hi[i], v)
	case k.way[i] < 0:
		k.low[i] = min(k.low[i], v)
	default:
		k.low[i], k.hi[i] = min(k.low[i], v), max(k.hi[i], v)
	}
}

func (k *flashKind) change(i, frame int, way int8, v float32, saturated bool) {
	k.way[i], k.when[i], k.low[i], k.hi[i] = way, frame, v, v
	if k.strong != nil {
		k.strong[i] = k.strong[i] && (way < 0 || saturated) // a fall from red and the rise to red both have the red
		if way < 0 {
			k.strong[i] = false
		}
	}
}

// close ends a frame: it adds the changes of fields.
func (k *flashKind) close(frame, w, h, near, second int) {
	changed := false
	for y := range h {
		row := 0
		for x := range w {
			i := y*w + x
			if k.when[i] >= 0 && k.when[i] > frame-near {
				row += int(k.way[i])
				changed = true
			}
			k.sum[(y+1)*(w+1)+x+1] = k.sum[y*(w+1)+x+1] + row
		}
	}
	if !changed {
		return
	}
	for i := range k.fields {
		f := &k.fields[i]
		top, bottom := f.y*(w+1)+f.x, (f.y+f.h)*(w+1)+f.x
		net := k.sum[bottom+f.w] - k.sum[top+f.w] - k.sum[bottom] + k.sum[top]
		way := int8(0)
		switch least := flashArea * float64(f.w*f.h); {
		case float64(net) >= least:
			way = 1
		case float64(-net) >= least:
			way = -1
		}
		if way == 0 || way == f.way {
			continue
		}
		f.way = way
		f.changes = append(f.changes, frame)
		for frame-f.changes[0] >= second {
			f.changes = f.changes[1:]
		}
		if len(f.changes) > k.worst.changes {
			k.worst = worstFlash{len(f.changes), f.changes[0], frame}
		}
	}
}
