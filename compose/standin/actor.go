package standin

import (
	"math"
	"math/rand/v2"
)

// looks is one of the drawn people: none green or blue, so that every key colour
// keys them.
type looks struct {
	skin, blush, hair, cloth, cloth2, scarf, iris rgb
	long                                          bool // hair to the shoulders
	glasses                                       bool
}

var people = []looks{
	{skin: rgb{226, 178, 150}, blush: rgb{214, 138, 118}, hair: rgb{74, 44, 32}, cloth: rgb{176, 78, 62}, cloth2: rgb{142, 56, 46}, scarf: rgb{246, 214, 164}, iris: rgb{96, 66, 44}, long: true},
	{skin: rgb{146, 98, 72}, blush: rgb{150, 78, 60}, hair: rgb{34, 26, 26}, cloth: rgb{214, 158, 74}, cloth2: rgb{178, 122, 52}, scarf: rgb{250, 236, 214}, iris: rgb{58, 38, 28}, glasses: true},
	{skin: rgb{240, 204, 182}, blush: rgb{222, 156, 140}, hair: rgb{176, 170, 168}, cloth: rgb{104, 78, 116}, cloth2: rgb{78, 58, 92}, scarf: rgb{232, 208, 226}, iris: rgb{110, 92, 80}, glasses: true},
}

// actor moves one person through a clip.
type actor struct {
	*canvas
	spec    Spec
	who     looks
	fps     float64
	mouth   []float64 // how open, 0 to 1
	stress  []float64
	blinks  []bool
	phase   [4]float64
	strands []shape
}

// blinkFrames is how long a blink lasts at 25 frames a second.
const blinkFrames = 4

