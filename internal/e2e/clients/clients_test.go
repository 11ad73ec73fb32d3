// Package clients runs HeyGen clients that others wrote, as they are published, against the sandbox.
package clients

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { e2etest.Main(m, nil) }

// TestTypeScriptClient runs the flows of an npm client. Each call is listed; the ones that fail are the client's own
// mistakes.
func TestTypeScriptClient(t *testing.T) {
	client := e2etest.Root(t, ".ci", "node_modules", "@teamduality", "heygen-typescript-sdk", "dist", "index.js")
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"), "--fault", "streaming")
	out, err := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "typescript.mjs"), client, base).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	passed := 0
	var failed []string
	for line := range strings.Lines(string(out)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ := strings.Cut(rest, ":")
		switch word {
		case "ok":
			passed++
		case "fail":
			failed = append(failed, name)
		default:
			t.Errorf("printed %q", line)
		}
	}
	// It reads data of the answer twice: {"data": {"data": …}}.
	own := []string{"user.getCurrentUser"}
	if !slices.Equal(failed, own) || passed != 28 {
		t.Errorf("%d calls pass, want 28; these fail: %q, want %q\n%s", passed, failed, own, out)
	}
	if n := e2etest.BilledJobs(t, base); n < 3 {
		t.Errorf("%d jobs were billed", n)
	}
}
