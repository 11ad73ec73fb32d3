package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"greenroom/pipeline/lockfile"
)

// keyer hashes named, length-prefixed fields, so that no two inputs can run
// together and look like a third.
type keyer struct {
	text   []byte
	fields []keyField
}

// keyField is one part of the key. Of its value only the beginning of a hash is kept,
// which says whether it changed.
type keyField struct {
	name string
	hash [4]byte
}

func newKeyer(schema string) *keyer {
	k := &keyer{text: make([]byte, 0, 1024), fields: make([]keyField, 0, 24)}
	k.field("schema", schema)
	return k
}

func (k *keyer) field(name, value string) {
	b := append(append(k.text, name...), ' ')
	b = append(strconv.AppendInt(b, int64(len(value)), 10), ':')
	start := len(b)
	b = append(b, value...)
	h := sha256.Sum256(b[start:])
	k.text = append(b, '\n')
	k.fields = append(k.fields, keyField{name, [4]byte(h[:4])})
}

func (k *keyer) number(name string, v float64) {
	k.field(name, strconv.FormatFloat(v, 'g', -1, 64))
}

func (k *keyer) sum() string {
	h := sha256.Sum256(k.text)
	return hex.EncodeToString(h[:])
}

// inputs are the short hashes of its fields, kept in the lockfile so that plan can say
// what changed.
func (k *keyer) inputs() lockfile.Inputs {
	all := make([][2]string, len(k.fields))
	for i, f := range k.fields {
		all[i] = [2]string{f.name, hex.EncodeToString(f.hash[:])}
	}
	return lockfile.MakeInputs(all...)
}
