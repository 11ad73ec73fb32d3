package pipeline

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline/account"
)

func TestASignedUploadLinkIsSentAndNotStored(t *testing.T) {
	var l account.UploadLinks
	const link = "https://resource.heygen.ai/a.mp4?Expires=1&Signature=SIGNED"
	kept := l.Keep("abc", link)
	if strings.Contains(kept, "heygen.ai") || strings.Contains(kept, "SIGNED") {
		t.Errorf("stored: %s", kept)
	}
	body := []byte(`{"title":"t","video_url":"` + kept + `"}`)
	if got := string(l.Reveal(body)); got != `{"title":"t","video_url":"https://resource.heygen.ai/a.mp4?Expires=1\u0026Signature=SIGNED"}` {
		t.Errorf("sent: %s", got)
	}
	if !l.Usable(account.Upload{ID: "abc", URL: kept}) {
		t.Error("a link of this process is not usable")
	}
	var later account.UploadLinks
	if later.Usable(account.Upload{ID: "abc", URL: kept}) || later.Usable(account.Upload{ID: "abc"}) {
		t.Error("a link that is not known is usable")
	}
	if plain := "https://resource.heygen.ai/a.mp4"; later.Keep("x", plain) != plain || !later.Usable(account.Upload{ID: "x", URL: plain}) {
		t.Error("a plain address is not kept")
	}
}

func TestSignedLinksOfEarlierVersionsAreRemoved(t *testing.T) {
	state := t.TempDir()
	path := filepath.Join(state, account.CapabilityFile)
	const old = `{"https://api.heygen.com $HEYGEN_API_KEY":{"account":"a","uploads":{"v2 1":{"id":"x","url":"https://h/a?Signature=S"},` +
		`"v2 2":{"id":"y","url":"https://h/b"}}}}`
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	account.OpenCapabilities(state)
	b, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(b), "Signature") || !strings.Contains(string(b), `"id": "x"`) || !strings.Contains(string(b), "https://h/b") {
		t.Errorf("%v %s", err, b)
	}
}

func TestAPasswordInTheAPIAddressIsNotStored(t *testing.T) {
	p, _ := projectOf(t, `{script: "Hello there."}`)
	base := ""
	a, err := account.Open(p.Project, account.Options{Now: time.Now, LookPath: exec.LookPath, Getenv: func(name string) string {
		if name == "HEYGEN_API_BASE" {
			return base
		}
		return ""
	}})
	if err != nil {
		t.Fatal(err)
	}
	base = "https://me:PASSWORD@proxy.example/heygen?token=TOKEN"
	if got := a.AccountID(); got != "https://proxy.example/heygen $HEYGEN_API_KEY" {
		t.Errorf("account %q", got)
	}
	for _, bad := range []string{"me:PASSWORD@proxy", "http//me:PASSWORD@proxy", "://PASSWORD"} {
		base = bad
		if _, err := a.Connect(t.Context()); err == nil || strings.Contains(err.Error(), "PASSWORD") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
