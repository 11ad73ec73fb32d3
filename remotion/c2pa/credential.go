// Package c2pa signs films and pictures as C2PA specifies it: a manifest in the file has who made it, how, and of which
// parts, and a signature over it and over the file.
//
// The manifest is written by the reference implementation, @contentauth/c2pa-wasm, which the user's project installs;
// it runs in Node. Private keys never leave this process: Node asks for each signature.
package c2pa

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"greenroom/internal/fault"
)

// algorithm is a way to sign, by its name in manifests.
type algorithm struct {
	cose int
	hash crypto.Hash // 0: the key hashes
	size int         // of a signature, bytes; 0: by the key
}

var algorithms = map[string]algorithm{
	"es256": {-7, crypto.SHA256, 64}, "es384": {-35, crypto.SHA384, 96}, "ps256": {-37, crypto.SHA256, 0},
	"ed25519": {-8, 0, 64},
}

// Signer returns the raw signature of some bytes, as COSE has it: r and s of ECDSA one after the other.
type Signer func(ctx context.Context, data []byte) ([]byte, error)

// Credential is what signs: a chain of certificates and the key of the first.
type Credential struct {
	Algorithm string
	sign      Signer
	chain     [][]byte
	leaf      *x509.Certificate

	authority     Authority // nil: signatures have no timestamp
	authorityName string
}

// Fingerprint changes with the certificate, the algorithm and the time stamping authority.
func (c *Credential) Fingerprint() string {
	sum := sha256.Sum256(c.leaf.Raw)
	out := c.Algorithm + " " + hex.EncodeToString(sum[:])
	if c.authorityName != "" {
		out += " " + c.authorityName
	}
	return out
}

const day = "2006-01-02"

// Read returns the credential of a chain of certificates in PEM, without a key. It fails if a certificate is not valid
// now, or may not sign.
func Read(chainPEM []byte, now time.Time) (*Credential, error) {
	c := &Credential{}
	var all []*x509.Certificate
	for rest := chainPEM; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fault.New(fault.Manifest, "keep the key in a file of its own", "it has a %s", block.Type)
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fault.Wrap(fault.Manifest, err, "export it again as PEM", "read certificate %d", len(all)+1)
		}
		all, c.chain = append(all, one), append(c.chain, block.Bytes)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Manifest, "convert it: openssl x509 -inform der -in FILE -out chain.pem",
			"it has no certificate in PEM")
	}
	c.leaf = all[0]
	for i, one := range all {
		name := one.Subject.String()
		switch {
		case now.After(one.NotAfter):
			return nil, fault.New(fault.Manifest, "renew the certificate",
				"the certificate of %q expired on %s; today is %s", name, one.NotAfter.UTC().Format(day), now.UTC().Format(day))
		case now.Before(one.NotBefore):
			return nil, fault.New(fault.Manifest, "check the clock of this machine",
				"the certificate of %q is not valid before %s; today is %s by the clock of this machine",
				name, one.NotBefore.UTC().Format(day), now.UTC().Format(day))
		case i > 0 && all[i-1].CheckSignatureFrom(one) != nil:
			return nil, fault.New(fault.Manifest, "order them: first that of the key, then each one's issuer",
				"certificate %d (%q) did not issue the one before it (%q)", i+1, name, all[i-1].Subject.String())
		}
	}
	return c, c.maySign()
}

// kinds of use of which a certificate for C2PA has one: documents, e-mail, claims.
var uses = []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 36}, {1, 3, 6, 1, 4, 1, 62558, 2, 1}}

// maySign fails if a certificate is not for signing as C2PA requires.
func (c *Credential) maySign() error {
	const hint = "order a certificate for signing C2PA manifests or documents"
	for _, u := range c.leaf.ExtKeyUsage {
		if u == x509.ExtKeyUsageEmailProtection {
			return c.isLeaf(hint)
		}
	}
	for _, u := range c.leaf.UnknownExtKeyUsage {
		for _, known := range uses {
			if u.Equal(known) {
				return c.isLeaf(hint)
			}
		}
	}
	return fault.New(fault.Manifest, hint,
		"the certificate of %q is not for signing documents or e-mail: C2PA refuses it", c.leaf.Subject.String())
}

func (c *Credential) isLeaf(hint string) error {
	switch {
	case c.leaf.IsCA, bytes.Equal(c.leaf.RawIssuer, c.leaf.RawSubject):
		return fault.New(fault.Manifest, hint, "the first certificate, of %q, issued itself or is for issuing others: "+
			"C2PA refuses it", c.leaf.Subject.String())
	case c.leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return fault.New(fault.Manifest, hint, "the certificate of %q is not for digital signatures",
			c.leaf.Subject.String())
	}
	return nil
}

