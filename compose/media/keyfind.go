package media

import (
	"bytes"
	"context"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// screen is what the borders of a clip's first picture show.
type screen struct {
	key    string // #RRGGBB; empty when no key colour is at the borders
	border string // the mean colour of the borders, #RRGGBB
}

// findScreen measures the key colour of a clip: the median of what rises like green, blue or
// magenta along the upper border and the sides of the first picture, if that is half of it.
func findScreen(ctx context.Context, t Tools, path string, info Info) (screen, error) {
	w := max(2, min(lookWidth, info.ShownWidth)&^1)
	h := max(2, int(float64(info.ShownHeight)*float64(w)/float64(max(1, info.ShownWidth)))&^1)
	args := append(proc.FFmpegArgs(logLevel), info.pictureArgs(path)...)
	args = append(args, "-filter_complex", info.pictures()+info.small(w, h, "yuv444p")+"[v]", "-map", "[v]")
	args = append(args, "-frames:v", "1", "-f", "rawvideo", "pipe:1")
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{
		Path: t.FFmpeg, Args: args, Stdout: &out, Timeout: 2 * time.Minute,
	}); err != nil {
		return screen{}, fault.Wrap(
			fault.Media, err, "inspect the file with `greenroom check`", "measure the key colour",
		)
	}
	if out.Len() < w*h*3 {
		return screen{}, fault.New(fault.Media, "inspect the file with `greenroom check`",
			"measure the key colour: the first picture cannot be decoded")
	}
	return borderKey(out.Bytes(), w, h), nil
}

// borderKey measures one yuv444p picture.
func borderKey(b []byte, w, h int) (s screen) {
	n := w * h
	y, u, v := b[:n], b[n:2*n], b[2*n:3*n]
	var sum [3]float32
	var hits [3]int
	all := 0
	for f, pairs := range keyFamilies {
		k := keyColor{pairs: pairs}
		border(w, h, func(at int) {
			if k.rise(float32(u[at]), float32(v[at])) >= leastRise {
				hits[f]++
			}
			if f == 0 {
				sum[0], sum[1], sum[2] = sum[0]+float32(y[at]), sum[1]+float32(u[at]), sum[2]+float32(v[at])
				all++
			}
		})
	}
	s.border = hexRGB(sum[0]/float32(all), sum[1]/float32(all), sum[2]/float32(all))
	for f, pairs := range keyFamilies {
		if 2*hits[f] < all {
			continue
		}
		k := keyColor{pairs: pairs}
		k.yuv = [3]float32{128, 128, 128} // whatever rises enough is a sample
		screen := backdrop{k: &k}
		screen.begin(y, u, v, w, h)
		s.key = hexRGB(screen.start[0], screen.start[1], screen.start[2])
		if CanKey(s.key) != nil {
			s.key = ""
		}
	}
	return s
}

// resolveKey replaces auto by the colour that is measured.
func (s *PrepareSpec) resolveKey(ctx context.Context, t Tools, info Info) error {
	if s.Key != KeyAuto {
		return nil
	}
	found, err := findScreen(ctx, t, s.In, info)
	if err == nil && found.key == "" {
		err = fault.New(fault.Media, noScreen, "the borders of the first picture are %s, which is not a key colour",
			found.border)
	}
	s.Key = found.key
	return err
}

const noScreen = "film in front of a green, blue or magenta screen, name its colour (key: \"#00FF00\"), " +
	"or deliver the file with alpha"
