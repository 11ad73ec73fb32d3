package standin

import "math"

// face paints head, features and fringe over the hair at the back.
func (a *actor) face(p at, i int) {
	w := a.who
	head := shape{{-140, -50}, {-146, 40}, {-128, 112}, {-70, 158}, {-36, 184}, {36, 184}, {70, 158}, {128, 112}, {146, 40}, {140, -50}, {138, -170}, {-138, -170}, {-140, -50}}
	for _, side := range []float64{-1, 1} {
		a.fill(p, ellipse(side*142, 10, 22, 36), 2, flat(mix(w.skin, w.blush, 0.45), 1))
	}
	a.fill(p, head, 2.5, func(x, y float64) (rgb, float64) {
		light := math.Exp(-((x + 40) * (x + 40) / 16000) - (y+40)*(y+40)/22000)
		c := mix(mix(w.skin, rgb{90, 44, 40}, 0.16), mix(w.skin, rgb{255, 240, 222}, 0.35), light)
		cheeks := math.Exp(-((math.Abs(x)-82)*(math.Abs(x)-82)/900 + (y-66)*(y-66)/700))
		rim := math.Max(0, (math.Abs(x)-96)/60)
		return mix(mix(c, w.blush, 0.42*cheeks), rgb{96, 50, 44}, 0.28*rim*rim), 1
	})
	if w.glasses {
		a.glasses(p)
	}
	a.eyes(p, i)
	a.nose(p)
	a.lips(p, a.mouth[i])
	a.fringe(p)
}

func (a *actor) eyes(p at, i int) {
	w := a.who
	lift := 9 * a.stress[i]
	for _, side := range []float64{-1, 1} {
		x := side * 58
		if a.blinks[i] {
			a.fill(p, shape{{x - 28, 2}, {x - 12, 14}, {x + 12, 14}, {x + 28, 2}, {x + 12, 19}, {x - 12, 19}, {x - 28, 2}}, 1, flat(mix(w.hair, rgb{30, 18, 18}, 0.5), 0.95))
		} else {
			eye := shape{{x - 29, 2}, {x - 16, -20}, {x + 16, -20}, {x + 29, 2}, {x + 14, 16}, {x - 14, 16}, {x - 29, 2}}
			a.fill(p, eye, 1, func(_, y float64) (rgb, float64) { return mix(rgb{206, 198, 196}, rgb{252, 250, 246}, (y+18)/20), 1 })
			gaze := 2.5 * math.Sin(0.6*float64(i)/a.fps+a.phase[1])
			a.fill(p, ellipse(x+gaze, -2, 13, 13.5), 1, func(px, py float64) (rgb, float64) {
				return mix(w.iris, mix(w.iris, rgb{230, 190, 140}, 0.5), (py+8)/22), 1
			})
			a.fill(p, ellipse(x+gaze, -2, 6, 6.4), 0.6, flat(rgb{18, 12, 12}, 1))
			a.fill(p, ellipse(x+gaze+4.6, -7, 3.4, 3.4), 0.6, flat(rgb{255, 255, 255}, 0.95))
			// Upper lid: a soft dark line that carries the expression.
			a.fill(p, shape{{x - 31, 3}, {x - 16, -24}, {x + 16, -24}, {x + 31, 2}, {x + 16, -16}, {x - 16, -16}, {x - 31, 3}}, 1, flat(mix(w.hair, rgb{26, 16, 16}, 0.6), 0.92))
		}
		a.fill(p, shape{{x - 36, -40 - lift}, {x - 16, -58 - lift}, {x + 14, -58 - lift}, {x + 36, -42 - lift}, {x + 14, -49 - lift}, {x - 14, -49 - lift}, {x - 36, -40 - lift}}, 2, flat(mix(w.hair, rgb{30, 20, 20}, 0.2), 0.9))
	}
}

