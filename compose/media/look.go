package media

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"greenroom/compose/media/poster"
	"greenroom/internal/proc"
)

// look is what one decode showed.
type look struct {
	*pixels
	notices  []notice
	failed   error   // ffmpeg's own end, when it was not a success
	cornerOK float64 // share of corner samples that are the key colour
	corner   string  // the colour found there, #RRGGBB
	edges    mixture
	points   []byte // the second of the two small pictures
	chooser  *poster.Chooser
}

// frameSink cuts ffmpeg's raw output into frames.
type frameSink struct {
	buf  []byte // one frame
	n    int
	each func([]byte)
}

func (s *frameSink) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := copy(s.buf[s.n:], p)
		s.n, p = s.n+k, p[k:]
		if s.n == len(s.buf) {
			s.each(s.buf)
			s.n = 0
		}
	}
	return n, nil
}

// watch decodes a file once, into small frames for Go and, when one is requested,
// a poster. Planar frames in the clip's own colours cost almost nothing over the
// decode; RGBA measured a fifth more.
func watch(ctx context.Context, t Tools, path string, info Info, e Expect, progress func(float64)) (*look, error) {
	w := max(2, min(lookWidth, info.ShownWidth)&^1)
	h := max(2, int(float64(info.ShownHeight)*float64(w)/float64(info.ShownWidth))&^1)
	l := &look{pixels: newPixels(w, h)}
	sink := &frameSink{buf: make([]byte, w*h*2*4)}
	graph := info.smallTwice(w, h) + "[v]"
	l.edges.w, l.edges.h = w, h
	shows := []func(Picture){}
	if e.Pictures != nil {
		shows = append(shows, e.Pictures(info))
	}
	if e.Choose {
		l.chooser = &poster.Chooser{}
		shows = append(shows, func(p Picture) { l.chooser.Add(p.W, p.H, p.Y, p.A) })
	}
	show := func(p Picture) {
		for _, f := range shows {
			f(p)
		}
	}
	each := func(b []byte) {
		twice := 2 * w * h // of each plane
		l.add(b[3*twice : 3*twice+w*h])
		points := l.points[:0]
		for p := range 4 {
			points = append(points, b[p*twice+w*h:(p+1)*twice]...)
		}
		l.points = points
		l.edges.add(points)
		show(pictureTwice(b, w, h))
	}
	if e.KeyColor != "" {
		k, err := newKeyLook(e.KeyColor, w, h)
		if err != nil {
			return nil, err
		}
		sink.buf = make([]byte, w*h*3)
		graph = info.small(w, h, "yuv444p") + "[v]"
		each = func(b []byte) {
			l.add(k.frame(b))
			l.corners(k, b)
			l.holes(k.alpha)
			show(Picture{W: w, H: h, Y: b[:w*h], U: b[w*h : 2*w*h], V: b[2*w*h:], A: k.alpha})
		}
	}
	total := float64(max(1, info.Frames))
	sink.each = func(b []byte) {
		each(b)
		if progress != nil {
			progress(min(1, float64(l.frames)/total))
		}
	}
	out := []string{"-map", "[v]", "-fps_mode", "passthrough", "-enc_time_base", "1/25", "-f", "rawvideo", "pipe:1"}
	if e.Poster == nil {
		graph = info.pictures() + graph
	} else {
		graph = fmt.Sprintf(info.pictures()+"split[look][still];[look]%s;[still]%s[p]", graph, e.Poster.chain(info))
		out = append(append(out, "-map", "[p]"), e.Poster.output()...)
	}
	// One thread: it measured a fifth less processor time than two, and the other
	// core has another clip to check.
	args := append(proc.FFmpegArgs(logLevel), "-xerror", "-y", "-filter_complex_threads", "1", "-threads", "1")
	args = append(args, info.pictureArgs(path)...)
	args = append(append(args, "-filter_complex", graph), out...)
	res, err := proc.Run(ctx, proc.Cmd{
		Path: t.FFmpeg, Args: args, Stdout: sink, Stall: time.Minute, Timeout: time.Hour,
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := diskFull(err, res.Tail, "make the poster"); err != nil {
		return nil, err
	}
	l.failed, l.notices = err, notices(res.Tail)
	if e.Poster != nil {
		missing := e.Poster.made()
		switch {
		case missing == nil:
		case err == nil:
			return nil, missing
		default: // the file is damaged, which the report states; an empty picture must not stay behind
			os.Remove(e.Poster.Out)
		}
	}
	return l, nil
}

// small are the filters from a coded picture to an upright one of w x h pixels in BT.709. Frames are numbered again:
// the times of a varying rate do not fit the time base of raw video, which ffmpeg would report as damage of the file.
func (i Info) small(w, h int, format string) string {
	f := append(i.oneSize(), "settb=1/25", "setpts=N")
	f = append(f, i.Display.Orientation.Filters()...)
	f = append(f, fmt.Sprintf("scale=%d:%d:flags=area", w, h))
	if filters, err := i.Colour.Filters(); err == nil && !i.Colour.Is709() && !i.Colour.NeedsZscale() {
		f = append(f, filters...)
	}
	return strings.Join(append(f, "format="+format), ",")
}

// smallTwice makes an alpha picture small twice, one below the other in yuva444p: averaged for
// what is seen, and as single points for the colours of its edges.
func (i Info) smallTwice(w, h int) string {
	chain := i.small(w, h, "yuva444p")
	return "split[seen][points];[seen]" + chain + "[seen1];[points]" + strings.Replace(chain, ":flags=area",
		":flags=neighbor", 1) + "[points1];[seen1][points1]vstack"
}
