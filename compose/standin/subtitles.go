package standin

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"slices"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"greenroom/compose/fonts"
)

// blockWords is how many words are on the screen at once.
const blockWords = 7

// blockPause is the silence in seconds after which a new block begins: between two scenes there is at least this.
const blockPause = 2*restSeconds - 0.01

// Blocks groups words into captions: the text of a block is that of its words.
func Blocks(words []Word) (out []Word) {
	n := 0 // words of the last block
	for _, w := range words {
		last := len(out) - 1
		if n == 0 || n == blockWords || w.Start-out[last].End >= blockPause {
			out, n = append(out, w), 1
			continue
		}
		out[last].Text, out[last].End, n = out[last].Text+" "+w.Text, w.End, n+1
	}
	return out
}

// Captions are spoken words in the picture: white on a dark bar.
type Captions struct {
	On        bool
	Size      int // of the letters, pixels; 0: by the frame
	Alignment int // 1 to 9, as on a number pad; 0: 2, below in the middle
}

// subtitles are blocks of words, each drawn once.
type subtitles struct {
	w, h   int
	align  int
	blocks []Word
	bars   []*image.RGBA // of the blocks, nil until they are shown
	face   font.Face
}

func newSubtitles(s Spec, words []Word) (*subtitles, error) {
	f, err := opentype.Parse(fonts.Inter(600).Data)
	if err != nil {
		return nil, err
	}
	blocks := Blocks(words)
	size := min(s.Width/20, s.Height/14)
	if s.Captions.Size > 0 {
		size = min(s.Captions.Size, s.Height/4)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(max(8, size)), DPI: 72})
	if err != nil {
		return nil, err
	}
	align := s.Captions.Alignment
	if align < 1 || align > 9 {
		align = 2
	}
	return &subtitles{s.Width, s.Height, align, blocks, make([]*image.RGBA, len(blocks)), face}, nil
}

// draw lays the words of a moment over an RGBA frame.
func (s *subtitles) draw(pix []byte, seconds float64) {
	if i := s.at(seconds); i >= 0 {
		s.over(&image.RGBA{Pix: pix, Stride: 4 * s.w, Rect: image.Rect(0, 0, s.w, s.h)}, i)
	}
}

// at returns the block of a moment, -1 for none.
func (s *subtitles) at(seconds float64) int {
	return slices.IndexFunc(s.blocks, func(b Word) bool { return seconds >= b.Start && seconds < b.End })
}

// over lays a block over a frame and returns its place.
func (s *subtitles) over(frame draw.Image, block int) image.Rectangle {
	if s.bars[block] == nil {
		s.bars[block] = s.bar(s.blocks[block].Text)
	}
	bar := s.bars[block].Bounds()
	free := image.Pt(s.w-bar.Dx(), s.h-bar.Dy())
	column, row, edge := (s.align-1)%3, (s.align-1)/3, s.h/16
	x := []int{min(edge, free.X/2), free.X / 2, free.X - min(edge, free.X/2)}[column]
	y := []int{free.Y - edge, free.Y / 2, edge}[row]
	bar = bar.Add(image.Pt(x, y))
	draw.Draw(frame, bar, s.bars[block], image.Point{}, draw.Over)
	return bar
}

// bar draws a text, in several lines where the frame is narrow.
func (s *subtitles) bar(text string) *image.RGBA {
	lines := []string{""}
	widest := 0
	for _, word := range strings.Fields(text) {
		line := strings.TrimSpace(lines[len(lines)-1] + " " + word)
		if font.MeasureString(s.face, line).Ceil() > s.w*9/10 && lines[len(lines)-1] != "" {
			lines = append(lines, word)
			line = word
		}
		lines[len(lines)-1] = line
		widest = max(widest, font.MeasureString(s.face, line).Ceil())
	}
	m := s.face.Metrics()
	high, pad := m.Height.Ceil(), m.Height.Ceil()/4
	img := image.NewRGBA(image.Rect(0, 0, min(s.w, widest+4*pad), high*len(lines)+2*pad))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0, 0, 0, 190}), image.Point{}, draw.Src)
	for i, line := range lines {
		x := (img.Bounds().Dx() - font.MeasureString(s.face, line).Ceil()) / 2
		d := font.Drawer{Dst: img, Src: image.White, Face: s.face,
			Dot: fixed.Point26_6{X: fixed.I(x), Y: fixed.I(pad+i*high) + m.Ascent}}
		d.DrawString(line)
	}
	return img
}

