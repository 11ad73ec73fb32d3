// Package animation decodes animated WebP files, which ffmpeg 5 and 6 cannot read.
package animation

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"

	"golang.org/x/image/webp"
)

// Limits against files that would fill the memory.
const (
	maxPixels = 1 << 26 // of the canvas: 8192 x 8192
	MaxFrames = 20_000
)

// quickest and usual are what browsers do to a picture that asks for 10 ms or less: it is shown for 100 ms.
const quickest, usual = 10, 100

// frame is one picture's place in the file.
type frame struct {
	x, y, w, h      int
	ms              int
	blend, clear    bool // over what is there; and cleared afterwards
	alpha, pictures []byte
	lossless        bool
}

// WebP is an animated WebP file. Sizes are in pixels.
type WebP struct {
	Width, Height int
	Milliseconds  []int // how long each picture is shown

	frames []frame
}

// Read reads the structure of a file. The pictures are decoded by Each.
func Read(r io.Reader, limit int64) (*WebP, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than %d bytes", limit)
	}
	if len(data) < 30 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, errors.New("not a WebP file")
	}
	if n := int64(binary.LittleEndian.Uint32(data[4:])) + 8; n > int64(len(data)) {
		return nil, fmt.Errorf("cut: %d of %d bytes are there", len(data), n)
	}
	a := &WebP{}
	err = chunks(data[12:], func(id string, b []byte) error {
		switch id {
		case "VP8X":
			if len(b) < 10 || a.Width > 0 {
				return errors.New("its header is too short, or it has two")
			}
			a.Width, a.Height = u24(b[4:])+1, u24(b[7:])+1
			if a.Width > maxPixels/a.Height {
				return fmt.Errorf("%d x %d pixels are too many", a.Width, a.Height)
			}
		case "ANMF":
			f, err := readFrame(b)
			if err != nil {
				return err
			}
			if f.x+f.w > a.Width || f.y+f.h > a.Height || len(a.frames) >= MaxFrames {
				return fmt.Errorf("picture %d is outside of the canvas, or there are too many", len(a.frames)+1)
			}
			a.frames, a.Milliseconds = append(a.frames, f), append(a.Milliseconds, f.ms)
		}
		return nil
	})
	if err == nil && len(a.frames) == 0 {
		err = errors.New("no pictures")
	}
	return a, err
}

// chunks calls f for each RIFF chunk.
func chunks(data []byte, f func(id string, b []byte) error) error {
	for len(data) >= 8 {
		n := int64(binary.LittleEndian.Uint32(data[4:]))
		if n > int64(len(data)-8) {
			return fmt.Errorf("the chunk %q is cut", data[:4])
		}
		if err := f(string(data[:4]), data[8:8+n]); err != nil {
			return err
		}
		data = data[min(int64(len(data)), 8+n+n&1):]
	}
	return nil
}

func u24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func readFrame(b []byte) (f frame, err error) {
	if len(b) < 16 {
		return f, errors.New("a picture's header is too short")
	}
	f = frame{x: 2 * u24(b), y: 2 * u24(b[3:]), w: u24(b[6:]) + 1, h: u24(b[9:]) + 1, ms: u24(b[12:])}
	f.blend, f.clear = b[15]&2 == 0, b[15]&1 != 0
	if f.ms <= quickest {
		f.ms = usual
	}
	err = chunks(b[16:], func(id string, b []byte) error {
		switch id {
		case "ALPH":
			f.alpha = b
		case "VP8 ", "VP8L":
			f.pictures, f.lossless = b, id == "VP8L"
		}
		return nil
	})
	if err == nil && f.pictures == nil {
		err = errors.New("a picture without data")
	}
	return f, err
}

// Each decodes the pictures one after another. rgba is the complete canvas with straight alpha, 4 bytes a pixel,
// and is overwritten by the next.
func (a *WebP) Each(f func(n int, rgba []byte) error) error {
	canvas := image.NewNRGBA(image.Rect(0, 0, a.Width, a.Height))
	for n, fr := range a.frames {
		img, err := fr.decode()
		if err != nil {
			return fmt.Errorf("picture %d: %w", n+1, err)
		}
		draw(canvas, img, fr)
		if err := f(n, canvas.Pix); err != nil {
			return err
		}
		if fr.clear {
			for y := range fr.h {
				at := canvas.PixOffset(fr.x, fr.y+y)
				clear(canvas.Pix[at : at+4*fr.w])
			}
		}
	}
	return nil
}

