package media

import "math"

// keyError is how far a keyed picture is from the truth. Alpha and colours are of 255.
type keyError struct {
	sad     float64 // sum of alpha errors over a frame, thousands of whole pixels
	mse     float64 // mean squared alpha error, alpha from 0 to 1, times 1,000
	edge    float64 // mean alpha error where the true alpha is 6 to 249
	holes   float64 // share of solid pixels with an alpha under 240, per cent
	leak    float64 // share of clear pixels with an alpha over 15, per cent
	colour  float64 // mean error of what is seen over 50 % grey on edge pixels
	solid   float64 // the same on solid pixels
	cast    float64 // mean tint of the complementary colour that the truth does not have, on edges
	casting float64 // share of edge pixels with more than 16 of it, per cent
	edges   int
}

// add sums one frame; mean makes means of n frames. got and truth are straight RGBA.
func (e *keyError) add(got, truth []byte, w int, key rgb, p part) {
	const grey = 128.
	frame := float64(len(truth)/4) / 1000
	var n [3]float64 // edge, solid, clear pixels
	var f keyError
	for y := p.y0; y < p.y1; y++ {
		for x := p.x0; x < p.x1; x++ {
			i := 4 * (y*w + x)
			a, t := float64(got[i+3]), float64(truth[i+3])
			d := math.Abs(a - t)
			f.sad += d / 255 / 1000
			f.mse += d / 255 * d / 255 / frame
			var g, o rgb
			colour := 0.0
			for k := range 3 {
				g[k] = a/255*float64(got[i+k]) + (1-a/255)*grey
				o[k] = t/255*float64(truth[i+k]) + (1-t/255)*grey
				colour += math.Abs(g[k]-o[k]) / 3
			}
			switch {
			case t >= 250:
				n[1]++
				f.solid += colour
				if a < 240 {
					f.holes += 100
				}
			case t <= 5:
				n[2]++
				if a > 15 {
					f.leak += 100
				}
			default:
				n[0]++
				f.edge += d
				f.colour += colour
				c := max(0, tint(g, key)-max(0, tint(o, key)))
				f.cast += c
				if c > 16 {
					f.casting += 100
				}
			}
		}
	}
	for k := range n {
		n[k] = max(1, n[k])
	}
	e.sad, e.mse, e.edge, e.colour = e.sad+f.sad, e.mse+f.mse, e.edge+f.edge/n[0], e.colour+f.colour/n[0]
	e.holes, e.solid, e.leak = e.holes+f.holes/n[1], e.solid+f.solid/n[1], e.leak+f.leak/n[2]
	e.cast, e.casting, e.edges = e.cast+f.cast/n[0], e.casting+f.casting/n[0], e.edges+int(n[0])
}

func (e *keyError) mean(n int) {
	for _, v := range []*float64{&e.sad, &e.mse, &e.edge, &e.holes, &e.leak, &e.colour, &e.solid, &e.cast, &e.casting} {
		*v /= float64(n)
	}
	e.edges /= n
}

// tint is how far a colour leans to the complement of the key: for green, how far red and blue are
// both above green.
func tint(c, key rgb) float64 {
	high, low := 255., 0.
	for k := range c {
		if key[k] < 128 {
			high = min(high, c[k])
		} else {
			low = max(low, c[k])
		}
	}
	return high - low
}
