package media

import "math"

// part is a rectangle of a drawing where one kind of edge is, pixels.
type part struct {
	name           string
	x0, y0, x1, y1 int
}

// presenterParts are the kinds of edges of presenter.
var presenterParts = []part{
	{"hair", 460, 40, 800, 290},
	{"moving hand", 900, 120, 1180, 400},
	{"veil", 250, 440, 450, 720},
	{"thin line", 960, 480, 1270, 700},
	{"outlines", 40, 40, 330, 330},
}

// presenter draws a person with what a key finds hard: hair of strands under a pixel, a veil of
// 45 %, a moving hand, a line of 1.5 px, glasses, an olive tie, a teal badge, texture, black
// contour lines with yellow highlights. Seconds move it. 1280x720.
func presenter(t float64) drawing { return presenterWith(t, rgb{64, 96, 200}) }

// greenBall is presenter without blue, for a blue screen.
func greenBall(t float64) drawing { return presenterWith(t, rgb{70, 150, 60}) }

func presenterWith(t float64, ball rgb) drawing {
	sway := 14 * math.Sin(2*t)
	cx, cy := 640+sway, 250.0
	dark, brown, skin := rgb{34, 26, 22}, rgb{62, 42, 30}, rgb{224, 172, 145}
	var s []shape
	s = append(s, ellipse(cx, cy-25, 112, 128, dark))
	for i := range 220 {
		f := float64(i) / 219
		angle := -math.Pi*(1.12-1.24*f) + 0.08*grain(float64(i), 1)
		x, y := cx+105*math.Cos(angle), cy-25+120*math.Sin(angle)
		c := dark
		switch {
		case i%7 == 3:
			c = rgb{205, 170, 110} // blond
		case i%3 == 0:
			c = brown
		}
		out := angle + 0.5*grain(float64(i), 2)
		s = append(s, strand(x, y, out, 0.9*grain(float64(i), 3), 30+35*(1+grain(float64(i), 4)),
			0.6+0.5*(1+grain(float64(i), 5)), c)...)
	}
	jumper := rgb{176, 32, 38}
	s = append(s, painted(cx, 800, 270, 380, func(x, y float64) (rgb, float64) {
		return shade(jumper, 14*math.Sin((x-sway)*0.35)+8*grain((x-sway)/2, y/2)), 1
	}))
	s = append(s, line(cx, 430, cx-6, 640, 20, 44, rgb{100, 118, 78}))
	s = append(s, ellipse(cx+120, 560, 30, 30, rgb{20, 138, 128}))
	s = append(s, line(cx, 330, cx, 430, 90, 100, shade(skin, -30)))
	s = append(s, painted(cx, cy+5, 92, 125, func(x, y float64) (rgb, float64) {
		return shade(skin, 22-30*math.Hypot((x-cx+20)/92, (y-cy)/125)+4*grain(x-sway, y)), 1
	}))
	for _, side := range []float64{-1, 1} {
		s = append(s, ellipse(cx+side*38, cy, 14, 8, rgb{40, 36, 38}), ring(cx+side*40, cy, 30, 24, 2.5, rgb{20, 20, 22}))
		s = append(s, line(cx+side*70, cy-4, cx+side*104, cy-14, 2.5, 2, rgb{20, 20, 22}))
	}
	s = append(s, line(cx-10, cy, cx+10, cy, 2.5, 2.5, rgb{20, 20, 22}),
		ellipse(cx, cy+70, 30, 6+5*math.Sin(20*t), rgb{150, 50, 58}))
	// The veil hangs from the shoulder, over the key and over the jumper.
	s = append(s, painted(cx-250, 620, 130, 170, func(x, y float64) (rgb, float64) {
		return rgb{238, 236, 232}, 0.45 + 0.06*math.Sin((x+y)*0.06)
	}))
	s = append(s, line(930, 560, 1060, 390, 60, 44, jumper))
	hx, hy := 1040+20*math.Sin(3*t), 260+30*math.Cos(3*t)
	hand := []shape{ellipse(hx, hy, 46, 54, skin)}
	for i := range 4 {
		x := hx - 34 + 22*float64(i)
		hand = append(hand, line(x, hy-30, x-8+6*float64(i), hy-92, 17, 14, shade(skin, -4*float64(i))))
	}
	for _, h := range hand {
		s = append(s, moved(h, 22*math.Cos(3*t), -14*math.Sin(3*t)+5))
	}
	// A vertical bar of 1.5 px in grey, one in black, one in white.
	for i, c := range []rgb{{128, 128, 128}, {24, 24, 26}, {236, 236, 236}} {
		y := 560 + 40*float64(i)
		s = append(s, line(980, y, 1250, y-50+sway, 1.5, 1.5, c))
	}
	s = append(s, cartoon(180, 180+sway/2, ball)...)
	return draw(1280, 720, s)
}

