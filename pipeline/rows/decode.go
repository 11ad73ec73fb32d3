package rows

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// peeked is how much of a file is inspected before it is read, bytes.
const peeked = 64 << 10

// menus is the hint with the menus of spreadsheet programs that save a table as text.
const menus = `open it and save it as text: Excel: File > Save As > "CSV UTF-8"; ` +
	`LibreOffice: File > Save As > "Text CSV", character set UTF-8; Numbers: File > Export To > CSV; ` +
	`Google Sheets: File > Download > Comma Separated Values`

// otherFiles are the first bytes, in lower case, of files that are not tables, whatever their names are.
var otherFiles = []struct{ head, is, hint string }{
	{"pk\x03\x04", "a workbook (.xlsx, .ods or .numbers) or another ZIP file", menus},
	{"\xd0\xcf\x11\xe0", "an Excel 97 workbook (.xls)", menus},
	{"<html", "an HTML page, as some programs export .xls and .csv files", menus},
	{"<!doctype", "an HTML page, as some programs export .xls and .csv files", menus},
	{"<table", "an HTML page, as some programs export .xls and .csv files", menus},
	{"<?xml", "XML, as in an Excel 2003 workbook", menus},
	{"{\\rtf", "RTF", "save it as plain text"},
	{"%pdf", "a PDF", "export the table from the program that made it"},
	{"\x1f\x8b", "compressed with gzip", "gunzip it first"},
}

// decode returns the file's text as UTF-8 with line ends of LF. What the first bytes make
// certain is decoded: UTF-8 with or without a byte order mark, UTF-16 with one, line ends of
// CR, LF, CR LF and CR CR LF. The rest is refused.
func (r *Reader) decode(in io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(in, peeked)
	head, _ := b.Peek(peeked)
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	for _, o := range otherFiles {
		if begins(text, o.head) {
			return nil, r.fault(1, 1, o.hint, "the file is %s, not a text table", o.is)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return nil, r.fault(1, 1, r.convert("UTF-32"), "the file is UTF-32")
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		b = utf16(b, unicode.LittleEndian)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		b = utf16(b, unicode.BigEndian)
	default:
		if from := utf16WithoutMark(head); from != "" {
			return nil, r.fault(1, 1, r.convert(from), "the file is %s without a byte order mark", from)
		}
	}
	for {
		head, _ = b.Peek(3)
		if !bytes.Equal(head, []byte("\xef\xbb\xbf")) {
			break
		}
		b.Discard(3)
	}
	head, _ = b.Peek(peeked)
	r.macintosh = endsInCR(head)
	return bufio.NewReaderSize(&lineEnds{in: b, all: r.macintosh}, peeked), nil
}

// utf16 returns a reader that decodes UTF-16. An invalid letter becomes U+FFFD, which [Reader.Next] refuses.
func utf16(in io.Reader, order unicode.Endianness) *bufio.Reader {
	text := transform.NewReader(in, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	return bufio.NewReaderSize(text, peeked)
}

// begins reports whether a text begins with lower, without regard to the case of A to Z.
func begins(text []byte, lower string) bool {
	if len(text) < len(lower) {
		return false
	}
	for i, c := range text[:len(lower)] {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// utf16WithoutMark returns the name of the encoding when most of every second byte of the head are zero.
func utf16WithoutMark(head []byte) string {
	head = head[:min(len(head), 64)&^1]
	var zero [2]int
	for i, c := range head {
		if c == 0 {
			zero[i%2]++
		}
	}
	switch n := len(head) / 2; {
	case n == 0 || zero[0] > 0 && zero[1] > 0:
		return ""
	case 2*zero[1] > n:
		return "UTF-16LE"
	case 2*zero[0] > n:
		return "UTF-16BE"
	}
	return ""
}
