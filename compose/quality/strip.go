package quality

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"greenroom/compose/media"
)

// Strip are pictures from the complete length of a file.
type Strip struct {
	Pictures []*image.NRGBA
	Large    *image.NRGBA // one of them, as large as it was measured
}

const (
	stripPictures = 8
	stripColumns  = 4
	stripWidth    = 160 // pixels
)

// add keeps a picture when it is one of the strip. All is how many the file announces.
func (s *Strip) add(frame, all int, p media.Picture) {
	n := min(stripPictures, max(1, all))
	next := len(s.Pictures)
	if next >= n || frame < (2*next+1)*all/(2*n) {
		return
	}
	s.Pictures = append(s.Pictures, imageOf(p, min(stripWidth, p.W)))
	if next == n*2/5 {
		s.Large = imageOf(p, p.W)
	}
}

// imageOf converts a picture to RGB, with every n-th point of it.
func imageOf(p media.Picture, width int) *image.NRGBA {
	height := max(1, p.H*width/p.W)
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			i := (2*y+1)*p.H/(2*height)*p.W + (2*x+1)*p.W/(2*width)
			l, u, v := (float32(p.Y[i])-16)*255/219, float32(p.U[i])-128, float32(p.V[i])-128
			c := color.NRGBA{R: byte(level(l + 1.792741*v)), G: byte(level(l - 0.213249*u - 0.532909*v)),
				B: byte(level(l + 2.112402*u)), A: 255}
			if p.A != nil {
				c.A = p.A[i]
			}
			out.SetNRGBA(x, y, c)
		}
	}
	return out
}

// PNG returns the strip as one picture, in rows of four; nil if there is none.
func (s Strip) PNG() ([]byte, error) {
	if len(s.Pictures) == 0 {
		return nil, nil
	}
	size := s.Pictures[0].Rect.Size()
	columns := min(stripColumns, len(s.Pictures))
	rows := (len(s.Pictures) + columns - 1) / columns
	out := image.NewNRGBA(image.Rect(0, 0, size.X*columns, size.Y*rows))
	for n, p := range s.Pictures {
		to := image.Pt(n%columns*size.X, n/columns*size.Y)
		draw.Draw(out, image.Rectangle{to, to.Add(size)}, p, image.Point{}, draw.Src)
	}
	return encode(out)
}

// Poster returns the large picture; nil if there is none.
func (s Strip) Poster() ([]byte, error) {
	if s.Large == nil {
		return nil, nil
	}
	return encode(s.Large)
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}
