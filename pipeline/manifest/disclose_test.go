package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/disclose"
)

const disclosing = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}}\n" +
	"compositions: {a: {length: 8s, background: navy}}\n"

func parseDisclose(t *testing.T, text string) (*Manifest, error) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"chain.pem", "key.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Parse(filepath.Join(dir, "greenroom.yaml"), []byte(disclosing+"disclose: "+text+"\n"))
}

func TestDisclose(t *testing.T) {
	t.Parallel()
	m, err := parseDisclose(t, `{label: {text: Made with AI, at: 1s, duration: 5s, style: disclosure, color: white}, marks: true,
  sign: {certificate: chain.pem, key: $SIGNING_KEY, algorithm: es256,
    timestamp: "http://time.example/tsr"}}`)
	if err != nil {
		t.Fatal(err)
	}
	l, s := m.Label, m.Disclose.Sign
	if l.Of != "Made with AI" || l.At != time.Second || l.For != 5*time.Second || l.Style.Color != "#FFFFFF" || !m.Disclose.Marks {
		t.Errorf("%+v %+v", l, m.Disclose)
	}
	if filepath.Base(s.Certificate) != "chain.pem" || s.Key != "$SIGNING_KEY" || s.Algorithm != "es256" ||
		s.Timestamp != "http://time.example/tsr" {
		t.Errorf("%+v", s)
	}
	for text, want := range map[string]string{"{label: true}": disclose.DefaultLabel, "{label: KI-generiert}": "KI-generiert"} {
		m, err := parseDisclose(t, text)
		if err != nil || m.Label.Of != want || m.Compositions[0].Label != m.Label {
			t.Errorf("%s: %v %+v", text, err, m)
		}
	}
	for _, text := range []string{"{label: none, marks: false, sign: none}", "{label: false}", "{}"} {
		m, err := parseDisclose(t, text)
		if err != nil || m.Label != nil || m.Disclose.Marks || m.Disclose.Sign != nil {
			t.Errorf("%s: %v %+v", text, err, m)
		}
	}
	m, err = parseDisclose(t, "{sign: {certificate: chain.pem, key: secret/key.pem}}")
	if err != nil || m.Disclose.Sign.Key != "file:secret/key.pem" {
		t.Errorf("a key that is on another machine: %v", err)
	}
}

func TestDiscloseFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"{labels: true}", "unknown key disclose.labels"},
		{"{label: \"\"}", "empty"},
		{"{label: {text: AI, after: hello}}", "unknown key disclose.label.after"},
		{"{label: {text: AI, opacity: 20%}}", "unknown key disclose.label.opacity"},
		{"{label: {text: AI, style: tilte}}", `no style "tilte"`},
		{"{label: {text: AI, plate: none}}", "has no plate"},
		{"{label: {text: AI, color: \"#10140F\"}}", "contrast of 1."},
		{"{label: {text: AI, plate: \"#FFFFFF40\"}}", "contrast of"},
		{"{label: {text: AI, for: 500ms}}", "too short to be read"},
		{"{label: {text: AI, at: -1s}}", "before 0"},
		{"{label: \"{{name}}\"}", "belongs to no row"},
		{"{label: " + strings.Repeat("x", 81) + "}", "81 characters"},
		{"{marks: maybe}", "disclose.marks"},
		{"{sign: {key: key.pem}}", "has no certificate"},
		{"{sign: {certificate: chain.pem}}", "has no key"},
		{"{sign: {certificate: chain.pem, key: key.pem, command: ./s}}", "a key and a command"},
		{"{sign: {certificate: chain.pem, command: ./s}}", "needs an algorithm"},
		{"{sign: {certificate: lost.pem, key: key.pem}}", "lost.pem does not exist"},
		{"{sign: {certificate: chain.pem, key: key.pem, algorithm: rsa}}", "disclose.sign.algorithm"},
		{"{sign: {certificate: chain.pem, key: key.pem, timestamp: ftp://time.example}}", "not an http or https address"},
		{"{sign: {certificate: chain.pem, key: key.pem, timestamp: time.example}}", "not an http or https address"},
		{"{sign: {certificate: chain.pem, key: key.pem, timestamp: \"http://\"}}", "not an http or https address"},
		{"{sign: {certificate: chain.pem, key: key.pem, timestamp: \"https://me:pw@time.example\"}}", "must not hold a password"},
	} {
		_, err := parseDisclose(t, c.text)
		list := fault.All(err)
		if len(list) != 1 || !strings.Contains(list[0].Msg, c.want) || list[0].Hint == "" || list[0].Place.Line != 5 {
			t.Errorf("%s: %v, want %q, a hint and a place in line 5", c.text, list, c.want)
		}
	}
	secret := "-----BEGIN PRIVATE KEY-----"
	_, err := parseDisclose(t, "{sign: {certificate: chain.pem, key: \""+secret+"MIIBVAIBADANBg\"}}")
	if err == nil || strings.Contains(fault.All(err)[0].Error(), "MIIB") {
		t.Errorf("a key in the manifest: %v", err)
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		letters, ground string
		least, most     float64
	}{
		{"#FFFFFF", "#000000", 20.99, 21.01},
		{"#777777", "#FFFFFF", 4.47, 4.49}, // the known limit of grey on white
		{"#FFFFFF", "#00000000", 1, 1.001}, // over a white picture
		{"#FFFFFF", "#00000080", 3.9, 4.1},
	} {
		if got := disclose.Contrast(c.letters, c.ground); got < c.least || got > c.most {
			t.Errorf("%s on %s: %.3f", c.letters, c.ground, got)
		}
	}
}
