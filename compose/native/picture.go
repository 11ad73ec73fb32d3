package native

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	stddraw "image/draw"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"os"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
)

// maxPixels bounds a picture: 16384 x 16384.
const maxPixels = 1 << 28

// readPicture decodes a still image and turns it upright, as browsers do.
func readPicture(m timeline.Media) (*image.NRGBA, error) {
	data, err := os.ReadFile(m.File)
	if err != nil {
		return nil, fault.Wrap(fault.Media, err, "check the path", "read the picture")
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, image.ErrFormat):
		return nil, fault.New(fault.Media, "convert it to PNG, JPEG or WebP", "%s is not a picture that can be drawn",
			m.File)
	case err != nil:
		return nil, fault.Wrap(fault.Media, err, "write the picture again", "read %s", m.File)
	case conf.Width*conf.Height > maxPixels:
		return nil, fault.New(
			fault.Media, "scale it down first", "%s is %d x %d pixels", m.File, conf.Width, conf.Height,
		)
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fault.Wrap(fault.Media, err, "write the picture again", "read %s", m.File)
	}
	img, ok := decoded.(*image.NRGBA)
	if b := decoded.Bounds(); !ok || b.Min != (image.Point{}) {
		img = image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		stddraw.Draw(img, img.Bounds(), decoded, b.Min, stddraw.Src)
	}
	img = upright(img, orientation(data))
	if b := img.Bounds(); b.Dx() != m.Width || b.Dy() != m.Height {
		return nil, fault.New(fault.Media, "build again", "%s is %d x %d, not %d x %d as planned", m.File, b.Dx(),
			b.Dy(),
			m.Width, m.Height)
	}
	return img, nil
}

// paintPicture draws the part of a picture's crop that lies in view, at the box's size. Pictures are scaled with their
// colours multiplied by alpha, so that what lies under transparent pixels does not bleed in.
func paintPicture(img *image.NRGBA, crop, box, view timeline.Rect) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, view.W, view.H))
	at := image.Rect(box.X-view.X, box.Y-view.Y, box.X-view.X+box.W, box.Y-view.Y+box.H)
	from := image.Rect(crop.X, crop.Y, crop.X+crop.W, crop.Y+crop.H)
	if crop.W == box.W && crop.H == box.H {
		stddraw.Draw(out, at, img, from.Min, stddraw.Src)
		return out
	}
	scaled := image.NewRGBA(out.Bounds())
	draw.CatmullRom.Scale(scaled, at, img, from, draw.Src, nil)
	stddraw.Draw(out, out.Bounds(), scaled, image.Point{}, stddraw.Src)
	return out
}

// orientation is the EXIF tag of a JPEG, 1 (upright) to 8.
func orientation(data []byte) int {
	if len(data) < 4 || data[0] != 0xFF || data[1] != 0xD8 {
		return 1
	}
	for p := 2; p+4 <= len(data) && data[p] == 0xFF && data[p+1] != 0xDA; {
		size := int(binary.BigEndian.Uint16(data[p+2:]))
		if end := p + 2 + size; data[p+1] == 0xE1 && end <= len(data) && size > 8 &&
			string(data[p+4:p+10]) == "Exif\x00\x00" {
			return exifOrientation(data[p+10 : end])
		}
		p += 2 + size
	}
	return 1
}

// exifOrientation looks in the first directory of a TIFF header.
func exifOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	for i := range int(order.Uint16(b[at:])) {
		e := at + 2 + 12*i
		if e+12 > len(b) {
			return 1
		}
		if v := int(order.Uint16(b[e+8:])); order.Uint16(b[e:]) == 0x0112 && v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

// upright applies an orientation.
func upright(img *image.NRGBA, o int) *image.NRGBA {
	if o <= 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if o >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
