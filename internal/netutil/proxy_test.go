package netutil

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestWhatARepetitionCannotChange: certificates and refusals of a proxy last; what a proxy cannot reach may come back.
func TestWhatARepetitionCannotChange(t *testing.T) {
	proxy, err := url.Parse("http://ada:secret@proxy.example:3128")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(status int) error {
		return TunnelAnswer(t.Context(), proxy, nil, &http.Response{StatusCode: status})
	}
	for _, c := range []struct {
		err     error
		lasting bool
		advice  string
	}{
		{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, true, "SSL_CERT_FILE"},
		{answer(407), true, "proxy.example:3128 needs a login"},
		{answer(403), true, "NO_PROXY"},
		{answer(429), false, "NO_PROXY"},
		{answer(502), false, "NO_PROXY"},
		{errors.New("connection refused"), false, ""},
		{answer(200), false, ""},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("read it: %w", err)
		}
		advice := Advice(err)
		if Lasting(err) != c.lasting || (advice == "") != (c.advice == "") || !strings.Contains(advice, c.advice) {
			t.Errorf("%v: lasting %v, advice %q", err, Lasting(err), advice)
		}
		if text := fmt.Sprint(err, advice); strings.Contains(text, "secret") {
			t.Errorf("the proxy's password is in %q", text)
		}
	}
}
