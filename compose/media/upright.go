package media

import (
	"fmt"
	"math"
	"strings"

	"greenroom/compose/media/framerate"
	"greenroom/internal/fault"
)

// rate returns the constant rate of the prepared file.
func (s PrepareSpec) rate(info Info) framerate.Rate {
	if info.VFR && s.Rate.Num > 0 {
		return s.Rate
	}
	return info.rate()
}

// conformedFrames is how many pictures a varying rate becomes.
func (s PrepareSpec) conformedFrames(info Info) int {
	return max(1, int(math.Round(info.Duration*s.rate(info).FPS())))
}

// upright are the filters from a file's own pictures to those that everything after sees: one for each period of a
// constant rate, upright, with square pixels, in BT.709, and cropped. Box and sizes of the spec count such pixels.
func (s PrepareSpec) upright(info Info) (string, error) {
	if info.refused != "" {
		return "", fault.New(fault.Media, "export it as HLG, HDR10 or SDR", "its colours are %s", info.refused)
	}
	rate := s.rate(info)
	// Times of a constant rate are counted: the file's own are rounded and jitter. The fps filter has nothing to do then
	// but to tell the encoder the rate, which ffmpeg would take from the container.
	f := []string{"settb=AVTB", fmt.Sprintf("setpts=N*%d/%d/TB", rate.Den, rate.Num),
		fmt.Sprintf("fps=%d/%d", rate.Num, rate.Den)}
	if info.VFR {
		// The filter ends with the last picture's time: it is held for as long as it is shown.
		f[1], f[2] = "setpts=PTS-STARTPTS", f[2]+":eof_action=pass" // else the last picture is missing
		if s.Fewer {
			// The last picture whose time has come, and not the nearest one, as in a player. Containers round times.
			f[1], f[2] = f[1]+"-0.001/TB", f[2]+":round=up"
		}
		f = append(f, "tpad=stop=-1:stop_mode=clone", fmt.Sprintf("trim=end_frame=%d", s.conformedFrames(info)))
	}
	if s.Held > 0 {
		f = append(f, fmt.Sprintf("tpad=stop_mode=clone:stop=%d", s.Held))
	}
	square, err := info.square(s.Transparent)
	if err != nil {
		return "", err
	}
	f = append(f, square...)
	if s.Crop != nil {
		f = append(f, s.crop())
	}
	return strings.Join(f, ","), nil
}

// square are the filters from a coded picture to an upright one with square pixels in BT.709; none for a picture
// that is so already.
func (i Info) square(alpha bool) (f []string, err error) {
	f = i.oneSize()
	if i.Interlaced {
		f = append(f, "bwdif=mode=send_frame:deint=interlaced")
	}
	f = append(f, i.Display.Orientation.Filters()...)
	c := i.Colour
	if !i.Display.square() {
		size := fmt.Sprintf("scale=%d:%d:flags=lanczos", i.ShownWidth, i.ShownHeight)
		if alpha && i.Alpha && !c.NeedsZscale() {
			filters, err := c.Filters()
			if err != nil {
				return nil, err
			}
			if !c.RGB && !c.Is709() {
				f = append(f, filters...)
			}
			f = append(append(f, Premultiplied(size)...), "scale=out_color_matrix=bt709:out_range=tv")
			return f, nil
		}
		f = append(f, size)
	}
	if c.Is709() {
		return f, nil
	}
	filters, err := c.Filters()
	if err != nil {
		return nil, err
	}
	if alpha && i.Alpha && c.NeedsZscale() {
		return append(f, "split[colour][mask];[mask]alphaextract[alpha];[colour]"+strings.Join(filters, ",")+
			",format=yuv444p[mapped];[mapped][alpha]alphamerge"), nil
	}
	return append(f, filters...), nil
}

// oneSize brings pictures of different sizes to that of the first one; none for others.
func (i Info) oneSize() []string {
	if !i.resized {
		return nil
	}
	return []string{fmt.Sprintf("scale=%d:%d:flags=bicubic", i.Width, i.Height)}
}

// Premultiplied wraps a filter that mixes neighbouring pixels: colours are multiplied by alpha for it, as what is
// under transparent pixels would bleed into the edges.
func Premultiplied(filter string) []string {
	return []string{"scale=in_color_matrix=bt709", "format=gbrap", "premultiply=inplace=1", filter,
		"unpremultiply=inplace=1"}
}

// crop cuts the picture before anything expensive happens to it; empty without a box.
func (s PrepareSpec) crop() string {
	if s.Crop == nil {
		return ""
	}
	return fmt.Sprintf("crop=%d:%d:%d:%d", s.Crop.W, s.Crop.H, s.Crop.X, s.Crop.Y)
}

// scale brings an upright picture to its size and pixel format.
func (s PrepareSpec) scale() string {
	pix := "yuv420p"
	if s.Transparent {
		pix = "yuva420p"
	}
	var f []string
	if s.Width > 0 && s.Height > 0 {
		f = []string{fmt.Sprintf("scale=%d:%d:flags=lanczos", s.Width, s.Height)}
		if s.Transparent {
			f = Premultiplied(f[0])
		}
	}
	if s.As != nil {
		return strings.Join(append(f, s.As.Filters), ",")
	}
	return strings.Join(append(f, "scale=in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv", "format="+pix,
		"setsar=1"), ",")
}

// posterFilters are the filters of square for a still, with a comma at the end. Colours that cannot be converted stay.
func (i Info) posterFilters() string {
	f, err := i.square(true)
	if err != nil || len(f) == 0 {
		return ""
	}
	return strings.Join(f, ",") + ","
}
