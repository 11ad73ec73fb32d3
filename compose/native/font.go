package native

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"unicode"
	"unicode/utf16"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font file of the film under our own name. Two files may call themselves the same, and a name may hold
// characters that mean something in ASS: the copy that libass sees has a family name that nothing else has.
type face struct {
	family string
	data   []byte
	parsed *sfnt.Font // nil when only libass can read it
	// ascent and descent are what libass makes a line of, in em.
	ascent, descent float64
}

var errFont = errors.New("it is not a TrueType or OpenType font")

// loadFace reads a font and renames it.
func loadFace(path, family string) (*face, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	tables, version, err := fontTables(data)
	if err != nil {
		return nil, err
	}
	head, os2, hhea := tables["head"], tables["OS/2"], tables["hhea"]
	if len(head) < 54 || len(hhea) < 8 {
		return nil, errFont
	}
	f := &face{family: family}
	em := float64(binary.BigEndian.Uint16(head[18:]))
	if em == 0 {
		return nil, errFont
	}
	i16 := func(b []byte, at int) float64 { return float64(int16(binary.BigEndian.Uint16(b[at:]))) }
	// As libass does it: the Windows metrics, signed, else those of hhea.
	f.ascent, f.descent = i16(hhea, 4)/em, -i16(hhea, 6)/em
	if len(os2) >= 78 && i16(os2, 74)+i16(os2, 76) != 0 {
		f.ascent, f.descent = i16(os2, 74)/em, i16(os2, 76)/em
	}
	if !(f.ascent+f.descent > 0) {
		return nil, errFont
	}
	tables["name"] = nameTable(family)
	if cmap := tables["cmap"]; cmap != nil {
		tables["cmap"] = wholeCmap(cmap)
	}
	f.data = assemble(tables, version)
	if p, err := sfnt.Parse(f.data); err == nil {
		f.parsed = p
	}
	return f, nil
}

// fontTables splits a font file, or the first font of a collection.
func fontTables(b []byte) (map[string][]byte, uint32, error) {
	at := 0
	if len(b) >= 16 && string(b[:4]) == "ttcf" {
		at = int(binary.BigEndian.Uint32(b[12:]))
	}
	if at < 0 || at+12 > len(b) {
		return nil, 0, errFont
	}
	version := binary.BigEndian.Uint32(b[at:])
	if version != 0x00010000 && version != 0x4F54544F && version != 0x74727565 { // 1.0, OTTO, true
		return nil, 0, errFont
	}
	out := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(b[at+4:])) {
		e := at + 12 + 16*i
		if e+16 > len(b) {
			return nil, 0, errFont
		}
		from, size := int(binary.BigEndian.Uint32(b[e+8:])), int(binary.BigEndian.Uint32(b[e+12:]))
		if from < 0 || size < 0 || from+size > len(b) {
			return nil, 0, errFont
		}
		out[string(b[e:e+4])] = b[from : from+size]
	}
	return out, version, nil
}

// nameTable has the same family in the four names that programs read.
func nameTable(family string) []byte {
	text := map[uint16]string{1: family, 2: "Regular", 3: family, 4: family, 6: family}
	var records, storage []byte
	be := binary.BigEndian
	for id := uint16(1); id <= 6; id++ {
		s, ok := text[id]
		if !ok {
			continue
		}
		var enc []byte
		for _, u := range utf16.Encode([]rune(s)) {
			enc = be.AppendUint16(enc, u)
		}
		for _, v := range []uint16{3, 1, 0x409, id, uint16(len(enc)), uint16(len(storage))} { // Windows, Unicode, English
			records = be.AppendUint16(records, v)
		}
		storage = append(storage, enc...)
	}
	t := be.AppendUint16(nil, 0)
	t = be.AppendUint16(t, uint16(len(records)/12))
	t = be.AppendUint16(t, uint16(6+len(records)))
	return append(append(t, records...), storage...)
}

// wholeCmap lets the table's two-byte map point at the four-byte one next to it. libass takes the first Microsoft
// map that it meets, which is the two-byte one: characters above U+FFFF, such as emoji, would have no picture
// though the font has one.
func wholeCmap(cmap []byte) []byte {
	be := binary.BigEndian
	if len(cmap) < 4 {
		return cmap
	}
	const short, long = 0x00030001, 0x0003000A // platform 3, Microsoft: the basic plane, all of Unicode
	shortAt, whole := 0, uint32(0)
	for i := range int(be.Uint16(cmap[2:])) {
		at := 4 + 8*i
		if at+8 > len(cmap) {
			return cmap
		}
		switch id, offset := be.Uint32(cmap[at:]), be.Uint32(cmap[at+4:]); {
		case id == short:
			shortAt = at
		case id == long, whole == 0 && (id == 0x00000004 || id == 0x00000006): // platform 0 has the same
			whole = offset
		}
	}
	if shortAt == 0 || whole == 0 {
		return cmap
	}
	out := slices.Clone(cmap)
	be.PutUint32(out[shortAt+4:], whole)
	return out
}

// assemble writes tables as one font file, in the order of their names, as the format wants it.
func assemble(tables map[string][]byte, version uint32) []byte {
	be := binary.BigEndian
	names := sortedKeys(tables)
	n := len(names)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := be.AppendUint32(nil, version)
	for _, v := range []int{n, power * 16, log, n*16 - power*16} {
		out = be.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*n
	var body []byte
	for _, name := range names {
		t := tables[name]
		out = append(out, name...)
		for _, v := range []uint32{checksum(t), uint32(at + len(body)), uint32(len(t))} {
			out = be.AppendUint32(out, v)
		}
		body = append(body, t...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(out, body...)
}

func checksum(t []byte) (sum uint32) {
	for i := 0; i < len(t); i += 4 {
		var word [4]byte
		copy(word[:], t[i:])
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}

// invisible characters have no picture of their own: no font has to know them.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) ||
		unicode.Is(unicode.Variation_Selector, r)
}

// missing returns the first character that the face has no picture for.
func (f *face) missing(s string) (rune, bool) {
	if f.parsed == nil {
		return 0, false
	}
	var buf sfnt.Buffer
	for _, r := range s {
		if invisible(r) {
			continue
		}
		if g, err := f.parsed.GlyphIndex(&buf, r); err == nil && g == 0 {
			return r, true
		}
	}
	return 0, false
}

// advance is about how far a text goes, in em: no kerning, no joining. It bounds the picture that text is drawn into.
func (f *face) advance(s string) float64 {
	if f.parsed == nil {
		return float64(len(s))
	}
	var buf sfnt.Buffer
	total := 0.0
	for _, r := range s {
		a := 1.0
		if g, err := f.parsed.GlyphIndex(&buf, r); err == nil {
			if v, err := f.parsed.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone); err == nil {
				a = float64(v) / 64000
			}
		}
		total += a
	}
	return total
}
