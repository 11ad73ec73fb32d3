package assets

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
)

// TestALinkThatStaysRefusedSaysSo: "gave up after 6 attempts without a byte" lost the reason, since
// the new link's error took its place.
func TestALinkThatStaysRefusedSaysSo(t *testing.T) {
	for status, reason := range map[int]string{401: "401 Unauthorized", 403: "403 Forbidden", 404: "404 Not Found",
		410: "410 Gone"} {
		tries := 0
		_, _, err := fetchFrom(t, filepath.Join(t.TempDir(), "take.webm"), time.Second,
			func(_ int, w http.ResponseWriter, _ *http.Request) {
				tries++
				w.WriteHeader(status)
			})
		if err == nil || tries != fruitless || !strings.Contains(err.Error(), reason) ||
			!strings.Contains(err.Error(), "6 attempts") {
			t.Errorf("%d: %v after %d tries", status, err, tries)
		}
		if hint := fault.All(err)[0].Hint; !strings.Contains(hint, "greenroom videos") {
			t.Errorf("%d: hint %q", status, hint)
		}
	}
}
