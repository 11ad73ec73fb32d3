package typeset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

// Face is one font file, read.
type Face struct {
	// Family is the name that libass and ffmpeg find the face by: name 1 of the file.
	Family string
	Weight int // 100 to 900
	Italic bool
	// Ascent and Descent are the line box of the face in libass, Above and Below that of a browser,
	// all as shares of the em and counted away from the baseline.
	Ascent, Descent float64
	Above, Below    float64

	font *font.Font
}

// MaxFont bounds a font file, bytes: the largest CJK faces have 30 MB.
const MaxFont = 64 << 20

// Load reads an OpenType or TrueType file. It fails for a file that one of the two renderers cannot use.
func Load(data []byte) (f *Face, err error) {
	// A font may be hostile, and the reader is not greenroom's: no panic leaves this function.
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, errors.New("the font file is corrupt")
		}
	}()
	if len(data) > MaxFont {
		return nil, fmt.Errorf("the font file has %d MB, at most %d are read", len(data)>>20, MaxFont>>20)
	}
	switch {
	case len(data) < 12:
		return nil, errors.New("it is not a font file")
	case string(data[:4]) == "wOFF", string(data[:4]) == "wOF2":
		return nil, errors.New("it is a web font, which ffmpeg cannot render")
	case string(data[:4]) == "ttcf":
		return nil, errors.New("it is a collection of fonts, which a browser cannot load")
	}
	ld, err := ot.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("it is not a font file")
	}
	if !ld.HasTable(ot.MustNewTag("glyf")) && !ld.HasTable(ot.MustNewTag("CFF ")) &&
		!ld.HasTable(ot.MustNewTag("CFF2")) {
		return nil, errors.New("it has coloured pictures instead of outlines, which ffmpeg cannot render")
	}
	for _, tag := range ld.Tables() { // the reader accepts what libass and browsers reject
		if _, err := ld.RawTable(tag); err != nil {
			return nil, errors.New("the font file is corrupt")
		}
	}
	ft, err := font.NewFont(ld)
	if err != nil {
		return nil, errors.New("the font file is corrupt")
	}
	f = &Face{font: ft, Weight: 400}
	if raw, err := ld.RawTable(ot.MustNewTag("name")); err == nil {
		if names, _, err := tables.ParseName(raw); err == nil {
			f.Family = names.Name(1)
		}
	}
	if f.Family == "" {
		return nil, errors.New("the font file has no name")
	}
	return f, f.measure(ld)
}

// measure reads the two line boxes. libass takes usWin, and hhea when those are zero.
func (f *Face) measure(ld *ot.Loader) error {
	em := float64(f.font.Upem())
	hhea, err := ld.RawTable(ot.MustNewTag("hhea"))
	if err != nil || len(hhea) < 8 || em <= 0 {
		return errors.New("the font file has no measures")
	}
	at := binary.BigEndian.Uint16
	f.Above, f.Below = float64(int16(at(hhea[4:])))/em, -float64(int16(at(hhea[6:])))/em
	f.Ascent, f.Descent = f.Above, f.Below
	os2, err := ld.RawTable(ot.MustNewTag("OS/2"))
	if err != nil || len(os2) < 78 {
		return nil // Apple's old faces have none
	}
	const italic, useTypo = 1, 1 << 7
	selection := at(os2[62:])
	if w := int(at(os2[4:])); w >= 100 && w <= 1000 {
		f.Weight = min(w, 900)
	}
	f.Italic = selection&italic != 0
	if a, d := float64(at(os2[74:]))/em, float64(at(os2[76:]))/em; a+d > 0 {
		f.Ascent, f.Descent = a, d
	}
	if a, d := float64(int16(at(os2[68:])))/em, -float64(int16(at(os2[70:])))/em; selection&useTypo != 0 ||
		f.Above+f.Below == 0 {
		f.Above, f.Below = a, d
	}
	return nil
}

// Has reports that the face draws the character.
func (f *Face) Has(r rune) bool {
	_, ok := f.font.NominalGlyph(r)
	return ok
}
