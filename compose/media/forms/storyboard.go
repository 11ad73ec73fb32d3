package forms

import (
	"fmt"
	"strings"

	"greenroom/compose/media"
)

// A storyboard has at most 25 pictures, five in a row, each 160 pixels wide.
const (
	boardPictures = 25
	boardColumns  = 5
	boardWidth    = 160
)

// board is the layout of a storyboard.
type board struct {
	step, count, rows int // frames from one picture to the next; pictures; rows
	width, height     int // of a picture
}

func (s Spec) board() board {
	step := max(1, (s.Spec.Frames+boardPictures-1)/boardPictures)
	count := max(1, (s.Spec.Frames+step-1)/step)
	height := max(2, 2*((boardWidth*s.height+s.width)/(2*max(1, s.width))))
	return board{step, count, (count + boardColumns - 1) / boardColumns, boardWidth, height}
}

// tiles draws the pictures side by side, with alpha when the clip has it. WebP's colours are BT.601.
func (p *small) tiles() string {
	b := p.spec.board()
	size := fmt.Sprintf("scale=%d:%d:flags=area", b.width, b.height)
	pix := "yuv420p"
	if p.spec.Spec.Transparent {
		size, pix = strings.Join(media.Premultiplied(size), ","), "yuva420p"
	}
	return fmt.Sprintf("select=not(mod(n\\,%d)),%s,tile=%dx%d:nb_frames=%d:color=black@0,"+
		"scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=tv,format=%s",
		b.step, size, boardColumns, b.rows, b.count, pix)
}

// storyboard writes WebVTT as players of the web read it: from each picture's time to the next, a part of the picture
// file.
func (s Spec) storyboard(picture string) []byte {
	b, rate := s.board(), s.fps
	var out strings.Builder
	out.WriteString("WEBVTT\n")
	for i := range b.count {
		from, to := float64(i*b.step)/rate, min(float64((i+1)*b.step)/rate, s.Spec.Duration)
		fmt.Fprintf(&out, "\n%s --> %s\n%s#xywh=%d,%d,%d,%d\n", clock(from), clock(to), picture,
			i%boardColumns*b.width, i/boardColumns*b.height, b.width, b.height)
	}
	return []byte(out.String())
}

// clock is a time as WebVTT has it.
func clock(seconds float64) string {
	ms := int64(seconds*1000 + 0.5)
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