// decode makes a file of one picture and reads it. The size in the picture's own head is compared first: it
// decides about the memory that decoding takes.
func (f frame) decode() (image.Image, error) {
	var body bytes.Buffer
	chunk := func(id string, b []byte) {
		body.WriteString(id)
		_ = binary.Write(&body, binary.LittleEndian, uint32(len(b))) // a buffer takes all
		body.Write(b)
		if len(b)&1 == 1 {
			body.WriteByte(0)
		}
	}
	if f.alpha != nil && !f.lossless {
		head := make([]byte, 10)
		head[0] = 0x10 // it has alpha
		for i, v := range []int{f.w - 1, f.h - 1} {
			head[4+3*i], head[5+3*i], head[6+3*i] = byte(v), byte(v>>8), byte(v>>16)
		}
		chunk("VP8X", head)
		chunk("ALPH", f.alpha)
	}
	if f.lossless {
		chunk("VP8L", f.pictures)
	} else {
		chunk("VP8 ", f.pictures)
	}
	var file bytes.Buffer
	file.WriteString("RIFF")
	_ = binary.Write(&file, binary.LittleEndian, uint32(body.Len()+4))
	file.WriteString("WEBP")
	file.Write(body.Bytes())
	c, err := webp.DecodeConfig(bytes.NewReader(file.Bytes()))
	if err != nil {
		return nil, err
	}
	if c.Width != f.w || c.Height != f.h {
		return nil, fmt.Errorf("it is %d x %d, and %d x %d by its header", c.Width, c.Height, f.w, f.h)
	}
	return webp.Decode(&file)
}

// draw puts a picture on the canvas, over what is there or in its place.
func draw(canvas *image.NRGBA, img image.Image, f frame) {
	b := img.Bounds()
	for y := range f.h {
		for x := range f.w {
			c := pixel(img, b.Min.X+x, b.Min.Y+y)
			at := canvas.PixOffset(f.x+x, f.y+y)
			p := canvas.Pix[at : at+4 : at+4]
			if !f.blend || c.A == 255 || p[3] == 0 {
				p[0], p[1], p[2], p[3] = c.R, c.G, c.B, c.A
				continue
			}
			over(p, c)
		}
	}
}

// over blends straight colours.
func over(p []byte, c color.NRGBA) {
	a, below := uint32(c.A), uint32(p[3])*(255-uint32(c.A))/255
	sum := a + below
	if sum == 0 {
		return
	}
	mix := func(top, bottom byte) byte { return byte((uint32(top)*a + uint32(bottom)*below + sum/2) / sum) }
	p[0], p[1], p[2], p[3] = mix(c.R, p[0]), mix(c.G, p[1]), mix(c.B, p[2]), byte(sum)
}

// pixel returns a straight colour. Lossy WebP is BT.601 in limited range; package image takes YCbCr as JPEG's full
// range.
func pixel(img image.Image, x, y int) color.NRGBA {
	switch m := img.(type) {
	case *image.NRGBA:
		return m.NRGBAAt(x, y)
	case *image.NYCbCrA:
		c := limited(&m.YCbCr, x, y)
		c.A = m.A[m.AOffset(x, y)]
		return c
	case *image.YCbCr:
		return limited(m, x, y)
	}
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

// limited converts a pixel by ITU-R BT.601, item 2.5.1, from values between 16 and 235.
func limited(m *image.YCbCr, x, y int) color.NRGBA {
	c := m.COffset(x, y)
	l := 1.164384 * (float64(m.Y[m.YOffset(x, y)]) - 16)
	cb, cr := float64(m.Cb[c])-128, float64(m.Cr[c])-128
	byteOf := func(v float64) byte { return byte(min(255, max(0, v+0.5))) }
	return color.NRGBA{R: byteOf(l + 1.596027*cr), G: byteOf(l - 0.391762*cb - 0.812968*cr), B: byteOf(l + 2.017232*cb),
		A: 255}
}
