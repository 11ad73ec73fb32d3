package house

import (
	"os/exec"
	"strings"
	"testing"
)

// TestArrows holds the directions in which packages may import one another, and
// the single owner of each outside package that the product fixes.
func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "greenroom/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	middle := []string{"greenroom/heygen", "greenroom/assets", "greenroom/compose", "greenroom/remotion"}
	owner := map[string]string{
		"github.com/spf13/pflag": "greenroom/internal/cli", "github.com/cavaliergopher/grab/v3": "greenroom/assets",
		"github.com/fsnotify/fsnotify": "greenroom/pipeline", "github.com/u2takey/ffmpeg-go": "greenroom/compose",
		"github.com/ebitengine/purego": "greenroom/internal/espeak", "github.com/aws/aws-sdk-go-v2/service/s3": "greenroom/assets/remote/bucket",
	}
	under := func(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }
	packages := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		from, rest, _ := strings.Cut(line, " ")
		packages++
		for _, to := range strings.Fields(rest) {
			if o, ok := owner[to]; ok && !under(from, o) {
				t.Errorf("%s imports %s, which %s owns", from, to, o)
			}
			for _, m := range middle {
				if !under(from, m) {
					continue
				}
				if under(to, "greenroom/pipeline") || under(to, "greenroom/internal/cli") {
					t.Errorf("%s imports %s: the arrow points the other way", from, to)
				}
				for _, other := range middle {
					if m != other && under(to, other) && !(under(from, "greenroom/heygen/sandbox") && to == "greenroom/compose/standin") {
						t.Errorf("%s imports %s: the middle packages do not know one another", from, to)
					}
				}
			}
			if under(from, "greenroom/pipeline") && under(to, "greenroom/internal/cli") {
				t.Errorf("%s imports %s", from, to)
			}
			if from == "greenroom/heygen" && strings.Contains(strings.Split(to, "/")[0], ".") {
				t.Errorf("heygen imports %s: it uses the standard library alone", to)
			}
		}
	}
	if packages < 12 {
		t.Errorf("only %d packages were looked at", packages)
	}
}
