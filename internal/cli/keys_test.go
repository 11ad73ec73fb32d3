package cli

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline"
	"greenroom/pipeline/watch"
)

// TestLinesOfAPipe: a program that starts watch writes one command a line, and the end of its output ends the session.
func TestLinesOfAPipe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"the end":          {"", ""},
		"q":                {"q\nb\n", ""},
		"buy":              {"b\nq\n", "greenroom: nothing to buy\n"},
		"buy one":          {"b intro\nq\n", "greenroom: nothing to buy\n"},
		"blanks":           {"  \n\nq\n", ""},
		"a yes to nothing": {"y\nq\n", "greenroom: " + strings.ReplaceAll(keysHelp(usualColumns), "\n", "\n  ") + "\n"},
		"an unknown word":  {"hello\nq\n", "greenroom: " + strings.ReplaceAll(keysHelp(usualColumns), "\n", "\n  ") + "\n"},
		"without an end":   {"b", "greenroom: nothing to buy\n"},
	} {
		dir := t.TempDir()
		s, err := watch.New(watch.Options{Project: pipeline.Options{
			ManifestPath: filepath.Join(dir,
				"greenroom.yaml"), Now: time.Now, Getenv: func(string) string { return "" }, LookPath: exec.LookPath,
		}})
		if err != nil {
			t.Fatal(err)
		}
		e, out, errOut := quietEnv()
		e.Stdin = strings.NewReader(c.in)
		ctx, cancel := context.WithCancelCause(t.Context())
		restore := e.readKeys(ctx, s, cancel)
		<-ctx.Done()
		restore()
		if err := context.Cause(ctx); !errors.Is(err, errEnded) {
			t.Errorf("%s: the session ended with %v", name, err)
		}
		if errOut.String() != c.want || out.Len() > 0 {
			t.Errorf("%s prints %q, want %q", name, errOut, c.want)
		}
	}
}

// TestSkippedKeys: an arrow, a function key or a letter with Alt is one key of several bytes, and none of them is a
// command.
func TestSkippedKeys(t *testing.T) {
	t.Parallel()
	for bytes, rest := range map[string]string{
		"[Aq": "q", "OPq": "q", "[1;5Cq": "q", "[15~q": "q", "bq": "q", "[": "", "": "",
	} {
		r := bufio.NewReader(strings.NewReader(bytes))
		if _, err := r.Peek(len(bytes)); err != nil { // a terminal sends them together
			t.Fatal(err)
		}
		skipKey(r)
		left := make([]byte, r.Buffered())
		if _, err := r.Read(left); len(left) > 0 && err != nil || string(left) != rest {
			t.Errorf("%q leaves %q, want %q: %v", bytes, left, rest, err)
		}
	}
}
