// Package webhook receives HeyGen's events.
//
// It promises that no event counts before its signature over the raw bytes was
// checked, that an accepted one is on disk before the sender gets its answer, and that
// an event that is sent twice is handled once. An event is a notice, not evidence: its handler
// should read the job. Secrets and signed links never reach a log or the journal.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen"
)

// Headers of a delivery.
const (
	HeaderV1        = "Signature"
	HeaderV3        = "Heygen-Signature"
	HeaderTimestamp = "Heygen-Timestamp"
	HeaderEventID   = "Heygen-Event-Id"
)

// MaxSkew is how far a v3 delivery's time may be from this machine's clock.
const MaxSkew = 5 * time.Minute

// Why a delivery is refused.
var (
	ErrUnsigned = errors.New("the delivery is not signed")
	ErrForged   = errors.New("the signature fits none of the secrets")
	ErrLate     = errors.New("the delivery's time is more than 5 minutes off this machine's clock")
)

// Proof has the values of a verified delivery's headers. Only the body is signed, so an
// id or a time from here is weaker than one from the body.
type Proof struct {
	V3      bool
	EventID string    // may be empty
	Sent    time.Time // zero for v1
}

// Sign is HeyGen's scheme, the same for both generations: hex HMAC-SHA256 over
// the raw body. The key is the complete secret, with whsec_ where there is one.
func Sign(secret heygen.Secret, body []byte) string {
	return hex.EncodeToString(mac(secret, body))
}

func mac(secret heygen.Secret, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(secret.Reveal()))
	m.Write(body)
	return m.Sum(nil)
}

// Verify checks a delivery against every active secret: while a secret is being
// rotated there are two. The body must be the bytes as they came.
func Verify(h http.Header, body []byte, secrets []heygen.Secret, now time.Time) (Proof, error) {
	p := Proof{V3: h.Get(HeaderV3) != ""}
	given := h.Get(HeaderV1)
	if p.V3 {
		given = h.Get(HeaderV3)
	}
	if given == "" {
		return Proof{}, ErrUnsigned
	}
	if !signed(given, body, secrets) {
		return Proof{}, ErrForged
	}
	if !p.V3 {
		return p, nil
	}
	p.EventID = h.Get(HeaderEventID)
	sec, err := strconv.ParseInt(strings.TrimSpace(h.Get(HeaderTimestamp)), 10, 64)
	if err != nil {
		return Proof{}, fmt.Errorf("%w: no readable %s", ErrLate, HeaderTimestamp)
	}
	p.Sent = time.Unix(sec, 0)
	if d := now.Sub(p.Sent); d > MaxSkew || d < -MaxSkew {
		return Proof{}, ErrLate
	}
	return p, nil
}

// signed tries every secret, also after a match, so that the time taken does not
// reveal which one it was.
func signed(given string, body []byte, secrets []heygen.Secret) bool {
	sum, err := hex.DecodeString(strings.TrimSpace(given))
	ok := false
	for _, s := range secrets {
		// Anybody can sign with an empty key: a secret that was not set matches nothing.
		if s.Reveal() != "" && hmac.Equal(sum, mac(s, body)) {
			ok = true
		}
	}
	return ok && err == nil
}
