package c2pa

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority returns a time stamping authority: OpenSSL's, with certificates of its own.
func authority(t *testing.T) Authority {
	t.Helper()
	dir := t.TempDir()
	conf := `[tsa]
serial = ` + dir + `/serial
crypto_device = builtin
signer_cert = ` + dir + `/tsa.pem
certs = ` + dir + `/root.pem
signer_key = ` + dir + `/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`
	write(t, filepath.Join(dir, "tsa.cnf"), []byte(conf))
	write(t, filepath.Join(dir, "serial"), []byte("01\n"))
	const curve = "ec_paramgen_curve:P-256"
	for _, args := range [][]string{
		{"req", "-x509", "-newkey", "ec", "-pkeyopt", curve, "-nodes", "-days", "9", "-subj", "/O=Test/CN=Time Root",
			"-keyout", "root.key", "-out", "root.pem"},
		{"req", "-new", "-newkey", "ec", "-pkeyopt", curve, "-nodes", "-subj", "/O=Test/CN=Time", "-keyout", "tsa.key",
			"-out", "tsa.csr"},
		{"x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "5",
			"-extfile", "tsa.cnf", "-extensions", "leaf", "-out", "tsa.pem"},
	} {
		openssl(t, dir, args...)
	}
	return func(_ context.Context, request []byte) ([]byte, error) {
		write(t, filepath.Join(dir, "request"), request)
		openssl(t, dir, "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "request", "-out", "answer")
		return os.ReadFile(filepath.Join(dir, "answer"))
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
	}
}

func withAuthority(t *testing.T, change func(*Credential)) *Credential {
	t.Helper()
	chain, key := issued(t, keyOf(t, "es256"), nil)
	c, err := Read(chain, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UseKey(key, ""); err != nil {
		t.Fatal(err)
	}
	change(c)
	return c
}

// TestTheReferenceImplementationReadsTheTimestamp: one by OpenSSL; the time in the file is that of the authority.
func TestTheReferenceImplementationReadsTheTimestamp(t *testing.T) {
	t.Parallel()
	ask := authority(t)
	for _, name := range []string{"a.mp4", "b.png"} {
		path := made(t, name)
		before := time.Now().Add(-2 * time.Second)
		c := withAuthority(t, func(c *Credential) { c.UseAuthority("http://time.example", ask) })
		if err := sign(t, path, c); err != nil {
			t.Fatal(err)
		}
		v := verified(t, path)
		at, err := time.Parse(time.RFC3339, v.Manifests[v.Active].Signature.Time)
		if v.State != "Valid" || err != nil || at.Before(before) || at.After(time.Now().Add(2*time.Second)) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
		confirmed := false
		for _, s := range v.Results.Active.Success {
			confirmed = confirmed || s.Code == "timeStamp.validated"
		}
		if !confirmed {
			t.Errorf("%s: the timestamp is not validated: %+v", name, v.Results)
		}
	}
}

// TestTimestampsThatAreRefused: the file is then as it was.
func TestTimestampsThatAreRefused(t *testing.T) {
	t.Parallel()
	ask := authority(t)
	var first []byte
	answers := []struct {
		ask  Authority
		want string
	}{
		{func(context.Context, []byte) ([]byte, error) { return []byte("<html>sign in</html>"), nil }, "is not valid"},
		{func(context.Context, []byte) ([]byte, error) { return nil, nil }, "is not valid"},
		{func(ctx context.Context, b []byte) ([]byte, error) {
			answer, err := ask(ctx, b)
			first = answer
			return answer[:len(answer)/2], err
		}, "is not valid"},
		{func(ctx context.Context, b []byte) ([]byte, error) { return first, nil }, "confirmed another signature"},
		{func(ctx context.Context, b []byte) ([]byte, error) { // the request is not one
			return ask(ctx, []byte("hello"))
		}, "is not valid"},
		{func(ctx context.Context, b []byte) ([]byte, error) {
			answer, err := ask(ctx, b)
			answer[len(answer)-5] ^= 1 // its own signature
			return answer, err
		}, "is not valid"},
	}
	for i, a := range answers {
		path := made(t, "a.png")
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := withAuthority(t, func(c *Credential) { c.UseAuthority("http://time.example", a.ask) })
		err = sign(t, path, c)
		if err == nil || !strings.Contains(err.Error(), a.want) || !strings.Contains(err.Error(), "http://time.example") {
			t.Errorf("answer %d: %v, want %q", i, err, a.want)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("answer %d: the picture was changed", i)
		}
	}
}
