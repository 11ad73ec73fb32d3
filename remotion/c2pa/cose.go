package c2pa

import "encoding/binary"

// Values of COSE (RFC 9052, 9360) and CBOR (RFC 8949).
const (
	headerAlgorithm = 1
	headerChain     = 33 // x5chain
	tagSign1        = 0xD2

	kindNegative, kindBytes, kindText, kindArray, kindMap = 1, 2, 3, 4, 5
	null                                                  = 0xF6
)

// head encodes a kind of value with its length or number.
func head(kind byte, n int) []byte {
	switch {
	case n < 24:
		return []byte{kind<<5 | byte(n)}
	case n < 1<<8:
		return []byte{kind<<5 | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{kind<<5 | 25}, uint16(n))
	}
	return binary.BigEndian.AppendUint32([]byte{kind<<5 | 26}, uint32(n))
}

func byteString(b []byte) []byte { return append(head(kindBytes, len(b)), b...) }

func text(s string) []byte { return append(head(kindText, len(s)), s...) }

// protected returns the header that is signed: the algorithm and the chain of certificates.
func protected(algorithm int, chain [][]byte) []byte {
	out := append(head(kindMap, 2), headerAlgorithm)
	out = append(out, head(kindNegative, -1-algorithm)...)
	out = append(append(out, head(0, headerChain)...), head(kindArray, len(chain))...)
	for _, c := range chain {
		out = append(out, byteString(c)...)
	}
	return out
}

// structure returns the bytes that a signature covers, or its timestamp: a Sig_structure.
func structure(context string, protected, payload []byte) []byte {
	out := append(head(kindArray, 4), text(context)...)
	out = append(out, byteString(protected)...)
	out = append(out, byteString(nil)...) // no further data
	return append(out, byteString(payload)...)
}

// sign1 returns a COSE_Sign1 without its payload, filled up to a size: the place for it in a file has a fixed size. ok
// is false if it does not fit. token is a timestamp of the signature, nil for none.
func sign1(protected, signature, token []byte, size int) (out []byte, ok bool) {
	var headers []byte // not signed
	n := 1
	if token != nil {
		n++
		headers = append(text("sigTst2"), head(kindMap, 1)...)
		headers = append(append(headers, text("tstTokens")...), head(kindArray, 1)...)
		headers = append(append(headers, head(kindMap, 1)...), text("val")...)
		headers = append(headers, byteString(token)...)
	}
	build := func(pad []byte) []byte {
		b := append([]byte{tagSign1}, head(kindArray, 4)...)
		b = append(append(b, byteString(protected)...), head(kindMap, n)...)
		b = append(append(append(b, headers...), text("pad")...), pad...)
		return append(append(b, null), byteString(signature)...)
	}
	free := size - len(build(nil)) - 3 // a length of two bytes
	if free < 1<<8 || free >= 1<<16 {
		return nil, false
	}
	return build(byteString(make([]byte, free))), true
}