func (a *actor) nose(p at) {
	w := a.who
	shadow := mix(w.skin, rgb{120, 52, 44}, 0.55)
	a.fill(p, shape{{6, -10}, {16, 20}, {26, 44}, {18, 56}, {8, 62}, {-8, 62}, {-16, 56}, {-4, 58}, {10, 52}, {6, -10}}, 5, flat(shadow, 0.42))
	a.fill(p, ellipse(-5, 38, 8, 13), 5, flat(rgb{255, 242, 226}, 0.34))
}

// lips has the mouth in as many shapes as there is sound: closed with a smile,
// and ever rounder with teeth and tongue.
func (a *actor) lips(p at, open float64) {
	w := a.who
	lip := mix(w.blush, rgb{168, 56, 58}, 0.5)
	half, gap := 46-8*open, 34*open
	const y = 106.0
	a.fill(p, shape{{-half, y - 3}, {-20, y - 17}, {-8, y - 12}, {0, y - 12}, {8, y - 12}, {20, y - 17}, {half, y - 3}, {24, y + 18 + gap}, {-24, y + 18 + gap}, {-half, y - 3}}, 1.5, func(_, py float64) (rgb, float64) {
		return mix(lip, mix(lip, rgb{255, 214, 204}, 0.35), (py-y)/30), 1
	})
	if gap < 3 {
		a.fill(p, shape{{-half + 2, y - 2}, {-20, y + 7}, {20, y + 7}, {half - 2, y - 2}, {20, y + 3}, {-20, y + 3}, {-half + 2, y - 2}}, 1, flat(rgb{96, 28, 32}, 0.9))
		return
	}
	in := half - 9
	a.fill(p, shape{{-in, y - 1}, {-18, y - 9}, {18, y - 9}, {in, y - 1}, {18, y + 6 + gap}, {-18, y + 6 + gap}, {-in, y - 1}}, 1, flat(rgb{74, 20, 26}, 1))
	a.fill(p, shape{{-in + 6, y - 2}, {-14, y - 8}, {14, y - 8}, {in - 6, y - 2}, {14, y + 1 + gap*0.16}, {-14, y + 1 + gap*0.16}, {-in + 6, y - 2}}, 1, flat(rgb{250, 246, 240}, 0.95))
	a.fill(p, ellipse(0, y+gap*0.80, 18, 4+gap*0.16), 2, flat(rgb{196, 92, 92}, 0.9))
}

func (a *actor) fringe(p at) {
	w := a.who
	a.fill(p, shape{{-150, -40}, {-164, -150}, {-110, -238}, {0, -240}, {110, -238}, {164, -150}, {150, -40}, {136, -90}, {112, -122}, {70, -134}, {20, -118}, {-60, -132}, {-104, -104}, {-128, -84}, {-140, -64}, {-150, -40}}, 3, func(x, y float64) (rgb, float64) {
		shine := math.Exp(-((x+50)*(x+50)/7000 + (y+176)*(y+176)/900))
		return mix(mix(w.hair, rgb{16, 10, 10}, 0.12*math.Sin(x*0.16+y*0.04)), rgb{255, 226, 186}, 0.38*shine), 1
	})
}

func (a *actor) glasses(p at) {
	frame := rgb{58, 34, 30}
	for _, side := range []float64{-1, 1} {
		x := side * 60
		// Lightly tinted lenses with a gleam.
		a.fill(p, ellipse(x, 0, 43, 36), 0.8, flat(frame, 0.92))
		a.fill(p, ellipse(x, 0, 38, 31), 0.8, flat(mix(a.who.skin, rgb{255, 246, 232}, 0.25), 0.92))
		a.fill(p, shape{{x - 22, -20}, {x - 12, -26}, {x, -26}, {x + 6, -22}, {x - 4, -10}, {x - 14, 2}, {x - 26, 6}, {x - 30, -4}, {x - 28, -14}, {x - 22, -20}}, 2, flat(rgb{255, 255, 255}, 0.16))
	}
	a.fill(p, shape{{-20, -6}, {-8, -14}, {8, -14}, {20, -6}, {8, -8}, {-8, -8}, {-20, -6}}, 0.8, flat(frame, 0.92))
}
