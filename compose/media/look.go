package media

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// look is what one decode showed.
type look struct {
	*pixels
	warnings []string
	failed   error   // ffmpeg's own end, when it was not a success
	cornerOK float64 // share of corner samples that are the key colour
	corner   string  // the colour found there, #RRGGBB
}

// frameSink cuts ffmpeg's raw output into frames.
type frameSink struct {
	size int
	buf  []byte
	each func([]byte)
}

func (s *frameSink) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := min(s.size-len(s.buf), len(p))
		s.buf, p = append(s.buf, p[:k]...), p[k:]
		if len(s.buf) == s.size {
			s.each(s.buf)
			s.buf = s.buf[:0]
		}
	}
	return n, nil
}

// watch decodes a file once, into small frames for Go.
func watch(ctx context.Context, t Tools, path string, info Info, key string, progress func(float64)) (*look, error) {
	w := min(lookWidth, info.Width&^1)
	h := max(2, int(float64(info.Height)*float64(w)/float64(info.Width))&^1)
	graph := fmt.Sprintf("[0:v]scale=%d:%d:flags=area,format=rgba[v]", w, h)
	if key != "" {
		chain, err := keyChain(key, "s", "v")
		if err != nil {
			return nil, fault.Wrap(fault.Media, err, "", "key the clip")
		}
		graph = fmt.Sprintf("[0:v]scale=%d:%d:flags=area:in_color_matrix=bt709,format=rgb24,split[s][raw];%s", w, h, chain)
	}
	l := &look{pixels: newPixels(w, h)}
	sink := &frameSink{size: w * h * 4, each: l.add}
	args := append(head("warning"), "-xerror")
	args = append(args, inputArgs(path, info.decoder())...)
	if key != "" {
		// The unkeyed frame rides below the keyed one, so that one pipe carries both.
		graph += ";[raw]format=rgba[rr];[v][rr]vstack[both]"
		sink.size *= 2
		sink.each = func(b []byte) { l.add(b[:len(b)/2]); l.corners(b[len(b)/2:], b[:len(b)/2], key) }
		args = append(args, "-filter_complex", graph, "-map", "[both]")
	} else {
		args = append(args, "-filter_complex", graph, "-map", "[v]")
	}
	args = append(args, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1")
	total := float64(max(1, info.Frames))
	inner := sink.each
	sink.each = func(b []byte) {
		inner(b)
		if progress != nil {
			progress(min(1, float64(l.frames)/total))
		}
	}
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: sink, Stall: time.Minute, Timeout: time.Hour})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	l.failed, l.warnings = err, warnings(res.Tail)
	return l, nil
}

// corners samples the unkeyed frame's upper corners, and counts pixels inside
// the presenter that are as green as the background.
func (l *look) corners(raw, keyed []byte, key string) {
	n, hit := 0, 0
	var sum [3]int
	for _, x0 := range []int{0, l.w - 8} {
		for y := 0; y < 8; y++ {
			for x := x0; x < x0+8; x++ {
				i := (y*l.w + x) * 4
				n++
				for c := range sum {
					sum[c] += int(raw[i+c])
				}
				if keyDistance(raw[i:], key) <= 60 {
					hit++
				}
			}
		}
	}
	share := float64(hit) / float64(n)
	if l.frames == 1 || share < l.cornerOK {
		l.cornerOK = share
		l.corner = "#" + hex2(sum[0]/n) + hex2(sum[1]/n) + hex2(sum[2]/n)
	}
	l.holes(keyed)
}

// holes counts see-through pixels that have solid ones on all four sides close
// by: a presenter who wears the key colour.
func (l *look) holes(b []byte) {
	const reach = 12
	for y := reach; y < l.h-reach; y += 4 {
		for x := reach; x < l.w-reach; x += 4 {
			i := (y*l.w + x) * 4
			if b[i+3] > 128 {
				continue
			}
			solid := 0
			for _, d := range [4][2]int{{reach, 0}, {-reach, 0}, {0, reach}, {0, -reach}} {
				if b[((y+d[1])*l.w+x+d[0])*4+3] >= 250 {
					solid++
				}
			}
			if solid == 4 {
				l.spill++
			}
		}
	}
}

func hex2(v int) string {
	s := strconv.FormatInt(int64(v), 16)
	if len(s) < 2 {
		s = "0" + s
	}
	return s
}