// cartoon is a drawn ball with contour lines and highlights on both sides of them.
func cartoon(x, y float64, ball rgb) []shape {
	black, yellow := rgb{8, 8, 10}, rgb{250, 214, 40}
	s := []shape{ellipse(x, y, 100, 92, ball), ring(x, y, 98, 90, 4, black)}
	s = append(s, ring(x, y, 94, 86, 3, yellow), ellipse(x-34, y-36, 22, 16, rgb{255, 255, 255}))
	s = append(s, line(x-70, y-60, x-112, y-122, 14, 6, yellow), line(x-70, y-60, x-112, y-122, 3, 2, black))
	for _, side := range []float64{-1, 1} {
		s = append(s, ellipse(x+side*84, y+62, 40, 26, yellow), ring(x+side*84, y+62, 39, 25, 3, black))
		s = append(s, line(x+side*20, y-88, x+side*50, y-136, 2, 1.2, black),
			ellipse(x+side*52, y-138, 7, 7, rgb{220, 40, 60}))
	}
	return s
}

// creatureParts are the kinds of edges of creature.
var creatureParts = []part{
	{"fur", 330, 120, 950, 690},
	{"wings", 60, 120, 330, 520},
	{"glow", 990, 60, 1270, 340},
	{"outlines", 960, 400, 1270, 700},
}

// creature draws an animated figure in another style: soft shading, a violet body with fur,
// wings that are seen through, a glow, thick dark blue contours. 1280x720.
func creature(t float64) drawing {
	sway := 20 * math.Sin(2*t)
	cx, cy := 640+sway, 420.0
	violet, navy := rgb{150, 84, 186}, rgb{26, 28, 62}
	var s []shape
	for _, side := range []float64{-1, 1} {
		s = append(s, painted(cx+side*410, 320, 180, 130-30*math.Sin(6*t), func(x, y float64) (rgb, float64) {
			d := math.Abs(x-cx) / 590
			return rgb{120 + 100*d, 200, 236}, 0.2 + 0.5*smooth(0.3, 1, d)
		}))
		for i := range 5 {
			s = append(s, line(cx+side*250, 330, cx+side*(420+30*float64(i)), 210+50*float64(i), 3, 1, navy))
		}
	}
	for i := range 420 {
		a := 2 * math.Pi * float64(i) / 420
		x, y := cx+232*math.Cos(a), cy+212*math.Sin(a)
		c := shade(violet, 18*grain(float64(i), 9)-20*math.Sin(a))
		s = append(s, strand(x, y, a+0.4*grain(float64(i), 6), 0.8, 22+14*grain(float64(i), 7), 2+grain(float64(i), 8),
			c)...)
	}
	s = append(s, painted(cx, cy, 236, 216, func(x, y float64) (rgb, float64) {
		return shade(violet, 46-70*math.Hypot((x-cx+70)/236, (y-cy+80)/216)), 1
	}))
	s = append(s, painted(cx, cy+90, 130, 110, func(x, y float64) (rgb, float64) {
		return rgb{246, 226, 196}, 1 - smooth(0.7, 1, math.Hypot((x-cx)/130, (y-cy-90)/110))
	}))
	for _, side := range []float64{-1, 1} {
		s = append(s, ellipse(cx+side*80, cy-50, 44, 50, rgb{250, 250, 250}), ring(cx+side*80, cy-50, 44, 50, 5, navy))
		s = append(s, ellipse(cx+side*80+8, cy-44, 20, 26, rgb{30, 120, 110}),
			ellipse(cx+side*80+14, cy-54, 7, 8, rgb{255, 255, 255}))
	}
	// A lamp with a soft glow of 60 px around it.
	s = append(s, painted(1130, 200, 110, 110, func(x, y float64) (rgb, float64) {
		return rgb{255, 240, 190}, 1 - smooth(46, 108, math.Hypot(x-1130, y-200))
	}))
	s = append(s, ellipse(1130, 200, 46, 46, rgb{255, 250, 226}))
	// A cup with contours, orange and pink.
	s = append(s, ellipse(1110+sway, 560, 92, 104, rgb{240, 120, 40}), ring(1110+sway, 560, 92, 104, 6, navy))
	s = append(s, ring(1214+sway, 560, 30, 42, 9, rgb{230, 90, 130}), ellipse(1080+sway, 520, 18, 30, rgb{255, 214, 170}))
	for i := range 12 {
		f := float64(i)
		s = append(s, ellipse(370+48*f+6*math.Sin(9*t+f), 60+24*math.Sin(f), 2.2, 2.2, rgb{255, 255, 255}))
	}
	return draw(1280, 720, s)
}
