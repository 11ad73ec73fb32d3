// Package hashkey makes SHA-256 keys of named values.
//
// The text that is hashed has one line for each field, with the length of its value before it,
// so that two different lists of fields cannot have the same text:
//
//	NAME LENGTH:VALUE\n
//
// Lockfiles, stores and caches on disk hold such keys. A change of this layout makes all of them out of date.
package hashkey

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strconv"
	"sync"
)

// Key collects fields. The zero value has none.
type Key struct {
	text   []byte
	fields []field
}

// field is where a field's value is in the text.
type field struct {
	name     string
	from, to int
}

// New returns a key whose first field is called "schema". Another schema makes another key of the same values.
func New(schema string) *Key {
	k := &Key{text: make([]byte, 0, 1024), fields: make([]field, 0, 24)}
	k.Field("schema", schema)
	return k
}

// Field adds a field. A name may be used more than once; the order of the fields matters.
func (k *Key) Field(name, value string) {
	b := append(append(k.text, name...), ' ')
	b = append(strconv.AppendInt(b, int64(len(value)), 10), ':')
	from := len(b)
	b = append(b, value...)
	k.text = append(b, '\n')
	k.fields = append(k.fields, field{name, from, from + len(value)})
}

// Number adds a field whose value is the shortest decimal text of a number.
func (k *Key) Number(name string, v float64) {
	k.Field(name, strconv.FormatFloat(v, 'g', -1, 64))
}

// Sum returns the key of all fields so far: 64 hexadecimal digits.
func (k *Key) Sum() string {
	h := sha256.Sum256(k.text)
	return hex.EncodeToString(h[:])
}

// Fields returns the name of each field and the first 8 hexadecimal digits of the SHA-256 of its value: enough to
// report which values differ between two keys.
func (k *Key) Fields() [][2]string {
	out := make([][2]string, len(k.fields))
	for i, f := range k.fields {
		h := sha256.Sum256(k.text[f.from:f.to])
		out[i] = [2]string{f.name, hex.EncodeToString(h[:4])}
	}
	return out
}

// buffers are reused between files: allocated for each of thousands of clips, they were most of a run's garbage.
var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// Content returns the SHA-256 of all bytes of a reader, and how many there are.
func Content(r io.Reader) (sum [sha256.Size]byte, n int64, err error) {
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	h := sha256.New()
	n, err = io.CopyBuffer(h, struct{ io.Reader }{r}, buf[:]) // the struct hides WriteTo: an *os.File has its own buffer
	h.Sum(sum[:0])
	return sum, n, err
}

// File returns the SHA-256 of a file's bytes, and how many there are.
func File(path string) (sum [sha256.Size]byte, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, 0, err
	}
	defer f.Close()
	return Content(f)
}
