package outside

import (
	"strings"
	"testing"
)

// A build prints one line for each event, a plan one for each clip; an answer of the avatar
// catalogue has megabytes.
func BenchmarkClean(b *testing.B) {
	Know(key)
	for name, text := range map[string]string{
		"plain":   "up to date",
		"message": "clip \"intro\": submit: heygen create video: 400 Bad Request: voice not found [40123] (request abc)",
		"link":    "download https://files2.heygen.ai/a.mp4?Expires=1&Signature=x failed",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Clean(text)
			}
		})
	}
	catalogue := []byte(strings.Repeat(`{"avatar_id":"Daisy-inskirt-20220818","preview":"https:\/\/h\/a%20b.mp4?x=1"},`,
		65_000))
	b.Run("catalogue of 5 MB", func(b *testing.B) {
		b.SetBytes(int64(len(catalogue)))
		for b.Loop() {
			HideKnown(catalogue)
		}
	})
}
