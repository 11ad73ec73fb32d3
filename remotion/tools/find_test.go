//go:build unix

package tools

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// script writes a program into dir.
func script(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFindNode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ does, says string }{
		"new enough":     {"echo v18.0.0", ""},
		"newer":          {"echo v26.1.2", ""},
		"too old":        {"echo v16.20.2", "node v16.20.2 is too old"},
		"another tool":   {"echo hello", `it prints "hello"`},
		"no version":     {"echo", "prints"},
		"ends badly":     {"exit 127", "ask"},
		"cannot be read": {"", "find node"},
	} {
		look := func(string) (string, error) { return "", exec.ErrNotFound }
		if c.does != "" {
			p := script(t, t.TempDir(), "node", c.does)
			look = func(string) (string, error) { return p, nil }
		}
		_, version, err := FindNode(t.Context(), look)
		var f *fault.Error
		switch {
		case c.says == "" && (err != nil || version != strings.TrimPrefix(c.does, "echo ")):
			t.Errorf("%s: %q, %v", name, version, err)
		case c.says != "" && (!errors.As(err, &f) || f.Kind != fault.Tool || f.Hint == "" || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFindBrowser(t *testing.T) {
	t.Parallel()
	none := func(string) (string, error) { return "", exec.ErrNotFound }
	shell := func(name string) (string, error) {
		if name == "chrome-headless-shell" {
			return "/opt/" + name, nil
		}
		return "", exec.ErrNotFound
	}
	for name, c := range map[string]struct {
		explicit, env string
		look          func(string) (string, error)
		want          string
	}{
		"named":            {"/a", "/b", shell, "/a"},
		"from the env":     {"", "/b", shell, "/b"},
		"on the path":      {"", "", shell, "/opt/chrome-headless-shell"},
		"left to Remotion": {"", "", none, ""},
	} {
		getenv := func(k string) string { return map[string]string{"GREENROOM_BROWSER": c.env}[k] }
		if got := FindBrowser(c.explicit, getenv, c.look); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
