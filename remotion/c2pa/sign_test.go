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
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// project is a folder whose node_modules have the reference implementation.
func project(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../../.ci")
	if err != nil {
		t.Fatal(err)
	}
	if err := Installed(dir); err != nil {
		t.Fatalf("run `make setup`: %v", err)
	}
	return dir
}

func encoded(t testing.TB, kind string, der ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, b := range der {
		if err := pem.Encode(&out, &pem.Block{Type: kind, Bytes: b}); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// issued returns the chain and the key, in PEM, of a certificate that a test authority issued. change changes it first.
func issued(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) (chain, private []byte) {
	t.Helper()
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root", Organization: []string{"Test"}},
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(480 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, authority, authority, root.Public(), root)
	if err != nil {
		t.Fatal(err)
	}
	parent, err := x509.ParseCertificate(rootDER)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Studio", Organization: []string{"Test"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(240 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		UnknownExtKeyUsage: []asn1.ObjectIdentifier{uses[0]}, BasicConstraintsValid: true, SubjectKeyId: []byte{1, 2, 3},
	}
	if change != nil {
		change(leaf)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, key.Public(), root)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, "CERTIFICATE", der, rootDER), encoded(t, "PRIVATE KEY", keyDER)
}

func keyOf(t testing.TB, name string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch name {
	case "es256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "es384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ps256":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func made(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1"}
	if ext := filepath.Ext(name); ext != ".mp4" && ext != ".mov" {
		args = append(args, "-frames:v", "1")
	}
	if out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// verdict is what the reference implementation reports about a file.
type verdict struct {
	State     string `json:"validation_state"`
	Active    string `json:"active_manifest"`
	Manifests map[string]struct {
		Title       string
		Ingredients []struct {
			Title        string
			Relationship string
			Instance     string `json:"instance_id"`
		}
		Signature struct{ Alg, Issuer, Time string } `json:"signature_info"`
		Claims    []struct{ Name, Version string }   `json:"claim_generator_info"`
	}
	Results struct {
		Active struct{ Success, Failure []struct{ Code string } } `json:"activeManifest"`
	} `json:"validation_results"`
}

func verified(t testing.TB, path string) (out verdict) {
	t.Helper()
	const read = `import {readFile} from 'node:fs/promises';
const [pkg, file, format] = process.argv.slice(1);
const {default: init, WasmReader} = await import('file://' + pkg + '/pkg/c2pa.js');
await init({module_or_path: await readFile(pkg + '/pkg/c2pa_bg.wasm')});
console.log((await WasmReader.fromBytes(format, new Uint8Array(await readFile(file)))).json());`
	b, err := exec.Command("node", "--input-type=module", "-e", read, folder(project(t)), path,
		formats[filepath.Ext(path)]).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("read %s: %s", path, exit.Stderr)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v: %.400s", err, b)
	}
	return out
}

func sign(t testing.TB, path string, c *Credential) error {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	p := Program{Node: node, Project: project(t), Dir: t.TempDir()}
	const base = "http://cv.iptc.org/newscodes/digitalsourcetype/"
	return p.Sign(t.Context(), path, c, Claim{
		Title: "tour", Generator: "1.2.3", Source: base + "compositeWithTrainedAlgorithmicMedia",
		Parts: []Part{{"intro", strings.Repeat("ab", 32), base + "trainedAlgorithmicMedia"}, {"pricing", "", ""}},
	})
}

// TestTheReferenceImplementationAcceptsSignedFiles: each algorithm and each kind of file; a changed byte is detected.
func TestTheReferenceImplementationAcceptsSignedFiles(t *testing.T) {
	t.Parallel()
	for file, name := range map[string]string{
		"a.mp4": "es256", "b.mov": "es384", "c.png": "ps256", "d.jpg": "ed25519", "e.webp": "es256",
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			path := made(t, file)
			chain, key := issued(t, keyOf(t, name), nil)
			c, err := Read(chain, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.UseKey(key, ""); err != nil {
				t.Fatal(err)
			}
			if err := sign(t, path, c); err != nil {
				t.Fatal(err)
			}
			v := verified(t, path)
			m := v.Manifests[v.Active]
			if v.State != "Valid" || m.Title != "tour" || !strings.EqualFold(m.Signature.Alg, name) ||
				len(m.Claims) != 1 || m.Claims[0].Name != "greenroom" || m.Claims[0].Version != "1.2.3" {
				t.Errorf("%+v", v)
			}
			if len(m.Ingredients) != 2 || m.Ingredients[0].Title != "intro" || m.Ingredients[0].Relationship != "componentOf" ||
				m.Ingredients[0].Instance != "sha256:"+strings.Repeat("ab", 32) {
				t.Errorf("%+v", m.Ingredients)
			}
			if out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil ||
				len(out) > 0 {
				t.Errorf("ffmpeg: %v %s", err, out)
			}
			if file != "a.mp4" {
				return
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[bytes.LastIndex(b, []byte("mdat"))+40] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if v := verified(t, path); v.State != "Invalid" {
				t.Errorf("a changed film: %+v", v)
			}
		})
	}
}

