package standin

import (
	"math"
	"math/rand/v2"
)

// actor moves one person through a clip.
type actor struct {
	*canvas
	spec   Spec
	who    *presenter
	fps    float64
	mouth  []string
	stress []float64 // how much emphasis, 0 to 1, slow
	eyes   []string
	phase  [4]float64
}

// blinking is a blink, frame by frame at 25 a second.
var blinking = []string{"eyes-half", "eyes-shut", "eyes-shut", "eyes-half"}

func newActor(s Spec, v *speech, frames int) (*actor, error) {
	rnd := rand.New(rand.NewPCG(uint64(seed(s.Presenter)), uint64(seed(s.Script))))
	a := &actor{canvas: newCanvas(s.Width, s.Height), spec: s, fps: float64(s.FPS)}
	var err error
	a.who, err = present(presenters[seed(s.Presenter)%int64(len(presenters))], a.place().k)
	if err != nil {
		return nil, err
	}
	for i := range a.phase {
		a.phase[i] = rnd.Float64() * 2 * math.Pi
	}
	loud := v.loudness(frames, s.FPS)
	a.stress = make([]float64, frames)
	slow := 0.0
	for i, l := range loud {
		slow += (l - slow) * 0.12
		a.stress[i] = slow
	}
	a.mouth = mouths(v, loud, a.fps)
	a.eyes = make([]string, frames)
	for i := range a.eyes {
		a.eyes[i] = "eyes-open"
	}
	for at := 0.8 + 2*rnd.Float64(); ; at += 2 + 4*rnd.Float64() {
		from := int(at * a.fps)
		if from+len(blinking) >= frames {
			break
		}
		copy(a.eyes[from:], blinking)
	}
	if s.Background != nil {
		r, g, b, _ := s.Background.RGBA()
		a.bg = func(int, int) rgb { return rgb{float64(r >> 8), float64(g >> 8), float64(b >> 8)} }
	} else if s.Format == MP4 {
		a.bg = a.studio
	}
	return a, nil
}

// studio is the opaque backdrop: a warm light on a dark wall.
func (a *actor) studio(x, y int) rgb {
	dx, dy := (float64(x)/float64(a.w)-0.62)*1.3, float64(y)/float64(a.h)-0.32
	return mix(rgb{150, 116, 92}, rgb{38, 30, 36}, math.Sqrt(dx*dx+dy*dy)*1.5)
}

// rest grows from 0 to 1 in the first and falls to 0 in the last half second: both
// ends are the rest pose.
func (a *actor) rest(i int) float64 {
	half := a.fps / 2
	return math.Min(1, math.Min(float64(i), float64(len(a.mouth)-1-i))/half)
}

// headDrop lets the head sit a little deeper than it is drawn, units.
const headDrop = 14

// frame paints frame i; the bytes are valid until the next call.
func (a *actor) frame(i int) []byte {
	t, live := float64(i)/a.fps, a.rest(i)
	base := a.place()
	// Breathing out from the rest pose, nods that go down: whatever moves stays inside
	// the rest pose's outline, so that a stand-in, which holds still, fills the same box.
	breath := -0.002 * (1 - math.Cos(2*math.Pi*0.25*t)) * live
	body := base
	body.k *= 1 + breath
	body.y += base.k * 560 * -breath // it sinks to the lower border, not to the middle

	// Slow noise of two incommensurate waves; the head leads, face and hair follow
	// a little more or less: parallax.
	sx := live * (math.Sin(0.9*t+a.phase[0]) + 0.5*math.Sin(2.3*t+a.phase[1])) / 1.5
	sy := live * ((1+math.Sin(1.3*t+a.phase[2]))/4 + 0.9*a.stress[i])
	tilt := 0.016 * live * math.Sin(0.7*t+a.phase[3])
	head := func(depth float64) at {
		return at{x: base.x + base.k*6*sx*depth, y: base.y + base.k*(headDrop+4*sy*depth) - base.k*500*breath,
			k:    base.k,
			tilt: tilt}
	}
	a.put("hair-back", head(0.7))
	for _, l := range bodyLayers {
		a.put(l, body)
	}
	a.put("head", head(1))
	a.put("nose", head(1.25))
	brows := head(1.15)
	brows.y -= base.k * 7 * a.stress[i] * live
	a.put("brows", brows)
	a.put(a.eyes[i], head(1.15))
	a.put("mouth-"+a.mouth[i], head(1.2))
	a.put("hair-front", head(1.1))
	a.put("accessory-high", head(1.3))
	return a.finish()
}

func (a *actor) put(name string, p at) {
	if l := a.who.layers[name]; l != nil {
		a.draw(l, p)
	}
}

// place puts the drawing into the frame: a bust that ends at the lower border
// and stays clear of the others, in landscape and portrait.
func (a *actor) place() at {
	unit := math.Min(float64(a.h)/900, float64(a.w)/940)
	if a.spec.Style == "closeUp" {
		unit = math.Min(float64(a.h)/800, float64(a.w)/900)
	}
	if s := a.spec.Scale; s > 0 {
		unit *= s
	}
	// The head's centre is 520 units above the lower border, whatever the size.
	return at{x: float64(a.w)/2 + a.spec.OffsetX*float64(a.w), y: float64(a.h) - 520*unit + a.spec.OffsetY*float64(a.h),
		k: unit}
}
