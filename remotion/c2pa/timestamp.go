package c2pa

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	_ "crypto/sha512" // hashes of other authorities' signatures
	"math/big"

	"github.com/digitorus/timestamp"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// Authority sends a request of RFC 3161 to a time stamping authority and returns its answer, both in DER.
type Authority func(ctx context.Context, request []byte) (answer []byte, err error)

// MaxToken is the size of the largest timestamp, bytes: it has the authority's chain of certificates.
const MaxToken = 16 << 10

// UseAuthority has every signature confirmed by a time stamping authority, so that it stays valid when the certificate
// has expired. name is what the files of this credential differ by.
func (c *Credential) UseAuthority(name string, ask Authority) {
	c.authorityName, c.authority = name, ask
}

// token returns the timestamp of a signature: an authority's confirmation that it existed at a time. It fails if the
// answer is about something else, or was made for another request.
func (c *Credential) token(ctx context.Context, protected, signature []byte) ([]byte, error) {
	data := structure("CounterSignature", protected, byteString(signature))
	sum := sha256.Sum256(data)
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	request, err := (&timestamp.Request{
		HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true, Nonce: nonce,
	}).Marshal()
	if err != nil {
		return nil, err
	}
	answer, err := c.authority(ctx, request)
	if err != nil {
		return nil, err
	}
	const hint = "name another authority, or remove timestamp:"
	stamp, err := timestamp.ParseResponse(answer)
	switch {
	case err != nil:
		return nil, fault.New(fault.Failed, hint, "the answer of the time stamping authority %s is not valid: %s",
			c.authorityName, outside.Clean(err.Error()))
	case stamp.HashAlgorithm != crypto.SHA256 || !bytes.Equal(stamp.HashedMessage, sum[:]):
		return nil, fault.New(fault.Failed, hint, "the time stamping authority %s confirmed another signature", c.authorityName)
	case stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0:
		return nil, fault.New(fault.Failed, hint, "the time stamping authority %s sent an answer for another request",
			c.authorityName)
	case len(stamp.Certificates) == 0:
		return nil, fault.New(fault.Failed, hint, "the time stamping authority %s sent no certificate", c.authorityName)
	case len(stamp.RawToken) > MaxToken:
		return nil, fault.New(fault.Failed, hint, "the timestamp of the authority %s has %d bytes, up to %d are stored",
			c.authorityName, len(stamp.RawToken), MaxToken)
	}
	return stamp.RawToken, nil
}
