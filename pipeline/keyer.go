package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
)

// keyer hashes named, length-prefixed fields, so that no two inputs can run
// together and look like a third.
type keyer struct {
	h      hash.Hash
	fields []keyField
}

// keyField is one part of the key. Of its value only the beginning of a hash is kept,
// which says whether it changed: a plan holds the fields of every clip.
type keyField struct {
	name string
	hash [4]byte
}

func newKeyer(schema string) *keyer {
	k := &keyer{h: sha256.New(), fields: make([]keyField, 0, 16)}
	k.field("schema", schema)
	return k
}

func (k *keyer) field(name, value string) {
	fmt.Fprintf(k.h, "%s %d:%s\n", name, len(value), value)
	h := sha256.Sum256([]byte(value))
	k.fields = append(k.fields, keyField{name, [4]byte(h[:4])})
}

func (k *keyer) number(name string, v float64) {
	k.field(name, strconv.FormatFloat(v, 'g', -1, 64))
}

func (k *keyer) sum() string { return hex.EncodeToString(k.h.Sum(nil)) }