// UseKey sets the private key in PEM. An algorithm of "" is the usual one of the key.
func (c *Credential) UseKey(keyPEM []byte, name string) error {
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return fault.New(fault.Manifest, "name a private key in PEM, without a password", "it is not a key in PEM")
	}
	key, err := parseKey(block)
	if err != nil {
		return err
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(c.leaf.PublicKey) {
		return fault.New(fault.Manifest, "name the key for which the certificate was issued",
			"the key does not belong to the certificate of %q", c.leaf.Subject.String())
	}
	usual := usualAlgorithm(key)
	if name == "" {
		name = usual
	}
	if usual == "" || name != usual {
		return fault.New(fault.Manifest, "remove algorithm:, or use another key",
			"a key of this kind cannot sign with %q", name)
	}
	c.Algorithm = name
	how := algorithms[name]
	c.sign = func(_ context.Context, data []byte) ([]byte, error) { return signature(key, how, data) }
	return nil
}

// UseSigner sets what signs instead of a key.
func (c *Credential) UseSigner(name string, sign Signer) error {
	if algorithms[name].cose == 0 {
		return fault.New(fault.Manifest, "write es256, es384, ps256 or ed25519", "unknown algorithm %q", name)
	}
	c.Algorithm, c.sign = name, sign
	return nil
}

func parseKey(block *pem.Block) (crypto.Signer, error) {
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := any.(crypto.Signer)
	if err != nil || !ok {
		// The error of the parser may quote the key.
		return nil, fault.New(fault.Manifest, "name a private key of PKCS 8, without a password: "+
			"openssl pkcs8 -topk8 -nocrypt -in FILE -out key.pem", "its %q cannot be read", block.Type)
	}
	return key, nil
}

// usualAlgorithm returns the name of the algorithm of a key; "" for a key that C2PA does not know.
func usualAlgorithm(key crypto.Signer) string {
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		switch k.Curve {
		case elliptic.P256():
			return "es256"
		case elliptic.P384():
			return "es384"
		}
	case *rsa.PrivateKey:
		if k.N.BitLen() >= 2048 {
			return "ps256"
		}
	case ed25519.PrivateKey:
		return "ed25519"
	}
	return ""
}

// signature signs data.
func signature(key crypto.Signer, how algorithm, data []byte) ([]byte, error) {
	if how.hash == 0 {
		return key.Sign(rand.Reader, data, crypto.Hash(0))
	}
	h := how.hash.New()
	h.Write(data)
	digest := h.Sum(nil)
	if _, ok := key.(*rsa.PrivateKey); ok {
		return key.Sign(rand.Reader, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: how.hash})
	}
	der, err := key.Sign(rand.Reader, digest, how.hash)
	if err != nil {
		return nil, err
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, fmt.Errorf("read the signature: %w", err)
	}
	out := make([]byte, how.size)
	pair.R.FillBytes(out[:how.size/2])
	pair.S.FillBytes(out[how.size/2:])
	return out, nil
}

// verify fails if a raw signature is not one of the certificate's key: a program may sign with another key, or in
// another form.
func (c *Credential) verify(data, sig []byte) error {
	how := algorithms[c.Algorithm]
	wrong := fault.New(fault.Auth, "let the program read all of stdin and print only the raw signature "+
		"(of ECDSA: r and s one after the other, not DER)",
		"the signature does not belong to the certificate of %q (%d bytes, %s)", c.leaf.Subject.String(), len(sig),
		c.Algorithm)
	if how.size > 0 && len(sig) != how.size {
		return wrong
	}
	var digest []byte
	if how.hash != 0 {
		h := how.hash.New()
		h.Write(data)
		digest = h.Sum(nil)
	}
	ok := false
	switch key := c.leaf.PublicKey.(type) {
	case *ecdsa.PublicKey:
		r, s := new(big.Int).SetBytes(sig[:len(sig)/2]), new(big.Int).SetBytes(sig[len(sig)/2:])
		ok = digest != nil && ecdsa.Verify(key, digest, r, s)
	case *rsa.PublicKey:
		ok = digest != nil && rsa.VerifyPSS(key, how.hash, digest, sig, nil) == nil
	case ed25519.PublicKey:
		ok = digest == nil && ed25519.Verify(key, data, sig)
	}
	if !ok {
		return wrong
	}
	return nil
}
