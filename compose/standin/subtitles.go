package standin

import (
	"image"
	"image/color"
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

// subtitles are blocks of words, each drawn once: white on a dark bar near the lower border.
type subtitles struct {
	w, h   int
	blocks []Word
	bars   []*image.RGBA // of the blocks, nil until they are shown
	face   font.Face
}

func newSubtitles(w, h int, words []Word) (*subtitles, error) {
	f, err := opentype.Parse(fonts.Inter(600).Data)
	if err != nil {
		return nil, err
	}
	blocks := Blocks(words)
	size := float64(min(w/20, h/14))
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: max(8, size), DPI: 72})
	if err != nil {
		return nil, err
	}
	return &subtitles{w, h, blocks, make([]*image.RGBA, len(blocks)), face}, nil
}

// draw lays the words of a moment over an RGBA frame.
func (s *subtitles) draw(pix []byte, seconds float64) {
	frame := &image.RGBA{Pix: pix, Stride: 4 * s.w, Rect: image.Rect(0, 0, s.w, s.h)}
	for i, b := range s.blocks {
		if seconds < b.Start || seconds >= b.End {
			continue
		}
		if s.bars[i] == nil {
			s.bars[i] = s.bar(b.Text)
		}
		bar := s.bars[i].Bounds()
		to := bar.Add(image.Pt((s.w-bar.Dx())/2, s.h-bar.Dy()-s.h/16))
		draw.Draw(frame, to, s.bars[i], image.Point{}, draw.Over)
		return
	}
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
