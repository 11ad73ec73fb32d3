package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestManualPages: every command has a page that man formats without a warning, with every flag and example.
func TestManualPages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "man1")
	if code, _, stderr := call(t, nil, "help", "--man", dir); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range append(commands(), command{}) {
		path := filepath.Join(dir, "greenroom-"+c.name+".1")
		if c.name == "" {
			path = filepath.Join(dir, "greenroom.1")
		}
		out, err := formatted(t, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		want := []string{"NAME", "SYNOPSIS", "EXAMPLES", "--json"}
		if c.name != "" {
			want = append(want, strings.Split(c.examples, "\n")...)
			want = append(want, strings.Fields(c.summary)...)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s has no %q:\n%s", filepath.Base(path), w, out)
			}
		}
	}
	if code, _, stderr := call(t, nil, "help", "--man", os.DevNull); code != 1 || !strings.Contains(stderr, "name a folder that can be written") {
		t.Errorf("a file as the folder: exit %d, %s", code, stderr)
	}
}

// formatted is a page as man prints it, wide and without colour. A warning is an error.
func formatted(t *testing.T, path string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "man", "--warnings=all", "-l", path)
	cmd.Env = append(os.Environ(), "MANWIDTH=240", "LC_ALL=C.UTF-8", "MANPAGER=cat", "PAGER=cat", "GROFF_NO_SGR=1", "MAN_KEEP_FORMATTING=")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil || errOut.Len() > 0 {
		return out.String(), fmt.Errorf("%v: %s", err, errOut.String())
	}
	// A bold letter is written as the letter, a backspace and the letter again.
	return overstrike.ReplaceAllString(out.String(), ""), nil
}

var overstrike = regexp.MustCompile(".\x08")
