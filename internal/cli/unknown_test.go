package cli

import (
	"errors"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// TestFamiliarCommands: a command of another program gets the one that does it here, and that one exists.
func TestFamiliarCommands(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands() {
		seen[c.name] = true
	}
	for _, f := range familiar {
		if said, ok := accepted(t, append(strings.Fields(f.use), "--help")); !ok {
			t.Errorf("greenroom %s: %s", f.use, said)
		}
		for _, word := range strings.Fields(f.words) {
			if seen[word] {
				t.Errorf("%s is a command itself, or here twice", word)
			}
			seen[word] = true
		}
	}
}

func TestUnknownCommands(t *testing.T) {
	for word, want := range map[string]string{
		"dev": "watch --studio", "ls": "status", "list": "status", "validate": "plan", "lint": "plan", "login": "auth status", "whoami": "auth status",
		"studio": "watch --studio", "preview": "watch", "clean": "gc", "man": "help", "deploy": "render --all", "generate": "build",
		"download": "fetch", "update": "version", "upgrade": "version", "config": "schema", "start": "watch --studio",
		"Build": "build", "biuld": "build", "rendr": "render", "validte": "plan", "--list": "status",
		"qwertyuiop": "`greenroom help` lists the commands",
	} {
		err := unknownCommand(word, commandNames())
		hint := hintOf(err)
		if !strings.Contains(hint, want) {
			t.Errorf("%s: %q, want %q", word, hint, want)
		}
	}
}

func hintOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Hint
	}
	return ""
}