func newActor(s Spec, v *speech, frames int) *actor {
	rnd := rand.New(rand.NewPCG(uint64(seed(s.Presenter)), uint64(seed(s.Script))))
	a := &actor{canvas: newCanvas(s.Width, s.Height), spec: s, who: people[seed(s.Presenter)%int64(len(people))], fps: float64(s.FPS)}
	for i := range a.phase {
		a.phase[i] = rnd.Float64() * 2 * math.Pi
	}
	loud := v.loudness(frames, s.FPS)
	a.mouth, a.stress = make([]float64, frames), make([]float64, frames)
	open, slow := 0.0, 0.0
	for i, l := range loud {
		open += (math.Pow(l, 0.7) - open) * 0.62 // lips do not jump
		slow += (l - slow) * 0.12
		a.mouth[i], a.stress[i] = open, slow
	}
	// Rest pose at both ends, as HeyGen's footage has it.
	for i := range min(2, frames) {
		a.mouth[i], a.mouth[frames-1-i] = 0, 0
	}
	a.blinks = make([]bool, frames)
	for at := 0.8 + 2*rnd.Float64(); ; at += 2 + 4*rnd.Float64() {
		from := int(at * a.fps)
		if from+blinkFrames >= frames {
			break
		}
		for k := range blinkFrames {
			a.blinks[from+k] = true
		}
	}
	for range 26 {
		a.strands = append(a.strands, strand(rnd))
	}
	if s.Background != nil {
		r, g, b, _ := s.Background.RGBA()
		c := rgb{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
		a.bg = func(int, int) rgb { return c }
	} else if s.Format == MP4 {
		a.bg = a.studio
	}
	return a
}

// studio is the opaque backdrop: a warm light on a dark wall.
func (a *actor) studio(x, y int) rgb {
	dx, dy := (float64(x)/float64(a.w)-0.62)*1.3, float64(y)/float64(a.h)-0.32
	return mix(rgb{150, 116, 92}, rgb{38, 30, 36}, math.Sqrt(dx*dx+dy*dy)*1.5)
}

// strand is a loose hair beside the crown: thin, at the rim of the hair.
func strand(rnd *rand.Rand) shape {
	ang := math.Pi * (1.02 + 0.96*rnd.Float64())
	r0, r1 := 0.96, 1.05+0.10*rnd.Float64()
	c, s := math.Cos(ang), math.Sin(ang)
	bend := (rnd.Float64() - 0.5) * 0.22
	c2, s2 := math.Cos(ang+bend), math.Sin(ang+bend)
	x0, y0 := 172*r0*c, -40+206*r0*s
	x1, y1 := 172*r1*c2, -40+206*r1*s2
	nx, ny := -s*2.4, c*2.4
	mx, my := (x0+x1)/2+nx*4, (y0+y1)/2+ny*4
	return shape{{x0 - nx, y0 - ny}, {mx, my}, {mx, my}, {x1, y1}, {mx + nx, my + ny}, {mx + nx, my + ny}, {x0 + nx, y0 + ny}}
}

// frame paints frame i; the bytes are valid until the next call.
func (a *actor) frame(i int) []byte {
	t := float64(i) / a.fps
	base := a.place()
	breath := 1 + 0.004*math.Sin(2*math.Pi*0.25*t)
	body := base
	body.k *= breath
	headAt := base
	sway := base.k * 6
	headAt.x += sway * (math.Sin(0.9*t+a.phase[0]) + 0.5*math.Sin(2.3*t+a.phase[1])) / 1.5
	headAt.y += base.k * (3*math.Sin(1.3*t+a.phase[2]) - 4*(breath-1)*250 - 5*a.stress[i])
	headAt.tilt = 0.018 * math.Sin(0.7*t+a.phase[3])
	a.hairBack(headAt)
	a.torso(body)
	a.neck(body, headAt)
	a.face(headAt, i)
	return a.finish()
}

// place puts the drawing into the frame: a bust that stands on the lower border
// and stays clear of the others, in landscape and portrait.
func (a *actor) place() at {
	unit := math.Min(float64(a.h)/1000, float64(a.w)/1020)
	if a.spec.Style == "closeUp" {
		unit *= 1.12
	}
	if s := a.spec.Scale; s > 0 {
		unit *= s
	}
	// The head's centre is 470 units above the lower border, whatever the size.
	return at{x: float64(a.w)/2 + a.spec.OffsetX*float64(a.w), y: float64(a.h) - 505*unit + a.spec.OffsetY*float64(a.h), k: unit}
}

func flat(c rgb, alpha float64) func(x, y float64) (rgb, float64) {
	return func(float64, float64) (rgb, float64) { return c, alpha }
}

func (a *actor) torso(p at) {
	w := a.who
	body := shape{{-390, 560}, {-396, 420}, {-380, 330}, {-250, 282}, {-160, 250}, {-96, 240}, {-84, 190}, {-40, 250}, {40, 250}, {84, 190}, {96, 240}, {160, 250}, {250, 282}, {380, 330}, {396, 420}, {390, 560}}
	a.fill(p, body, 3, func(x, y float64) (rgb, float64) {
		c := mix(w.cloth, w.cloth2, (y-260)/300+math.Abs(x)/900)
		fold := math.Sin(x*0.021+y*0.012) * math.Sin(x*0.006-y*0.017)
		return mix(c, rgb{255, 236, 214}, 0.08*fold+0.10*math.Exp(-((x+190)*(x+190)/22000+(y-330)*(y-330)/9000))), 1
	})
	for _, side := range []float64{-1, 1} { // seams of the shoulders
		a.fill(p, shape{{side * 205, 300}, {side * 240, 360}, {side * 262, 450}, {side * 258, 560}, {side * 252, 560}, {side * 250, 450}, {side * 232, 370}, {side * 205, 300}, {side * 205, 300}, {side * 205, 300}}, 5, flat(mix(w.cloth2, rgb{20, 12, 14}, 0.45), 0.5))
	}
}

func (a *actor) neck(body, head at) {
	w := a.who
	n := shape{{-66, 120}, {-62, 190}, {-70, 230}, {-112, 258}, {-50, 330}, {50, 330}, {112, 258}, {70, 230}, {62, 190}, {66, 120}}
	a.fill(body, n, 3, func(x, y float64) (rgb, float64) {
		return mix(w.skin, mix(w.skin, rgb{70, 30, 28}, 0.55), 0.75-(y-150)/190+math.Abs(x)/420), 1
	})
	// A sheer scarf: what is behind it shows through.
	a.fill(body, shape{{-150, 262}, {-80, 232}, {80, 232}, {150, 262}, {120, 330}, {40, 372}, {0, 378}, {-40, 372}, {-120, 330}, {-150, 262}}, 6, func(x, y float64) (rgb, float64) {
		return w.scarf, 0.50 + 0.14*math.Sin(x*0.05+y*0.08)
	})
	// Its loose end, half transparent over the shoulder's rim.
	a.fill(body, shape{{118, 268}, {210, 262}, {330, 300}, {402, 392}, {350, 372}, {250, 322}, {118, 318}}, 7, flat(w.scarf, 0.42))
}

func (a *actor) hairBack(p at) {
	w := a.who
	shade := func(x, y float64) (rgb, float64) {
		return mix(w.hair, mix(w.hair, rgb{255, 224, 180}, 0.35), 0.25+0.6*math.Exp(-((x+60)*(x+60)/9000+(y+170)*(y+170)/5200))+0.08*math.Sin(x*0.12)), 1
	}
	if w.long {
		a.fill(p, shape{{-172, -60}, {-200, 60}, {-214, 190}, {-176, 282}, {-120, 300}, {120, 300}, {176, 282}, {214, 190}, {200, 60}, {172, -60}}, 7, func(x, y float64) (rgb, float64) {
			c, _ := shade(x, y)
			return mix(c, rgb{20, 10, 10}, 0.35), 1
		})
	}
	a.fill(p, ellipse(0, -40, 174, 206), 5, shade)
	for i, s := range a.strands {
		a.fill(p, s, 0.8, flat(w.hair, 0.30+0.02*float64(i)))
	}
}