// TestAProgramSigns: the signature of a program is used, and one that is not the certificate's is refused; the file is
// then as it was.
func TestAProgramSigns(t *testing.T) {
	t.Parallel()
	path := made(t, "a.png")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, other := keyOf(t, "es256"), keyOf(t, "es256")
	chain, _ := issued(t, key, nil)
	for _, s := range []struct {
		sign Signer
		want string
	}{
		{func(_ context.Context, b []byte) ([]byte, error) { return signature(other, algorithms["es256"], b) }, "does not belong"},
		{func(context.Context, []byte) ([]byte, error) { return []byte("no"), nil }, "2 bytes"},
		{func(context.Context, []byte) ([]byte, error) { return nil, errors.New("the token is locked") }, "token is locked"},
		{func(_ context.Context, b []byte) ([]byte, error) { return signature(key, algorithms["es256"], b) }, ""},
	} {
		c, err := Read(chain, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.UseSigner("es256", s.sign); err != nil {
			t.Fatal(err)
		}
		err = sign(t, path, c)
		if s.want == "" {
			if v := verified(t, path); err != nil || v.State != "Valid" {
				t.Errorf("%v %+v", err, v)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), s.want) {
			t.Errorf("%v, want %q", err, s.want)
		}
		after, _ := os.ReadFile(path)
		if !bytes.Equal(before, after) {
			t.Errorf("%s: the picture was changed", s.want)
		}
	}
}

func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	key := keyOf(t, "es256")
	good, private := issued(t, key, nil)
	expired, _ := issued(t, key, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })
	early, _ := issued(t, key, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) })
	server, _ := issued(t, key, func(c *x509.Certificate) {
		c.UnknownExtKeyUsage, c.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	authority, _ := issued(t, key, func(c *x509.Certificate) { c.IsCA = true })
	first, rest := pem.Decode(good)
	root, _ := pem.Decode(rest)
	swapped := encoded(t, "CERTIFICATE", root.Bytes, first.Bytes)
	for _, c := range []struct {
		chain []byte
		want  string
	}{
		{expired, "expired on"}, {early, "is not valid before"}, {server, "not for signing documents"}, {authority, "for issuing others"},
		{swapped, "did not issue"}, {[]byte("hello"), "no certificate in PEM"}, {nil, "no certificate in PEM"},
		{append(bytes.Clone(private), good...), "it has a PRIVATE KEY"},
		{[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "read certificate 1"},
	} {
		_, err := Read(c.chain, now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	_, otherKey := issued(t, keyOf(t, "es256"), nil)
	_, curve := issued(t, keyOf(t, "es384"), nil)
	for _, k := range []struct {
		key             []byte
		algorithm, want string
	}{
		{otherKey, "", "does not belong"}, {curve, "", "does not belong"}, {private, "ps256", `cannot sign with "ps256"`},
		{[]byte("hello"), "", "not a key in PEM"}, {good, "", "cannot be read"},
	} {
		c, err := Read(good, now)
		if err != nil {
			t.Fatal(err)
		}
		err = c.UseKey(k.key, k.algorithm)
		if err == nil || !strings.Contains(err.Error(), k.want) || strings.Contains(err.Error(), "MI") {
			t.Errorf("%v, want %q", err, k.want)
		}
	}
}

func TestAMissingPackage(t *testing.T) {
	t.Parallel()
	if err := Installed(t.TempDir()); err == nil || !strings.Contains(err.Error(), Package) {
		t.Error(err)
	}
}
