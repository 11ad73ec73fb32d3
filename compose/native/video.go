package native

import (
	"fmt"
	"math"
	"path/filepath"

	ff "github.com/u2takey/ffmpeg-go"

	"greenroom/compose/media"
	"greenroom/compose/media/colour"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// seekFrom is from which skip on, in seconds, the file is entered in its middle. seekBack is how much before the
// wanted time: there must be a picture before it.
const (
	seekFrom = 3.0
	seekBack = 1.0
)

// early is how much a picture may come after a frame's time and still be that frame's, in microseconds: containers
// round times to milliseconds.
const early = 1000

// video draws a clip's layer: start reset, one picture a frame of the film, crop, size, colours, mask, fades, place.
func (g *graph) video(l *timeline.Layer) error {
	if empty(cut(l.Box, reach(l, g.film.Width, g.film.Height))) || l.Opacity == 0 || !g.plays(l) {
		return nil
	}
	name := g.own(l.ID)
	stream, err := g.footage(l, name, "gbrap")
	if err != nil {
		return err
	}
	if l.Radius > 0 || l.Round != nil || l.Opacity < 1 {
		file := g.file("raw")
		if err := writeMask(filepath.Join(g.dir, file), coverage(l.Rounded(), l.Box, l.Radius), l.Box.W, l.Box.H,
			l.Opacity); err != nil {
			return err
		}
		in := g.input(l.ID, g.rawInput(file, "gbrap", l.Box.W, l.Box.H))
		g.chain(fmt.Sprintf("%s[%d:v]", stream, in), []string{"blend@" + name + "m=c3_mode=multiply"}, name+"m")
		stream = "[" + name + "m]"
	}
	end := []string{fmt.Sprintf("setpts=PTS+%d", l.From)}
	if fade := fadeChain(l, l.Frames, name); fade != "" {
		end = append([]string{fade[1:]}, end...)
	}
	g.chain(stream, end, name)
	g.overlay(l, name, "["+name+"]", l.Box.X, l.Box.Y, l.From, l.End(), false)
	return nil
}

// footage adds the input and the chain up to pictures of the box's size with straight alpha, in the film's rate, the
// layer's first frame at 0, and no more of them than the layer has frames. Pixels is gbrap, or gbrp for the canvas.
func (g *graph) footage(l *timeline.Layer, name, pixels string) (string, error) {
	v := l.Video
	m := g.film.Media[v.Media]
	f := g.facts[m.File]
	if !f.video {
		return "", fault.New(fault.Media, "name a file with pictures", "layer %q: %s holds no video", l.ID,
			filepath.Base(m.File))
	}
	options := ff.KwArgs{"an": "", "protocol_whitelist": proc.Protocols, "format_whitelist": formats}
	if m.Alpha {
		// The native decoders drop alpha without a word.
		switch f.codec {
		case "vp9":
			options["c:v"], options["threads"] = "libvpx-vp9", 1
		case "vp8":
			options["c:v"], options["threads"] = "libvpx", 1
		}
	}
	// Times are those of the complete layer, so that a part of it shows the same pictures.
	reset := fmt.Sprintf("setpts=PTS-STARTPTS-%s", num(math.Round(v.Skip*1e6)+early))
	switch at := math.Floor(v.Skip + g.film.FPS.Seconds(v.Played) - seekBack); {
	case v.Loop:
		options["stream_loop"] = -1
	case at >= seekFrom-seekBack && f.seeks(g.film.FPS):
		options["ss"] = num(at)
		options["noaccurate_seek"] = "" // the picture before may have to last until then
		reset = fmt.Sprintf("setpts=PTS+(%s)", num(math.Round((f.start+at-f.videoAt-v.Skip)*1e6)-early))
	}
	in := g.input(l.ID, input{name: "file:" + m.File, options: options})

	// The last picture stays to the end of its time, also when that ends just after a frame of the film starts.
	trim := fmt.Sprintf("trim=end_frame=%d", onScreen(l, m, g.film.FPS))
	if v.Played > 0 {
		trim = fmt.Sprintf("trim=start_frame=%d:end_frame=%d,setpts=PTS-%[1]d", v.Played, onScreen(l, m, g.film.FPS))
	}
	rate := []string{"tpad=stop=1:stop_mode=clone",
		fmt.Sprintf("fps@%s=fps=%s:start_time=0:round=up", name, g.film.FPS), trim}
	c := []string{"settb=1/1000000", reset}
	slower := f.rate > 0 && f.rate <= g.film.FPS.FPS()*1.001
	if !slower {
		c = append(c, rate...) // omitted pictures need no work
	}
	c = append(c, picture(l, m, f, name, pixels)...)
	if slower {
		c = append(c, rate...) // pictures that are shown twice are worked on once
	}
	g.chain(fmt.Sprintf("[%d:v:0]", in), c, name+"v")
	return "[" + name + "v]", nil
}

// onScreen returns on how many frames of a layer its file has a picture, with those that came before.
func onScreen(l *timeline.Layer, m timeline.Media, r timeline.Rate) int {
	all := l.Video.Played + l.Frames
	if l.Video.Loop || m.Seconds <= 0 {
		return all
	}
	return min(all, r.FramesBefore(m.Seconds-l.Video.Skip))
}

// plays reports whether the file of a layer has a picture for one of its frames, in the part that is drawn.
func (g *graph) plays(l *timeline.Layer) bool {
	return l.Video.Played == 0 || onScreen(l, g.film.Media[l.Video.Media], g.film.FPS) > l.Video.Played
}

// seeks reports whether a file can be entered in its middle at the same times, to the microsecond, as from its start.
// Where its rate is the film's, times have half a millisecond to spare.
func (f facts) seeks(film timeline.Rate) bool {
	same := math.Abs(f.rate/film.FPS()-1) < 0.001
	return same || f.start == 0 && f.videoAt == 0 || f.codec == "vp9" || f.codec == "vp8"
}

// picture is the part of the chain that crops, scales and turns into RGB.
func picture(l *timeline.Layer, m timeline.Media, f facts, name, pixels string) []string {
	const flags = "flags=bicubic+accurate_rnd+bitexact"
	crop := l.Video.Crop
	cropping := fmt.Sprintf("crop@%s=%d:%d:%d:%d:exact=1", name, crop.W, crop.H, crop.X, crop.Y)
	size := ""
	if crop.W != l.Box.W || crop.H != l.Box.H {
		size = fmt.Sprintf("%d:%d:", l.Box.W, l.Box.H)
	}
	colours := ""
	if !media.IsRGB(f.pixels) {
		between := "tv"
		if f.fullRange {
			between = "pc"
		}
		colours = fmt.Sprintf("in_color_matrix=%s:in_range=%s:", colour.Scaler(f.matrix), between)
	}
	var c []string
	whole := crop == timeline.Rect{W: m.Width, H: m.Height}
	if f.stretched && !whole { // a crop counts square pixels; a complete one needs no step of its own
		square := fmt.Sprintf("scale=%d:%d:%s", m.Width, m.Height, flags)
		if m.Alpha {
			c = append(
				c, "scale="+colours+flags, "format="+pixels, "premultiply=inplace=1", square, "unpremultiply=inplace=1",
			)
			colours = ""
		} else {
			c = append(c, square)
		}
	}
	if !whole && (crop.X|crop.Y|crop.W|crop.H)&1 == 0 {
		c, whole = append(c, cropping), true
	}
	rgb := []string{"format=" + pixels}
	if !m.Alpha && (media.HasAlpha(f.pixels) || f.pixels == "pal8") && pixels == "gbrap" {
		rgb = []string{"format=gbrp", "format=gbrap"} // an alpha channel that was not verified is dropped
	}
	switch {
	case m.Alpha && size != "":
		c = append(append(c, "scale="+colours+flags), rgb...)
		if !whole {
			c = append(c, cropping)
		}
		// Scaled with its colours multiplied by alpha: otherwise what lies under transparent pixels bleeds into the edges.
		c = append(c, "premultiply=inplace=1", "scale="+size+flags, "unpremultiply=inplace=1")
	case !whole:
		// Two pixels share one chroma: a crop at an odd place is made in RGB.
		c = append(append(c, "scale="+colours+flags), append(rgb, cropping)...)
		if size != "" {
			c = append(c, "scale="+size+flags)
		}
	default:
		c = append(append(c, "scale="+size+colours+flags), rgb...)
	}
	return append(c, "setsar=1")
}

// groundVideo is the first layer when it is an opaque video that fills the canvas all the time: the film is then drawn
// onto it, not it onto a canvas.
func groundVideo(f *timeline.Film) *timeline.Layer {
	if len(f.Layers) == 0 || f.Transparent {
		return nil
	}
	l := &f.Layers[0]
	if l.Kind != timeline.KindVideo || l.Box != (timeline.Rect{W: f.Width, H: f.Height}) || l.From != 0 ||
		l.Frames != f.Frames || l.Radius > 0 || l.Round != nil || l.Opacity != 1 || !isPlain(l) ||
		f.Media[l.Video.Media].Alpha {
		return nil
	}
	return l
}

// startWithVideo makes it the canvas. Where the footage ends the canvas is black.
func (g *graph) startWithVideo(l *timeline.Layer) error {
	stream, err := g.footage(l, g.own(l.ID), "gbrp")
	if err != nil {
		return err
	}
	g.top = g.label()
	g.chain(stream, []string{"tpad=stop=-1:stop_mode=add:color=black", fmt.Sprintf("trim=end_frame=%d", g.film.Frames)},
		g.top)
	return nil
}