// blocksAtOnce bounds the pictures that are in memory for an encoder: about 50 MB at 1080p.
const blocksAtOnce = 8

// wordKeys are the key frames of a clip with captions. A pose is coded against a key frame alone and leaves what it does not
// change as it is there: on the key frame with a block of words it keeps the words. So a block costs one coded frame.
type wordKeys struct {
	plain  Piece
	shown  []int   // of each frame, the block; nil: no captions
	blocks []Piece // key frames with the words
	still  []bool  // the words of the block are where the face moves
}

// keysWithWords returns the key frames of a clip. Without captions they are the library's own.
func (m *Maker) keysWithWords(ctx context.Context, l *Library, s Spec, words []Word, frames int) (wordKeys, error) {
	k := wordKeys{plain: Piece{l.Key, l.KeyAlpha}}
	if !s.Captions.On || len(words) == 0 {
		return k, nil
	}
	text, err := newSubtitles(s, words)
	if err != nil {
		return k, err
	}
	for i := range frames {
		k.shown = append(k.shown, text.at(float64(i)/float64(l.FPS)))
	}
	d, err := newStill(s)
	if err != nil {
		return k, err
	}
	rest := bytes.Clone(d.pose("rest", "eyes-open"))
	frame, face := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height)), d.face()
	var color, alpha bytes.Buffer
	for i := range text.blocks {
		copy(frame.Pix, rest)
		k.still = append(k.still, text.over(frame, i).Overlaps(face))
		y, a := planes(frame.Pix, s.Width, frame.Rect)
		color.Write(y)
		alpha.Write(a)
		if (i+1)%blocksAtOnce != 0 && i+1 < len(text.blocks) {
			continue
		}
		pieces, err := m.keyPieces(ctx, color.Bytes(), alpha.Bytes(), l.Box)
		if err != nil {
			return k, err
		}
		k.blocks = append(k.blocks, pieces...)
		color.Reset()
		alpha.Reset()
	}
	return k, nil
}

// keyPieces codes pictures as key frames.
func (m *Maker) keyPieces(ctx context.Context, color, alpha []byte, box Box) (out []Piece, err error) {
	picture, err := m.encodeKeys(ctx, color, box, crfColor, 1)
	if err != nil {
		return nil, err
	}
	matte, err := m.encodeKeys(ctx, alpha, box, crfAlpha, 1)
	for i := range matte {
		out = append(out, Piece{picture[i], matte[i]})
	}
	return out, err
}

// begins reports that other words are shown from a frame on, or none: it is a key frame.
func (k wordKeys) begins(frame int) bool {
	return k.shown != nil && frame > 0 && k.shown[frame] != k.shown[frame-1]
}

// pose returns the pose of a frame, which is at rest where a pose would draw over words.
func (k wordKeys) pose(frame int, mouth, eyes string) string {
	if k.shown != nil && k.shown[frame] >= 0 && k.still[k.shown[frame]] {
		return poseName("rest", "eyes-open")
	}
	return poseName(mouth, eyes)
}

// face returns where poses differ, in pixels.
func (d *still) face() (r image.Rectangle) {
	const margin = 16 // of the coded blocks
	p := d.place()
	p.y += p.k * headDrop
	for name, l := range d.who.layers {
		if strings.HasPrefix(name, "mouth-") || strings.HasPrefix(name, "eyes-") {
			x, y, k := p.x+p.k*l.x0, p.y+p.k*l.y0, p.k/l.k
			r = r.Union(image.Rect(int(x), int(y), int(x+k*float64(l.w)), int(y+k*float64(l.h))))
		}
	}
	return r.Inset(-margin)
}

// key returns the key frame for the words of a frame.
func (k wordKeys) key(frame int) Piece {
	if k.shown == nil || k.shown[frame] < 0 {
		return k.plain
	}
	return k.blocks[k.shown[frame]]
}
