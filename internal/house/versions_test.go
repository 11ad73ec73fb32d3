package house

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestProgramsHaveOneVersion: doctor reports programs of another version than greenroom.
func TestProgramsHaveOneVersion(t *testing.T) {
	pattern := regexp.MustCompile(`(?m)^var version = "([^"]+)"$`)
	want := ""
	for _, file := range []string{"main.go", "pipeline/live/webrtc/main.go", "pipeline/farm/main.go"} {
		b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		m := pattern.FindSubmatch(b)
		switch {
		case m == nil:
			t.Errorf("%s has no version", file)
		case want == "":
			want = string(m[1])
		case string(m[1]) != want:
			t.Errorf("%s has version %s, main.go %s", file, m[1], want)
		}
	}
}
