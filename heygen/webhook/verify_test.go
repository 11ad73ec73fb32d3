package webhook

import (
	"net/http"
	"testing"
	"time"

	"greenroom/heygen"
)

// The value was made by another program: openssl dgst -sha256 -hmac whsec_abc.
func TestTheSignatureIsTheDocumentedOne(t *testing.T) {
	body := []byte(`{"event_type":"x"}`)
	const want = "e90e9c90f093e70aafe357bfa44b63eab98a2894a7b163d0c92c76d7737a441f"
	if got := Sign("whsec_abc", body); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h := http.Header{HeaderV1: {want}}
	if _, err := Verify(h, body, []heygen.Secret{"other", "whsec_abc"}, time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := Verify(h, append(body, '\n'), []heygen.Secret{"whsec_abc"}, time.Now()); err == nil {
		t.Error("one more byte makes no difference")
	}
	if _, err := Verify(h, body, nil, time.Now()); err == nil {
		t.Error("no secret is needed")
	}
}
